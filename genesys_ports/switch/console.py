"""The line console of a switch's management port, on which an administrator programs the switch."""

from __future__ import annotations

from collections.abc import Mapping

from .switching import Switching

__all__ = ["Console"]


class Console:
    """One session at the console: a line in, an answer of some lines out. `over` when it has ended."""

    def __init__(self, switching: Switching, name: str, users: Mapping[str, str] = {"admin": "training"}) -> None:
        self._switching = switching
        self._name = name
        self._users = users
        self.over = False

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        raise NotImplementedError

    def greeting(self) -> str:
        """What is shown first."""
        raise NotImplementedError

    def line(self, text: str) -> str:
        """The answer to one line."""
        raise NotImplementedError
