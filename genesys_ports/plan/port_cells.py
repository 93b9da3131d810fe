"""The cell of a port, and that of a transport, as people write them: `5150.0`, `5060/udp`, `5060;5061`, `TCP e UDP`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..model import HIGHEST_PORT, Transport
from . import words
from .columns import plain

__all__ = ["NONE", "NO_ANSWERS", "BadCell", "Numbers", "opened", "read_number", "read_numbers", "read_transports"]


class BadCell(Exception):
    """A cell that cannot be read; its argument is what to write instead, in whole sentences.

    `code` is that of the finding it becomes when it can be understood and is still no port.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Numbers(NamedTuple):
    """A number, or the range from it to `last`, with the transports that stand right beside it."""

    number: int
    last: int | None
    transports: tuple[Transport, ...] = ()


#: What stands for "no application on this host" and "no port of this application".
NONE = "none"

#: The same as people write it; where no name can stand, it is an empty cell.
NO_ANSWERS = frozenset({NONE, "nenhum", "nenhuma", "n/a", "-", "–", "—"})

_TCP, _UDP, _TLS = Transport.TCP, Transport.UDP, Transport.TLS

#: Words for a transport. Of the protocols above only those that never run over another: SIP alone says nothing.
_TRANSPORTS: dict[str, tuple[Transport, ...]] = {
    "tcp": (_TCP,),
    "udp": (_UDP,),
    "tls": (_TLS,),
    "ssl": (_TLS,),
    "both": (_TCP, _UDP),
    "ambos": (_TCP, _UDP),
    "http": (_TCP,),
    "https": (_TLS,),
    "sips": (_TLS,),
    "rtp": (_UDP,),
    "rtcp": (_UDP,),
    "srtp": (_UDP,),
    "snmp": (_UDP,),
    "mgcp": (_UDP,),
    "ntp": (_UDP,),
    "tftp": (_UDP,),
    "ldaps": (_TLS,),
    "wss": (_TLS,),
}
#: Protocols that run over TCP; a transport beside one says more than it does.
_ABOVE_TCP = frozenset(
    {
        *("addp", "ftp", "jdbc", "jms", "jmx", "ldap", "mrcpv2", "odbc", "rest", "rmi", "sftp", "smtp", "soap", "sql"),
        *("ssh", "telnet", "tlib", "websocket", "ws", "xml"),
    }
)
#: What people write in the column and leave the transport open: SIP runs over each of them.
_OPEN = frozenset({"sip", "ip", "any", "all", "todos", "todas", "qualquer"})
#: Words that say nothing of the transport, or of the number, that they stand beside.
_BESIDE_TRANSPORT = frozenset({"e", "and", "ou", "or", "over", "sobre"})
_BESIDE_NUMBER = frozenset({"port", "ports", "porta", "portas", "e", "and"})

_DASH = r"(?:-|–|—|−|~|…|\.{2,3}|\b(?:a|ate|to)\b)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<first>[0-9]++)\s*{_DASH}\s*(?P<last>[0-9]++)(?!\s*{_DASH})"
    r"|(?P<number>[0-9]++)(?:[.,]0+(?![0-9]))?"
    r"|(?P<word>[a-z]+)"
    r"|(?P<apart>[;,|&+])"
    r"|(?P<mark>[/:()]|-(?=[a-z])|(?<=[a-z])-(?=[0-9])))"
)
_PLAIN = re.compile(r"[0-9]{1,5}")
_NEGATIVE = re.compile(r"[-−]\s*([0-9]+)(?:[.,]0+)?")
#: 5,150 as English writes a number, 5.150 as Portuguese does.
_THOUSANDS = re.compile(r"(?<![0-9.,])([0-9]{1,2})[.,]([0-9]{3})(?![0-9])")
#: T-Library, however it is written.
_TLIB = re.compile(r"\bt[ -]?lib(?:rary)?\b")
#: A version of TLS.
_VERSION = re.compile(r"\bv?1\.[0-3]\b")

