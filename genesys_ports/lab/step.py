"""What a call of the lab gives before it is awaited, so that a forgotten `await` says so.

A coroutine of Python shows as `<coroutine object Lab.start at 0x7f…>`, and nothing happens. To somebody who writes no
Python that looks like success.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from . import words

__all__ = ["Step", "step", "step_of"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Step(Coroutine[Any, Any, _T]):
    """A coroutine that, shown instead of awaited, asks for its `await`."""

    def __init__(self, coroutine: Coroutine[Any, Any, _T], name: str) -> None:
        self._coroutine = coroutine
        #: How a cell calls it: `lab.start`.
        self._name = name

    def __await__(self) -> Generator[Any, Any, _T]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:  # noqa: D102 - as of a coroutine
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:  # noqa: D102 - as of a coroutine
        return self._coroutine.throw(*error)

    def close(self) -> None:  # noqa: D102 - as of a coroutine
        self._coroutine.close()

    def __repr__(self) -> str:
        return words.NOT_AWAITED.format(name=self._name)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # It has been told; Python need not warn of it once more in some later cell.
        self.close()
        printer.text(repr(self))


def step_of(owner: str) -> Callable[[Callable[_P, Coroutine[Any, Any, _T]]], Callable[_P, Step[_T]]]:
    """Let async methods give a `Step`; `owner` is what a cell calls the object they belong to."""

    def decorate(function: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, Step[_T]]:
        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> Step[_T]:
            return Step(function(*args, **kwargs), f"{owner}.{function.__name__}")

        return call

    return decorate


def step(function: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, Step[_T]]:
    """Let an async method of a lab give a `Step`."""
    return step_of("lab")(function)
