"""What pysnmp's engine reads and counts while it works: its ID, its clock, how many requests it could not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pysnmp.proto import rfc1902

from ..snmp.names import OBJECTS
from ..snmp.objects import Oid
from .snmp_messages import LARGEST

__all__ = ["Variables"]


class _Variable:
    __slots__ = ("name", "syntax")

    def __init__(self, name: Oid, syntax: Any) -> None:
        self.name = name
        self.syntax = syntax


class _Time:
    """snmpEngineTime: seconds since the engine began. pysnmp asks for the time by cloning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began = now()

    def clone(self) -> Any:
        return rfc1902.Integer32(int(self._now() - self._began))


class Variables:
    """Stands where pysnmp has a MIB builder and a MIB.

    An engine with these is ready in a millisecond instead of a tenth of a second, keeps no file that counts its starts,
    and has no table that strangers can fill. `now` is a clock in seconds, of which only differences count.
    """

    #: Which edition of its MIBs this is, to pysnmp.
    lastBuildId = 0

    def __init__(self, engine_id: bytes, boots: int, now: Callable[[], float]) -> None:
        self._known: dict[str, _Variable] = {
            "snmpEngineID": _Variable((), rfc1902.OctetString(engine_id)),
            # pysnmp counts its own start.
            "snmpEngineBoots": _Variable((), rfc1902.Integer32(boots - 1)),
            "snmpEngineTime": _Variable((), _Time(now)),
            "snmpEngineMaxMessageSize": _Variable((), rfc1902.Integer32(LARGEST)),
            # Whoever asks without knowing the engine ID is told it (RFC 3414, section 4).
            "pysnmpUsmDiscoverable": _Variable((), 1),
        }

    def get_mib_builder(self) -> Variables:
        """Itself."""
        return self

    def load_modules(self, *modules: str) -> None:
        """Nothing to load."""

    def import_symbols(self, module: str, *names: str) -> tuple[_Variable, ...]:
        """Variables by their names."""
        return tuple(self._known.get(name) or self._begin(name) for name in names)

    def _begin(self, name: str) -> _Variable:
        # What a report tells has an object of its own; the rest is only counted.
        kind = OBJECTS.get(name)
        made = _Variable((*kind.oid, 0), rfc1902.Counter32(0)) if kind else _Variable((), 0)
        return self._known.setdefault(name, made)
