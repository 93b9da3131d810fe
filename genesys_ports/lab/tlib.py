"""T-Library's clients of SIP Server or T-Server: who hears which event, and what they may ask for.

It is the teaching format with T-Library's real names; Genesys' own format is proprietary. Which message of SIP or CSTA
leads to which event is illustrative.

    {"id": 7, "message": "RequestMakeCall", "text": "", "ThisDN": "1001", "OtherDN": "1002"}
    {"ack": 7}                                       or: {"ack": 7, "message": "EventError", "text": "…", "ThisDN": …}
    {"event": "EventRinging", "text": "…", "ThisDN": "1002", "OtherDN": "1001", "ConnID": "0000000000000001", …}
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from ..errors import NoCallError
from ..model import Purpose
from ..sip.server_words import NO_DN
from ..sip.tlib import EventName, RequestName, TEvent
from . import sip_server_words as words
from .roles import Answer
from .wire import details_of, text_of

if TYPE_CHECKING:
    from .application import RunningApplication
    from .link import Link

__all__ = ["CALLS", "CallControl", "Clients", "Request", "error", "is_request"]


class CallControl(Protocol):
    """Who carries out requests about calls: `SipServer`, and T-Server.

    Each gives the name of the call in the trace, or "" while the call has none. Raises `NoCallError` where it comes to
    nothing.
    """

    def make_call(self, this_dn: str, other_dn: str) -> str: ...  # noqa: D102
    def answer_call(self, this_dn: str, conn_id: str = "") -> str: ...  # noqa: D102
    def release_call(self, this_dn: str, conn_id: str = "") -> str: ...  # noqa: D102
    def hold_call(self, this_dn: str, conn_id: str = "") -> str: ...  # noqa: D102
    def retrieve_call(self, this_dn: str, conn_id: str = "") -> str: ...  # noqa: D102


#: What a request does, with ThisDN and the other fields.
Request = Callable[[Any, str, dict[str, str]], str]

#: The requests about calls that every server has.
CALLS: Mapping[str, Request] = {
    RequestName.MAKE_CALL: lambda server, dn, fields: server.make_call(dn, fields.get("OtherDN", "")),
    RequestName.ANSWER_CALL: lambda server, dn, fields: server.answer_call(dn, fields.get("ConnID", "")),
    RequestName.RELEASE_CALL: lambda server, dn, fields: server.release_call(dn, fields.get("ConnID", "")),
    RequestName.HOLD_CALL: lambda server, dn, fields: server.hold_call(dn, fields.get("ConnID", "")),
    RequestName.RETRIEVE_CALL: lambda server, dn, fields: server.retrieve_call(dn, fields.get("ConnID", "")),
}

_LOWER = frozenset(name.lower() for name in RequestName)


class Clients:
    """The T-Library clients of one server.

    Planned clients hear the events of every DN, as if they had registered for all; a program from outside hears those
    of the DNs that it has named in RequestRegisterAddress. `calls` are the requests about calls, `unknown` is what is
    said to any other.
    """

    def __init__(
        self,
        application: RunningApplication,
        users: Container[str],
        *,
        calls: Mapping[str, Request] = CALLS,
        unknown: str = words.UNKNOWN_REQUEST,
    ) -> None:
        self._application = application
        self._users = users
        self._calls = calls
        self._unknown = unknown
        self._ports = {str(port) for port in application.ports if port.purpose is Purpose.COMMUNICATION}
        self._registered: WeakKeyDictionary[Link, set[str]] = WeakKeyDictionary()

    def tell(self, event: TEvent) -> None:
        """Send an event to all that hear of its DN."""
        sentence = words.ABOUT_CALL if event.other_dn else words.ABOUT_DN
        text = event.fields.get("ErrorMessage") or sentence.format(this_dn=event.this_dn, other_dn=event.other_dn)
        known = {"ThisDN": event.this_dn, "OtherDN": event.other_dn, "ConnID": event.conn_id}
        details = {**{key: value for key, value in known.items() if value}, **event.fields}
        for link in self._application.incoming:
            hears = link.known or event.this_dn in self._registered.get(link, ())
            if hears and link.route.port in self._ports:
                link.tell(event.name, text, call=event.call_id, **details)

    def tell_all(self, name: str, text: str, **details: str) -> None:
        """Send an event that is about no DN to all that hear of any."""
        for link in self._application.incoming:
            if self.is_client(link):
                link.tell(name, text, **details)

    def is_client(self, link: Link) -> bool:
        """Whether whoever is there hears of any DN."""
        return (link.known or bool(self._registered.get(link))) and link.route.port in self._ports

    def asked(self, server: CallControl, link: Link, fields: dict[str, Any]) -> Answer:
        """Carry out a request, and answer it."""
        name, details = text_of(fields, "message"), details_of(fields)
        dn = details.get("ThisDN", "")
        if not dn:
            return error(words.NO_THIS_DN, dn)
        if name == RequestName.REGISTER_ADDRESS and dn in self._users:
            self._registered.setdefault(link, set()).add(dn)
            return _about(EventName.REGISTERED, dn)
        if name == RequestName.UNREGISTER_ADDRESS and dn in self._users:
            self._registered.get(link, set()).discard(dn)
            return _about(EventName.UNREGISTERED, dn)
        if name in (RequestName.REGISTER_ADDRESS, RequestName.UNREGISTER_ADDRESS):
            return error(NO_DN.format(dn=dn), dn)
        if name not in self._calls:
            known = [RequestName.REGISTER_ADDRESS, RequestName.UNREGISTER_ADDRESS, *self._calls]
            return error(self._unknown.format(name=name, known=", ".join(known)), dn)
        try:
            return Answer(call=self._calls[name](server, dn, details))
        except NoCallError as problem:
            return error(problem.problem, dn)


def is_request(fields: dict[str, Any]) -> bool:
    """Whether a question is one of T-Library's, or meant to be; anything else gets its `ack`, as everywhere."""
    name = text_of(fields, "message").lower()
    return name.startswith("request") or f"request{name}" in _LOWER


def error(problem: str, dn: str) -> Answer:
    """EventError with a whole sentence."""
    return Answer(EventName.ERROR, problem, {"ThisDN": dn} if dn else {})


def _about(name: EventName, dn: str) -> Answer:
    return Answer(name, words.ABOUT_DN.format(this_dn=dn), {"ThisDN": dn})
