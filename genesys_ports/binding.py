"""Who blocks whom: whether two servers of one host can both listen on their planned ports.

The answer has three values, because it depends on the operating system and on how a server opens its socket:
clash, no clash, depends. Nothing here opens a socket; the Linux answers were measured, and a test compares
them with real sockets. Sources for the others: Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE";
FreeBSD ip6(4) and sys/netinet/in.h; RFC 3493, section 5.3 (IPV6_V6ONLY); RFC 6335 (dynamic ports).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from .model import ListeningPort, Platform, Transport, must_be_logical, parse_word
from .table import Table, sentences_html

__all__ = [
    "Outcome",
    "Verdict",
    "ephemeral_range",
    "local_ephemeral_range",
    "privileged_below",
    "restart_after_close",
    "restart_table",
    "verdict_table",
    "who_blocks",
]


class Outcome(StrEnum):
    """Whether the second of two servers can listen while the first does."""

    CLASH = "clash"
    NO_CLASH = "no clash"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason, a whole sentence."""

    outcome: Outcome
    reason: str

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return sentences_html([str(self)])


# Whole sentences with named places, so that they can be translated in one piece. The first nine are how two
# addresses can stand to each other; "wide" is the one that covers the other.
_WORDS = {
    "equal": "Both want port {port} on the same address: {first}.",
    "spelling": "{first} and {second} are one address in two spellings, and both want port {port} on it.",
    "wildcards": "{first} and {second} both take port {port} on every IPv6 address of the host.",
    "covered": "{wide} means every address, {narrow} among them, so port {port} is taken there too.",
    "dual": "{wide} takes IPv4 as well, {narrow} with it, so port {port} is taken there too.",
    "apart": "{first} and {second} are different addresses, and each has port {port} for itself.",
    "families": "{first} and {second} are of different families, and IPv4 and IPv6 each have a port {port}.",
    "name": "{first} and {second} may be one address or two: only the host knows what a name stands for.",
    "scope": "{first} and {second} are one address if their interfaces are the same, and two if not.",
    # Outcomes that need other words than the relation alone.
    "transports": "TCP and UDP count their ports separately, so {first} and {second} can stand side by side.",
    "numbers": "The numbers {first} and {second} have nothing in common.",
    "tls": "TLS runs over TCP, so both want port {port} on the same address: {first}.",
    "side_by_side": "{wide} and {narrow} may share port {port} here: the exact address gets its own calls.",
    "exclusive": "On Windows {wide} and {narrow} share port {port} unless a server sets SO_EXCLUSIVEADDRUSE.",
    "one_user": "Windows lets {narrow} join {wide} on port {port} only if one user runs both servers.",
    "bsd": "On this system {wide} and {narrow} can share port {port} if both servers set SO_REUSEADDR.",
    "shared": "Whether {wide} leaves IPv4 port {port} to {narrow} differs between releases of this system.",
    "reuse_udp": "Both set SO_REUSEADDR: both may open port {port}, and only one gets each datagram.",
    "reuse_windows": "Both set SO_REUSEADDR, so Windows lets the second take port {port} from the first.",
    "platforms": "Operating systems differ here, and the plan does not say which one this host runs.",
    "client_closed": "The client closed first, so the waiting end is the client's, and the port is free.",
    "both_reuse": "Old and new server both set SO_REUSEADDR, so old connections do not block the port.",
    "time_wait": "The server closed first, and old and new do not both set SO_REUSEADDR: the port waits.",
    "time_wait_else": "The server closed first, and systems differ unless old and new both set SO_REUSEADDR.",
}

# --- addresses -----------------------------------------------------------------------------------------

#: What `::` takes when a server says nothing: IPv4 as well (False), or IPv6 only (True).
_V6ONLY_BY_DEFAULT = {
    Platform.LINUX: False,
    Platform.WINDOWS: True,
    Platform.MACOS: False,
    Platform.FREEBSD: True,
}

#: Every way to say "all addresses". Genesys servers listen so unless told otherwise.
_ALL = ("", "*")


@dataclass(frozen=True, slots=True)
class _End:
    """An address as the system sees it: `ip` is None for a host name; `dual` is `::` with IPv4."""

    label: str
    ip: IPv4Address | IPv6Address | None
    dual: bool = False
    scope: str | None = None

    @property
    def wide(self) -> bool:
        return self.ip is not None and self.ip.is_unspecified


