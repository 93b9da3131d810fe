"""The port ids of a plan while its rows come in: those that rows state, and those given to ports without one."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import DEFAULT, ListeningPort, Purpose
from ..origin import Place

__all__ = ["PortIds"]

#: Purposes that a further port takes for its id; those of a usual port tell nothing apart.
_TELLING = frozenset(Purpose) - {Purpose.COMMUNICATION, Purpose.OTHER}


class PortIds:
    """Who has which port id, by application and id. An id that no row states gives way to one that a row does."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], Place] = {}
        #: The ids that were only given, each with the index of its port among those of the application.
        self._given: dict[tuple[str, str], int] = {}
        self._further: dict[tuple[str, str], int] = {}

    def take_back(self, application: str, port_id: str, place: Place) -> int | None:
        """Takes an id for the row that states it from the port that was only given it.

        Gives back the index of that port; None where the id is stated by another row, which keeps it.
        """
        index = self._given.pop((application, port_id), None)
        if index is not None:
            self.places[application, port_id] = place
        return index

    def give(
        self, application: str, port: ListeningPort, index: int, place: Place, beside: tuple[str, str] | None = None
    ) -> str:
        """An id for a port whose row states none: `default`, else after its purpose, else after its number.

        `index` is its place among the ports of the application. `beside` is the id and the number of the first port
        of the same row: the id is made from those.
        """
        # A port that gives its id away is not the usual one.
        if beside is None and port.port_id == DEFAULT and (application, DEFAULT) not in self.places:
            port_id = DEFAULT
        else:
            port_id = self._free(application, _after_itself(port) if beside is None else _after_first(port, *beside))
        self.places[application, port_id] = place
        self._given[application, port_id] = index
        return port_id

    def _free(self, application: str, wanted: Sequence[str]) -> str:
        for port_id in wanted:
            if (application, port_id) not in self.places:
                return port_id
        stem = wanted[-1]
        further = self._further.get((application, stem), 2)
        while (application, f"{stem}-{further}") in self.places:
            further += 1
        # The next one starts here: ten thousand equal rows are counted once.
        self._further[application, stem] = further + 1
        return f"{stem}-{further}"


def _after_itself(port: ListeningPort) -> Sequence[str]:
    number = port.number_text
    purpose = (str(port.purpose),) if port.purpose in _TELLING else ()
    return (*purpose, number, f"{number}-{port.transport}")


def _after_first(port: ListeningPort, port_id: str, number: str) -> Sequence[str]:
    told = str(port.transport) if port.number_text == number else port.number_text
    return (f"{port_id}-{told}", f"{port_id}-{port.number_text}-{port.transport}")
