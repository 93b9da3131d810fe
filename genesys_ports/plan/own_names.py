"""The names a class has given the lessons of this folder: `genesys-ports adapt` writes them beside the lessons."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..errors import InvalidValueError
from .renaming import Renaming

__all__ = ["FILE", "LESSONS", "own_names"]

#: The lessons whose cells name hosts, applications and ports of their plans. Those after them take any sheet as it is.
LESSONS = range(8)

#: Beside the lessons that it belongs to.
FILE = "own-names.json"


def own_names() -> Renaming:
    """What stands for the lessons' names in the folder where a lesson runs; nothing, where nobody has renamed them."""
    return _read(str(Path.cwd() / FILE))


@lru_cache(maxsize=8)
def _read(path: str) -> Renaming:
    try:
        return Renaming.from_json(Path(path).read_text("utf-8"))
    except (OSError, ValueError, InvalidValueError):
        return Renaming()
