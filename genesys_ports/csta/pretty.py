"""A message for people: its header in words, its XML indented."""

from __future__ import annotations

__all__ = ["pretty"]


def pretty(raw: bytes) -> str:
    """The bytes of one message, header and XML, for people. Of a long one, the beginning."""
    raise NotImplementedError
