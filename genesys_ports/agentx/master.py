"""A master agent's end of AgentX: who has registered what, and answers gathered from sub-agents (RFC 2741, 7.2)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeAlias, TypeGuard

from ..snmp.objects import END_OF_VIEW, NO_SUCH_OBJECT, Oid, Value, is_oid, is_sound
from .encoding import SearchRange
from .pdu import Get, GetNext, Pdu, Reason, Response
from .registry import Registration, Registry
from .search import Objects, first_in
from .sending import Send
from .session import Peer, Session

__all__ = ["Master"]

#: The system group (RFC 3418, section 2) is the master agent's own.
SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)


class _Ask(NamedTuple):
    session: Session
    pdu: Pdu
    timeout: int


_Found: TypeAlias = tuple[Oid, Value]
_Steps: TypeAlias = Generator[_Ask, Response | None, list[_Found] | None]


class Master:
    """Sessions of sub-agents, and the look-ups of an SNMP agent on top of them.

    `now` is a clock in seconds; `waits` is called when something has to be answered in time: then `due()` tells when,
    and `advance()` wants to be called. `notified` is told what a sub-agent has to tell: which notification, and its
    variables.
    """

    def __init__(
        self,
        own: Objects,
        *,
        up_time: Callable[[], int],
        now: Callable[[], float],
        waits: Callable[[], None],
        notified: Callable[[Session, Oid, Sequence[tuple[Oid, Value]]], None],
    ) -> None:
        self.up_time = up_time
        self.now = now
        self.waits = waits
        self.notified = notified
        self.registry: Registry[Session | None] = Registry()
        self._own = own
        self.registry.add(Registration(None, SYSTEM, priority=0))
        self._peers: dict[Peer, None] = {}
        self._sessions = 0
        self._transactions = 0

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions that are open, in the order they were opened."""
        return tuple(sorted((s for peer in self._peers for s in peer.sessions.values()), key=lambda one: one.number))

    # --- connections

    def attach(self, send: Send) -> Peer:
        """Somebody has connected; what comes from there goes to the peer's `receive`, and its end to `detach`."""
        peer = Peer(self, send)
        self._peers[peer] = None
        return peer

    def detach(self, peer: Peer) -> None:
        """A connection is over. May be called again."""
        self._peers.pop(peer, None)
        peer.lost()

    def close(self, reason: Reason = Reason.SHUTDOWN) -> None:
        """Tell every sub-agent that its session is over."""
        for peer in list(self._peers):
            peer.close(reason)

    def new_session(self) -> int:
        """A number that no session has had."""
        self._sessions += 1
        return self._sessions

    def is_own(self, wanted: Registration[Session | None]) -> bool:
        """Whether a subtree, or one of a row of them, belongs to the master agent itself."""
        spans = wanted.spans()
        return len(spans) >= len(SYSTEM) and all(
            low <= number <= high for (low, high), number in zip(spans, SYSTEM, strict=False)
        )

    # --- time

    def due(self) -> float | None:
        """When `advance` has something to do."""
        return min((one.due for one in self.sessions if one.due is not None), default=None)

    def advance(self) -> None:
        """Give up on what is overdue."""
        now = self.now()
        for session in self.sessions:
            if session.due is not None and session.due <= now:
                session.overdue()

    # --- look-ups (`snmp.answer.Objects`)

    def read(self, oids: Sequence[Oid], told: Callable[[Sequence[Value] | None], None]) -> None:
        """The values of these objects, or what stands in place of one; None where a sub-agent gave no answer."""
        self._run(self._get(oids), lambda found: told(None if found is None else [value for _, value in found]))

    def read_next(self, oids: Sequence[Oid], told: Callable[[Sequence[tuple[Oid, Value]] | None], None]) -> None:
        """The object after each of these; `END_OF_VIEW` with the number asked for where there is none."""
        self._run(self._next(oids), told)

    def _run(self, steps: _Steps, told: Callable[[list[_Found] | None], None]) -> None:
        self._transactions += 1
        transaction = self._transactions

        def go_on(response: Response | None) -> None:
            step(lambda: steps.send(response))

        def step(take: Callable[[], _Ask]) -> None:
            try:
                ask = take()
            except StopIteration as done:
                told(done.value)
            else:
                ask.session.ask(ask.pdu, transaction, ask.timeout, go_on)

        step(lambda: next(steps))

    def _get(self, oids: Sequence[Oid]) -> _Steps:
        found: dict[int, _Found] = {}
        asked: dict[Session, list[int]] = {}
        timeout = 0
        for place, oid in enumerate(oids):
            one = self.registry.find(oid)
            if one is None:
                found[place] = oid, NO_SUCH_OBJECT
            elif one.owner is None:
                found[place] = oid, self._own.look(oid)
            else:
                asked.setdefault(one.owner, []).append(place)
                timeout = max(timeout, one.timeout)
        # One sub-agent after the other, so that two runs see the same order.
        for session, places in asked.items():
            response = yield _Ask(session, Get(ranges=tuple(SearchRange(oids[place]) for place in places)), timeout)
            if not _fits(response, [oids[place] for place in places]):
                return None
            found |= {place: (oids[place], one.value) for place, one in zip(places, response.varbinds, strict=True)}
        return [found[place] for place in range(len(oids))]

    def _next(self, oids: Sequence[Oid]) -> _Steps:
        """Section 7.2.1.2: who has nothing in its region passes the question on to whoever comes after it."""
        found: dict[int, _Found] = {}
        # Where to go on looking for each.
        places = {place: SearchRange(oid) for place, oid in enumerate(oids)}

        def take(place: int, one: _Found | None) -> None:
            if one is not None:
                found[place] = one
                del places[place]
            elif end := places[place].end:
                places[place] = SearchRange(end, include=True)
            else:
                take(place, (oids[place], END_OF_VIEW))

        while places:
            asked: dict[Session, list[int]] = {}
            timeout = 0
            for place, here in list(places.items()):
                first = here.start if here.include else (*here.start, 0)
                region = self.registry.region(first)
                if region is None:
                    take(place, (oids[place], END_OF_VIEW))
                    continue
                begin, (owner, end) = region
                wanted = here._replace(end=end) if begin == first else SearchRange(begin, end, True)
                places[place] = wanted
                if owner.owner is None:
                    take(place, first_in(self._own, wanted))
                else:
                    asked.setdefault(owner.owner, []).append(place)
                    timeout = max(timeout, owner.timeout)
            for session, some in asked.items():
                ranges = tuple(places[place] for place in some)
                response = yield _Ask(session, GetNext(ranges=ranges), timeout)
                if not _fits(response) or len(response.varbinds) != len(some):
                    return None
                for place, one in zip(some, response.varbinds, strict=True):
                    if one.value.is_there and not _is_within(one.name, places[place]):
                        return None
                    take(place, one if one.value.is_there else None)
        return [found[place] for place in range(len(oids))]


def _fits(response: Response | None, names: Sequence[Oid] | None = None) -> TypeGuard[Response]:
    """Whether it is an answer at all, and one about these names."""
    if response is None or response.error:
        return False
    if not all(is_oid(one.name) and is_sound(one.value) for one in response.varbinds if one.value.is_there):
        # Nobody could be told that: AgentX has numbers that SNMP has not.
        return False
    return names is None or [one.name for one in response.varbinds] == names


def _is_within(name: Oid, wanted: SearchRange) -> bool:
    begun = name >= wanted.start if wanted.include else name > wanted.start
    return begun and (not wanted.end or name < wanted.end)
