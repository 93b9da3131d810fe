"""The bytes of one message, for eyes: hosts by name, so that they read the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import words

if TYPE_CHECKING:
    from ..trace import Participant

__all__ = ["SHOWN", "SHOWN_BINARY", "Names", "Raw", "dump", "harmless", "plain", "rest", "visible"]

#: Bytes shown of one message as text, and as numbers; the rest is counted.
SHOWN, SHOWN_BINARY = 65_536, 1_024

# Four numbers with dots, and behind them perhaps a port number; never a part of a longer number (10.0.0.1 is not in
# 10.0.0.11). IPv6 stands in brackets, or in SDP behind IP6.
_ADDRESS = re.compile(
    r"(?<![\w.])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?!\.?[0-9])(:[0-9]{1,5}(?![0-9]))?"
    r"|\[([0-9A-Fa-f:.]{2,45})\](:[0-9]{1,5}(?![0-9]))?"
    r"|(?<=IP6 )([0-9A-Fa-f:.]{2,45})"
)
_NUMBER = re.compile(r"(;rport=|^m=[a-z]{1,20} )([0-9]{1,5})(?![0-9])", re.MULTILINE)
END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(r"^(content-length|l)([ \t]*:[ \t]*)([0-9]+)", re.IGNORECASE | re.MULTILINE)

# What a terminal obeys instead of showing it, and what turns the direction of text; line ends and tabs may stay.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
#: Signs for control characters: U+2400 and what follows it.
_SIGNS = {number: 0x2400 + number for number in range(0x20)} | {0x7F: 0x2421}
#: Bytes that no text has.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_STYLE = "white-space:pre-wrap;overflow-wrap:anywhere;text-align:left;margin:0.4em 0;font-size:1.05em"


class Names:
    """What stands on the wire, and what a reader calls it.

    An address that belongs to two hosts (a system with one loopback address) has no name by itself; `known` may still
    name it together with a port number: `127.0.0.1:41003` is `sip-host:5060`. Such a number is changed where it stands
    alone, too: in the `rport` of a Via, and in a media line of SDP. `objects` are names of SNMP's managed objects by
    their numbers: `{(1, 3, 6, 1, 2, 1, 1, 5): "sysName"}`.
    """

    def __init__(
        self,
        participants: Iterable[Participant],
        known: Mapping[str, str],
        objects: Mapping[tuple[int, ...], str] = MappingProxyType({}),
    ) -> None:
        self._known = dict(known)
        self._objects = objects
        pairs = ((where.rpartition(":")[2], planned.rpartition(":")[2]) for where, planned in known.items())
        self._numbers = {number: planned for number, planned in pairs if number != planned}
        hosts: dict[str, set[str]] = {}
        others: dict[str, set[str]] = {}
        for one in participants:
            if one.address:
                # A program without a host of its own, at the address of a host, is on that host.
                (hosts if one.host else others).setdefault(one.address, set()).add(one.host or one.name)
        named = {**others, **hosts}
        self._hosts = {address: min(names) for address, names in named.items() if len(names) == 1}

    def rename(self, text: str) -> str:
        """The text with every address that has a name replaced by it."""
        if self._numbers:
            text = _NUMBER.sub(lambda found: found[1] + self._numbers.get(found[2], found[2]), text)
        return _ADDRESS.sub(self._named, text) if self._hosts or self._known else text

    def object(self, oid: tuple[int, ...]) -> str:
        """The name of a managed object with what follows it (`sysName.0`); its numbers where nobody knows it."""
        for length in range(len(oid), 0, -1):
            if name := self._objects.get(oid[:length]):
                return ".".join([name, *map(str, oid[length:])])
        return ".".join(map(str, oid))

    def _named(self, found: re.Match[str]) -> str:
        address = found[1] or found[3] or found[5]
        number = found[2] or found[4] or ""
        if planned := self._known.get(found[0]):
            return planned
        host = self._hosts.get(address)
        return f"{host}{number}" if host else found[0]


class Raw(str):
    """The text of one message. `print` shows it line by line, and so does a notebook."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return f'<pre tabindex="0" style="{_STYLE}">{escape(self)}</pre>'


def plain(payload: bytes, names: Names, *, sip: bool = False) -> str:
    """The payload as text, or byte by byte where it is none.

    With `sip` the Content-Length is counted anew, since a host's name is longer than its address; one that was wrong on
    the wire stays as wrong as it was.
    """
    if _BINARY.search(payload, 0, SHOWN):
        return dump(payload)
    renamed = _renamed(payload, names, sip=sip)
    return harmless(renamed.replace("\r\n", "\n")).rstrip("\n") + rest(len(payload) - SHOWN)


def visible(payload: bytes, names: Names, *, sip: bool = False) -> str:
    """The same, with a sign for each character that is none to read, line ends too (`␍␊`)."""
    if _BINARY.search(payload, 0, SHOWN):
        return dump(payload)
    signs = _renamed(payload, names, sip=sip).translate(_SIGNS)
    return harmless(signs.replace("␊", "␊\n")).removesuffix("\n") + rest(len(payload) - SHOWN)


def _renamed(payload: bytes, names: Names, *, sip: bool) -> str:
    text = _decoded(payload[:SHOWN])
    renamed = names.rename(text)
    return _counted(payload, text, renamed) if sip and len(payload) <= SHOWN else renamed


def harmless(text: str) -> str:
    """The text with a mark for each character that a terminal would obey instead of showing it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # Cut inside a character; or a name in an older encoding.
        if error.end == len(data) and error.reason == "unexpected end of data":
            return data[: error.start].decode()
        return data.decode("latin-1")


def _counted(payload: bytes, before: str, after: str) -> str:
    """The text with the length of its body as it is now, where it was right before."""
    old = len(payload.partition(END_OF_HEAD)[2])
    end = END_OF_HEAD.decode()
    (_, _, body), (head, gap, renamed) = before.partition(end), after.partition(end)
    new = old + len(renamed.encode()) - len(body.encode())

    def anew(found: re.Match[str]) -> str:
        # Compared as text: a number of a thousand digits is none to count with.
        right = found[3].lstrip("0") == str(old).lstrip("0")
        return f"{found[1]}{found[2]}{new}" if right else found[0]

    return f"{_LENGTH.sub(anew, head)}{gap}{renamed}"


def dump(payload: bytes, hidden: range = range(0)) -> str:
    """Sixteen bytes a line, as numbers and as the letters they would be; dashes for those at `hidden` places."""
    lines = []
    for at in range(0, min(len(payload), SHOWN_BINARY), 16):
        part = payload[at : at + 16]
        numbers = " ".join("--" if place in hidden else f"{byte:02x}" for place, byte in enumerate(part, at))
        letters = "".join(
            chr(byte) if 32 <= byte < 127 and place not in hidden else "·" for place, byte in enumerate(part, at)
        )
        lines.append(f"{at:04x}  {numbers:47}  {letters}")
    return "\n".join(lines) + rest(len(payload) - SHOWN_BINARY)


def rest(count: int) -> str:
    """A line that counts the bytes which are not shown; nothing when all are."""
    if count <= 0:
        return ""
    return f"\n{words.REST_ONE if count == 1 else words.REST.format(count=count)}"
