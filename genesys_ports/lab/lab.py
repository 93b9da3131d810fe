"""The plan alive: every planned port a real listening socket on this machine, every planned connection a real one."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from html import escape
from types import TracebackType
from typing import Any, Self

from ..catalog import load_catalog
from ..errors import (
    LabClosedError,
    NoConnectionError,
    NoFreePortError,
    NotConnectedError,
    NotRunningError,
    PortInUseError,
)
from ..model import Application, Deployment, ListeningPort
from ..plan import next_free_port
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..table import Table
from ..trace import Kind, Message, Participant, Trace
from . import words
from .application import LogEvent, RunningApplication
from .link import WAIT_LIMIT, Link
from .network import Network, PortTaken, open_network
from .owners import owner_sentence
from .report import Report
from .roles import component_of

__all__ = ["Lab"]

#: Seconds between two looks at the clock. They let an interrupt of the kernel act at once: it takes effect only when
#: the event loop wakes up.
TICK = 0.2

#: Log events the lab keeps.
EVENTS_KEPT = 10_000

#: Start-up place of a component the documentation gives none: after all that have one.
_LAST = 1_000


class Lab:
    """A plan brought to life on this machine's loopback.

    Open one with `lab = await Lab.open(plan)`, end it with `await lab.close()`. Applications start and stop by name;
    starting what runs already, stopping what does not, and closing twice say so and succeed. Ports are those of the
    plan; what a learner sees is the planned host and number, never a translated one.
    """

    #: The open labs of this process by name: opening a lab again closes the one before.
    _open: dict[str, Lab] = {}

    def __init__(self, plan: Deployment, network: Network, name: str) -> None:
        self.plan = plan
        self.name = name
        self.network = network
        self.trace = Trace()
        self.events: deque[LogEvent] = deque(maxlen=EVENTS_KEPT)
        self.dialling: dict[Any, Link] = {}
        self._running: dict[str, RunningApplication] = {}
        self._taken: dict[tuple[str, str], str] = {}
        self._losses: list[str] = []
        self._outsiders: list[asyncio.subprocess.Process] = []
        self._outsider_names: dict[Any, str] = {}
        self._outsiders_seen = 0
        self._closed = False
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._ticking = self._loop.call_later(TICK, self._tick)
        self._take(plan)

    @classmethod
    async def open(
        cls, plan: Deployment, *, name: str = "lab", fixed: bool = False, one_address: bool | None = None
    ) -> Self:
        """A lab for this plan; nothing listens yet. A lab of the same `name` that is still open is closed first.

        `fixed` takes the fixed loopback network that other tools expect, instead of one of its own. `one_address`
        behaves as on a system with one loopback address only; None finds out. Raises `NetworkRangeError`.
        """
        before = cls._open.pop(name, None)
        if before is not None:
            await before._end()
        network = open_network(fixed=fixed, one_address=one_address)
        try:
            lab = cls(plan, network, name)
        except BaseException:
            network.close()
            raise
        cls._open[name] = lab
        return lab

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # --- the plan

    def update(self, plan: Deployment) -> Report:
        """Give the lab a changed plan. What runs keeps the plan it read at its start, until it is restarted."""
        self._check_open()
        self._take(plan)
        sentences = [words.UPDATED]
        if old := [one.name for one in self._running.values() if self._outdated(one)]:
            sentences.append(words.UPDATED_RESTART.format(applications=", ".join(old)))
        return Report(sentences)

    def _take(self, plan: Deployment) -> None:
        self.network.prepare(plan)
        self.plan = plan
        self._taken.clear()
        for application in plan.applications:
            ports = tuple(str(port) for port in application.ports)
            self.trace.join(Participant(application.name, application.host, ports))

    def _outdated(self, one: RunningApplication) -> bool:
        if not self.plan.has_application(one.name):
            return True
        return self.plan.application(one.name) != one.application or self._held(one.plan, one) != self._held(
            self.plan, one
        )

    @staticmethod
    def _held(plan: Deployment, one: RunningApplication) -> list[tuple[object, ...]]:
        # What a client knows of its servers: where each one is, and on which port.
        held: list[tuple[object, ...]] = []
        for connection in plan.servers_of(one.name):
            server = plan.application(connection.server) if plan.has_application(connection.server) else None
            held.append((connection, server and server.host, server and server.ports))
        return held

    # --- start and stop

    async def start(self, *applications: str) -> Report:
        """Start applications by name, in the order given: each opens all its ports and connects to its servers.

        Raises `PortInUseError`, `ConnectionRefusedByPeerError` (Configuration Server does not answer),
        `UnknownApplicationError`, `LabClosedError`.
        """
        self._check_open()
        wanted = [self.plan.application(name) for name in applications]
        sentences: list[str] = []
        async with self._turn:
            for application in wanted:
                sentences += await self._start(application)
            await self._settle()
        return Report(sentences)

    async def start_all(self, only: Sequence[str] | None = None) -> Report:
        """Start every application of the plan (or those of `only`) in the documented start-up order."""
        names = [one.name for one in self.start_order() if only is None or one.name in only]
        for name in only or ():
            self.plan.application(name)
        return await self.start(*names)

    def start_order(self) -> list[Application]:
        """The applications in the documented start-up order (docs.genesys.com FR/latest/Dep/Seq); those it does not name
        come last, servers before their clients as far as the order of the plan says."""

        def place(application: Application) -> int:
            key = component_of(self.plan, application.name)
            order = load_catalog().component(key).start_order if key else None
            return _LAST if order is None else order

        return sorted(self.plan.applications, key=place)

    async def _start(self, application: Application) -> list[str]:
        before = self._running.get(application.name)
        if before is not None:
            old = words.ALREADY_RUNNING_OLD if self._outdated(before) else words.ALREADY_RUNNING
            return [old.format(application=application.name)]
        one = RunningApplication(self, application, self.plan)
        self._running[one.name] = one
        try:
            await one.start()
        except BaseException:
            self._running.pop(one.name, None)
            raise
        for port in application.ports:
            self._taken.pop((one.name, port.port_id), None)
        sentences = [self._listens(application), *one.said]
        one.said.clear()
        for waiting in [other for other in self._running.values() if other is not one]:
            sentences += await self._call_again(waiting, one.name)
        return sentences

    @staticmethod
    def _listens(application: Application) -> str:
        ports = ", ".join(str(port) for port in application.ports)
        sentence = (
            (words.RUNS, words.LISTENS)[bool(ports)] if len(application.ports) < 2 else words.LISTENS_MANY
        )
        return sentence.format(application=application.name, port=ports, ports=ports, host=application.host)

    async def _call_again(self, client: RunningApplication, server: str) -> list[str]:
        # Genesys clients keep trying to connect. Here the next try comes when the server starts: the same lesson, and
        # the same trace every time.
        for connection, status in client.statuses.items():
            if connection.server == server and status in (ConnectionStatus.REFUSED, ConnectionStatus.LOST):
                await client.connect(connection)
        said, client.said = client.said, []
        return said

    async def stop(self, *applications: str) -> Report:
        """Stop applications by name. Their clients lose the connection, and say so in their logs."""
        return await self._end_applications(applications, crash=False)

    async def crash(self, *applications: str) -> Report:
        """End applications the hard way: no good-bye, every connection broken off."""
        return await self._end_applications(applications, crash=True)

    async def _end_applications(self, applications: Iterable[str], *, crash: bool) -> Report:
        self._check_open()
        sentences: list[str] = []
        async with self._turn:
            for name in applications:
                one = self._running.get(name)
                if one is None:
                    self.plan.application(name)
                    sentences.append(words.NOT_RUNNING.format(application=name))
                    continue
                await self._stop(one, crash=crash)
                sentences.append((words.CRASHED if crash else words.STOPPED).format(application=name))
                await self._settle()
                sentences += self._heard()
        return Report(sentences)

    async def _stop(self, one: RunningApplication, *, crash: bool = False) -> None:
        try:
            await one.stop(crash=crash)
        finally:
            self._running.pop(one.name, None)

    async def restart(self, *applications: str) -> Report:
        """Stop applications and start them again: each reads the plan anew."""
        stopped = await self.stop(*applications)
        started = await self.start(*applications)
        return Report([*stopped.sentences, *started.sentences])

    async def close(self) -> Report:
        """Close every port and connection, and give the loopback network back. May be called again."""
        if self._closed:
            return Report([words.CLOSED_ALREADY])
        count = sum(state.status is PortStatus.LISTENING for state in self.port_states())
        await self._end()
        if count == 1:
            return Report([words.CLOSED_ONE])
        return Report([words.CLOSED_MANY.format(count=count) if count else words.CLOSED_NONE])

    async def _end(self) -> None:
        if self._closed:
            return
        self._closed = True
        if Lab._open.get(self.name) is self:
            del Lab._open[self.name]
        self._ticking.cancel()
        try:
            if asyncio.get_running_loop() is self._loop:
                for one in reversed(list(self._running.values())):
                    await self._stop(one)
                await self._end_outsiders()
        finally:
            for one in self._running.values():
                one.cut()
            self._running.clear()
            self.network.close()

    def _check_open(self) -> None:
        if self._closed:
            raise LabClosedError

    # --- messages

    async def send(self, sender: str, receiver: str, name: str = "message", text: str = "") -> Message:
        """Send one message and wait until it is answered; returns the answer.

        It travels over the connection the sender has opened, else over the one the receiver has opened to it. A sender
        whose call was refused before tries once more. Raises `NotRunningError`, `NoConnectionError`,
        `NotConnectedError`, `ConnectionRefusedByPeerError`, `ConnectionLostError`, `NoAnswerError`,
        `MessageTooLargeError`.
        """
        self._check_open()
        one = self._running.get(sender)
        if one is None:
            self.plan.application(sender)
            raise NotRunningError(sender)
        link = self._link(one, receiver) or await self._call(one, receiver)
        answer = await link.ask(name, text)
        if link.unheard or (link.partner and link.partner.unheard):
            await self._settle()
        return answer

    @staticmethod
    def _link(one: RunningApplication, receiver: str) -> Link | None:
        return next((link for peer, link in one.peers() if peer == receiver), None)

    async def _call(self, one: RunningApplication, receiver: str) -> Link:
        connection = next((c for c in one.statuses if c.server == receiver), None)
        if connection is None:
            self.plan.application(receiver)
            if any(c.client == receiver for c in self.plan.clients_of(one.name)):
                raise NotConnectedError(one.name, receiver)
            raise NoConnectionError(one.name, receiver)
        async with self._turn:
            await one.connect(connection)
            one.said.clear()
        link = self._link(one, receiver)
        if link is None:
            raise one.refusal(connection)
        return link

    # --- programs outside the lab

    async def run_outsider(self, host: str, number: int) -> Report:
        """Let a program outside the lab, a process of its own, listen on `number` of `host`. It ends with the lab, or
        with `end_outsiders()`. Raises `PortInUseError`."""
        self._check_open()
        self.plan.host(host)
        async with self._turn:
            try:
                where = self.network.admit_outsider(host, number)
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "genesys_ports.lab.outsider", where.address, str(where.number),
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                )  # fmt: skip
                self._outsiders.append(process)
                assert process.stdout is not None
                said = await asyncio.wait_for(process.stdout.readline(), WAIT_LIMIT)
                if said.strip() != b"ready":
                    raise PortTaken(f"{number}/tcp", self.network.holder(host, number), where)
            except PortTaken as taken:
                stranger = Application(name=words.OUTSIDER_NAME, host=host)
                raise self.explain(taken, stranger, None) from None
        return Report([words.OUTSIDER_RUNS.format(port=f"{number}/tcp", host=host)])

    async def end_outsiders(self) -> Report:
        """End the programs that `run_outsider` has started."""
        async with self._turn:
            await self._end_outsiders()
        return Report([words.OUTSIDER_GONE])

    async def _end_outsiders(self) -> None:
        self.network.forget_outsider()
        while self._outsiders:
            process = self._outsiders.pop()
            with contextlib.suppress(OSError, RuntimeError):
                assert process.stdin is not None
                process.stdin.close()
            await asyncio.wait_for(process.wait(), WAIT_LIMIT)

    def name_outsider(self) -> str:
        """A life line for somebody who has connected from outside the lab."""
        self._outsiders_seen += 1
        name = words.OUTSIDER.format(number=self._outsiders_seen)
        self.trace.join(Participant(name))
        return name

    def outsider_at(self, address: Any) -> str:
        """The life line of whoever sends datagrams from this address."""
        if address not in self._outsider_names:
            if len(self._outsider_names) >= EVENTS_KEPT:
                self._outsider_names.clear()
            self._outsider_names[address] = self.name_outsider()
        return self._outsider_names[address]

    # --- what the applications tell the lab

    def explain(
        self, taken: PortTaken, application: Application, port: ListeningPort | None
    ) -> PortInUseError:
        """The error for a port that could not be opened; notes it in the trace and in the state of the port."""
        holder = taken.holder.application if taken.holder else None
        number = int(taken.port.partition("/")[0])
        error = PortInUseError(
            port=taken.port,
            host=application.host,
            application=application.name,
            holder=holder,
            next_free=self._next_free(application.host, number, port),
            outgoing=bool(taken.holder and taken.holder.outgoing),
        )
        if taken.where is not None and (note := owner_sentence(taken.where)):
            error.add_note(note)
        if port is not None:
            self._taken[application.name, port.port_id] = holder or ""
        self.trace.add(
            Kind.TAKEN, "port is taken", application.name, application.name, server=application.name,
            host=application.host, port=taken.port, text=holder or words.OUTSIDER_NAME,
        )  # fmt: skip
        return error

    def _next_free(self, host: str, number: int, port: ListeningPort | None) -> int | None:
        transport = port.transport if port else "tcp"
        with contextlib.suppress(NoFreePortError):
            free = next_free_port(self.plan, host, number, transport=transport)
            while self.network.holder(host, free, transport) is not None:
                free = next_free_port(self.plan, host, free, transport=transport)
            return free
        return None

    def heard_loss(self, sentence: str) -> None:
        """A client has lost its server."""
        self._losses.append(sentence)

    def _heard(self) -> list[str]:
        losses, self._losses = self._losses, []
        return losses

    def _links(self) -> Iterable[Link]:
        for one in self._running.values():
            yield from one.outgoing.values()
            yield from one.incoming

    async def _settle(self) -> None:
        """Wait until every message on its way has arrived, so that what a cell shows is complete and in order."""
        deadline = self._loop.time() + WAIT_LIMIT
        while any(link.unheard for link in self._links()) and self._loop.time() < deadline:
            await asyncio.sleep(0)

    def _tick(self) -> None:
        now = self._loop.time()
        for link in list(self._links()):
            link.expire(now)
        self._ticking = self._loop.call_later(TICK, self._tick)

    # --- how things stand

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences on how this lab differs from the plan it brings to life."""
        plain = [
            words.NO_TLS.format(port=port, application=one.name)
            for one in self._running.values()
            for port in one.application.ports
            if port.transport == "tls"
        ]
        return (*self.network.notices, *plain)

    def is_running(self, application: str) -> bool:
        """Whether the application has been started and not stopped since."""
        return application in self._running

    def port_states(self) -> tuple[PortState, ...]:
        """Every planned port with its state; a running application's ports are those it has opened."""
        states: list[PortState] = []
        for planned in self.plan.applications:
            one = self._running.get(planned.name)
            application = one.application if one else planned
            for port in application.ports:
                taken = (application.name, port.port_id) in self._taken and one is None
                status = PortStatus.LISTENING if one else PortStatus.TAKEN if taken else PortStatus.CLOSED
                states.append(
                    PortState(
                        application=application.name,
                        host=application.host,
                        port=port,
                        status=status,
                        holder=self._taken.get((application.name, port.port_id), "") if taken else "",
                        sockets=self.network.sockets(application.name, port) if one else (),
                    )
                )
        return tuple(states)

    def connection_states(self) -> tuple[ConnectionState, ...]:
        """Every planned connection with its state, and the host and port as its client holds them."""
        states: list[ConnectionState] = []
        for connection in self.plan.connections:
            one = self._running.get(connection.client)
            plan = one.plan if one and connection in one.statuses else self.plan
            status = one.statuses.get(connection, ConnectionStatus.CLOSED) if one else ConnectionStatus.CLOSED
            server = plan.application(connection.server) if plan.has_application(connection.server) else None
            ports = (
                [str(port) for port in server.ports if port.port_id == connection.port_id] if server else []
            )
            states.append(
                ConnectionState(
                    connection=connection,
                    host=server.host if server else "",
                    port=ports[0] if ports else "",
                    status=status,
                )
            )
        return tuple(states)

    def ports(self) -> Table:
        """A table of the planned ports and their states."""
        rows = [(s.host, s.port, s.application, s.status, s.holder) for s in self.port_states()]
        return Table(
            ("Host", "Port", "Application", "State", "Held by"), rows, words.PORTS
        ).without_empty_columns()

    def connections(self) -> Table:
        """A table of the planned connections and their states: who connects, to whom, on which port."""
        rows = [
            (s.connection.client, s.connection.server, s.host, s.port, s.status)
            for s in self.connection_states()
        ]
        return Table(("Client", "Server", "Host", "Port", "State"), rows, words.CONNECTIONS)

    def log(self, application: str | None = None) -> Table:
        """A table of the log events of one application, or of all."""
        rows = [event for event in self.events if application in (None, event.application)]
        return Table(("Event", "Reported by", "Text"), rows, words.LOG)

    def status(self) -> str:
        """One or two sentences: what this lab is, and whether anything listens."""
        if self._closed:
            return words.CLOSED
        ready = words.READY.format(hosts=", ".join(host.name for host in self.plan.hosts))
        return ready if self._running else f"{ready} {words.NOTHING_LISTENS}"

    def __repr__(self) -> str:
        return "\n".join([self.status(), *([str(self.ports())] if not self._closed else ()), *self.notices])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        table = "" if self._closed else self.ports()._repr_html_()
        notices = "".join(f"<p>{escape(notice)}</p>" for notice in self.notices)
        return f"<p>{escape(self.status())}</p>{table}{notices}"
