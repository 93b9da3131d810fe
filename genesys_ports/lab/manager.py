"""What the network management system of a lab does: it asks applications over SNMP, and hears traps.

`Lab` has all of it. Without a running network management system it is you who asks, from outside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import InvalidValueError, NoSnmpPortError, NotRunningError, SnmpRefusedError, UnknownObjectError
from ..model import Application, Deployment, ListeningPort
from ..snmp.names import OBJECTS, TABLES, TableType, kind_of, name_of, oid_of, text_of
from ..snmp.objects import LONGEST_STRING, Oid, Syntax, Value
from ..table import Table
from ..trace import Participant
from . import manager_words as words
from .asker import Asker, Target, Variables
from .calls import Calls
from .console_port import is_console
from .network import Network
from .reading import Reading
from .roles import MASTER_AGENT, NETWORK_MANAGEMENT_SYSTEM, component_of, place_of
from .snmp_messages import Packet
from .snmp_side import is_management
from .snmp_users import COMMUNITY, User
from .step import step
from .stream import STRANGERS_KEPT
from .traps import trap_name, trap_text
from .words import YOU

__all__ = ["Manager", "Trap"]

#: Traps a lab keeps.
TRAPS_KEPT = 1_000

#: Objects read in one walk, at most.
WALKED = 10_000

#: Versions of SNMP with communities; the third has users.
VERSIONS = ("1", "2c")

NULL = Value(Syntax.NULL)


class Trap(NamedTuple):
    """A trap that a network management system has heard: its number, who heard it from whom, its name and its text."""

    number: int
    manager: str
    sender: str
    name: str
    text: str


class Manager(Calls):
    """What a lab does with SNMP, on the side of whoever asks."""

    def __init__(self, plan: Deployment, network: Network) -> None:
        super().__init__(plan, network)
        self._traps: deque[Trap] = deque(maxlen=TRAPS_KEPT)
        self._traps_heard = 0
        self._asked = 0

    def _name(self, name: str) -> str:
        raise NotImplementedError

    # --- traps

    def heard_trap(self, manager: str, sender: str, packet: Packet) -> None:
        """A network management system has heard a trap."""
        self._traps_heard += 1
        name, text = trap_name(packet)[:STRANGERS_KEPT], trap_text(packet)[:STRANGERS_KEPT]
        self._traps.append(Trap(self._traps_heard, manager, sender, name, text))

    def traps(self) -> Table:
        """A table of the traps that the network management systems of this lab have heard, the oldest first."""
        managers = list(dict.fromkeys(one.manager for one in self._traps))
        caption = words.TRAPS.format(manager=", ".join(managers)) if managers else words.TRAPS_NONE
        if len(managers) > 1:
            return Table(("No.", "Heard by", "From", "Trap", "Text"), self._traps, caption)
        rows = [(one.number, one.sender, one.name, one.text) for one in self._traps]
        return Table(("No.", "From", "Trap", "Text"), rows, caption)

    # --- questions

    @step
    async def snmpget(
        self,
        application: str,
        *names: str,
        community: str = COMMUNITY,
        user: str | User | None = None,
        by: str | None = None,
        port_id: str | None = None,
        version: str = "2c",
    ) -> Reading:
        """Ask an application for managed objects: `await lab.snmpget("message_server", "sysName.0")`.

        A name without its number stands for the only object of that name, or for the application's own row:
        `gpApplicationState`. `by` is who asks: an application of the plan, or "you"; the network management system of
        the plan unless told otherwise, where it runs. With `user`, one of `lab.snmp_users`, it is asked in version 3.

        Raises `SnmpSilentError`, `SnmpRefusedError`, `UnknownObjectError`, `NoSnmpPortError`, `NotRunningError`.
        """
        target = self._target(application, port_id, by)
        oids = [self._object(name, target.application) for name in names or ("sysName",)]
        async with _Questions(self, target, community, user, version) as questions:
            return self._reading(target, await questions.ask("get", oids))

    @step
    async def snmpwalk(
        self,
        application: str,
        name: str = "system",
        *,
        community: str = COMMUNITY,
        user: str | User | None = None,
        by: str | None = None,
        port_id: str | None = None,
        version: str = "2c",
    ) -> Reading:
        """Ask for one object after the other, as far as `name` goes: a group, a table, a column.

        Raises the same as `snmpget`.
        """
        target = self._target(application, port_id, by)
        root = _known(name)
        found: list[tuple[Oid, Value]] = []
        async with _Questions(self, target, community, user, version) as questions:
            last = root
            while len(found) < WALKED:
                after = await questions.next([last])
                if not after or not _goes_on(root, last, after[0]):
                    break
                last = after[0][0]
                found += after
            if not found:
                # Perhaps it is an object itself.
                found += await questions.ask("get", [root])
        return self._reading(target, found)

    @step
    async def snmptable(
        self,
        application: str,
        name: str = "gpApplicationTable",
        *,
        community: str = COMMUNITY,
        user: str | User | None = None,
        by: str | None = None,
        port_id: str | None = None,
        version: str = "2c",
    ) -> Table:
        """Ask for a whole table, row by row. Raises the same as `snmpget`."""
        target = self._target(application, port_id, by)
        table = _table(name)
        columns = [column for column in table.columns if not column.is_index]
        rows: list[tuple[str, ...]] = []
        async with _Questions(self, target, community, user, version) as questions:
            last = [column.oid for column in columns]
            while len(rows) < WALKED:
                after = await questions.next(last)
                going_on = [
                    _goes_on(column.oid, before, one) for column, before, one in zip(columns, last, after, strict=False)
                ]
                if not after or not all(going_on):
                    break
                index = after[0][0][len(columns[0].oid) :]
                rows.append((".".join(map(str, index)), *(text_of(value, oid) for oid, value in after)))
                last = [oid for oid, _ in after]
        heads = [column.name for column in columns]
        caption = words.READING.format(application=application, port=target.port)
        return Table(("Index", *heads), rows, caption)

    @step
    async def snmpset(
        self,
        application: str,
        name: str,
        value: str | int,
        *,
        community: str = COMMUNITY,
        user: str | User | None = None,
        by: str | None = None,
        port_id: str | None = None,
        version: str = "2c",
    ) -> Reading:
        """Try to change a managed object. Agents of a lab refuse: `SnmpRefusedError`. Raises the same as `snmpget`."""
        target = self._target(application, port_id, by)
        oid = self._object(name, target.application)
        wanted = _value(value)
        async with _Questions(self, target, community, user, version) as questions:
            return self._reading(target, await questions.put(oid, wanted))

    # --- who asks whom, and for what

    def _target(self, application: str, port_id: str | None, by: str | None) -> Target:
        self._check_open()
        running = self.running(self._name(application))
        asked = running.application if running else self.plan.application(application)
        port = self._snmp_port(asked, port_id)
        asker, host = self._asker(by)
        if host:
            way = self.network.way(host, asked.host, port)
            address = self.network.address_of(host)
        else:
            self.trace.join(Participant(YOU))
            way = self.network.way(asked.host, asked.host, port)
            address = "127.0.0.1"
        patient = component_of(self.plan, asked.name) == MASTER_AGENT
        return Target(asker, host, address, asked, port, way, patient)

    def _asker(self, by: str | None) -> tuple[str, str]:
        """Who asks, and on which host it runs; you are on none."""
        if by is None:
            managers = (n for n in self._running if component_of(self.plan, n) == NETWORK_MANAGEMENT_SYSTEM)
            by = next(managers, YOU)
        if by == YOU and not self.plan.has_application(YOU):
            return YOU, ""
        running = self.running(self._name(by))
        if running is None:
            self.plan.application(by)
            raise NotRunningError(by)
        return by, running.host

    def _snmp_port(self, application: Application, port_id: str | None) -> ListeningPort:
        hears_traps = component_of(self.plan, application.name) == NETWORK_MANAGEMENT_SYSTEM
        speaks = [] if hears_traps else [port for port in application.ports if is_management(port)]
        others = [f"{port} ({port.port_id})" for port in speaks]
        console = next((f"Port {one}" for one in application.ports if is_console(self.plan, application.name, one)), "")
        if port_id is None:
            if not speaks:
                raise NoSnmpPortError(application.name, console=console)
            return speaks[0]
        port = application.port(port_id)
        if port not in speaks:
            purpose = words.FOR_TRAPS if hears_traps else port.purpose
            raise NoSnmpPortError(application.name, str(port), purpose, others, console)
        return port

    def _object(self, name: str, application: Application) -> Oid:
        oid = _known(name)
        kind = kind_of(oid)
        if kind is None or kind.oid != oid:
            return oid
        table = next((one for one in TABLES.values() if kind in one.columns), None)
        if table is None:
            return (*oid, 0)
        known = self.plan.has_application(application.name)
        own_row = known and table.index == ("gpApplicationIndex",)
        return (*oid, place_of(self.plan, application.name)) if own_row else oid

    def _reading(self, target: Target, variables: Variables) -> Reading:
        caption = words.READING.format(application=target.application.name, port=target.port)
        return Reading(variables, caption)

    def next_request(self) -> int:
        """The number of the next question: counted, so that two runs send the same bytes."""
        self._asked += 1
        return self._asked

    def user_called(self, user: str | User) -> User:
        """A user of version 3; one that nobody knows has a name and no password."""
        if isinstance(user, User):
            return user
        return next((one for one in self.snmp_users if one.name == user), User(str(user)))


class _Questions:
    """A conversation with one agent, as a context."""

    def __init__(self, lab: Manager, target: Target, community: str, user: str | User | None, version: str) -> None:
        self._lab = lab
        if str(version) not in VERSIONS:
            raise InvalidValueError(words.VERSION, version, [*VERSIONS, words.VERSION_3])
        self._version = str(version)
        self._community = str(community)
        self._asker = Asker(lab, target)
        self._secure = None
        if user is not None:
            from .snmp_secure import Secure

            self._version = "2c"
            self._secure = Secure(lab.user_called(user))

    async def __aenter__(self) -> _Questions:
        await self._asker.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._secure is not None:
            self._secure.close()
        await self._asker.__aexit__(*error)

    async def ask(self, kind: str, oids: Sequence[Oid]) -> Variables:
        # On the wire a number by itself has a second one behind it (X.690, section 8.19).
        return await self._send(kind, [(oid if len(oid) > 1 else (*oid, 0), NULL) for oid in oids])

    async def put(self, oid: Oid, value: Value) -> Variables:
        return await self._send("set", [(oid, value)])

    async def next(self, oids: Sequence[Oid]) -> Variables:
        """The object after each of these; nothing where there is none."""
        try:
            return await self.ask("getnext", oids)
        except SnmpRefusedError as error:
            # Version 1 says so of the end.
            if self._version == "1" and error.status == "noSuchName":
                return ()
            raise

    async def _send(self, kind: str, variables: Variables) -> Variables:
        packet = Packet(kind, tuple(variables), self._lab.next_request(), self._community, self._version)
        if self._secure is not None:
            return await self._asker.ask_securely(self._secure, packet)
        return await self._asker.ask(packet)


def _value(value: str | int) -> Value:
    if not isinstance(value, int) or isinstance(value, bool):
        return Value(Syntax.STRING, str(value).encode("utf-8", "replace")[:LONGEST_STRING])
    if not -(2**31) <= value < 2**31:
        # So large that Python does not write it down with ten digits any more, perhaps.
        shown = value if value.bit_length() <= 64 else hex(value)
        raise InvalidValueError(words.INTEGER, shown, [words.INTEGERS])
    return Value(Syntax.INTEGER, value)


def _known(name: str) -> Oid:
    oid = oid_of(name) if isinstance(name, str) else None
    if oid is None:
        raise UnknownObjectError(name, list(OBJECTS))
    return oid


def _table(name: str) -> TableType:
    wanted = name_of(_known(name)) if isinstance(name, str) and oid_of(name) else name
    if wanted not in TABLES:
        raise UnknownObjectError(name, list(TABLES), no_table=isinstance(name, str) and oid_of(name) is not None)
    return TABLES[wanted]


def _goes_on(root: Oid, before: Oid, one: tuple[Oid, Value]) -> bool:
    """Whether this is a further object below `root`. An agent that goes back would be asked for ever."""
    oid, value = one
    return value.is_there and oid[: len(root)] == root and oid > before