def _end(address: str, v6only: bool) -> _End:
    text = address.strip().strip("[]").casefold()
    if text in _ALL:
        return _End("0.0.0.0 (no address is given)", IPv4Address(0))
    try:
        ip = ip_address(text)
    except ValueError:
        return _End(text.rstrip("."), None)
    if isinstance(ip, IPv4Address):
        return _End(text, ip)
    if ip.ipv4_mapped is not None:
        return _End(text, ip.ipv4_mapped)
    bare = IPv6Address(int(ip))
    if not bare.is_unspecified:
        return _End(text, bare, scope=ip.scope_id)
    return _End(":: (IPv6 only)" if v6only else ":: (dual-stack)", bare, dual=not v6only)


def _relation(first: _End, second: _End) -> str:
    """How two addresses stand to each other: one of the first nine keys of `_WORDS`."""
    if first.ip is None or second.ip is None:
        # One name is one address, whichever it is.
        return "equal" if first.ip is second.ip and first.label == second.label else "name"
    if first.ip == second.ip:
        if first.scope != second.scope:
            return "scope"
        if first.label == second.label:
            return "equal"
        return "wildcards" if first.dual != second.dual else "spelling"
    if first.ip.version == second.ip.version:
        return "covered" if first.wide or second.wide else "apart"
    return "dual" if first.dual or second.dual else "families"


# --- verdicts ------------------------------------------------------------------------------------------


def who_blocks(
    first: ListeningPort,
    second: ListeningPort,
    platform: Platform | str | None = None,
    *,
    first_v6only: bool | None = None,
    second_v6only: bool | None = None,
    exclusive: bool | None = None,
    reuse_address: bool | None = None,
) -> Verdict:
    """Whether `second` can listen while `first` does, both on one host.

    `platform` None means that nobody has said: the common answer if all systems agree, else "depends". The
    rest is how the servers open their sockets; None means unknown. `first_v6only` and `second_v6only`:
    IPV6_V6ONLY of a socket on `::` (None: the platform's default). `exclusive`: both set SO_EXCLUSIVEADDRUSE,
    which only Windows knows. `reuse_address`: both set SO_REUSEADDR (None: for UDP and Windows, as not set).

    Raises `PortKindError` for a voice port. An empty address counts as 0.0.0.0; an IPv4 address written as IPv6
    (::ffff:192.0.2.1) as the IPv4 address it stands for.
    """
    for port in (first, second):
        must_be_logical(port)
    if first.transport.carrier is not second.transport.carrier:
        return _verdict(Outcome.NO_CLASH, "transports", first=str(first), second=str(second))
    low, high = max(first.number, second.number), min(first.numbers[-1], second.numbers[-1])
    if low > high:
        return _verdict(Outcome.NO_CLASH, "numbers", first=first.number_text, second=second.number_text)
    numbers = str(low) if low == high else f"{low}-{high}"
    verdicts = []
    system = _system(platform)
    for one in Platform if system is None else (system,):
        default = _V6ONLY_BY_DEFAULT[one]
        here = _end(first.address, default if first_v6only is None else first_v6only)
        there = _end(second.address, default if second_v6only is None else second_v6only)
        # A dual-stack :: is the wide one even against 0.0.0.0.
        swap = there.dual or (there.wide and not here.dual)
        wide, narrow = (there, here) if swap else (here, there)
        words, outcome = _outcome(one, first, second, here, there, not swap, exclusive, reuse_address)
        places = {"first": here.label, "second": there.label, "wide": wide.label, "narrow": narrow.label}
        verdicts.append(_verdict(outcome, words, port=f"{numbers}/{first.transport.carrier}", **places))
    if all(verdict.outcome is verdicts[0].outcome for verdict in verdicts):
        return verdicts[0]
    return _verdict(Outcome.DEPENDS, "platforms")


def _system(platform: Platform | str | None) -> Platform | None:
    # A learner writes "linux"; taking that for an unknown system would be a wrong answer, not an error.
    return None if platform is None else parse_word(Platform, platform, "platform")


def _verdict(outcome: Outcome, words: str, **places: str) -> Verdict:
    return Verdict(outcome, _WORDS[words].format(**places))


def _outcome(
    platform: Platform,
    first: ListeningPort,
    second: ListeningPort,
    here: _End,
    there: _End,
    wide_first: bool,
    exclusive: bool | None,
    reuse: bool | None,
) -> tuple[str, Outcome]:
    """The key of the words, and the outcome, for two ports that share a carrier and a number."""
    relation = _relation(here, there)
    windows, udp = platform is Platform.WINDOWS, first.transport is Transport.UDP
    if relation in ("apart", "families"):
        return relation, Outcome.NO_CLASH
    if relation in ("name", "scope"):
        return relation, Outcome.DEPENDS
    if reuse and windows and not exclusive:
        return "reuse_windows", Outcome.DEPENDS
    if reuse and udp and not windows:
        return "reuse_udp", Outcome.DEPENDS
    if relation == "equal" and first.transport is not second.transport:
        return "tls", Outcome.CLASH
    certain = platform is Platform.LINUX or (windows and exclusive)
    if certain or relation not in ("covered", "dual"):
        return relation, Outcome.CLASH
    if here.wide and there.wide:
        return "shared", Outcome.DEPENDS
    if windows and exclusive is None:
        return "exclusive", Outcome.DEPENDS
    if windows:
        # Without options a wildcard may join an exact address; the other way round Windows looks at the user.
        return ("one_user", Outcome.DEPENDS) if wide_first else ("side_by_side", Outcome.NO_CLASH)
    if reuse is None and not udp:
        return "bsd", Outcome.DEPENDS
    return ("side_by_side", Outcome.NO_CLASH) if reuse else (relation, Outcome.CLASH)


