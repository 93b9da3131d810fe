"""One cell at a time: text in, value out, or a `BadCell` with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_interface
from typing import Any, NamedTuple

from ..errors import InvalidValueError
from ..model import DEFAULT, HIGHEST_PORT, Connection, Platform, Purpose, Transport, parse_word
from ..table import defused
from . import words
from .columns import Column, plain
from .port_cells import NO_ANSWERS, BadCell, Numbers, read_number, read_numbers, read_transports
from .rows import MOST_CELL, Unread

__all__ = [
    "LONGEST_KEPT",
    "READ",
    "READ_KEPT",
    "BadCell",
    "Link",
    "armed",
    "clean",
    "connection_text",
    "host_and_address",
    "safe",
]

#: Longer cells are read anew each time: what is kept of the others stays small, whatever a file holds.
LONGEST_KEPT = 200

#: Transport parameters looked for behind one connection; there are four.
MOST_PARAMETERS = 8

_FORMULA = re.compile(r"'*[=+\-@]")
_PARAMETER = re.compile(r"(port|backup-port|address|tls)=(\S*)", re.IGNORECASE)
_PARAMETERS = re.compile(r"(?:^| )(?:port|backup-port|address|tls)=", re.IGNORECASE)
_EQUALS = re.compile(r"(?<!\S)(port|backup-port|address|tls) ?= ?", re.IGNORECASE)
_DN = re.compile(r"[0-9A-Za-z*#+][0-9A-Za-z*#+_.:@~-]{0,63}")
#: A number as a spreadsheet may write it: 1001.0.
_DECIMALS = re.compile(r"([0-9]{1,15})[.,]0+")
_CODE = re.compile(r"GP[0-9](?:[0-9]{2})?")

#: What people write for a purpose, in English and Portuguese; the first that stands in the text counts.
_PURPOSES = (
    (Purpose.HA_SYNC, r"ha.?sync|sincroni|synchroni"),
    (Purpose.LICENCE, r"licen|flexlm"),
    (Purpose.CTI_LINK, r"\bcti\b|cti.?link"),
    (Purpose.MANAGEMENT, r"snmp|manage?m|gerenci|gestao|administra"),
    (Purpose.MEDIA, r"\bs?rtc?p\b|\bmedia\b|midia"),
    (Purpose.SIP, r"\bsips?\b"),
    (Purpose.DATABASE, r"database|banco de dados|\bsql\b|\bdbms\b|\bdb\b"),
    (Purpose.HTTP, r"\bhttps?\b|\bweb\b"),
    (Purpose.COMMUNICATION, r"comm?unica|\btlib\b|t-library"),
    (Purpose.CONTROL, r"\bcontrol\b|\bcontrole\b"),
)
_PURPOSE = re.compile("|".join(f"(?P<p{index}>{pattern})" for index, (_, pattern) in enumerate(_PURPOSES)))

_PLATFORMS = (
    (Platform.WINDOWS, r"\bwin|\bw2k|\bws ?20|\b20[0-9]{2} server|\bserver 20[0-9]{2}"),
    (Platform.LINUX, r"linux|rhel|red ?hat|centos|ubuntu|debian|suse|\bsles|\brocky\b|\balma"),
    (Platform.MACOS, r"\bmac ?os|\bdarwin"),
    (Platform.FREEBSD, r"freebsd"),
)
#: Systems that Genesys ran on, and whose bind rules nobody here has measured.
_OTHER_PLATFORM = re.compile(r"\baix\b|solaris|\bsunos\b|hp-?ux|\bunix\b")

_YES = {"1": True, "0": False}


class Link(NamedTuple):
    """One connection of a cell, whoever its client is."""

    server: str
    port_id: str
    client_port: int | None = None
    backup_client_port: int | None = None
    client_address: str = ""
    secure: bool | None = None

    def of(self, client: str) -> Connection:
        """The connection of this client."""
        return Connection(client=client, **self._asdict())


def safe(text: str) -> str:
    """The cell as it is written: no spreadsheet takes it for a formula; `armed` gives the text back."""
    # A text that starts with apostrophe and formula mark itself gets one apostrophe more to lose again.
    return f"'{text}" if text.startswith("'") and _FORMULA.match(text) else defused(text)


def armed(text: str) -> str:
    """The cell as it was before `safe`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def clean(text: str) -> str:
    """The text of a cell: blanks at its edges and between words reduced, formula guard removed.

    Raises `BadCell` for a cell without a value, for one over the limit, and for characters that no one can see:
    they make two names look alike, and steer a terminal.
    """
    if isinstance(text, Unread):
        raise BadCell(text.problem)
    if len(text) > MOST_CELL:
        raise BadCell(words.TOO_LONG.format(most=f"{MOST_CELL:,}"))
    text = armed(" ".join(text.split()))
    if not text.isprintable():
        raise BadCell(words.UNSEEN_CHARACTER)
    return text


