"""The registrar: where each directory number can be reached now (RFC 3261 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import agent_words as words
from .flow import Flow
from .grammar import number
from .ids import Ids
from .message import Request, Response
from .refusals import warning
from .uri import Uri
from .values import LONGEST, NameAddr

__all__ = ["Binding", "Registrar", "equivalent"]

#: Seconds, when a REGISTER names none, or one that is no number (10.2.1.1, 20.10).
DEFAULT_EXPIRES = 3600

#: A day. A registrar may grant less than it is asked for (10.3, step 7).
LONGEST_EXPIRES = 86400

#: So many contacts may one number have at a time, and so many numbers a registrar that knows none beforehand.
MOST_CONTACTS = 20
MOST_USERS = 10_000


@dataclass(frozen=True, slots=True)
class Binding:
    """One contact of a user. `expires_at` is a time of the registrar's clock.

    `flow` is the way its REGISTER came: `ways.way(contact, flow, local)` says where a request for it goes. `call_id`
    and `cseq` are those of the REGISTER, so that an old copy of it changes nothing.
    """

    contact: Uri
    flow: Flow
    expires_at: float
    call_id: str
    cseq: int


class _Refused(Exception):
    """A REGISTER that changes nothing."""

    def __init__(self, status: int, sentence: str = "") -> None:
        self.status = status
        self.sentence = sentence


class Registrar:
    """The bindings of all users. `users` says who exists (None: everybody); `clock` gives seconds.

    A user is known by the user part of the address alone: SIP Server has one domain, and goes by several names.
    """

    def __init__(self, users: Callable[[str], bool] | None, clock: Callable[[], float]) -> None:
        self._users = users
        self._clock = clock
        self._ids = Ids("registrar")
        # Newest first.
        self._bindings: dict[str, list[Binding]] = {}

    def process(self, request: Request, flow: Flow) -> Response:
        """The answer to a REGISTER that came this way. It changes the bindings when it is a 200, and else nothing.

        400 for a To that no user can have and for `Contact: *` without `Expires: 0`, 403 for too many contacts, 404 for
        an unknown user, 500 for one that is older than the last, 503 when there are too many users.
        """
        try:
            user = self._user(request)
            kept = self._changed(list(self.bindings(user)), request, flow)
        except _Refused as refused:
            headers = [warning(refused.status, "registrar", refused.sentence)]
            return request.answer(refused.status, to_tag=self._ids.tag(), headers=headers)
        self._keep(user, kept)
        now = self._clock()
        contacts = [("Contact", f"<{one.contact}>;expires={round(one.expires_at - now)}") for one in kept]
        return request.answer(200, to_tag=self._ids.tag(), headers=contacts)

    def bindings(self, user: str) -> tuple[Binding, ...]:
        """The contacts of a user that have not expired, newest first."""
        now = self._clock()
        alive = [one for one in self._bindings.get(user, ()) if one.expires_at > now]
        self._keep(user, alive)
        return tuple(alive)

    def _keep(self, user: str, bindings: list[Binding]) -> None:
        if bindings:
            self._bindings[user] = bindings
        else:
            self._bindings.pop(user, None)

    def expire(self) -> None:
        """Forget every binding whose time is over. (Nobody is sent there any more, even without this.)"""
        for user in list(self._bindings):
            self.bindings(user)

    def _user(self, request: Request) -> str:
        address = request.to.uri
        if address.scheme not in ("sip", "sips"):
            raise _Refused(400, words.NO_USER)
        if not address.user or (self._users is not None and not self._users(address.user)):
            raise _Refused(404)
        if self._users is None and address.user not in self._bindings and len(self._bindings) >= MOST_USERS:
            self.expire()
            if len(self._bindings) >= MOST_USERS:
                raise _Refused(503)
        return address.user

    def _changed(self, bindings: list[Binding], request: Request, flow: Flow) -> list[Binding]:
        """The bindings after this request: all that it asks for, or `_Refused`."""
        cseq = request.cseq.number
        if request.wildcard_contact:
            if request.expires != 0:
                raise _Refused(400, words.STAR_EXPIRES)
            for one in bindings:
                _check_order(one, request)
            return []
        for contact in request.contacts:
            old = next((one for one in bindings if equivalent(one.contact, contact.uri)), None)
            if old is not None:
                _check_order(old, request)
                bindings.remove(old)
            if seconds := _seconds(contact, request):
                bindings.insert(0, Binding(contact.uri, flow, self._clock() + seconds, request.call_id, cseq))
        if len(bindings) > MOST_CONTACTS:
            raise _Refused(403, words.MANY_CONTACTS.format(limit=MOST_CONTACTS))
        return bindings


def _check_order(old: Binding, request: Request) -> None:
    if old.call_id == request.call_id and request.cseq.number <= old.cseq:
        raise _Refused(500, words.OLD_REGISTER.format(number=request.cseq.number, last=old.cseq))


def _seconds(contact: NameAddr, request: Request) -> int:
    own = contact.params.get("expires")
    wanted = request.expires if own is None else number(own, LONGEST)
    return DEFAULT_EXPIRES if wanted is None else min(wanted, LONGEST_EXPIRES)


def equivalent(one: Uri, other: Uri) -> bool:
    """Whether two addresses are the same to SIP (19.1.4).

    Names of hosts and parameters are equal in small and capital letters, users are not. A transport, user, ttl, method
    or maddr that only one of them has makes a difference; so does a port number, even 5060. Other parameters count
    where both have them.
    """
    if (one.scheme, one.user, one.password, one.host, one.port) != (
        other.scheme,
        other.user,
        other.password,
        other.host,
        other.port,
    ):
        return False
    for name in one.params.keys() | other.params.keys():
        first, second = one.params.get(name), other.params.get(name)
        if first is None or second is None:
            if name in ("transport", "user", "ttl", "method", "maddr"):
                return False
        elif first.lower() != second.lower():
            return False
    return one.headers == other.headers
