"""The port ids of a plan while its rows come in: those that rows state, and those given to ports without one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count

from ..model import DEFAULT, ListeningPort, Purpose
from ..origin import Place

__all__ = ["PortIds"]

#: Purposes that a further port takes for its id; those of a usual port tell nothing apart.
_TELLING = frozenset(Purpose) - {Purpose.COMMUNICATION, Purpose.OTHER}


class PortIds:
    """Who has which port id, by application and id. An id that no row states gives way to one that a row does."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], Place] = {}
        self._given: set[tuple[str, str]] = set()

    def take_back(self, application: str, port_id: str, place: Place) -> bool:
        """Takes an id from the port that was only given it, for the row that states it; False where a row has it."""
        key = application, port_id
        if key not in self._given:
            return False
        self._given.remove(key)
        self.places[key] = place
        return True

    def give(self, application: str, port: ListeningPort, place: Place, beside: tuple[str, str] | None = None) -> str:
        """An id for a port whose row states none: `default`, else after its purpose, else after its number.

        `beside` is the id and the number of the first port of the same row: the id is made from those.
        """
        # A port that gives its id away is not the usual one.
        if beside is None and port.port_id == DEFAULT and (application, DEFAULT) not in self.places:
            port_id = DEFAULT
        else:
            names = _after_itself(port) if beside is None else _after_first(port, *beside)
            port_id = next(name for name in names if (application, name) not in self.places)
        self.places[application, port_id] = place
        self._given.add((application, port_id))
        return port_id


def _after_itself(port: ListeningPort) -> Iterator[str]:
    number = port.number_text
    purpose = (str(port.purpose),) if port.purpose in _TELLING else ()
    return chain(purpose, (number,), _numbered(f"{number}-{port.transport}"))


def _after_first(port: ListeningPort, port_id: str, number: str) -> Iterator[str]:
    told = str(port.transport) if port.number_text == number else port.number_text
    return chain((f"{port_id}-{told}",), _numbered(f"{port_id}-{port.number_text}-{port.transport}"))


def _numbered(stem: str) -> Iterator[str]:
    return chain((stem,), (f"{stem}-{which}" for which in count(2)))
