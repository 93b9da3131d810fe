"""What every rule stands on: the plan, indexed once, and the making of findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from ...catalog import Basis, Component, load_catalog
from ...errors import BadRow
from ...model import Application, Connection, Deployment, ListeningPort, Platform, Purpose
from ...origin import Place
from ..codes import CODES, covers
from ..findings import Change, Finding, PlannedPort
from ..free import machines, platforms
from . import words
from .names_of import guessed_type
from .survey import Survey, catalogued, look

__all__ = ["Ground", "Stand"]


class Stand(NamedTuple):
    """One listening port with the application it belongs to."""

    application: Application
    port: ListeningPort

    @property
    def key(self) -> tuple[str, str]:
        """How the plan's origin, and a change, name it."""
        return self.application.name, self.port.port_id


#: Ports of one application up to which nobody makes an index of them.
_FEW = 8

#: Names looked at, in one check, for what a mistyped one may mean.
MOST_COMPARED = 20_000


class Ground:
    """A plan with what the rules ask of it again and again, each found once.

    `platform` is the system of hosts that state none; `off` are the codes that the whole plan switches off.
    """

    def __init__(
        self,
        plan: Deployment,
        *,
        platform: Platform | None = None,
        off: frozenset[str] = frozenset(),
        bad: Sequence[BadRow] = (),
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.plan = plan
        self.origin = plan.origin
        self.platform = platform
        self.off = off
        self.bad = bad
        self._progress = progress
        self.applications = {one.name: one for one in plan.applications}
        self.machine_of = machines(plan)
        self.on_machine: dict[str, list[Application]] = defaultdict(list)
        for one in plan.applications:
            self.on_machine[self.machine_of[one.host]].append(one)
        self.hosts_of: dict[str, list[str]] = defaultdict(list)
        for host in plan.hosts:
            self.hosts_of[self.machine_of[host.name]].append(host.name)
        self.platform_of = platforms(plan, self.machine_of, platform)
        self._ids: dict[str, dict[str, ListeningPort]] = {}
        self._numbers: dict[str, dict[tuple[int, int | None], list[ListeningPort]]] = {}
        self._types: dict[str, Component | None] = {}
        self._compared = 0
        catalog = load_catalog()
        for kind in {one.type for one in plan.applications if one.type}:
            self._types[kind] = catalog.known(kind)

    @cached_property
    def survey(self) -> Survey:
        """What one look at every port has found."""
        return look(self.on_machine, self.platform_of, self._progress)

    # --- looking things up

    def port_ids(self, application: Application) -> dict[str, ListeningPort]:
        """The ports of an application by port id; the first of each, as `Application.port` finds it."""
        ids = self._ids.get(application.name)
        if ids is None:
            ids = self._ids[application.name] = {port.port_id: port for port in reversed(application.ports)}
        return ids

    def port(self, application: Application, port_id: str) -> ListeningPort | None:
        """The port of an application with this port id, found at once; None without one."""
        # An application has a port or two: looking is quicker than an index.
        if len(application.ports) > _FEW:
            return self.port_ids(application).get(port_id)
        for port in application.ports:
            if port.port_id == port_id:
                return port
        return None

    def on_number(self, application: Application, port: ListeningPort) -> list[ListeningPort]:
        """The ports of an application on the numbers of this one, itself among them."""
        numbers = self._numbers.get(application.name)
        if numbers is None:
            numbers = self._numbers[application.name] = defaultdict(list)
            for one in application.ports:
                numbers[one.number, one.last].append(one)
        return numbers[port.number, port.last]

    def component(self, application: Application) -> Component | None:
        """What the catalogue has of it: by its type or, without one, by what its name says."""
        return self._types[application.type] if application.type else guessed_type(application.name)

    @property
    def types(self) -> dict[str, Component | None]:
        """Every type of the plan, and the component of the catalogue that it is."""
        return self._types

    def has_by_nature(self, stand: Stand) -> bool:
        """Whether this number is the application's own by documentation or custom, and no other would do as well."""
        fitting = [
            component
            for component, entry in catalogued().get(stand.port.number, ())
            if entry.basis in (Basis.DEFAULT, Basis.CONVENTION)
            or (entry.purpose is stand.port.purpose and entry.purpose is not Purpose.COMMUNICATION)
        ]
        # Asked last: what a name says takes longest to find out.
        return bool(fitting) and self.component(stand.application) in fitting

    def is_default(self, stand: Stand) -> bool:
        """Whether this number is the documented default of this kind of application."""
        entries = catalogued().get(stand.port.number, ())
        fitting = [component for component, entry in entries if entry.basis is Basis.DEFAULT]
        return bool(fitting) and self.component(stand.application) in fitting

    @cached_property
    def fixed_ends(self) -> list[Connection]:
        """The connections whose client has a number of its own."""
        return [one for one in self.plan.connections if one.client_port or one.backup_client_port]

    @cached_property
    def clients(self) -> Counter[tuple[str, str]]:
        """How many connections each port has, by application and port id."""
        return Counter((one.server, one.port_id) for one in self.plan.connections)

    @cached_property
    def servers_of(self) -> dict[str, list[str]]:
        """The names of the servers that each application connects to."""
        servers: dict[str, list[str]] = defaultdict(list)
        for one in self.plan.connections:
            servers[one.client].append(one.server)
        return servers

    @cached_property
    def primary_of(self) -> dict[str, str]:
        """The first primary that names each backup."""
        primaries: dict[str, str] = {}
        for one in self.plan.applications:
            if one.backup and one.backup != one.name:
                primaries.setdefault(one.backup, one.name)
        return primaries

    def partner(self, application: Application) -> Application | None:
        """The other one of its HA pair, if the plan has it."""
        name = application.backup or self.primary_of.get(application.name, "")
        return self.applications.get(name) if name != application.name else None

    @cached_property
    def _primaries(self) -> Counter[str]:
        """How many applications name each as their backup."""
        return Counter(one.backup for one in self.plan.applications if one.backup)

    def is_pair(self, one: Application, other: Application) -> bool:
        """Whether they are one HA pair and in no other: who has two partners cannot follow both."""
        primary, backup = (one, other) if one.backup == other.name else (other, one)
        if primary.backup != backup.name or backup.backup:
            return False
        return self._primaries[backup.name] == 1 and primary.name not in self._primaries

    @cached_property
    def blocks(self) -> dict[tuple[str, str], range]:
        """The numbers of each block, by host and team; the first counts, as in `Deployment.block_of`."""
        blocks: dict[tuple[str, str], range] = {}
        for block in self.plan.blocks:
            blocks.setdefault((block.host, block.team), block.numbers)
        return blocks

    def block_of(self, application: Application) -> range | None:
        """What `Deployment.block_of` says, found at once."""
        of_team = self.blocks.get(("", application.team)) if application.team else None
        return of_team if of_team is not None else self.blocks.get((application.host, ""))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {_squeezed(name): name for name in reversed(self.applications)}

    def meant(self, name: str) -> str:
        """What to write instead of a name that the plan does not have; empty when nothing is near.

        Case, blanks, dashes and underscores count for nothing. Mistyped letters are looked for among `MOST_COMPARED`
        names in all: in a large plan that would take longer than everything else together.
        """
        squeezed = _squeezed(name)
        guess = self._spellings.get(squeezed)
        if guess is None and self._compared + len(self._spellings) <= MOST_COMPARED:
            self._compared += len(self._spellings)
            close = get_close_matches(squeezed, self._spellings, n=1, cutoff=0.8)
            guess = self._spellings[close[0]] if close else None
        return words.MEANT.format(guess=words.shown(guess)) if guess else ""

    # --- where it stands

    def rows(self, stands: Iterable[Stand]) -> list[Place | None]:
        """The rows of ports; None for one that was written in code."""
        return [self.origin.ports.get(stand.key) for stand in stands]

    def row_of_application(self, name: str) -> Place | None:
        """The row that first names an application."""
        return self.origin.applications.get(name)

    def row_of_connection(self, connection: Connection) -> Place | None:
        """The row of a connection, or that of its client."""
        return self.origin.connections.get(connection) or self.origin.applications.get(connection.client)

    # --- findings

    def silent(self, code: str, rows: Iterable[Place | None]) -> bool:
        """Whether the plan, or every one of these rows, switches the code off."""
        if code in self.off:
            return True
        if not self.origin.ignored:
            return False
        some = False
        for row in rows:
            if row is None or not covers(self.origin.ignored.get(row, ()), code):
                return False
            some = True
        return some

    def heard(self, code: str, stands: Iterable[Stand]) -> list[Stand]:
        """Those whose own row does not switch the code off."""
        return [one for one in stands if not self.silent(code, (self.origin.ports.get(one.key),))]

    def found(
        self,
        code: str,
        message: str,
        *,
        rows: Iterable[Place | None] = (),
        stands: Sequence[Stand] = (),
        ports: Sequence[PlannedPort] = (),
        proposal: str = "",
        changes: Sequence[Change] = (),
    ) -> Finding:
        """A finding, with severity, reason and source as its code has them; rows in the order of the sheets."""
        told = CODES[code]
        return Finding(
            code=code,
            severity=told.severity,
            message=message,
            why=told.why,
            source=told.source,
            rows=tuple(sorted({row for row in rows if row is not None})),
            ports=(*(planned(stand) for stand in stands), *ports),
            proposal=proposal or told.remedy,
            change=changes[0] if changes else None,
            further=tuple(changes[1:]),
        )


def _squeezed(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def planned(stand: Stand) -> PlannedPort:
    """A port as a finding names it."""
    application, port = stand
    return PlannedPort(application.host, application.name, port.port_id, port.number, port.last, str(port.transport))
