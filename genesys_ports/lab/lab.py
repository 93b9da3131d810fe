"""The plan alive: every planned port a real listening socket on this machine, every planned connection a real one."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from html import escape
from types import TracebackType
from typing import Any, ClassVar, Self

from ..catalog import load_catalog
from ..errors import (
    LabClosedError,
    NoConnectionError,
    NoFreePortError,
    NotConnectedError,
    NotRunningError,
    PortInUseError,
)
from ..model import Application, Deployment, ListeningPort, Transport
from ..plan import next_free_port
from ..state import ConnectionState, ConnectionStatus, PortState, PortStatus
from ..table import Table
from ..trace import Kind, Message, Participant, Trace
from . import standing, words
from .application import LogEvent, RunningApplication
from .knock import knock
from .link import WAIT_LIMIT, Link
from .network import Network, PortTaken, open_network
from .outsiders import Outsiders
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
    _open: ClassVar[dict[str, Lab]] = {}

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
        self.outsiders = Outsiders(network, self.trace)
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
        if old := [one.name for one in self._running.values() if one.is_outdated(self.plan)]:
            sentences.append(words.UPDATED_RESTART.format(applications=", ".join(old)))
        return Report(sentences)

    def _take(self, plan: Deployment) -> None:
        self.network.prepare(plan)
        self.plan = plan
        self._taken.clear()
        for application in plan.applications:
            ports = tuple(str(port) for port in application.ports)
            self.trace.join(Participant(application.name, application.host, ports))

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
        """The applications in the documented start-up order (docs.genesys.com FR/latest/Dep/Seq).

        Those it does not name come last, in the order of the plan.
        """

        def place(application: Application) -> int:
            key = component_of(self.plan, application.name)
            order = load_catalog().component(key).start_order if key else None
            return _LAST if order is None else order

        return sorted(self.plan.applications, key=place)

    async def _start(self, application: Application) -> list[str]:
        before = self._running.get(application.name)
        if before is not None:
            old = words.ALREADY_RUNNING_OLD if before.is_outdated(self.plan) else words.ALREADY_RUNNING
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
        sentence = (words.RUNS, words.LISTENS)[bool(ports)] if len(application.ports) < 2 else words.LISTENS_MANY
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
                await self.outsiders.end()
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

    async def knock(self, host: str, number: int) -> Report:
        """Call a TCP port of a planned host as a program from outside, and hang up at once: does anybody listen there?

        Raises `UnknownHostError`, `InvalidPortError`.
        """
        self._check_open()
        self.plan.host(host)
        port = ListeningPort(number=number)
        server = next((s.application for s in self.port_states() if self._answers(s, host, number)), "")
        heard = await knock(self.network.reach(host, number))
        self.trace.join(Participant(words.YOU))
        if not heard:
            self.trace.add(Kind.REFUSED, "knock", words.YOU, server or host, words.YOU, server, host, str(port))
            return Report([words.NOBODY.format(port=port, host=host)])
        self.trace.add(Kind.CONNECT, "knock", words.YOU, server or host, words.YOU, server, host, str(port))
        self.trace.add(Kind.ACCEPT, "answer", server or host, words.YOU, words.YOU, server, host, str(port))
        return Report([words.SOMEBODY.format(port=port, host=host, application=server or words.OUTSIDER_NAME)])

    @staticmethod
    def _answers(state: PortState, host: str, number: int) -> bool:
        tcp = state.port.transport.carrier is Transport.TCP
        return tcp and state.host == host and number in state.port.numbers and state.status is PortStatus.LISTENING

    # --- programs outside the lab

    async def run_outsider(self, host: str, number: int) -> Report:
        """Let a program outside the lab, a process of its own, listen on `number` of `host`.

        It ends with the lab, or with `end_outsiders()`. Raises `PortInUseError`.
        """
        self._check_open()
        self.plan.host(host)
        async with self._turn:
            try:
                await self.outsiders.run(host, number)
            except PortTaken as taken:
                stranger = Application(name=words.OUTSIDER_NAME, host=host)
                raise self.explain(taken, stranger, None) from None
        return Report([words.OUTSIDER_RUNS.format(port=f"{number}/tcp", host=host)])

    async def end_outsiders(self) -> Report:
        """End the programs that `run_outsider` has started."""
        async with self._turn:
            await self.outsiders.end()
        return Report([words.OUTSIDER_GONE])

    # --- what the applications tell the lab

    def explain(self, taken: PortTaken, application: Application, port: ListeningPort | None) -> PortInUseError:
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

    def taken_by(self, application: str, port_id: str) -> str | None:
        """Who had this port when the application last tried to open it: an application, or empty for a stranger."""
        return self._taken.get((application, port_id))

    def is_running(self, application: str) -> bool:
        """Whether the application has been started and not stopped since."""
        return application in self._running

    def port_states(self) -> tuple[PortState, ...]:
        """Every planned port with its state; a running application's ports are those it has opened."""
        return tuple(
            standing.port_state(self, one or planned, port)
            for planned in self.plan.applications
            for one in [self._running.get(planned.name)]
            for port in (one.application if one else planned).ports
        )

    def connection_states(self) -> tuple[ConnectionState, ...]:
        """Every planned connection with its state, and the host and port as its client holds them."""
        return tuple(
            standing.connection_state(self.plan, connection, self._running.get(connection.client))
            for connection in self.plan.connections
        )

    def ports(self) -> Table:
        """A table of the planned ports and their states."""
        return standing.port_table(self.port_states())

    def connections(self) -> Table:
        """A table of the planned connections and their states: who connects, to whom, on which port."""
        return standing.connection_table(self.connection_states())

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
