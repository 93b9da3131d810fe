"""Requests and responses as values (RFC 3261 7): what was parsed, or what is to be sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar, overload

from .grammar import number
from .headers import Headers, key_of
from .sdp import Sdp
from .uri import Uri
from .values import LONGEST, CSeq, NameAddr, Via
from .words import CANNOT_WRITE, MISSING, REASONS, refused

__all__ = ["Request", "Response"]

_Value = TypeVar("_Value")


class _Lazy(Generic[_Value]):
    """A value that is computed when it is first asked for, and kept. (functools has one with a lock, which is slow.)"""

    def __init__(self, compute: Callable[[Any], _Value]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, message: None, kind: type) -> Self: ...
    @overload
    def __get__(self, message: object, kind: type) -> _Value: ...
    def __get__(self, message: object | None, kind: type) -> Self | _Value:
        if message is None:
            return self
        value = message.__dict__[self.compute.__name__] = self.compute(message)
        return value


class _Message(ABC):
    """What requests and responses share. A typed value raises `SIPError` where its header cannot be understood.

    That cannot happen to a message that was parsed: all its headers with a type are valid. A header that is not there
    raises `SIPError` for those that each message needs, and gives None or an empty value for the others.
    """

    headers: Headers
    body: bytes
    raw: bytes

    @abstractmethod
    def _first_line(self) -> str: ...

    def __bytes__(self) -> bytes:
        return self.raw or self._written

    @_Lazy
    def _written(self) -> bytes:
        return _write(self._first_line(), self.headers, self.body)

    def _needed(self, name: str) -> str:
        try:
            return self.headers[name]
        except KeyError:
            raise refused(400, MISSING, header=name) from None

    @_Lazy
    def vias(self) -> tuple[Via, ...]:
        """The hops of the request, the last first."""
        return tuple(via for line in self.headers.all("Via") for via in Via.each(line))

    @property
    def via(self) -> Via:
        """The hop that sent this request, or that this response goes to."""
        return self.vias[0] if self.vias else Via.parse(self._needed("Via"))

    @_Lazy
    def from_(self) -> NameAddr:
        """Who sent the request."""
        return NameAddr.parse(self._needed("From"))

    @_Lazy
    def to(self) -> NameAddr:
        """Whom the request is for."""
        return NameAddr.parse(self._needed("To"))

    @_Lazy
    def cseq(self) -> CSeq:
        """The number and method of the request."""
        return CSeq.parse(self._needed("CSeq"))

    @_Lazy
    def call_id(self) -> str:
        """What all messages of one dialog share."""
        return self._needed("Call-ID")

    @_Lazy
    def contacts(self) -> tuple[NameAddr, ...]:
        """Where the sender, or who is registered, can be reached; none for `Contact: *`."""
        return () if self.headers.all("Contact") == ("*",) else self._addresses("Contact")

    @property
    def wildcard_contact(self) -> bool:
        """Whether all contacts are meant: `Contact: *` (RFC 3261 10.2.2)."""
        return self.headers.get("Contact") == "*"

    @_Lazy
    def routes(self) -> tuple[NameAddr, ...]:
        """Whom the request still passes on its way."""
        return self._addresses("Route")

    @_Lazy
    def record_routes(self) -> tuple[NameAddr, ...]:
        """Who wants to see all later requests of the dialog."""
        return self._addresses("Record-Route")

    def _addresses(self, name: str) -> tuple[NameAddr, ...]:
        return tuple(one for line in self.headers.all(name) for one in NameAddr.each(line))

    @property
    def max_forwards(self) -> int | None:
        """How many more hops the request may take."""
        return number(self.headers.get("Max-Forwards"), 255)

    @property
    def expires(self) -> int | None:
        """For how long, in seconds, a registration or an invitation is wanted."""
        return number(self.headers.get("Expires"), LONGEST)

    @property
    def allow(self) -> tuple[str, ...]:
        """The methods the sender knows."""
        return self._words("Allow")

    @property
    def require(self) -> tuple[str, ...]:
        """The extensions that whoever answers has to know."""
        return self._words("Require")

    @property
    def supported(self) -> tuple[str, ...]:
        """The extensions the sender knows."""
        return self._words("Supported")

    def _words(self, name: str) -> tuple[str, ...]:
        words = (word.strip(" \t") for line in self.headers.all(name) for word in line.split(","))
        return tuple(word for word in words if word)

    @property
    def content_type(self) -> str:
        """What the body is, in small letters and without parameters: `application/sdp`."""
        return "".join(self.headers.get("Content-Type").partition(";")[0].split()).lower()

    @_Lazy
    def sdp(self) -> Sdp | None:
        """What the body says of the media, if it is SDP. Raises `SIPError` (400): bodies are not looked at before."""
        return Sdp.parse(self.body) if self.body and self.content_type == "application/sdp" else None


@dataclass(frozen=True)
class Request(_Message):
    """A request: someone wants something. `raw` are the bytes it was parsed from; none if it was made here."""

    method: str
    uri: str
    headers: Headers
    body: bytes = b""
    raw: bytes = field(default=b"", repr=False, compare=False)

    def name(self) -> str:
        """What stands on a ladder's arrow: `INVITE`."""
        return self.method

    def _first_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"

    def replaced(
        self, *, headers: Headers | None = None, body: bytes | None = None, uri: str | Uri | None = None
    ) -> Request:
        """This request with other parts."""
        return Request(
            self.method,
            self.uri if uri is None else str(uri),
            self.headers if headers is None else headers,
            self.body if body is None else body,
        )

    def received_from(self, address: str, number: int) -> Request:
        """This request as it goes up from the transport: its top Via says where it really came from.

        RFC 3261 18.2.1: `received`, where the sender wrote another address than it has. RFC 3581 4: `rport`, where the
        sender asked for it.
        """
        top = self.via
        if top.host == address and "rport" not in top.params:
            return self
        noted = {**top.params, "received": address}
        if "rport" in noted:
            noted["rport"] = str(number)
        if noted == top.params:
            return self
        _, *rest = Via.each(self._needed("Via"))
        line = ", ".join(str(via) for via in [top._replace(params=noted), *rest])
        first = next(at for at, (name, _) in enumerate(self.headers) if key_of(name) == "via")
        pairs = list(self.headers)
        pairs[first] = (pairs[first][0], line)
        return self.replaced(headers=Headers(pairs))

    def answer(
        self,
        status: int,
        reason: str = "",
        *,
        to_tag: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "",
    ) -> Response:
        """The response with this status (RFC 3261 8.2.6), with what it has to repeat of the request.

        `to_tag` is added to To if it has none yet. `content_type` is that of `body`, SDP unless said otherwise.
        """
        asked = self.headers
        copied = [("Via", value) for value in asked.all("Via")]
        # RFC 3261 12.1.1: what begins a dialog says which way later requests of it go.
        if 100 < status < 300 and self.method in ("INVITE", "SUBSCRIBE", "REFER"):
            copied += [("Record-Route", value) for value in asked.all("Record-Route")]
        to = self._needed("To")
        if to_tag and not (";" in to and self.to.tag):
            to = f"{to};tag={to_tag}"
        copied += [
            ("From", self._needed("From")),
            ("To", to),
            ("Call-ID", self.call_id),
            ("CSeq", self._needed("CSeq")),
        ]
        if status == 100:
            copied += [("Timestamp", value) for value in asked.all("Timestamp")]
        copied += headers
        if body:
            copied.append(("Content-Type", content_type or "application/sdp"))
        return Response(status, reason or REASONS.get(status, ""), Headers(copied), body)


@dataclass(frozen=True)
class Response(_Message):
    """A response: 1xx is on its way, 2xx done, 3xx elsewhere, 4xx to 6xx refused. `raw` as for a request."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""
    raw: bytes = field(default=b"", repr=False, compare=False)

    def name(self) -> str:
        """What stands on a ladder's arrow: `200 OK`."""
        return f"{self.status} {self.reason}".rstrip()

    def _first_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"

    def replaced(self, *, headers: Headers | None = None, body: bytes | None = None) -> Response:
        """This response with other parts."""
        return Response(
            self.status,
            self.reason,
            self.headers if headers is None else headers,
            self.body if body is None else body,
        )


def _write(first_line: str, headers: Headers, body: bytes) -> bytes:
    lines = [first_line, *[f"{name}: {value}" for name, value in headers if key_of(name) != "content-length"]]
    lines.append(f"Content-Length: {len(body)}")
    text = "\r\n".join(lines)
    ends = len(lines) - 1
    # A value with a line end of its own would become a header nobody wrote, or a second message.
    if text.count("\r") != ends or text.count("\n") != ends:
        raise refused(400, CANNOT_WRITE)
    try:
        return text.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body
    except UnicodeEncodeError:
        raise refused(400, CANNOT_WRITE) from None