def _listed(text: str) -> str:
    """The text of a cell in which lines are the items of a list."""
    return clean(text if isinstance(text, Unread) or text.isprintable() else "; ".join(text.split("\n")))


def _optional(text: str) -> str:
    """The text of a cell in which a dash says that there is nothing."""
    text = _listed(text)
    return "" if text.casefold() in NO_ANSWERS else text


def _read_name(text: str) -> str:
    text = clean(text)
    if ":" in text or ";" in text:
        raise BadCell(words.NAME_WITH_MARK)
    return text


def host_and_address(name: str) -> tuple[str, str]:
    """The two of a host's cell that holds its IP address too: `gen-fw-01 (10.0.0.1)`; the address is empty else."""
    host, _, last = name.rpartition(" ")
    address = last.strip("()[]")
    try:
        ip_address(address)
    except ValueError:
        return name, ""
    return (host.rstrip(" -/,") or name), address


def _read_purpose(text: str) -> Purpose | None:
    """A purpose, by its word or by what people write of it; anything else is another purpose.

    Raises `BadCell` for a word that is one letter away from a purpose.
    """
    text = _optional(text)
    if not text:
        return None
    try:
        return parse_word(Purpose, text, "")
    except InvalidValueError:
        pass
    told = plain(text)
    stated = {_PURPOSES[int(match.lastgroup[1:])][0] for match in _PURPOSE.finditer(told) if match.lastgroup}
    for purpose, _ in _PURPOSES:
        if purpose in stated:
            return purpose
    if get_close_matches(told.replace(" ", "-"), list(Purpose), n=1, cutoff=0.75):
        raise BadCell(words.BAD_PURPOSE.format(allowed=", ".join(Purpose)))
    return Purpose.OTHER


def _read_platform(text: str) -> Platform | None:
    told = plain(_optional(text))
    if not told:
        return None
    found = [platform for platform, pattern in _PLATFORMS if re.search(pattern, told)]
    other = _OTHER_PLATFORM.search(told)
    if len(found) == 1 and not other:
        return found[0]
    if found or other:
        # Of two systems nobody can tell which one this host has.
        return None
    raise BadCell(words.BAD_PLATFORM.format(allowed=", ".join(Platform)))


def _address(text: str, sentence: str) -> str:
    if text == "*":
        return ""
    if text:
        try:
            if "/" in text:
                network = ip_interface(text).network
                text = text.partition("/")[0]
                # The address of a network, unless it has no other.
                if network.num_addresses > 2 and ip_address(text) == network.network_address:
                    raise BadCell(sentence)
            elif text.startswith("[") and text.endswith("]"):
                text = str(IPv6Address(text[1:-1]))
            else:
                ip_address(text)
        except ValueError:
            raise BadCell(sentence) from None
    return text


def _read_block(text: str) -> tuple[tuple[int, int], ...]:
    numbers = read_numbers(text) if (text := _optional(text)) else ()
    if any(one.transports for one in numbers):
        raise BadCell(words.BAD_BLOCK)
    return tuple((one.number, one.last or one.number) for one in numbers)


def _read_ignored(text: str) -> frozenset[str]:
    codes = re.split(r"[\s,;]+", _optional(text).upper())
    for code in filter(None, codes):
        if not _CODE.fullmatch(code):
            raise BadCell(words.BAD_CODE.format(text=code[:30]))
    return frozenset(filter(None, codes))


def _read_links(text: str) -> tuple[Link, ...]:
    """The connections of one cell. Whether their servers exist is left to a check."""
    text = _listed(text)
    if text.casefold() in NO_ANSWERS:
        return ()
    parts: list[str] = []
    if "=" in text:
        text = _EQUALS.sub(r"\1=", text)
    for part in filter(None, map(str.strip, text.split(";"))):
        if parts and _PARAMETER.match(part):
            # Genesys writes transport parameters with semicolons between them.
            parts[-1] += f" {part}"
        elif ":" in part:
            parts.extend(_between_commas(part) if "," in part else (part,))
        else:
            # A saved plan writes the port id of each; people who leave it out set commas between names.
            parts.extend(filter(None, map(str.strip, part.split(","))))
    return tuple(dict.fromkeys(map(_read_link, dict.fromkeys(parts))))


def _between_commas(text: str) -> list[str]:
    """The connections of a text with commas, where each has its port id; else the text alone.

    A name may hold commas: a saved plan has `a, b:default`, and never a second colon but in an address.
    """
    links: list[str] = []
    for piece in filter(None, map(str.strip, text.split(","))):
        if links and _PARAMETER.match(piece):
            links[-1] += f" {piece}"
        else:
            links.append(piece)
    return links if len(links) > 1 and all(":" in _PARAMETERS.split(link, 1)[0] for link in links) else [text]


