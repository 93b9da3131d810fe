"""A request that begins something: outside of every dialog, and still without its Via (RFC 3261 8.1.1)."""

from __future__ import annotations

from collections.abc import Iterable

from .dialog import MAX_FORWARDS
from .headers import Headers
from .message import Request
from .uri import Uri
from .values import NameAddr

__all__ = ["draft"]


def draft(
    method: str,
    uri: Uri,
    *,
    sender: NameAddr,
    to: Uri,
    call_id: str,
    cseq: int = 1,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    content_type: str = "",
) -> Request:
    """A request of `sender` (with its tag) to `to`, sent to `uri`. `headers` follow those that every request has.

    Only Max-Forwards may be among them, and takes the place of the usual one.
    """
    extra = list(headers)
    pairs = [
        *([] if any(name.lower() == "max-forwards" for name, _ in extra) else [("Max-Forwards", str(MAX_FORWARDS))]),
        ("From", str(sender)),
        ("To", f"<{to}>"),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} {method}"),
        *extra,
        *([("Content-Type", content_type)] if body else []),
    ]
    return Request(method, str(uri), Headers(pairs), body)
