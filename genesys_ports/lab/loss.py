"""A network that loses datagrams: which ones is decided by what they are, so that two runs lose the same."""

from __future__ import annotations

from hashlib import blake2b

from ..errors import InvalidValueError
from . import sip_words as words
from .report import Report

__all__ = ["SEED", "Loss"]

#: Unless told otherwise. With three of ten lost, most calls of a phone 1001 then show what a loss is like, and none
#: takes long.
SEED = 80

#: Datagrams whose repeats are counted at a time.
COUNTED = 10_000

#: Values that a hash of four bytes can have.
_VALUES = 1 << 32


class Loss:
    """Loses a share of the datagrams, none to begin with.

    No dice are rolled in the order of sending: a clock that ticks a little later would then change every later fate.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self._seed = 0
        self._sent: dict[str, int] = {}

    def begin(self, share: float, seed: int) -> Report:
        """Lose this share from now on; 0 ends it. Raises `InvalidValueError`."""
        # A learner's cell has no types, and True would lose everything.
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise InvalidValueError(words.SHARE, share, words.SHARES)
        self.share, self._seed = float(share), seed
        self._sent.clear()
        return Report([words.LOSES.format(percent=round(share * 100)) if share else words.LOSES_NOTHING])

    def loses(self, sender: str, receiver: str, what: str) -> bool:
        """Whether this datagram gets lost; `what` tells it from others of the same pair, save for its repeats."""
        if not self.share:
            return False
        name = "\0".join((sender, receiver, what))
        repeat = self._sent.pop(name, 0)
        self._sent[name] = repeat + 1
        if len(self._sent) > COUNTED:
            del self._sent[next(iter(self._sent))]
        fate = blake2b(f"{self._seed}\0{repeat}\0{name}".encode("utf-8", "replace"), digest_size=4).digest()
        return int.from_bytes(fate, "big") < self.share * _VALUES
