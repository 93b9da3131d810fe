"""What client and server transactions have in common: a state, the table it moves by, and two timers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ..machine import Machine
from .flow import Flow
from .states import Action, Event, State

if TYPE_CHECKING:
    from .message import Request, Response
    from .timers import Alarm
    from .transactions import Transactions

__all__ = ["Key", "Transaction", "compiled", "repeating", "waiting"]

#: What finds a transaction again: the branch and what else tells two of them apart (RFC 3261 17.1.3, 17.2.3).
Key: TypeAlias = tuple[object, ...]

_Action: TypeAlias = Callable[[Any, Any], None]
_Row: TypeAlias = tuple[State, tuple[_Action, ...]]
_Table: TypeAlias = dict[tuple[State | None, Event], _Row]


def compiled(machine: Machine[State, Event, Action], owner: type[Transaction]) -> _Table:
    """The machine's table with the methods of `owner` in place of the actions' names: `SEND_ACK` is `_send_ack`."""
    return {
        key: (state, tuple(getattr(owner, f"_{action.name.lower()}") for action in actions))
        for key, (state, actions) in machine.rows.items()
    }


def waiting(letter: str, event: Event) -> _Action:
    """The action that starts the timer with this letter, which ends the waiting."""

    def start(transaction: Transaction, message: object) -> None:
        transaction.wait(letter, event)

    return start


def repeating(event: Event) -> tuple[_Action, _Action]:
    """The actions that start a timer for repeating something, and that let it run twice as long, T2 at most."""

    def start(transaction: Transaction, message: object) -> None:
        transaction.repeat_unreliable(event)

    def double(transaction: Transaction, message: object) -> None:
        transaction.repeat_slower(event)

    return start, double


class Transaction(ABC):
    """One transaction: it runs on the table of its machine.

    It has two timers at most: one that repeats a message, and one that ends the waiting (the limit).
    """

    __slots__ = ("_interval", "_key", "_layer", "_limit", "_repeat", "_table", "flow", "request", "state")

    #: The request that began it. Gone once nobody needs it any more: ended transactions stay for half a minute.
    request: Request
    flow: Flow
    state: State

    def __init__(self, layer: Transactions, key: Key, request: Request, flow: Flow, table: _Table) -> None:
        self.request = request
        self.flow = flow
        self._layer = layer
        self._key = key
        self._table = table
        self._interval = 0.0
        self._limit: Alarm | None = None
        self._repeat: Alarm | None = None

    def run(self, event: Event, message: Request | Response | None = None) -> None:
        """What the table says for this event in this state; nothing where it says nothing."""
        row = self._table.get((self.state, event))
        if row is not None:
            self._follow(row, message)

    def _begin(self, event: Event) -> None:
        self._follow(self._table[None, event], None)

    def _follow(self, row: _Row, message: Request | Response | None) -> None:
        self.state, actions = row
        if self.state is State.TERMINATED:
            self._stop()
            self._forget()
        for action in actions:
            action(self, message)

    @abstractmethod
    def _forget(self) -> None:
        """Out of the books of the layer."""

    # --- timers

    def _stop_repeating(self) -> None:
        if self._repeat is not None:
            self._layer.alarms.cancel(self._repeat)
            self._repeat = None

    def _stop(self) -> None:
        self._stop_repeating()
        if self._limit is not None:
            self._layer.alarms.cancel(self._limit)
            self._limit = None

    def wait(self, letter: str, event: Event) -> None:
        """Start the timer that ends the waiting, in place of both timers that run; 0 seconds are over at once."""
        self._stop()
        seconds = self._layer.timers.seconds(letter, reliable=self.flow.reliable)
        if seconds:
            self._limit = self._layer.alarms.set(seconds, self.run, event)
        else:
            self.run(event)

    def _repeat_in(self, seconds: float, event: Event) -> None:
        self._interval = seconds
        self._repeat = self._layer.alarms.set(seconds, self.run, event)

    def repeat_unreliable(self, event: Event) -> None:
        """Repeat in T1, where the transport may lose packets."""
        if not self.flow.reliable:
            self._repeat_in(self._layer.timers.t1, event)

    def repeat_slower(self, event: Event) -> None:
        """Repeat after twice the pause, T2 at most."""
        self._repeat_in(min(2 * self._interval, self._layer.timers.t2), event)
