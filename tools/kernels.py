"""Kernels for lessons, started so that no other program can get in their way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

__all__ = ["TRIES", "options", "patient"]

#: How often a kernel may be started until one lives.
TRIES = 3


def options(folder: str) -> dict[str, str]:
    """Options of a `KernelManager` that may keep files in `folder`: on Linux its kernel takes no TCP port at all.

    The ports of a kernel are chosen, let go, and opened later by the kernel. Another program can be quicker; then the
    kernel dies at once, or lives and is never heard.
    """
    # Windows has no such files, and those of macOS lie so deep that their names grow too long.
    return {"transport": "ipc", "ip": str(Path(folder) / "kernel")} if sys.platform == "linux" else {}


def patient(start: Callable[..., Any]) -> Callable[..., Any]:
    """Start a kernel, and once more where it dies at once."""

    @wraps(start)
    def started(*args: Any, **kwargs: Any) -> Any:
        for _ in range(TRIES - 1):
            try:
                return start(*args, **kwargs)
            except RuntimeError:
                continue
        return start(*args, **kwargs)

    return started