#: What people call the ports of a switch or an IVR, in English and Portuguese: a ramal is an extension, a URA an IVR.
_VOICE = re.compile(
    r"\b(?:e1|t1|j1|pri|bri|isdn|trunks?|troncos?|slots?|boards?|placas?|cards?|span|timeslots?|stations?|extensions?"
    r"|ext|ramal|ramais|dn|ivr|ura|canal|canais|channels?|lines?|linhas?|fxs|fxo|analog|analogic[ao])\b"
)
#: Shelf, slot and port of a switch: 1-2-14, or 1/2/14.
_VOICE_PLACE = re.compile(r"[0-9]{1,2}(?:\s*-\s*[0-9]{1,3})+\s*-\s*[0-9]{1,5}|[0-9]{1,2}(?:\s*/\s*[0-9]{1,2}){2,}")
#: A date, and the time beside it. With dashes, the year comes first: 1-2-2001 is rather a place in a switch.
_DATE = re.compile(
    r"(?:[0-9]{1,2}([/.])[0-9]{1,2}\1(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}([/.-])[0-9]{1,2}\2[0-9]{1,2})\b.*"
)
_HEXADECIMAL = re.compile(r"\b0x")
#: A number and what is added to it; empty where it says "and above".
_SUM = re.compile(r"([0-9]++)\s*\+(?=\s*+(?![a-z])([0-9]*+))")
#: Words alone in parentheses.
_REMARK = re.compile(r"\(\s*([a-z][a-z0-9]*+(?:[ /_.&+-]++[a-z][a-z0-9]*+)*+)\s*\)")
#: Words that make a range of the numbers around them.
_DASH_WORDS = frozenset({"a", "ate", "to"})


def read_numbers(text: str) -> tuple[Numbers, ...]:
    """Every number or range of a cell, each with its own transports; none when the cell says that there is none.

    Raises `BadCell`, with a code for what can be understood and is no port.
    """
    if _PLAIN.fullmatch(text):
        return (Numbers(_port(text), None),)
    told = plain(text.removeprefix("'"))
    if told in NO_ANSWERS:
        return ()
    if _DATE.fullmatch(told):
        raise BadCell(words.PORT_DATE)
    if any("0" <= character <= "9" for character in told) and (_VOICE.search(told) or _VOICE_PLACE.fullmatch(told)):
        raise BadCell(words.PORT_VOICE, "GP408")
    if _HEXADECIMAL.search(told):
        raise BadCell(words.BAD_PORT)
    if "(" in told:
        told = _REMARK.sub(_without_remark, told)
    if _NEGATIVE.fullmatch(told):
        raise BadCell(words.PORT_OUTSIDE, "GP401")
    for thousands in _THOUSANDS.finditer(told):
        number = int(thousands[1] + thousands[2])
        # 80,443 is too large for a port, and so a list.
        if number <= HIGHEST_PORT:
            raise BadCell(words.PORT_THOUSANDS.format(number=number, first=thousands[1], second=thousands[2]))
    # 5060+5061 is a list; of 6000+1 and 1024+ nobody can tell the ports.
    if any(len(added) < len(number) for number, added in _SUM.findall(told)):
        raise BadCell(words.BAD_PORT)
    found: list[tuple[Numbers, list[Transport]]] = []
    waiting: list[Transport] = []
    for segment in _segments(told):
        waiting = _take(segment, waiting, found)
    if waiting or not found:
        raise BadCell(words.BAD_PORT)
    return tuple(dict.fromkeys(one._replace(transports=tuple(dict.fromkeys(beside))) for one, beside in found))


def _without_remark(found: re.Match[str]) -> str:
    """The transports of what stands in parentheses: `(SIP/UDP)` names one, and `(MySQL)` is a remark.

    What could be meant for a transport stays as it is: no number can be read beside it.
    """
    told = re.findall("[a-z0-9]+", found[1])
    named = [word for word in told if word in _TRANSPORTS]
    if named:
        known = _BESIDE_NUMBER | _BESIDE_TRANSPORT | _ABOVE_TCP | _OPEN | _TRANSPORTS.keys()
        return f"({' '.join(named)})" if known.issuperset(told) else found[0]
    return found[0] if any(word in _DASH_WORDS or _is_nearly_transport(word) for word in told) else "()"


def _is_nearly_transport(word: str) -> bool:
    """Whether a word has the letters of a transport in another order, or one more: tpc, udpp, sctp."""
    return len(word) <= 4 and any(set(one) <= set(word) for one in Transport)


def _segments(told: str) -> Iterator[list[Numbers | tuple[Transport, ...]]]:
    """What stands between the separators of a list, in tokens: numbers, and the transports beside them."""
    segment: list[Numbers | tuple[Transport, ...]] = []
    at, bare = 0, ""
    while at < len(told):
        token = _TOKEN.match(told, at)
        if token is None:
            raise BadCell(words.BAD_PORT)
        at = token.end()
        kind = token.lastgroup
        # Of two numbers with a blank alone between them, the first could be the thousands of the second.
        if kind in ("last", "number") and bare and len(bare) < 3:
            raise BadCell(words.BAD_PORT)
        bare = token["number"] or token["last"] or ""
        if kind == "last":
            number, last = _port(token["first"]), _port(token["last"])
            if last < number:
                raise BadCell(words.BAD_PORT)
            segment.append(Numbers(number, None if last == number else last))
        elif kind == "number":
            segment.append(Numbers(_port(token["number"]), None))
        elif kind == "apart":
            yield segment
            segment = []
        elif kind == "word" and (named := _TRANSPORTS.get(token["word"])):
            segment.append(named)
        elif kind == "word" and token["word"] not in _BESIDE_NUMBER:
            raise BadCell(words.BAD_PORT)
    yield segment


