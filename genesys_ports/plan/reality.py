"""`compare`: the plan of one host against the ports that are really open there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..binding import ephemeral_range, local_ephemeral_range
from ..model import Application, Deployment, ListeningPort, Purpose, Transport
from . import reality_words as words
from .comparison import Compared, Comparison, Group
from .programs import is_called, is_planned
from .sockets import EVERY, OpenSocket, Sockets, local_sockets, plain_address
from .which_host import host_of, is_loopback

__all__ = ["compare"]


def compare(
    plan: Deployment,
    sockets: Iterable[OpenSocket] | None = None,
    host: str | None = None,
    *,
    address: str | None = None,
) -> Comparison:
    """Which planned ports of a host listen, which are silent, which another program holds, and what else listens.

    `sockets` are those of this machine, or what `read_sockets` found in a saved file. `host` names the host of the
    plan; without it, the one that the machine is. `address` is where clients find the host, in place of its planned
    address. A port that listens on loopback only counts as silent: nobody else reaches it.

    Raises `WhichHostError`, `UnknownHostError`, `PlanFileError` where the system hides its sockets.
    """
    if sockets is None:
        sockets = local_sockets()
    elif not isinstance(sockets, Sockets):
        sockets = Sockets(sockets, words.GIVEN)
    name = host_of(plan, sockets) if host is None else plan.host(host).name
    return _Host(plan, name, address, sockets).comparison()


#: How well a socket serves a planned address, the best first; the last is none of it.
_BEST = ("yes", "maybe", "family", "elsewhere", "loopback", "no")

#: Pairs of a silent port and an open one that are looked at for one that moved: enough for any real host.
MOST_PAIRS = 20_000


class _Host:
    """One host while it is compared."""

    def __init__(self, plan: Deployment, name: str, address: str | None, sockets: Sockets) -> None:
        self.plan = plan
        self.host = plan.host(name)
        self.address = address if address is not None else self.host.address
        self.sockets = sockets
        self.by_number: dict[tuple[Transport, int], list[OpenSocket]] = {}
        for one in sockets:
            self.by_number.setdefault((one.transport, one.number), []).append(one)
        self.numbers = {
            carrier: sorted(number for transport, number in self.by_number if transport is carrier)
            for carrier in (Transport.TCP, Transport.UDP)
        }

    def comparison(self) -> Comparison:
        planned = list(self._planned())
        rows = [self._range(*one) if one[1].last is not None else self._port(*one) for one in planned]
        unplanned, ephemeral = self._unplanned(planned, rows)
        return Comparison(self.plan.name, self.host.name, [*rows, *unplanned], self.sockets, ephemeral)

    def _planned(self) -> Iterator[tuple[Application, ListeningPort]]:
        """Its listening ports, and that of its Local Control Agent where only the host has it."""
        applications = self.plan.on_host(self.host.name)
        for application in applications:
            for port in application.ports:
                yield application, port
        agent = self.host.lca_port
        if agent is not None and not any(
            agent in port.numbers and port.transport is not Transport.UDP for one in applications for port in one.ports
        ):
            port = ListeningPort(number=agent, purpose=Purpose.CONTROL)
            yield Application(name=words.LCA, host=self.host.name, type="lca", ports=(port,)), port

    def _range(self, application: Application, port: ListeningPort) -> Compared:
        numbers = self.numbers[port.transport.carrier]
        first, after = bisect_left(numbers, port.number), bisect_left(numbers, port.numbers.stop)
        opened = after - first
        sentence = words.RANGE_COUNT if port.purpose is Purpose.MEDIA else words.RANGE_COUNT_OTHER
        remark = sentence.format(open=f"{opened:,}", all=f"{len(port.numbers):,}")
        return _compared(Group.RANGE, application, port, opened=opened, remarks=(remark,))

    def _port(self, application: Application, port: ListeningPort) -> Compared:
        there = self.by_number.get((port.transport.carrier, port.number), [])
        wanted, target = self._target(port)
        served: dict[str, list[OpenSocket]] = {}
        for one in there:
            served.setdefault(_serves(one, target), []).append(one)
        best = next((way for way in _BEST if way in served), "no")
        sockets = tuple(served[best]) if best != "no" else ()
        remarks = _remarks(best, sockets, wanted, target)
        if best not in ("yes", "maybe"):
            return _compared(Group.SILENT, application, port, sockets, remarks=remarks)
        told = {one.program: is_planned(one.program, application) for one in sockets if one.program}
        others = [program for program, planned in told.items() if planned is False]
        # One socket of the right program is enough: a second one may be a helper that shares it.
        if others and not any(told.values()):
            held = words.HELD.format(program=", ".join(others), application=application.name)
            return _compared(Group.HELD, application, port, sockets, remarks=(held, *remarks))
        if port.transport is Transport.UDP:
            remarks = (words.UDP_BOUND, *remarks)
        return _compared(Group.LISTENING, application, port, sockets, remarks=remarks)

    def _target(self, port: ListeningPort) -> tuple[str, IPv4Address | IPv6Address | str | None]:
        """Where clients look for this port: as text, and as an address; None where nobody has said."""
        planned = plain_address(port.address)
        if planned in (EVERY, "0.0.0.0") and self.address:
            planned = plain_address(self.address)
        if planned in (EVERY, "0.0.0.0"):
            return "", None
        try:
            return planned, ip_address(planned)
        except ValueError:
            return planned, planned

    def _unplanned(
        self, planned: Sequence[tuple[Application, ListeningPort]], rows: Sequence[Compared]
    ) -> tuple[list[Compared], int]:
        singles = {(port.transport.carrier, port.number) for _, port in planned if port.last is None}
        ranges = _merged((port.transport.carrier, port.numbers) for _, port in planned if port.last is not None)
        without = (Group.SILENT, Group.HELD)
        lost = [(one, row) for (one, _), row in zip(planned, rows, strict=True) if row.group in without]
        if len(lost) * len(self.by_number) > MOST_PAIRS:
            lost = []
        outgoing = self._outgoing()
        found, ephemeral = [], 0
        for (carrier, number), sockets in self.by_number.items():
            if (carrier, number) in singles or _inside(ranges[carrier], number):
                continue
            if carrier is Transport.UDP and number in outgoing:
                ephemeral += 1
                continue
            remarks = [words.UNPLANNED_LOOPBACK] if all(is_loopback(one.address) for one in sockets) else []
            remarks += _moved(sockets, lost)
            row = Compared(
                group=Group.UNPLANNED,
                number=number,
                transport=carrier,
                sockets=tuple(sockets),
                opened=1,
                remarks=tuple(remarks),
            )
            found.append(row)
        return found, ephemeral

    def _outgoing(self) -> range:
        here = None if self.sockets.saved else local_ephemeral_range()
        return here or ephemeral_range(self.host.platform or self.sockets.platform)


def _compared(
    group: Group,
    application: Application,
    port: ListeningPort,
    sockets: tuple[OpenSocket, ...] = (),
    *,
    opened: int | None = None,
    remarks: tuple[str, ...] = (),
) -> Compared:
    return Compared(
        group=group,
        number=port.number,
        last=port.last,
        transport=port.transport,
        application=application.name,
        port_id=port.port_id,
        address=port.address,
        sockets=sockets,
        opened=int(bool(sockets)) if opened is None else opened,
        remarks=remarks,
    )


def _serves(socket: OpenSocket, target: IPv4Address | IPv6Address | str | None) -> str:
    """Whether who looks for the target finds this socket: a word of `_BEST`."""
    if socket.address == EVERY:
        return "yes"
    wants_ipv6 = isinstance(target, IPv6Address)
    if socket.address == "0.0.0.0":
        return "family" if wants_ipv6 else "yes"
    if socket.address == "::":
        if wants_ipv6 or socket.dual:
            return "yes"
        # Nobody has said that IPv4 is wanted: an IPv6 listener is what there is.
        return "maybe" if socket.dual is None or target is None else "family"
    if target is not None and socket.address == str(target):
        return "yes"
    if is_loopback(socket.address):
        # A plan of loopback hosts: this is another one of them.
        return "no" if target is not None and is_loopback(str(target)) else "loopback"
    if isinstance(target, str):
        return "maybe"
    unspecified = wants_ipv6 and target == IPv6Address(0)
    return "yes" if target is None or (unspecified and ":" in socket.address) else "elsewhere"


def _remarks(
    way: str, sockets: Sequence[OpenSocket], wanted: str, target: IPv4Address | IPv6Address | str | None
) -> tuple[str, ...]:
    addresses = ", ".join(dict.fromkeys(one.address for one in sockets))
    if way == "loopback":
        return (words.LOOPBACK_ONLY,)
    if way == "elsewhere":
        return (words.ELSEWHERE.format(addresses=addresses, wanted=wanted),)
    if way == "family":
        return (words.IPV4_ONLY if isinstance(target, IPv6Address) else words.IPV6_ONLY,)
    if way == "maybe":
        named = isinstance(target, str) and addresses != "::"
        return (words.NAME_UNKNOWN.format(addresses=addresses) if named else words.IPV6_OR_BOTH,)
    return ()


def _moved(sockets: Sequence[OpenSocket], lost: Sequence[tuple[Application, Compared]]) -> list[str]:
    """Whose program listens here while it does not have its planned port: that is where to look first."""
    carrier = sockets[0].transport
    known = [
        (application, row)
        for application, row in lost
        if row.transport.carrier is carrier and any(is_planned(one.program, application) for one in sockets)
    ]
    # The name of the application itself tells more than that of its kind.
    own = [pair for pair in known if any(is_called(one.program, pair[0].name) for one in sockets)]
    return [words.MOVED.format(application=one.name, port=row.port) for one, row in (own or known)[:1]]


def _merged(ranges: Iterable[tuple[Transport, range]]) -> dict[Transport, list[range]]:
    """Ranges of each transport in order, those that overlap made one."""
    merged: dict[Transport, list[range]] = {Transport.TCP: [], Transport.UDP: []}
    for carrier, numbers in sorted(ranges, key=lambda one: one[1].start):
        done = merged[carrier]
        if done and numbers.start <= done[-1].stop:
            done[-1] = range(done[-1].start, max(done[-1].stop, numbers.stop))
        else:
            done.append(numbers)
    return merged


def _inside(ranges: Sequence[range], number: int) -> bool:
    place = bisect_left(ranges, number + 1, key=lambda one: one.start)
    return place > 0 and number in ranges[place - 1]
