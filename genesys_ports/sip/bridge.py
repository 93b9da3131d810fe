"""Two legs that are one call, and what T-Library's clients are told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .tlib import PARTY, EventName, PartyEvent, PartyState, TEvent

if TYPE_CHECKING:
    from .call import Call

__all__ = ["Bridge", "Party"]


class Party:
    """One side of a call: its number, its leg (once it has one), and where it stands in T-Library's view.

    `is_dn` tells that it is a DN of this switch: nobody is told anything about the others.
    """

    __slots__ = ("bridge", "call", "dn", "is_dn", "role", "state", "wants")

    def __init__(self, bridge: Bridge, dn: str, role: str, *, is_dn: bool) -> None:
        self.bridge = bridge
        self.dn = dn
        self.role = role
        self.is_dn = is_dn
        self.state: PartyState | None = None
        self.call: Call | None = None
        #: What comes of a request that is not answered yet: its re-INVITE (hold, retrieve), or our NOTIFY (dial).
        self.wants: PartyEvent | None = None

    @property
    def leg(self) -> Call:
        """Its leg, where there has to be one."""
        assert self.call is not None
        return self.call

    @property
    def other(self) -> Party:
        """The other side."""
        bridge = self.bridge
        return bridge.called if self is bridge.caller else bridge.caller

    def happens(self, event: PartyEvent, **fields: str) -> None:
        """Go where the table says, and tell of it; nothing happens where the table has no row."""
        row = PARTY.rows.get((self.state, event)) if self.is_dn else None
        if row is not None:
            self.state, names = row
            for name in names:
                self.tell(name, **fields)

    def tell(self, name: EventName, **fields: str) -> None:
        """Tell T-Library's clients of this party."""
        other = self.other
        leg = self.call or other.call
        roles = {"ThisDNRole": self.role, "OtherDNRole": other.role}
        call_id = leg.call_id if leg else ""
        self.bridge.told(TEvent(name, self.dn, other.dn, self.bridge.conn_id, call_id, {**roles, **fields}))


class Bridge:
    """A caller and a called party. `trunk` tells that the call leaves the switch, `over` that it has ended."""

    __slots__ = ("called", "caller", "conn_id", "over", "told", "trunk")

    def __init__(self, conn_id: str, told: Callable[[TEvent], None]) -> None:
        self.conn_id = conn_id
        self.told = told
        self.trunk = False
        self.over = False
        self.caller: Party
        self.called: Party

    def parties(self) -> tuple[Party, Party]:
        """Both sides, the caller first."""
        return self.caller, self.called

    def ends(self, by: Party | None) -> None:
        """Tell both that the call is over; `by` is who ended it (None: SIP Server)."""
        self.over = True
        if by is self.caller:
            self.caller.happens(PartyEvent.RELEASE)
            self.called.happens(PartyEvent.ABANDON)
            self.called.happens(PartyEvent.RELEASE)
        else:
            self.called.happens(PartyEvent.RELEASE)
            self.caller.happens(PartyEvent.RELEASE)
