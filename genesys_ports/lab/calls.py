"""Calls of a lab: who talks with whom, and what the phones do. `Lab` has all of it."""

from __future__ import annotations

from ..model import Deployment
from . import application
from .network import Network
from .signalling import Signalling
from .standing import Standing

__all__ = ["Calls"]


#: So much longer everything takes when datagrams get lost.
LOSSY = 6


class Calls(Standing):
    """What a lab does with SIP."""

    def __init__(self, plan: Deployment, network: Network) -> None:
        super().__init__(plan, network)
        #: What the SIP applications share.
        self.signalling = Signalling(network, self.outsiders)

    #: Seconds that the call in progress may still wait for those who do not answer.
    patience: float

    @property
    def sip_patience(self) -> float:
        """Seconds to wait for an answer over SIP: longer, when it may get lost."""
        return min(application.GREETING_LIMIT, self.patience) * (LOSSY if self.network.lossy else 1)

    def grow_impatient(self) -> None:
        """Somebody was silent: one call of the lab may meet several of those, and has to end all the same."""
        self.patience = max(0.1, self.patience - application.GREETING_LIMIT)