def _read_link(text: str) -> Link:
    if "=" not in text:
        server, *ids = map(str.strip, text.split(":"))
        if server and len(ids) <= 1:
            return Link(server, (ids[0] if ids else "") or DEFAULT)
    named, parameters = text, dict[str, str]()
    for _ in range(MOST_PARAMETERS):
        before, _, last = named.rpartition(" ")
        if (parameter := _PARAMETER.fullmatch(last)) is None:
            break
        named = before
        parameters.setdefault(parameter[1].lower(), parameter[2].rstrip(","))
    else:
        raise BadCell(words.BAD_CONNECTION.format(text=text[:100]))
    server, *ids = (piece.strip() for piece in named.split(":"))
    if not server or len(ids) > 1:
        raise BadCell(words.BAD_CONNECTION.format(text=text[:100]))
    secure = parameters.get("tls")
    if secure is not None and secure not in _YES:
        raise BadCell(words.BAD_TLS.format(text=text[:100]))
    return Link(
        server,
        (ids[0] if ids else "") or DEFAULT,
        _client_port(text, parameters.get("port")),
        _client_port(text, parameters.get("backup-port")),
        _address(parameters.get("address", ""), words.BAD_CLIENT_ADDRESS.format(text=text[:100])),
        None if secure is None else _YES[secure],
    )


def _client_port(text: str, digits: str | None) -> int | None:
    if digits is None:
        return None
    if not re.fullmatch("[0-9]{1,6}", digits) or not 1 <= int(digits) <= HIGHEST_PORT:
        raise BadCell(words.BAD_CLIENT_PORT.format(text=text[:100]))
    return int(digits)


def connection_text(connection: Connection) -> str:
    """A connection as a cell holds it: `message_server:default`, and its transport parameters after it."""
    parameters = {
        "port": connection.client_port,
        "backup-port": connection.backup_client_port,
        "address": connection.client_address or None,
        "tls": None if connection.secure is None else int(connection.secure),
    }
    stated = [f"{name}={value}" for name, value in parameters.items() if value is not None]
    return " ".join([f"{connection.server}:{connection.port_id}", *stated])


def _read_port(text: str) -> tuple[Numbers, ...] | None:
    """The ports of a cell: none of them where it says so, None where it says nothing."""
    # Most of all cells, and hardly one like another.
    if len(text) <= 5 and text.isascii() and text.isdecimal() and 0 < (number := int(text)) <= HIGHEST_PORT:
        return (Numbers(number, None),)
    text = _listed(text)
    return read_numbers(text) if text else None


def _read_one_number(text: str) -> int | None:
    text = _optional(text)
    return read_number(text) if text else None


def _read_dn(text: str) -> str:
    text = _optional(text)
    if number := _DECIMALS.fullmatch(text):
        return number[1]
    if text and not _DN.fullmatch(text):
        raise BadCell(words.BAD_DN)
    return text


def _read_transports(text: str) -> tuple[tuple[Transport, ...], ...]:
    text = _optional(text)
    return read_transports(text) if text else ()


def _read_address(text: str) -> str:
    return _address(_optional(text), words.BAD_ADDRESS)


def _read_host_address(text: str) -> str:
    return _address(_optional(text), words.BAD_HOST_ADDRESS)


#: How the cell of each column is read. Raises `BadCell`.
READ: dict[Column, Callable[[str], Any]] = {
    Column.HOST: _read_name,
    Column.APPLICATION: _read_name,
    Column.TYPE: clean,
    Column.PORT_ID: _read_name,
    Column.PORT: _read_port,
    Column.TRANSPORT: _read_transports,
    Column.PURPOSE: _read_purpose,
    Column.ADDRESS: _read_address,
    Column.CONNECTS_TO: _read_links,
    Column.HOST_ADDRESS: _read_host_address,
    Column.HOST_PLATFORM: _read_platform,
    Column.BACKUP: _read_name,
    Column.TEAM: clean,
    Column.BLOCK: _read_block,
    Column.IGNORE: _read_ignored,
    Column.LCA_PORT: _read_one_number,
    Column.SERVER_INFO_PORT: _read_one_number,
    Column.DN: _read_dn,
}

#: The same for cells up to `LONGEST_KEPT`: a sheet says the same few things in most cells of most columns.
READ_KEPT: dict[Column, Callable[[str], Any]] = {
    column: read if column in (Column.APPLICATION, Column.PORT) else lru_cache(maxsize=4096)(read)
    for column, read in READ.items()
}
