"""The next number to plan on a host: `next_free_port` for one question, `FreePorts` for many on one plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from ipaddress import IPv6Address, ip_address

from ..binding import Outcome, ephemeral_range, privileged_below, who_blocks
from ..catalog import Basis, load_catalog
from ..errors import InvalidPortError, NoFreePortError
from ..model import HIGHEST_PORT, Deployment, ListeningPort, Platform, Transport, parse_word
from .lca_number import lca_number
from .well_known import WELL_KNOWN

__all__ = ["FreePorts", "beside_applications", "machines", "next_free_port", "one_spelling", "platforms"]

#: Numbers below this are assigned to something else (System Ports, RFC 6335), even where nobody guards them.
WELL_KNOWN_BELOW = 1024

#: The block searched when none is given: the hundred around the wanted number.
BLOCK = 100


def next_free_port(
    plan: Deployment, host: str, wanted: int, *, transport: str = "tcp", block: range | None = None, length: int = 1
) -> int:
    """The next number above `wanted` that nothing on `host` is planned on, on any address.

    With a `length`, the first number of so many free ones in a row. Looks through `block` from `wanted` on and
    then from its start; without a block, through the hundred around `wanted` (5150: 5100 to 5199), then above and
    then below it. Never gives a number that needs administrator rights or that the system hands out for outgoing
    connections, and one below 1024, the documented default of a component, one that is well known for another service
    (3306 …), or one that a team has set aside (where no `block` is given) only when no other is left.

    Raises `NoFreePortError` when nothing is left, `UnknownHostError`, `InvalidPortError`.
    """
    return FreePorts(plan).take(host, wanted, transport=transport, block=block, length=length)


class FreePorts:
    """Free numbers of one plan, many of them: what has been taken once is not given again.

    `platform` is the system of the hosts whose own the plan does not state. `machines` says which hosts are one.
    """

    def __init__(self, plan: Deployment, platform: Platform | str | None = None) -> None:
        self._plan = plan
        default = None if platform is None else parse_word(Platform, platform, "platform")
        self._machines = machines(plan)
        self._platforms = platforms(plan, self._machines, default)
        self._planned: dict[str, list[Iterable[ListeningPort]]] = defaultdict(list)
        for application in plan.applications:
            self._planned[self._machines[application.host]].append(application.ports)
        for name, _, port in beside_applications(plan):
            self._planned[self._machines[name]].append((port,))
        self._of_teams = _either(_bits(block.numbers) for block in plan.blocks if block.team)
        self._taken: dict[tuple[str, Transport, str], int] = {}
        self._given: dict[tuple[str, Transport], int] = defaultdict(int)

    def take(
        self,
        host: str,
        wanted: int,
        *,
        transport: str = "tcp",
        block: range | None = None,
        length: int = 1,
        address: str = "",
    ) -> int:
        """The number that `next_free_port` would give, for a port on `address`; from now on it counts as planned.

        Raises `NoFreePortError` when nothing is left, `UnknownHostError`, `InvalidPortError`.
        """
        return self.take_for_all([(host, transport, address)], wanted, block=block, length=length)

    def take_for_all(
        self,
        places: Sequence[tuple[str, str, str]],
        wanted: int,
        *,
        block: range | None = None,
        length: int = 1,
    ) -> int:
        """One number that is free in every place: for both of an HA pair, or for SIP over UDP and TCP.

        A place is a host, a transport and an address. Otherwise as `take`.
        """
        number = ListeningPort(number=wanted).number
        if not 1 <= length <= HIGHEST_PORT:
            raise InvalidPortError(f"{wanted}-{wanted + length - 1}")
        if block is not None and (not block or min(block) < 1 or max(block) > HIGHEST_PORT):
            raise InvalidPortError(f"{block.start}-{block.stop - 1}")
        searched = range(1, HIGHEST_PORT + 1) if block is None else range(min(block), max(block) + 1)
        barred, avoided = 1 << number, 0 if block is not None else self._of_teams
        given = []
        for host, transport, address in places:
            machine = self._machines[self._plan.host(host).name]
            carrier = parse_word(Transport, transport, "transport").carrier
            never, rarely = _limits(self._platforms[machine])
            barred |= never | self._given[machine, carrier] | self._in_the_way(machine, carrier, address)
            avoided |= rarely
            given.append((machine, carrier))
        for shut in (barred | avoided, barred):
            starts = _rows_of(length, _bits(searched) & ~shut)
            found = _beside(number, starts) if block is None else _after(number, starts & _bits(block))
            if found is not None:
                for key in given:
                    self._given[key] |= _bits(range(found, found + length))
                return found
        raise NoFreePortError(places[0][0], searched[0], searched[-1])

    def _in_the_way(self, machine: str, carrier: Transport, address: str) -> int:
        """Every number of the machine that a port on this address would not get, or might not get."""
        key = (machine, carrier, address)
        if key not in self._taken:
            platform = self._platforms[machine]
            taken = 0
            # A machine has many ports and few kinds of them.
            kinds: dict[tuple[Transport, str], bool] = {}
            for ports in self._planned[machine]:
                for port in ports:
                    kind = port.transport, port.address
                    blocks = kinds.get(kind)
                    if blocks is None:
                        blocks = kinds[kind] = _may_block(*kind, carrier, address, platform)
                    if blocks:
                        taken |= 1 << port.number if port.last is None else _bits(port.numbers)
            self._taken[key] = taken
        return self._taken[key]


def machines(plan: Deployment) -> dict[str, str]:
    """Which machine each host is, by name: hosts with one address are one, called like the first of them.

    So are hosts whose names differ in capital letters only: DNS knows no difference (RFC 4343).
    """
    machine_of: dict[str, str] = {}
    with_key: dict[tuple[str, str], str] = {}
    joined: dict[str, str] = {}
    order = {host.name: n for n, host in enumerate(plan.hosts)}

    def head(name: str) -> str:
        while name in joined:
            name = joined[name]
        return name

    for host in plan.hosts:
        machine = host.name
        keys = [("name", host.name.lower())]
        if host.address:
            keys.append(("address", one_spelling(host.address)))
        found = list(dict.fromkeys(head(with_key[key]) for key in keys if key in with_key))
        if found:
            # A host may show that two of before are one: the earlier gives its name.
            machine = min(found, key=order.__getitem__)
            joined.update((other, machine) for other in found if other != machine)
        for key in keys:
            with_key[key] = machine
        machine_of[host.name] = machine
    return {name: head(machine) for name, machine in machine_of.items()}


def platforms(
    plan: Deployment, machine_of: Mapping[str, str], default: Platform | None = None
) -> dict[str, Platform | None]:
    """The system of each machine; `default` is that of hosts that state none."""
    systems: dict[str, set[Platform | None]] = defaultdict(set)
    for host in plan.hosts:
        systems[machine_of[host.name]].add(host.platform or default)
    # Two Host objects that disagree about one machine: nobody has said.
    return {name: found.pop() if len(found) == 1 else None for name, found in systems.items()}


def one_spelling(address: str) -> str:
    """An IP address however it was written; what is none, in small letters."""
    try:
        ip = ip_address(address.strip().strip("[]"))
    except ValueError:
        return address.strip().casefold()
    return str(ip.ipv4_mapped if isinstance(ip, IPv6Address) and ip.ipv4_mapped else ip)


def beside_applications(plan: Deployment) -> Iterator[tuple[str, str, ListeningPort]]:
    """What takes a number of a host and listens for no application, as ports: its LCA port, and clients' own ends.

    Each is the host, the client (empty for the LCA), and the port. A backup without a port of its own for the
    connection may come with that of its primary.
    """
    for host in plan.hosts:
        if host.lca_port and 1 <= host.lca_port <= HIGHEST_PORT:
            yield host.name, "", ListeningPort(number=lca_number(host.lca_port))
    for one in plan.connections:
        if (one.client_port or one.backup_client_port) and plan.has_application(one.client):
            client = plan.application(one.client)
            over = _transport_of(plan, one.server, one.port_id)
            if one.client_port:
                fixed = ListeningPort(number=one.client_port, transport=over, address=one.client_address)
                yield client.host, client.name, fixed
            number = one.backup_client_port or one.client_port
            if number and plan.has_application(client.backup):
                backup = plan.application(client.backup)
                yield backup.host, backup.name, ListeningPort(number=number, transport=over)


def _transport_of(plan: Deployment, server: str, port_id: str) -> Transport:
    ports = plan.application(server).ports if plan.has_application(server) else ()
    return next((port.transport for port in ports if port.port_id == port_id), Transport.TCP)


# The verdict hangs on transports and addresses alone, never on the numbers: a large plan asks a few times only.
@lru_cache(maxsize=4096)
def _may_block(transport: Transport, planned: str, carrier: Transport, address: str, platform: Platform | None) -> bool:
    there = ListeningPort(number=HIGHEST_PORT, transport=transport, address=planned)
    new = ListeningPort(number=HIGHEST_PORT, transport=carrier, address=address)
    return any(
        who_blocks(first, second, platform).outcome is not Outcome.NO_CLASH
        for first, second in ((there, new), (new, there))
    )


# --- sets of numbers: an integer whose bit n is set when n belongs to it. All 65,535 take 8 kilobytes, and looking
# --- for a free one is a handful of operations, so that a plan may ask thousands of times.


def _bits(numbers: range) -> int:
    if numbers.step == 1:
        return (1 << numbers.stop) - (1 << numbers.start)
    return _either(1 << number for number in numbers)


def _either(sets: Iterable[int]) -> int:
    joined = 0
    for one in sets:
        joined |= one
    return joined


@cache
def _limits(platform: Platform | None) -> tuple[int, int]:
    """Numbers never given, and numbers given only when no other is left."""
    barred = _bits(range(privileged_below(platform))) | _bits(ephemeral_range(platform))
    others = _documented() | {number for number, _ in WELL_KNOWN}
    return barred, _bits(range(WELL_KNOWN_BELOW)) | _either(1 << number for number in others)


def _rows_of(length: int, free: int) -> int:
    """Where so many free numbers in a row begin."""
    have = 1
    while have < length:
        more = min(have, length - have)
        free &= free >> more
        have += more
    return free


def _beside(wanted: int, starts: int) -> int | None:
    """The next of `starts` in the hundred around `wanted`, else the first above it, else the last below it."""
    first = wanted - wanted % BLOCK
    inside = _after(wanted, starts & _bits(range(first, first + BLOCK)))
    if inside is not None:
        return inside
    above = _lowest(starts >> first + BLOCK << first + BLOCK)
    return above if above is not None else (starts.bit_length() - 1 if starts else None)


def _after(wanted: int, starts: int) -> int | None:
    above = _lowest(starts >> wanted << wanted)
    return above if above is not None else _lowest(starts)


def _lowest(numbers: int) -> int | None:
    return (numbers & -numbers).bit_length() - 1 if numbers else None


@cache
def _documented() -> frozenset[int]:
    """Numbers that a component has by default or by convention."""
    return frozenset(
        number
        for _, port in load_catalog().entries()
        if port.number is not None and port.basis in (Basis.DEFAULT, Basis.CONVENTION)
        for number in range(port.number, (port.last or port.number) + 1)
    )
