r"""`read_sockets`: the saved output of `ss` or `netstat`, from whatever system and in whatever language.

Rows are known by their shape and not by their words, which are translated (LISTENING, ABHÖREN, ESCUTANDO, OUÇA):

    tcp    LISTEN 0  128  127.0.0.53%lo:53  0.0.0.0:*  users:(("systemd-resolve",pid=8,fd=15))     ss -lntup
    LISTEN 0  128  *:5150  *:*                                                                     ss -lnt
    tcp6       0      0 :::5150            :::*         LISTEN      2344/java                      netstat -lntup
      TCP    0.0.0.0:5150      0.0.0.0:0       ABHÖREN         8872                                netstat -ano
    tcp46      0      0  *.5150             *.*          LISTEN                                    netstat -an, macOS

The first two words with an address and a port are the near and the far end; a near end listens when the far end is
nobody's: port `*` or 0. Sources: iproute2 misc/ss.c, net-tools netstat.c, Apple network_cmds inet.c, and real output.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import PlanFileError
from ..model import HIGHEST_PORT, Platform, Transport
from . import reality_words as words
from .files import read_bytes, shown_name
from .sockets import EVERY, MOST_NAME, OpenSocket, Sockets, plain_address

__all__ = ["read_sockets"]

#: A busy server has a hundred thousand connections, and a command without `-l` lists them all.
MOST_BYTES = 50 * 1024 * 1024
#: Characters of one line that are looked at; a socket that many processes share has a long list of them.
MOST_LINE = 20_000

_PROTOCOL = re.compile(r"(tcp|udp)(4|6|46)?", re.IGNORECASE)
_END = re.compile(r"(\S*)[.:]([0-9]+|\*|[A-Za-z][A-Za-z0-9_-]*)")
#: Lines that a narrow terminal breaks one row into.
MOST_PIECES = 5

#: The states by which a row of `ss` starts when it is asked for one protocol only.
_TCP_STATES = frozenset(
    (
        *("LISTEN", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2"),
        *("TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING", "CLOSED"),
    )
)
_UDP_STATE = "UNCONN"
#: Bound and not listening: no far end either, and still nobody can call. (`ss -a`, `netstat -anoq`)
_NOT_LISTENING = frozenset(("UNCONN", "BOUND", "CLOSED", "CLOSE"))
_HEADERS = frozenset(("Netid", "Proto", "State"))
_USERS = re.compile(r'\("([^"]*)",(?:pid=)?([0-9]{1,9})')
_OWNER = re.compile(r"([0-9]{1,9})/(\S+)")
#: `netstat -b` on Windows: the program stands below its row.
_OWNER_BELOW = re.compile(r"\[([^\[\]]+)\]")


@dataclass(slots=True)
class _Row:
    """One row while it is read: its words, and those of the lines it was broken into."""

    line: int
    protocol: str
    family: str
    tokens: list[str]
    text: str
    below: str = ""
    ends: list[int] = field(default_factory=list)
    pieces: int = 0

    def wants(self, text: str) -> bool:
        """Whether this line can be a further piece of the row."""
        return self.pieces < MOST_PIECES and (len(self.ends) < 2 or text.lstrip().startswith("users:"))

    def take(self, text: str) -> None:
        """Reads one more line of the row."""
        self.pieces += 1
        for token in text.split():
            self.tokens.append(token)
            if len(self.ends) < 2 and _END.fullmatch(token):
                self.ends.append(len(self.tokens) - 1)
        self.text = f"{self.text} {text}"


def read_sockets(path: str | os.PathLike[str]) -> Sockets:
    """The open ports in the saved output of `ss -lntup`, `netstat -ano` (Windows), `netstat -lntup` or `netstat -an`.

    UTF-8, UTF-16 as PowerShell writes it, or an 8-bit code; rows of other protocols and states are left out. Raises
    `PlanFileError` with the line that cannot be read, or with the command whose output can.
    """
    file = shown_name(path)
    if os.path.isdir(path):
        raise PlanFileError(file, words.LISTING_FOLDER)
    try:
        too_large = Path(path).stat().st_size > MOST_BYTES
    except (OSError, ValueError):
        too_large = False
    if too_large:
        raise PlanFileError(file, words.LISTING_TOO_LARGE.format(megabytes=MOST_BYTES // 1024**2))
    return _sockets(file, _text(read_bytes(path)))


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # Without its mark: every second byte of such a file is zero.
    if data[1:2] == b"\0" or data[:1] == b"\0":
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows writes one of many 8-bit codes. They differ in the words of a row alone, which nobody reads.
        return data.decode("latin-1")


def _sockets(file: str, text: str) -> Sockets:
    found: list[OpenSocket] = []
    bad: _Row | None = None
    known = False
    platforms: dict[Platform, None] = {}
    lacking = {Transport.TCP, Transport.UDP}
    lines = text.splitlines()
    for row in _rows(lines):
        if len(row.ends) < 2:
            bad = bad or row
            continue
        known = True
        lacking.discard(Transport(row.protocol))
        platforms[_platform(row)] = None
        found.extend(_opened(file, row))
    if not known and not any(line.split()[:1] and line.split()[0] in _HEADERS for line in lines[:20]):
        raise PlanFileError(file, words.NOT_A_LISTING)
    if bad is not None:
        raise PlanFileError(file, words.BAD_LINE.format(line=bad.line, text=_shown(bad)))
    if known and not found:
        # Without -l, ss shows connections only: every planned port would seem silent.
        raise PlanFileError(file, words.NOTHING_LISTENS)
    platform = next(iter(platforms)) if len(platforms) == 1 else None
    return Sockets(found, file, platform, lacking=lacking)


def _shown(row: _Row) -> str:
    return " ".join(row.text.split())[:80]


def _rows(lines: list[str]) -> Iterator[_Row]:
    """Rows of TCP and UDP, put together where a narrow terminal broke them into several lines."""
    row: _Row | None = None
    for number, line in enumerate(lines, start=1):
        line = line[:MOST_LINE]
        first = line.split(maxsplit=1)[:1]
        if not first:
            continue
        started = _started(number, first[0])
        if started is not None:
            if row is not None:
                yield row
            row = started
            row.take(line)
        elif row is not None and row.wants(line):
            row.take(line)
        elif row is not None and (below := _OWNER_BELOW.fullmatch(line.strip())):
            row.below = below[1]
    if row is not None:
        yield row


def _started(number: int, word: str) -> _Row | None:
    if protocol := _PROTOCOL.fullmatch(word):
        return _Row(number, protocol[1].lower(), protocol[2] or "", [], "")
    if word == _UDP_STATE or word in _TCP_STATES:
        return _Row(number, "udp" if word == _UDP_STATE else "tcp", "", [], "")
    return None


def _platform(row: _Row) -> Platform:
    """The system by the place of the near end: after the protocol on Windows, with a dot before the port on macOS."""
    near = row.tokens[row.ends[0]]
    if row.ends[0] == 1 and row.tokens[0].isupper() and _PROTOCOL.fullmatch(row.tokens[0]):
        return Platform.WINDOWS
    return Platform.MACOS if _split(near)[2] == "." else Platform.LINUX


def _split(end: str) -> tuple[str, str, str]:
    """Address, port and the mark between them, which is the last of both marks."""
    cut = max(end.rfind(":"), end.rfind("."))
    return end[:cut], end[cut + 1 :], end[cut]


def _opened(file: str, row: _Row) -> Iterator[OpenSocket]:
    address, port, mark = _split(row.tokens[row.ends[0]])
    far = _split(row.tokens[row.ends[1]])[1]
    if far not in ("*", "0") or port in ("*", "0"):
        return
    words_of_row = {token.upper() for token in row.tokens}
    if row.protocol == "tcp" and words_of_row & _NOT_LISTENING:
        return
    if not port.isdecimal():
        raise PlanFileError(file, words.NAMED_PORT.format(line=row.line, text=_shown(row)))
    if len(port) > 5 or int(port) > HIGHEST_PORT:
        raise PlanFileError(file, words.BAD_LINE.format(line=row.line, text=_shown(row)))
    dual = None
    plain = plain_address(address)
    if plain == EVERY and row.family in ("4", "6"):
        plain = "0.0.0.0" if row.family == "4" else "::"
    if plain == "::" and (mark == "." or (address.startswith("[") and _platform(row) is Platform.LINUX)):
        # macOS says tcp46, and ss says *, for a socket that takes IPv4 as well.
        dual = False
    for program, pid in _owners(row) or [("", None)]:
        yield OpenSocket(
            transport=Transport(row.protocol),
            address=plain,
            number=int(port),
            program=program,
            pid=pid,
            dual=dual,
        )


def _owners(row: _Row) -> list[tuple[str, int | None]]:
    """The programs of a row with their numbers, each program once: a server and its workers share a socket."""
    after = row.tokens[row.ends[1] + 1 :]
    if shared := _USERS.findall(row.text):
        first: dict[str, int] = {}
        for program, pid in shared:
            first.setdefault(program[:MOST_NAME], int(pid))
        return list(first.items())
    for index, token in enumerate(after):
        if owner := _OWNER.fullmatch(token):
            # A program's name may have blanks: all that follows is the name.
            return [(" ".join([owner[2], *after[index + 1 :]])[:MOST_NAME], int(owner[1]))]
    if _platform(row) is Platform.WINDOWS and after and after[-1].isdecimal() and len(after[-1]) < 10:
        return [(row.below[:MOST_NAME], int(after[-1]))]
    return []
