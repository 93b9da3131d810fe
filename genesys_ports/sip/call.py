"""One call as one side sees it: a dialog from INVITE to BYE (RFC 3261 12 to 15)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .flow import Flow
    from .message import Request, Response

__all__ = ["Call", "CallState"]


class CallState(StrEnum):
    """Where a call stands."""

    CALLING = "calling"  # INVITE sent
    PROCEEDING = "proceeding"  # a provisional answer came
    CANCEL_WANTED = "cancel wanted"  # hung up before the first provisional answer: CANCEL has to wait
    CANCELLED = "cancelled"  # CANCEL sent
    OFFERED = "offered"  # 2xx with the late offer came, ACK with our answer is up to the owner
    INVITED = "invited"  # INVITE came
    RINGING = "ringing"  # 180 or 183 sent
    ANSWERED = "answered"  # 2xx sent, ACK not yet here
    HANGING_UP = "hanging up"  # hung up in ANSWERED: BYE has to wait for the ACK
    ESTABLISHED = "established"
    CHANGING = "changing"  # re-INVITE sent
    ASKED = "asked to change"  # re-INVITE came
    ENDING = "ending"  # BYE sent
    ENDED = "ended"


class Call:
    """One dialog (leg) seen from our side. Made by `UserAgent.invite` and by an INVITE that comes in.

    Every action gives True, or False when the state does not allow it: then nothing was sent and nothing changed (a
    button pressed too late).
    """

    state: CallState
    incoming: bool
    call_id: str
    number: str  # the user part that was called
    caller: str  # the user part that calls
    request: Request  # the first INVITE
    flow: Flow  # the way requests of this dialog go
    local_body: bytes  # our SDP, as last sent
    remote_body: bytes  # the other side's SDP, as last received
    status: int  # final status of the first INVITE, 0 while there is none
    owner_data: Any

    def ring(self, status: int = 180, body: bytes = b"") -> bool:
        """180 (or 183 with early media) to the caller."""
        raise NotImplementedError

    def answer(self, body: bytes = b"") -> bool:
        """200 to the caller; `body` is our SDP: the answer, or the offer when the INVITE had none."""
        raise NotImplementedError

    def reject(self, status: int, reason: str = "", headers: Iterable[tuple[str, str]] = ()) -> bool:
        """A final refusal (3xx to 6xx) to the caller, with a sentence of `refusals.REFUSALS`."""
        raise NotImplementedError

    def hang_up(self) -> bool:
        """End the call by what its state asks for: CANCEL, 603 or BYE."""
        raise NotImplementedError

    def reinvite(self, body: bytes = b"") -> bool:
        """Re-INVITE, to hold or to change SDP. The answer comes as `Listener.changed`."""
        raise NotImplementedError

    def accept_change(self, body: bytes = b"") -> bool:
        """200 to the re-INVITE of the other side."""
        raise NotImplementedError

    def refuse_change(self, status: int = 488, reason: str = "") -> bool:
        """A refusal to the re-INVITE of the other side; the call goes on as it was (14.2)."""
        raise NotImplementedError

    def acknowledge(self, body: bytes = b"") -> bool:
        """ACK with our SDP after a late offer; every other ACK goes out by itself."""
        raise NotImplementedError

    def notify(self, event: str, body: bytes = b"") -> bool:
        """NOTIFY in the dialog, `Event: talk` or `hold`."""
        raise NotImplementedError
