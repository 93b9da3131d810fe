"""The registrar: where each directory number can be reached now (RFC 3261 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .flow import Flow

if TYPE_CHECKING:
    from .message import Request, Response
    from .uri import Uri

__all__ = ["Binding", "Registrar"]


@dataclass(frozen=True, slots=True)
class Binding:
    """One contact of a user; `flow` is the way its REGISTER came, `expires_at` a time of the registrar's clock."""

    contact: Uri
    flow: Flow
    expires_at: float


class Registrar:
    """Keeps the bindings of all users. `users` says who exists (None: everybody); `clock` gives seconds."""

    def __init__(self, users: Callable[[str], bool] | None, clock: Callable[[], float]) -> None:
        raise NotImplementedError

    def process(self, request: Request, flow: Flow) -> Response:
        """The answer to a REGISTER; changes the bindings when it is a 200."""
        raise NotImplementedError

    def bindings(self, user: str) -> tuple[Binding, ...]:
        """The contacts of a user that have not expired, newest first."""
        raise NotImplementedError

    def expire(self) -> None:
        """Forget every binding whose time is over."""
        raise NotImplementedError