def _take(
    segment: Sequence[Numbers | tuple[Transport, ...]],
    waiting: list[Transport],
    found: list[tuple[Numbers, list[Transport]]],
) -> list[Transport]:
    """Adds the numbers of a segment with the transports around them; gives back transports that have no number yet."""
    if not any(isinstance(token, Numbers) for token in segment):
        # "5060 tcp, udp", "tcp, udp 5060"
        named = [transport for token in segment for transport in token if isinstance(transport, Transport)]
        if not found:
            return [*waiting, *named]
        found[-1][1].extend(named)
        return []
    before = bool(waiting) or not isinstance(segment[0], Numbers)
    started = True
    for token in segment:
        if isinstance(token, Numbers):
            found.append((token, list(waiting)))
            started = True
        elif before:
            # "udp 5060 tcp 5061": each transport stands before its numbers.
            waiting = [*([] if started and found else waiting), *token]
            started = False
        else:
            found[-1][1].extend(token)
    return [] if started else waiting


def _port(digits: str) -> int:
    number = int(digits) if len(digits) < 10 else HIGHEST_PORT + 1
    if number > HIGHEST_PORT:
        raise BadCell(words.PORT_OUTSIDE, "GP401")
    if number == 0:
        raise BadCell(words.PORT_ZERO, "GP402")
    return number


def read_number(text: str) -> int:
    """One number alone. Raises `BadCell`."""
    numbers = read_numbers(text)
    if len(numbers) != 1 or numbers[0].last or numbers[0].transports not in ((), (_TCP,)):
        raise BadCell(words.ONE_NUMBER)
    return numbers[0].number


def read_transports(text: str) -> tuple[tuple[Transport, ...], ...]:
    """The transports of a cell, in groups: a list of transports may stand beside a list of ports.

    None where the words of the cell leave the transport open; a group is empty where those of one part do. Raises
    `BadCell`.
    """
    told = _TLIB.sub("tlib", _VERSION.sub("", plain(text).replace("tcp/ip", "tcp")))
    groups = []
    for part in re.split(r"[;,|]", told):
        group: dict[Transport, None] = {}
        told_words = dict.fromkeys(re.findall(r"[^\s/+&()_-]+", part))
        for word in told_words:
            if word in _TRANSPORTS:
                group.update(dict.fromkeys(_TRANSPORTS[word]))
            elif word not in _BESIDE_TRANSPORT and word not in _ABOVE_TCP and word not in _OPEN:
                raise BadCell(words.BAD_TRANSPORT.format(allowed=", ".join(Transport)))
        if not group and not _ABOVE_TCP.isdisjoint(told_words):
            group[_TCP] = None
        if group or not _OPEN.isdisjoint(told_words):
            groups.append(tuple(group))
    if not groups:
        raise BadCell(words.BAD_TRANSPORT.format(allowed=", ".join(Transport)))
    return tuple(groups) if any(groups) else ()


def opened(
    numbers: Sequence[Numbers], groups: Sequence[tuple[Transport, ...]]
) -> tuple[tuple[int, int | None, Transport], ...]:
    """Every port that the cells of port and transport open together.

    A list of transports as long as the list of ports goes with it one by one; else every port has every transport.
    Raises `BadCell` where a number says another transport than the column.
    """
    if len(numbers) == 1 and not numbers[0].transports and len(groups) <= 1:
        # Nearly every row.
        stated = groups[0] if groups else (_TCP,)
        if len(stated) == 1:
            return ((numbers[0].number, numbers[0].last, stated[0]),)
    return tuple(_each_opened(numbers, groups))


def _each_opened(
    numbers: Sequence[Numbers], groups: Sequence[tuple[Transport, ...]]
) -> Iterator[tuple[int, int | None, Transport]]:
    one_by_one = len(groups) > 1 and len(groups) == len(numbers)
    every = tuple(dict.fromkeys(transport for group in groups for transport in group))
    for index, (number, last, own) in enumerate(numbers):
        stated = groups[index] if one_by_one else every
        if own and stated and not {one.carrier for one in own} <= {one.carrier for one in stated}:
            raise BadCell(words.TRANSPORTS_DIFFER)
        chosen = own or stated or (_TCP,)
        # TLS runs over TCP: where both stand beside one number, they are one port.
        if _TLS in stated and _TCP not in stated:
            chosen = tuple(_TLS if one is _TCP else one for one in chosen)
        if _TLS in chosen:
            chosen = tuple(one for one in dict.fromkeys(chosen) if one is not _TCP)
        for transport in chosen:
            yield number, last, transport
