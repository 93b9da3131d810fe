"""The plan alive: every planned port a real listening socket on this machine, every planned connection a real one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import warnings
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from ..catalog import load_catalog
from ..errors import (
    LabClosedError,
    LabElsewhereError,
    LabError,
    NoConnectionError,
    NotConnectedError,
    NotRunningError,
    OnlyAgentXError,
    OnlyCtiLinkError,
    OnlySipError,
    OnlyUdpError,
    PlanFileError,
    UnknownApplicationError,
)
from ..model import Application, Connection, Deployment, ListeningPort, Purpose
from ..state import ConnectionStatus, PortStatus
from ..trace import Message, Participant
from . import tap_words, words
from .agentx_ports import speaks_agentx
from .application import RunningApplication
from .caller import is_called
from .cuts import Cuts
from .desks import Desks
from .knock import knock_on
from .link import WAIT_LIMIT, Link
from .network import Network, PortTaken, open_network
from .overload import Overload
from .report import Report
from .roles import NETWORK_MANAGEMENT_SYSTEM, component_of
from .step import step
from .stream import Stream
from .switch_role import SWITCH
from .t_server import is_link

if TYPE_CHECKING:
    from .tap import Tap

__all__ = ["Lab"]

#: Seconds between two looks at the clock. They let an interrupt of the kernel act at once: it takes effect only when
#: the event loop wakes up.
TICK = 0.2

#: Losses of connections the lab keeps until it tells them.
LOSSES_KEPT = 1_000

#: Taps that are open at a time.
TAPS = 16

#: Start-up place of a component the documentation gives none: after all that have one.
_LAST = 1_000

#: What runs before anything of the documented order is started.
_FIRST = -1
_THERE_ALREADY = (SWITCH, NETWORK_MANAGEMENT_SYSTEM)


class Lab(Overload, Desks, Cuts):
    """A plan brought to life on this machine's loopback.

    Open one with `lab = await Lab.open(plan)`, end it with `await lab.close()`. Applications start and stop by name;
    starting what runs already, stopping what does not, and closing twice say so and succeed. Ports are those of the
    plan; what a learner sees is the planned host and number, never a translated one.
    """

    #: The open labs by name and event loop: opening a lab again closes the one before. Another loop's labs are its own
    #: affair: each lab has a network of its own, so they are in nobody's way.
    _open: ClassVar[dict[tuple[str, asyncio.AbstractEventLoop], Lab]] = {}

    def __init__(self, plan: Deployment, network: Network, name: str) -> None:
        super().__init__(plan, network)
        self.name = name
        #: Calls that no server has taken yet, by the address they come from.
        self.dialling: dict[Any, Stream] = {}
        #: Messages without an answer that have been sent and not yet been heard.
        self.on_their_way = 0
        #: Seconds that the call in progress may still wait for those who do not answer.
        self.patience = WAIT_LIMIT
        self._callers: dict[str, dict[RunningApplication, None]] = {}
        self._losses: deque[str] = deque(maxlen=LOSSES_KEPT)
        self._taps: list[Tap] = []
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._take(plan)
        self._ticking = self._loop.call_later(TICK, self._tick)

    @classmethod
    @step
    async def open(
        cls, plan: Deployment, *, name: str = "lab", fixed: bool = False, one_address: bool | None = None
    ) -> Self:
        """A lab for this plan; nothing listens yet. A lab of the same `name` that is still open is closed first.

        `fixed` takes the fixed loopback network that other tools expect, instead of one of its own. `one_address`
        behaves as on a system with one loopback address only; None finds out. Raises `NetworkRangeError`.
        """
        _must_be_plan(plan)
        for left in [lab for lab in cls._open.values() if lab._loop.is_closed()]:
            await left._end()
        # Again and again: while one is being closed, somebody else may open the next.
        key = (name, asyncio.get_running_loop())
        while before := cls._open.get(key):
            await before._end()
        network = open_network(fixed=fixed, one_address=one_address)
        try:
            lab = cls(plan, network, name)
            if fixed:
                lab.signalling.set_apart()
        except BaseException:
            network.close()
            raise
        cls._open[key] = lab
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
        _must_be_plan(plan)
        self._take(plan)
        sentences = [words.UPDATED]
        outdated = [one.name for one in self._running.values() if one.is_outdated(self.plan)]
        old = [name for name in outdated if self.plan.has_application(name)]
        gone = [name for name in outdated if name not in old]
        if old:
            sentences.append(words.UPDATED_RESTART.format(applications=", ".join(old)))
        if gone:
            sentences.append(words.UPDATED_STOP.format(applications=", ".join(gone)))
        return Report(sentences)

    def _take(self, plan: Deployment) -> None:
        self.network.prepare(plan, self._hosts_in_use())
        self.plan = plan
        self._taken.clear()
        self._problems.clear()
        for application in plan.applications:
            ports = tuple(str(port) for port in application.ports)
            address = self.network.address_of(application.host)
            self.trace.join(Participant(application.name, application.host, ports, address))
        self.trace.tell()

    def _hosts_in_use(self) -> Iterator[str]:
        # A running application calls its servers where the plan it read at its start has them.
        for one in self._running.values():
            yield one.host
            for connection in one.statuses:
                yield one.plan.application(connection.server).host

    # --- start and stop

    @step
    async def start(self, *applications: str | Iterable[str]) -> Report:
        """Start applications by name, in the order given: each opens all its ports and connects to its servers.

        A list of names does as well, here and in `stop`, `crash` and `restart`.

        Raises `PortInUseError`, `ConnectionRefusedByPeerError` or `NoAnswerError` (Configuration Server does not
        answer), `TooManyPortsError`, `UnknownApplicationError`, `LabClosedError`.
        """
        async with self._alone():
            return Report(await self._start_each(self._planned(_flat(applications))))

    @step
    async def start_all(self, only: str | Iterable[str] | None = None) -> Report:
        """Start every application of the plan (or those of `only`) in the documented start-up order."""
        wanted = self._planned(_flat([] if only is None else [only]))
        async with self._alone():
            return Report(await self._start_each([one for one in self.start_order() if only is None or one in wanted]))

    def start_order(self) -> list[Application]:
        """The applications in the documented start-up order (docs.genesys.com FR/latest/Dep/Seq).

        The site's own equipment comes before it: switches and network management systems are there all along. What else
        it does not name comes last. Equals keep the order of the plan.
        """

        def place(application: Application) -> int:
            key = component_of(self.plan, application.name)
            if key in _THERE_ALREADY:
                return _FIRST
            order = load_catalog().component(key).start_order if key else None
            return _LAST if order is None else order

        return sorted(self.plan.applications, key=place)

    @step
    async def stop(self, *applications: str | Iterable[str]) -> Report:
        """Stop applications by name. Their clients lose the connection, and say so in their logs."""
        async with self._alone():
            return Report(await self._stop_each(_flat(applications)))

    @step
    async def crash(self, *applications: str | Iterable[str]) -> Report:
        """End applications the hard way: no good-bye, every connection broken off."""
        async with self._alone():
            return Report(await self._stop_each(_flat(applications), crash=True))

    @step
    async def restart(self, *applications: str | Iterable[str]) -> Report:
        """Stop applications and start them again: each reads the plan anew."""
        async with self._alone():
            names = _flat(applications)
            wanted = self._planned(names)
            stopped = await self._stop_each(names)
            return Report([*stopped, *await self._start_each(wanted)])

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One change at a time. Raises `LabClosedError`, also when the lab is closed meanwhile."""
        self._check_open()
        async with self._turn:
            self._check_open()
            self.patience = WAIT_LIMIT
            # What a call that was cancelled has left to happen, and has not told, belongs to no later one.
            links = [link for one in self._running.values() for link in one.clients_ends()]
            if ends := [link.gone for link in links if link.partner is not None and link.partner.closing]:
                await asyncio.wait(ends, timeout=self.patience)
            self._losses.clear()
            try:
                yield
            except Exception as error:
                if self._closed:
                    raise LabClosedError from error
                raise
            finally:
                # Who runs, and how a connection stands, may have changed after the last message.
                self.trace.tell()

    def _planned(self, names: Iterable[str]) -> list[Application]:
        return [self.plan.application(self._name(name)) for name in names]

    def _name(self, name: str) -> str:
        # A learner's cell has no types: a list or a number must not break the search itself.
        if not isinstance(name, str):
            raise UnknownApplicationError(name, [one.name for one in self.plan.applications])
        return name

    async def _start_each(self, applications: Iterable[Application]) -> list[str]:
        sentences: list[str] = []
        for application in applications:
            self._check_open()
            sentences += await self._start(application)
            await self.settle()
        return [*sentences, *self._heard()]

    async def _start(self, application: Application) -> list[str]:
        before = self._running.get(application.name)
        if before is not None:
            old = words.ALREADY_RUNNING_OLD if before.is_outdated(self.plan) else words.ALREADY_RUNNING
            return [old.format(application=application.name)]
        one = RunningApplication(self, application, self.plan)
        self._running[one.name] = one
        try:
            await one.start()
        except BaseException as error:
            self._running.pop(one.name, None)
            if isinstance(error, LabError):
                self._problems[one.name] = error
            raise
        if one.name not in self._running:
            # Somebody has cut the lab off in the middle.
            one.let_go()
            raise LabClosedError
        for port in application.ports:
            self._taken.pop((one.name, port.port_id), None)
        self._problems.pop(one.name, None)
        sentences = one.hear()
        again = await self._call_all_again(one)
        for connection in one.statuses:
            self._callers.setdefault(connection.server, {})[one] = None
        return [*sentences, *again]

    async def _call_all_again(self, one: RunningApplication) -> list[str]:
        waiting = [caller for caller in self._callers.get(one.name, ()) if caller is not one]
        return [sentence for caller in waiting for sentence in await self._call_again(caller, one.name)]

    async def _call_again(self, client: RunningApplication, server: str) -> list[str]:
        # Genesys clients keep trying to connect. Here the next try comes when the server starts: the same lesson, and
        # the same trace every time.
        problems: list[str] = []
        for connection, status in client.statuses.items():
            # Over UDP nobody has told a phone that its registration is forgotten; real ones repeat it after a while.
            lost = status in (ConnectionStatus.REFUSED, ConnectionStatus.LOST) or client.speaks_sip(connection)
            if connection.server == server and lost:
                try:
                    await client.caller.connect(connection)
                except LabError as error:
                    # The server runs all the same, and starting it was what was asked for.
                    problems.append(str(error))
        return [*client.hear(), *problems]

    async def _stop_each(self, names: Sequence[str], *, crash: bool = False) -> list[str]:
        self._planned(name for name in names if self._name(name) not in self._running)
        sentences: list[str] = []
        for name in names:
            one = self._running.get(name)
            if one is None:
                sentences.append(words.NOT_RUNNING.format(application=name))
                continue
            await self._stop(one, crash=crash)
            await self.settle()
            sentences.append((words.CRASHED if crash else words.STOPPED).format(application=name))
            sentences += self._heard()
        return sentences

    async def _stop(self, one: RunningApplication, *, crash: bool = False) -> None:
        try:
            await one.stop(crash=crash)
        finally:
            self._running.pop(one.name, None)
            for connection in one.statuses:
                self._callers.get(connection.server, {}).pop(one, None)

    @step
    async def close(self) -> Report:
        """Close every port and connection, and give the loopback network back. May be called again."""
        if self._closed:
            return Report([words.CLOSED_ALREADY])
        self._check_loop()
        count = sum(state.status is PortStatus.LISTENING for state in self.port_states())
        await self._end()
        if count == 1:
            return Report([words.CLOSED_ONE])
        return Report([words.CLOSED_MANY.format(count=count) if count else words.CLOSED_NONE])

    async def _end(self) -> None:
        # At once, so that nobody starts anything any more, and whoever opens the lab again need not ask twice.
        self._closed = True
        Lab._open.pop((self.name, self._loop), None)
        if self._loop.is_closed():
            self._cut()
        else:
            await self._wind_up()

    async def _wind_up(self) -> None:
        try:
            async with self._turn:
                self.patience = WAIT_LIMIT
                # Whoever closes a lab would wait long for what gets lost, and learn nothing by it.
                self.network.loss(0)
                for tap in self._taps:
                    await tap.end(tap_words.LAB_ENDED)
                for one in reversed(list(self._running.values())):
                    await self._stop(one)
        finally:
            self._cut()

    def _cut(self) -> None:
        """Let go of whatever is still open, without waiting for anything."""
        if not self._loop.is_closed():
            self._let_go()
            return
        # Connections belong to the loop, and one that has ended closes them no more: the collector does, with a warning
        # that would only puzzle.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._let_go()
            gc.collect()

    def _let_go(self) -> None:
        self._ticking.cancel()
        for tap in self._taps:
            tap.let_go(tap_words.LAB_ENDED)
        self._taps.clear()
        for one in self._running.values():
            one.let_go()
        self._running.clear()
        self._callers.clear()
        self.dialling.clear()
        self.signalling.close()
        self.outsiders.end()
        self.network.close()
        self.trace.tell()

    def _check_open(self) -> None:
        if self._closed or self._loop.is_closed():
            raise LabClosedError
        self._check_loop()

    def _check_loop(self) -> None:
        with contextlib.suppress(RuntimeError):  # no loop runs here: nothing that it could mix up
            if asyncio.get_running_loop() is not self._loop and not self._loop.is_closed():
                raise LabElsewhereError

    # --- messages

    @step
    async def send(
        self, sender: str, receiver: str, name: str = "message", text: str = "", **details: object
    ) -> Message:
        """Send one message, wait until it is answered and all that follows from it has happened; returns the answer.

        `details` are further fields of the message: `send("stat_server", "sip_server", "RequestMakeCall",
        ThisDN="1001", OtherDN="1002")`.

        It travels over the connection the sender has opened, else over the one the receiver has opened to it. A sender
        whose call was refused before tries once more. Raises `NotRunningError`, `NoConnectionError`,
        `OnlyUdpError`, `OnlySipError`, `OnlyCtiLinkError`, `OnlyAgentXError`, `NotConnectedError`,
        `ConnectionRefusedByPeerError`, `ConnectionLostError`, `NoAnswerError`, `MessageTooLargeError`.
        """
        self._check_open()
        one = self._running.get(self._name(sender))
        self._name(receiver)
        if one is None:
            self.plan.application(sender)
            raise NotRunningError(sender)
        # Numbers are texts enough: send("a", "b", "calls waiting", 5)
        name, text = str(name), str(text)
        link = self._link(one, receiver) or await self._call(one, receiver)
        answer = await link.ask(name, text, **{key: str(value) for key, value in details.items()})
        if details:
            # A request of T-Library may have set a call off.
            await self.calm()
        elif self.on_their_way:
            await self.settle()
        return answer

    @staticmethod
    def _link(one: RunningApplication, receiver: str) -> Link | None:
        return next((link for peer, link in one.peers() if peer == receiver), None)

    async def _call(self, one: RunningApplication, receiver: str) -> Link:
        connection = next((c for c in one.statuses if c.server == receiver and _carries(one.plan, c)), None)
        if connection is None:
            raise self._why_not(one, receiver)
        async with self._alone():
            if self._running.get(one.name) is not one:
                raise NotRunningError(one.name)
            await one.caller.connect(connection)
            one.hear()
        link = self._link(one, receiver)
        if link is None:
            raise one.caller.failure(connection)
        return link

    def _why_not(self, one: RunningApplication, receiver: str) -> LabError:
        """The error for a sender that may not call the receiver."""
        self.plan.application(receiver)
        back = [c for c in self.plan.clients_of(one.name) if c.client == receiver]
        if any(_carries(self.plan, c) for c in back):
            return NotConnectedError(one.name, receiver)
        forth = [c for c in one.statuses if c.server == receiver]
        for plan, c in [*((one.plan, c) for c in forth), *((self.plan, c) for c in back)]:
            port = plan.application(c.server).port(c.port_id)
            if is_link(plan, c):
                return OnlyCtiLinkError(c.client, c.server, str(port))
            if speaks_agentx(plan, c):
                return OnlyAgentXError(c.client, c.server, str(port))
            problem = OnlySipError if port.purpose is Purpose.SIP else OnlyUdpError
            return problem(c.client, c.server, str(port))
        return NoConnectionError(one.name, receiver)

    @step
    async def knock(self, host: str, number: int) -> Report:
        """Call a TCP port of a planned host as a program from outside, and hang up at once: does anybody listen there?

        Raises `UnknownHostError`, `InvalidPortError`.
        """
        self._check_open()
        return await knock_on(self.plan, self.network, self.trace, host, number)

    @step
    async def tap(self, name: str, port: int | str | None = None, *, tls: bool | None = None) -> Tap:
        """Connect with a port yourself, as a program from outside: type, and see the bytes both ways.

        `name` is an application, `port` its port id or a number (`5060`, `"5060/udp"`; where both fit, TCP), and left
        out its first port. A host's name and a number do as well. A port planned for TLS is called with TLS, any other
        without; `tls` says otherwise. Over UDP there is nothing to connect: the tap is a socket that sends there. A lab
        keeps 16 taps; with one more the oldest is closed. They all end with the lab.

        Raises `ConnectionRefusedByPeerError`, `TLSMismatchError`, `NoAnswerError`, `UnknownApplicationError`,
        `UnknownPortIdError`, `InvalidPortError`, `PortKindError`, `TooManyPortsError`, `LabClosedError`.
        """
        # Whoever taps nothing need not wait for these.
        from .tap_call import open_tap
        from .tap_place import place_at

        self._check_open()
        tap = await open_tap(self, place_at(self, name, port), tls=tls)
        if self._closed:
            await tap.end(tap_words.LAB_ENDED)
            raise LabClosedError
        self._taps = [*(one for one in self._taps if one.is_open), tap]
        while len(self._taps) > TAPS:
            await self._taps.pop(0).end(tap_words.MADE_ROOM.format(count=TAPS))
        return tap

    # --- programs outside the lab

    @step
    async def run_outsider(self, host: str, number: int) -> Report:
        """Let a program outside the lab, a process of its own, listen on `number` of `host`.

        It ends with the lab, or with `end_outsiders()`. Raises `PortInUseError`, `InvalidPortError`.
        """
        self.plan.host(host)
        port = ListeningPort(number=number)
        async with self._alone():
            try:
                await self.outsiders.run(host, number)
            except PortTaken as taken:
                stranger = Application(name=words.OUTSIDER_NAME, host=host)
                raise self.explain(taken, stranger, None) from None
        return Report([words.OUTSIDER_RUNS.format(port=port, host=host)])

    @step
    async def end_outsiders(self) -> Report:
        """End the programs that `run_outsider` has started."""
        async with self._alone():
            count = self.outsiders.end()
        return Report([words.OUTSIDER_GONE if count else words.OUTSIDER_NONE])

    # --- what the applications tell the lab

    def heard_loss(self, sentence: str) -> None:
        """A client has lost its server."""
        self._losses.append(sentence)

    def _heard(self) -> list[str]:
        losses = list(self._losses)
        self._losses.clear()
        return losses

    async def settle(self) -> None:
        """Wait until every message on its way has arrived, so that what a cell shows is complete and in order."""
        deadline = self._loop.time() + WAIT_LIMIT
        while (self.on_their_way or self.signalling.flight.busy) and self._loop.time() < deadline:
            await asyncio.sleep(0)

    def _tick(self) -> None:
        now = self._loop.time()
        for one in self._running.values():
            for link in one.links():
                link.expire(now)
        self._ticking = self._loop.call_later(TICK, self._tick)


def _carries(plan: Deployment, connection: Connection) -> bool:
    """Whether messages like those of `send` travel over a planned connection."""
    return is_called(plan, connection) and not is_link(plan, connection) and not speaks_agentx(plan, connection)


def _flat(names: Iterable[str | Iterable[str]]) -> list[str]:
    """The names, whether they came one by one or in a list."""
    flat: list[str] = []
    for one in names:
        flat += one if isinstance(one, list | tuple | set | frozenset) else [cast(str, one)]
    return flat


def _must_be_plan(plan: object) -> None:
    if not isinstance(plan, Deployment):
        given = str(plan) if isinstance(plan, str | PurePath) else type(plan).__name__
        raise PlanFileError(given, words.NOT_A_PLAN)
