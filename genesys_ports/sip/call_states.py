"""The states of a call, as a table: what an agent does when somebody presses a button, and when a message comes."""

from __future__ import annotations

from enum import StrEnum

from ..machine import Machine
from .agent_words import CALL_LABELS

__all__ = ["CALL", "CallAction", "CallEvent", "CallState"]


class CallState(StrEnum):
    """Where a call stands."""

    CALLING = "Calling"  # INVITE sent
    PROCEEDING = "Proceeding"  # a provisional answer came
    CANCEL_WANTED = "Cancel wanted"  # hung up before any answer: CANCEL has to wait for one (9.1)
    CANCELLED = "Cancelled"  # CANCEL sent
    OFFERED = "Offered"  # 2xx with the late offer came; the ACK with our answer is up to the owner
    INVITED = "Invited"  # INVITE came
    RINGING = "Ringing"  # 180 or 183 sent
    ANSWERED = "Answered"  # 2xx sent, ACK not here yet
    HANGING_UP = "Hanging up"  # hung up then: BYE has to wait for the ACK (15)
    ESTABLISHED = "Established"
    CHANGING = "Changing"  # re-INVITE sent
    ASKED = "Asked to change"  # re-INVITE came
    ENDING = "Ending"  # BYE sent
    ENDED = "Ended"


class CallEvent(StrEnum):
    """What can happen to a call. "User" is who owns the agent: a phone, a gateway, SIP Server."""

    USER_INVITE = "user INVITE"
    USER_RING = "user rings"
    USER_ANSWER = "user answers"
    USER_REJECT = "user rejects"
    USER_HANG_UP = "user hangs up"
    USER_ACK = "user ACK"
    USER_CHANGE = "user change"
    USER_ACCEPT = "user accepts"
    USER_REFUSE = "user refuses"
    INVITE = "INVITE"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    OFFER = "2xx offer"
    REFUSAL = "3xx"
    LOST = "lost"
    ACK = "ACK"
    NO_ACK = "no ACK"
    CANCEL = "CANCEL"
    BYE = "BYE"
    BYE_OVER = "BYE over"


class CallAction(StrEnum):
    """What a call does then. Each is a method of the call, by the same name in small letters."""

    SEND_INVITE = "send INVITE"
    SEND_CANCEL = "send CANCEL"
    SEND_ACK = "send ACK"
    SEND_BYE = "send BYE"
    SEND_PROVISIONAL = "send 1xx"
    SEND_SUCCESS = "send 2xx"
    SEND_REFUSAL = "send refusal"
    SEND_CANCELLED = "send 487"
    SEND_GLARE = "send 491"
    SEND_WAIT = "send 500"
    CONFIRM_BYE = "confirm BYE"
    KEEP_REQUEST = "keep request"
    TAKE_DIALOG = "take dialog"
    FORGET = "forget"
    TELL_INVITED = "tell invited"
    TELL_PROGRESS = "tell progress"
    TELL_ANSWERED = "tell answered"
    TELL_REFUSED = "tell refused"
    TELL_ACK = "tell ACK"
    TELL_CHANGE_ASKED = "tell change asked"
    TELL_CHANGED = "tell changed"
    TELL_ENDED_BY_US = "tell ended by us"
    TELL_ENDED_BY_THEM = "tell ended by them"


_S, _E, _A = CallState, CallEvent, CallAction

_ENDED_BY_US = (_S.ENDED, (_A.FORGET, _A.TELL_ENDED_BY_US))
_REFUSED = (_S.ENDED, (_A.FORGET, _A.TELL_REFUSED))
_BYE_NOW = (_S.ENDING, (_A.SEND_BYE,))
_ACK_AND_BYE = (_S.ENDING, (_A.TAKE_DIALOG, _A.SEND_ACK, _A.SEND_BYE))
_BYE_CAME = (_S.ENDED, (_A.FORGET, _A.CONFIRM_BYE, _A.TELL_ENDED_BY_THEM))
_BYE_CAME_UNANSWERED = (_S.ENDED, (_A.FORGET, _A.CONFIRM_BYE, _A.SEND_CANCELLED, _A.TELL_ENDED_BY_THEM))
_REJECTED = (_S.ENDED, (_A.FORGET, _A.SEND_REFUSAL, _A.TELL_ENDED_BY_US))
_CANCEL_CAME = (_S.ENDED, (_A.FORGET, _A.SEND_CANCELLED, _A.TELL_ENDED_BY_THEM))

