"""What every handle may say."""

from __future__ import annotations

ENDED = "The kernel of this panel has ended, and its buttons do nothing. Run the cells again from the top."
BUSY = "One thing after the other: what you clicked before is still being done."
#: For the log, with what went wrong.
FAILED = "A button of {handle} has failed."
