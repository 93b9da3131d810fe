"""Media gateway and softswitch: the world outside. The numbers behind one of them begin with its prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..sip.call import Call
from .talker import Talker

if TYPE_CHECKING:
    from .application import RunningApplication
    from .elements import Stack

__all__ = ["Trunk"]

#: The number of whoever calls in from outside, behind the prefix. (Kept for stories: nobody has 555-0100 to 555-0199.)
CALLER = "5550100"


class Trunk(Talker):
    """See `elements.Element`. It takes calls to any number of its prefix, and answers for whoever is there."""

    def __init__(self, application: RunningApplication, stack: Stack) -> None:
        super().__init__(application, stack, allow_unknown_users=True)

    @property
    def shown(self) -> str:
        """The number that those it calls see."""
        return self.dn + CALLER

    def invited(self, call: Call) -> None:
        """A call that leaves for the world outside; not for a number that is not there."""
        if call.number.startswith(self.dn):
            super().invited(call)
        else:
            call.reject(404)