#: The addresses of the table that lessons show, with their IPV6_V6ONLY.
_SHOWN = (
    ("0.0.0.0", "0.0.0.0", None),
    ("10.0.0.11", "10.0.0.11", None),
    ("10.0.0.12", "10.0.0.12", None),
    (":: dual-stack", "::", False),
    (":: IPv6 only", "::", True),
    ("::1", "::1", None),
)


def verdict_table(platform: Platform | str | None = None, transport: Transport = Transport.TCP) -> Table:
    """Who blocks whom on one number: the address of the first server down the side, of the second across."""
    ports = [ListeningPort(number=5150, transport=transport, address=address) for _, address, _ in _SHOWN]
    rows = [
        (
            label,
            *(
                who_blocks(first, second, platform, first_v6only=v6only, second_v6only=other).outcome
                for second, (_, _, other) in zip(ports, _SHOWN, strict=True)
            ),
        )
        for first, (label, _, v6only) in zip(ports, _SHOWN, strict=True)
    ]
    return Table(("first ↓ second →", *(label for label, _, _ in _SHOWN)), rows)


def restart_after_close(
    server_closed_first: bool, old_reuses: bool, new_reuses: bool, platform: Platform | str | None = None
) -> Verdict:
    """Whether a server can listen again on its TCP port right after it ran there.

    Whoever closes a connection first keeps its end in TIME_WAIT (RFC 9293, section 3.6). `old_reuses` and
    `new_reuses`: whether the server set SO_REUSEADDR before and sets it now. Measured on Linux only.
    """
    if not server_closed_first:
        return _verdict(Outcome.NO_CLASH, "client_closed")
    if old_reuses and new_reuses:
        return _verdict(Outcome.NO_CLASH, "both_reuse")
    if _system(platform) is Platform.LINUX:
        return _verdict(Outcome.CLASH, "time_wait")
    return _verdict(Outcome.DEPENDS, "time_wait_else")


def restart_table(platform: Platform | str | None = None) -> Table:
    """Whether a server whose connections it closed itself can listen again at once, by what old and new server set."""
    rows = [
        (*("yes" if reuses else "no" for reuses in (old, new)), restart_after_close(True, old, new, platform).outcome)
        for old in (True, False)
        for new in (True, False)
    ]
    return Table(("Old server set SO_REUSEADDR", "New server sets it", "On the same port at once"), rows)


# --- numbers the system keeps for itself ---------------------------------------------------------------

# Linux: net.ipv4.ip_local_port_range as shipped. Windows and macOS: IANA's dynamic ports (RFC 6335). FreeBSD:
# IPPORT_EPHEMERALFIRST in sys/netinet/in.h.
_EPHEMERAL = {
    Platform.LINUX: range(32768, 61000),
    Platform.WINDOWS: range(49152, 65536),
    Platform.MACOS: range(49152, 65536),
    Platform.FREEBSD: range(10000, 65536),
}

#: Linux or Windows, as servers of a contact centre are.
_EPHEMERAL_EITHER = range(32768, 65536)

_PROC = Path("/proc/sys/net/ipv4")


def ephemeral_range(platform: Platform | str | None = None) -> range:
    """The numbers from which the system serves outgoing connections, unless an administrator changed them.

    Without a platform: every number that Linux or Windows would use.
    """
    system = _system(platform)
    return _EPHEMERAL_EITHER if system is None else _EPHEMERAL[system]


def privileged_below(platform: Platform | str | None = None) -> int:
    """The first number that needs no administrator: 1024 on Unix, 0 on Windows. Without a platform: 1024."""
    return 0 if _system(platform) is Platform.WINDOWS else 1024


def local_ephemeral_range(folder: Path = _PROC) -> range | None:
    """The range this machine really uses, as Linux tells it; None on any other system."""
    words = _read(folder / "ip_local_port_range").split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return None
    return range(int(words[0]), int(words[1]) + 1)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
