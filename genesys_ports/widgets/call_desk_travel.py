"""What has travelled since somebody did something at a call desk: the ladder below the panel."""

from __future__ import annotations

from html import escape

from ..draw import Ladder, ladder
from ..draw.order import arranged
from ..draw.sheet import ends, mentioned
from ..errors import InvalidValueError
from ..lab import Lab
from ..lab.roles import component_of
from ..lab.sip_server import SIP_SERVER
from ..lab.t_server import T_SERVER
from ..trace import Kind, Message, Trace
from . import call_desk_words as words

__all__ = ["Travel"]

#: Messages that are shown, and participants: more would be cut off at the edge of the page.
NEWEST, WIDEST = 40, 8

#: Messages among which the newest call is looked for.
NEAR = 2_000

#: What belongs to no call, though it has a Call-ID.
NO_CALL = ("REGISTER", "OPTIONS")

SIP, T_LIBRARY, CTI = "sip", "teaching", "csta"


class Travel:
    """A ladder that follows the trace of a lab. `protocol` and `since` choose what it shows."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._after = lab.trace.last_number
        self._protocol, self._since = "all", "action"
        self._call = ""
        self._shown: tuple[object, ...] = ()

    @property
    def protocol(self) -> str:
        """Which protocols: "all", "sip", "tlib" or "cti"."""
        return self._protocol

    @protocol.setter
    def protocol(self, chosen: str) -> None:
        if chosen not in words.PROTOCOLS:
            raise InvalidValueError(words.PROTOCOL_WORD, str(chosen), list(words.PROTOCOLS))
        self._protocol = chosen

    @property
    def since(self) -> str:
        """From where on: the last "action", or the beginning of the newest "call"."""
        return self._since

    @since.setter
    def since(self, chosen: str) -> None:
        if chosen not in words.SINCES:
            raise InvalidValueError(words.SINCE_WORD, str(chosen), list(words.SINCES))
        self._since = chosen

    def begin(self) -> None:
        """What travels from now on is of a new action."""
        self._after = self._lab.trace.last_number

    def ladder(self) -> Ladder:
        """The newest steps that have been chosen."""
        trace, plan = self._lab.trace, self._lab.plan
        servers = {one.name for one in plan.applications if component_of(plan, one.name) in (SIP_SERVER, T_SERVER)}
        spoken = {"all": (SIP, T_LIBRARY, CTI), "sip": (SIP,), "tlib": (T_LIBRARY,), "cti": (CTI,)}[self._protocol]

        def shown(message: Message) -> bool:
            # Applications tell each other other things in the teaching format; T-Library is what its servers hear.
            return message.protocol != T_LIBRARY or message.server in servers

        call = self._newest_call() if self._since == "call" else ""
        if call:
            chosen = trace.select(call=call, protocol=spoken, where=shown)
        else:
            chosen = trace.select(after=self._after, protocol=spoken, where=shown)
        chosen = chosen.select(after=self._before(chosen))
        arrows = [ends(message) for message in chosen]
        joined = chosen.participants
        order = arranged(list(mentioned(chosen)), arrows)
        chosen.participants = {name: joined[name] for name in order if name in joined}
        return ladder(chosen)

    @staticmethod
    def _before(chosen: Trace) -> int:
        """The number of the newest message that no longer finds room."""
        names: set[str] = set()
        for count in range(1, len(chosen) + 1):
            message = chosen[-count]
            names.update((message.sender, message.receiver, *ends(message)))
            if count > NEWEST or len(names) > WIDEST:
                return message.number
        return 0

    def _newest_call(self) -> str:
        trace = self._lab.trace
        for back in range(1, min(NEAR, len(trace)) + 1):
            message = trace[-back]
            if message.call and (message.protocol != SIP or _is_of_a_call(message)):
                self._call = trace.call_of(message.call)
                break
        return self._call

    def text(self) -> str:
        """The ladder as text."""
        drawn = self.ladder()
        return f"{words.LADDER}\n{drawn}" if len(drawn) else self._nothing()

    def news(self) -> str | None:
        """The ladder as HTML; None when it is as it was."""
        drawn = self.ladder()
        shown = (self._protocol, self._since, drawn.messages[:1], drawn.messages[-1:], len(drawn))
        if shown == self._shown:
            return None
        self._shown = shown
        return drawn.page().to_html() if len(drawn) else f"<p>{escape(self._nothing())}</p>"

    def _nothing(self) -> str:
        plan = self._lab.plan
        sip = any(component_of(plan, one.name) == SIP_SERVER for one in plan.applications)
        return words.NOTHING_TRAVELLED if sip else words.NOTHING_SPOKEN


def _is_of_a_call(message: Message) -> bool:
    return message.kind is Kind.REQUEST and message.name not in NO_CALL
