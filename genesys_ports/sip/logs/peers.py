"""Who is behind the addresses of a log."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...model import Application, Deployment

__all__ = ["Peers"]

#: Addresses and port numbers that are remembered.
_MOST = 100_000

#: What passes for the number of a phone: short. A longer one is a caller from outside, behind a gateway.
_DN = re.compile(r"[0-9]{2,6}")

_SEVERAL = ""


class Peers:
    """Learns from each message who is at its address, and gives the names once the log is read.

    In this order: `names` (`"10.0.0.2:5060"`, or `"10.0.0.2"`), the application that the plan has there, the directory
    number that registers from there or calls itself so in Contact, and else the address. A port number that two
    directory numbers share belongs to a gateway or a proxy, and so to none of them.
    """

    def __init__(self, names: Mapping[str, str] | None = None, plan: Deployment | None = None) -> None:
        self._names = dict(names or {})
        self._planned = _planned(plan) if plan else {}
        # DN, or _SEVERAL, for each port number of each address; from registrations and from other messages.
        self._registered: dict[str, dict[int, str]] = {}
        self._others: dict[str, dict[int, str]] = {}
        self._given: dict[tuple[str, int], str] = {}
        self._count = 0

    def registers(self, address: str, number: int, user: str) -> None:
        """A REGISTER for this user came from there."""
        self._note(self._registered, address, number, user)

    def calls_itself(self, address: str, number: int, user: str) -> None:
        """The Contact of a message from there names this user at this very address."""
        self._note(self._others, address, number, user if _DN.fullmatch(user) else _SEVERAL)

    def _note(self, known: dict[str, dict[int, str]], address: str, number: int, user: str) -> None:
        users = known.get(address)
        if users is None:
            users = known[address] = {}
        before = users.get(number)
        if before is None:
            if self._count < _MOST:
                self._count += 1
                users[number] = user
        elif before != user:
            users[number] = _SEVERAL

    def name(self, address: str, number: int) -> str:
        """The name of who is there; call this when all is read."""
        key = address, number
        given = self._given.get(key)
        if given is None:
            given = self._name(address, number)
            if len(self._given) < _MOST:
                self._given[key] = given
        return given

    def _name(self, address: str, number: int) -> str:
        if told := self._names.get(f"{address}:{number}") or self._names.get(address):
            return told
        if planned := self._planned.get(address):
            return next((one.name for one in planned if _listens(one, number)), planned[0].name)
        users = self._registered.get(address) or self._others.get(address)
        if not users:
            return address
        everyone = set(users.values())
        # A phone has one number on the whole host, whatever port each of its TCP connections has.
        user = everyone.pop() if len(everyone) == 1 else users.get(number, _SEVERAL)
        return user or address

    def host(self, address: str) -> str:
        """The planned host of this address; empty without one."""
        planned = self._planned.get(address)
        return planned[0].host if planned else ""


def _planned(plan: Deployment) -> dict[str, list[Application]]:
    """The applications at each planned address, those that speak SIP first."""
    found: dict[str, list[Application]] = {}
    for application in plan.applications:
        addresses = {port.address for port in application.ports} | {plan.host(application.host).address or ""}
        for address in sorted(addresses - {"", "0.0.0.0", "::"}):
            found.setdefault(address, []).append(application)
    for applications in found.values():
        applications.sort(key=lambda one: not any(port.purpose == "sip" for port in one.ports))
    return found


def _listens(application: Application, number: int) -> bool:
    return any(port.number <= number <= (port.last or port.number) for port in application.ports)
