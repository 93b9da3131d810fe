"""A SIP Server log as a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...trace import KEPT, Message, Trace
from . import words
from .calls import Leg, LoggedCalls, gathered
from .clock import Clock
from .lines import LARGEST
from .words import Skipped

__all__ = ["SipLog"]


class SipLog(Trace):
    """What a SIP Server log tells, from this one application's point of view.

    `application`, `host` and `command_line` (its passwords masked) come from the header block, and are empty without
    one. `read` is the number of messages read, also of those that the limit has pushed out; `skipped` is how many had
    to be left out, and `notes` says why.
    """

    def __init__(self, file: str, *, limit: int = KEPT) -> None:
        super().__init__(limit=limit)
        self.file = file
        self.application = ""
        self.host = ""
        self.command_line = ""
        self.began = None
        self.left_out: Counter[Skipped] = Counter()
        #: What the reader fills in: the log's own clock, the time of its first message, and every Call-ID.
        self.log_clock = Clock()
        self.zero = 0.0
        self._moment = self.moment
        self.legs: dict[str, Leg] = {}

    @property
    def read(self) -> int:
        """How many messages were read."""
        return self.last_number

    @property
    def skipped(self) -> int:
        """How many messages are left out because they are not whole, or no SIP."""
        return self.left_out.total()

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each reason to leave messages out."""
        return tuple(
            words.SKIPPED[reason][count != 1].format(count=f"{count:,}", kilobytes=LARGEST // 1024)
            for reason, count in sorted(self.left_out.items())
        )

    def calls(self) -> LoggedCalls:
        """Every call of the log, also those whose messages the limit has pushed out."""
        return gathered(self.legs, self.call_of, self._shown)

    def fill(self, messages: Iterable[Message], read: int, passed_over: int) -> None:
        """Take in what was read: `read` messages in all, of which `passed_over` were not wanted."""
        self._messages.extend(messages)
        self._next = read + 1
        self._cleared = passed_over

    def moment(self, message: Message) -> str:
        """When this message was logged: date and time (ISO 8601), or the time alone where the log tells no date."""
        return self._shown(self.zero + message.time)

    def _shown(self, seconds: float) -> str:
        moment = self.log_clock.moment(seconds)
        if moment is not None:
            return moment.isoformat(timespec="milliseconds")
        thousandths = round(seconds * 1000)
        hours, thousandths = divmod(thousandths, 3_600_000)
        minutes, thousandths = divmod(thousandths, 60_000)
        return f"{hours % 24:02}:{minutes:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"