#: A call, from INVITE to BYE. What tells the user comes last: the user may act at once.
CALL: Machine[CallState, CallEvent, CallAction] = Machine(
    "call",
    {
        # the one who calls
        (None, _E.USER_INVITE): (_S.CALLING, (_A.SEND_INVITE,)),
        (_S.CALLING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.TELL_PROGRESS,)),
        (_S.CALLING, _E.SUCCESS): (_S.ESTABLISHED, (_A.TAKE_DIALOG, _A.SEND_ACK, _A.TELL_ANSWERED)),
        (_S.CALLING, _E.OFFER): (_S.OFFERED, (_A.TAKE_DIALOG, _A.TELL_ANSWERED)),
        (_S.CALLING, _E.REFUSAL): _REFUSED,
        (_S.CALLING, _E.LOST): _REFUSED,
        (_S.CALLING, _E.USER_HANG_UP): (_S.CANCEL_WANTED, ()),
        (_S.PROCEEDING, _E.PROVISIONAL): (_S.PROCEEDING, (_A.TELL_PROGRESS,)),
        (_S.PROCEEDING, _E.SUCCESS): (_S.ESTABLISHED, (_A.TAKE_DIALOG, _A.SEND_ACK, _A.TELL_ANSWERED)),
        (_S.PROCEEDING, _E.OFFER): (_S.OFFERED, (_A.TAKE_DIALOG, _A.TELL_ANSWERED)),
        (_S.PROCEEDING, _E.REFUSAL): _REFUSED,
        (_S.PROCEEDING, _E.LOST): _REFUSED,
        (_S.PROCEEDING, _E.INVITE): (_S.PROCEEDING, (_A.SEND_GLARE,)),
        (_S.PROCEEDING, _E.USER_HANG_UP): (_S.CANCELLED, (_A.SEND_CANCEL,)),
        (_S.CANCEL_WANTED, _E.PROVISIONAL): (_S.CANCELLED, (_A.SEND_CANCEL,)),
        (_S.CANCEL_WANTED, _E.SUCCESS): _ACK_AND_BYE,
        (_S.CANCEL_WANTED, _E.OFFER): _ACK_AND_BYE,
        (_S.CANCEL_WANTED, _E.REFUSAL): _ENDED_BY_US,
        (_S.CANCEL_WANTED, _E.LOST): _ENDED_BY_US,
        # the 200 that was on its way when CANCEL was sent
        (_S.CANCELLED, _E.SUCCESS): _ACK_AND_BYE,
        (_S.CANCELLED, _E.OFFER): _ACK_AND_BYE,
        (_S.CANCELLED, _E.REFUSAL): _ENDED_BY_US,
        (_S.CANCELLED, _E.LOST): _ENDED_BY_US,
        (_S.OFFERED, _E.USER_ACK): (_S.ESTABLISHED, (_A.SEND_ACK,)),
        (_S.OFFERED, _E.USER_HANG_UP): (_S.ENDING, (_A.SEND_ACK, _A.SEND_BYE)),
        (_S.OFFERED, _E.INVITE): (_S.OFFERED, (_A.SEND_GLARE,)),
        (_S.OFFERED, _E.BYE): _BYE_CAME,
        # the one who is called
        (None, _E.INVITE): (_S.INVITED, (_A.KEEP_REQUEST, _A.TELL_INVITED)),
        (_S.INVITED, _E.USER_RING): (_S.RINGING, (_A.SEND_PROVISIONAL,)),
        (_S.INVITED, _E.USER_ANSWER): (_S.ANSWERED, (_A.SEND_SUCCESS,)),
        (_S.INVITED, _E.USER_REJECT): _REJECTED,
        (_S.INVITED, _E.USER_HANG_UP): _REJECTED,
        (_S.INVITED, _E.CANCEL): _CANCEL_CAME,
        (_S.RINGING, _E.USER_RING): (_S.RINGING, (_A.SEND_PROVISIONAL,)),
        (_S.RINGING, _E.USER_ANSWER): (_S.ANSWERED, (_A.SEND_SUCCESS,)),
        (_S.RINGING, _E.USER_REJECT): _REJECTED,
        (_S.RINGING, _E.USER_HANG_UP): _REJECTED,
        (_S.RINGING, _E.CANCEL): _CANCEL_CAME,
        (_S.RINGING, _E.INVITE): (_S.RINGING, (_A.SEND_WAIT,)),
        (_S.RINGING, _E.BYE): _BYE_CAME_UNANSWERED,
        (_S.ANSWERED, _E.ACK): (_S.ESTABLISHED, (_A.TELL_ACK,)),
        (_S.ANSWERED, _E.NO_ACK): _BYE_NOW,
        (_S.ANSWERED, _E.INVITE): (_S.ANSWERED, (_A.SEND_GLARE,)),
        (_S.ANSWERED, _E.USER_HANG_UP): (_S.HANGING_UP, ()),
        (_S.ANSWERED, _E.BYE): _BYE_CAME,
        (_S.HANGING_UP, _E.ACK): _BYE_NOW,
        (_S.HANGING_UP, _E.NO_ACK): _BYE_NOW,
        (_S.HANGING_UP, _E.BYE): (_S.ENDED, (_A.FORGET, _A.CONFIRM_BYE, _A.TELL_ENDED_BY_US)),
        # both
        (_S.ESTABLISHED, _E.USER_CHANGE): (_S.CHANGING, (_A.SEND_INVITE,)),
        (_S.ESTABLISHED, _E.INVITE): (_S.ASKED, (_A.KEEP_REQUEST, _A.TELL_CHANGE_ASKED)),
        (_S.ESTABLISHED, _E.USER_HANG_UP): _BYE_NOW,
        (_S.ESTABLISHED, _E.BYE): _BYE_CAME,
        (_S.CHANGING, _E.SUCCESS): (_S.ESTABLISHED, (_A.TAKE_DIALOG, _A.SEND_ACK, _A.TELL_CHANGED)),
        (_S.CHANGING, _E.OFFER): (_S.OFFERED, (_A.TAKE_DIALOG, _A.TELL_CHANGED)),
        (_S.CHANGING, _E.REFUSAL): (_S.ESTABLISHED, (_A.TELL_CHANGED,)),
        (_S.CHANGING, _E.LOST): _BYE_NOW,
        (_S.CHANGING, _E.INVITE): (_S.CHANGING, (_A.SEND_GLARE,)),
        (_S.CHANGING, _E.USER_HANG_UP): _BYE_NOW,
        (_S.CHANGING, _E.BYE): _BYE_CAME,
        (_S.ASKED, _E.USER_ACCEPT): (_S.ANSWERED, (_A.SEND_SUCCESS,)),
        (_S.ASKED, _E.USER_REFUSE): (_S.ESTABLISHED, (_A.SEND_REFUSAL,)),
        (_S.ASKED, _E.CANCEL): (_S.ESTABLISHED, (_A.SEND_CANCELLED,)),
        (_S.ASKED, _E.INVITE): (_S.ASKED, (_A.SEND_WAIT,)),
        (_S.ASKED, _E.USER_HANG_UP): (_S.ENDING, (_A.SEND_CANCELLED, _A.SEND_BYE)),
        (_S.ASKED, _E.BYE): _BYE_CAME_UNANSWERED,
        # the 2xx to a re-INVITE that BYE has overtaken
        (_S.ENDING, _E.SUCCESS): (_S.ENDING, (_A.SEND_ACK,)),
        (_S.ENDING, _E.OFFER): (_S.ENDING, (_A.SEND_ACK,)),
        (_S.ENDING, _E.BYE): (_S.ENDED, (_A.FORGET, _A.CONFIRM_BYE, _A.TELL_ENDED_BY_US)),
        (_S.ENDING, _E.BYE_OVER): _ENDED_BY_US,
        (_S.ENDED, _E.SUCCESS): (_S.ENDED, (_A.SEND_ACK,)),
        (_S.ENDED, _E.OFFER): (_S.ENDED, (_A.SEND_ACK,)),
    },
    CallState.ENDED,
    "RFC 3261 9, 13, 14, 15",
    CALL_LABELS,
)
