"""How the ports of one host stand between plan and reality: the rows of a comparison, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..model import Transport, number_text
from ..table import Table, Tabled, one_line, sentences_html
from . import reality_words as words
from .sockets import OpenSocket, Sockets

__all__ = ["Compared", "Comparison", "Group"]


class Group(StrEnum):
    """How a port stands between plan and reality."""

    HELD = "held by another program"
    SILENT = "planned and silent"
    LISTENING = "planned and listening"
    RANGE = "planned range"
    UNPLANNED = "open, not planned"


_GROUPS = list(Group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One port: planned, or open, or both.

    `application` and `port_id` are empty when it is not planned. `sockets` are the open ones it is about; of a range,
    none: `opened` counts them.
    """

    group: Group
    number: int
    last: int | None = None
    transport: Transport
    application: str = ""
    port_id: str = ""
    address: str = ""
    sockets: tuple[OpenSocket, ...] = ()
    opened: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def port(self) -> str:
        """`5150/tcp`, `20000-45000/udp`."""
        return f"{number_text(self.number, self.last)}/{self.transport}"

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs that own its sockets, as far as the system tells."""
        return tuple(dict.fromkeys(one.program for one in self.sockets if one.program))

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of their processes."""
        return tuple(dict.fromkeys(one.pid for one in self.sockets if one.pid is not None))

    @property
    def listens_on(self) -> tuple[str, ...]:
        """The addresses it is open on."""
        return tuple(dict.fromkeys(one.address for one in self.sockets))

    def as_json(self) -> dict[str, Any]:
        """The port as JSON has it."""
        return {
            "group": self.group,
            "application": self.application,
            "port_id": self.port_id,
            "port": self.number,
            "last": self.last,
            "transport": self.transport,
            "address": self.address,
            "listens_on": list(self.listens_on),
            "open": self.opened,
            "programs": list(self.programs),
            "pids": list(self.pids),
            "remarks": list(self.remarks),
        }


class Comparison(Tabled):
    """One host of a plan against reality: what needs a look first.

    `rows` by group and number; `hidden` sockets have an owner that the system did not tell; `ephemeral` UDP sockets,
    clients that come and go, are counted only.
    """

    def __init__(self, plan: str, host: str, rows: Iterable[Compared], sockets: Sockets, ephemeral: int = 0) -> None:
        self.plan = plan
        self.host = host
        order = {group: place for place, group in enumerate(_GROUPS)}
        self.rows = tuple(sorted(rows, key=lambda one: (order[one.group], one.number, one.transport, one.application)))
        self.source = sockets.source
        self.open = len(sockets)
        self.hidden = sockets.hidden
        self.ephemeral = ephemeral
        self._saved = sockets.saved
        self._lacking = sockets.lacking

    def group(self, group: Group | str) -> tuple[Compared, ...]:
        """The rows of one group."""
        return tuple(one for one in self.rows if one.group == group)

    @property
    def clean(self) -> bool:
        """Whether every planned port listens where it should, and none is held by another program.

        What listens without a plan does not count: every machine has some of that.
        """
        return not self.group(Group.HELD) and not self.group(Group.SILENT)

    def table(self, owners: bool = True, unplanned: bool = True) -> Table:
        """One row for each port.

        `owners` False leaves out programs and processes, `unplanned` False what the plan does not know: what is left
        is the same on every machine that runs the plan.
        """
        rows = [one for one in self.rows if unplanned or one.group is not Group.UNPLANNED]
        columns = (*words.COLUMNS[:-1], *(words.OWNER_COLUMNS if owners else ()), words.COLUMNS[-1])
        cells = [self._cells(one, owners) for one in rows]
        caption = self._caption(words.CAPTION if unplanned else words.CAPTION_PLANNED)
        return Table(columns, cells, caption).without_empty_columns()

    @staticmethod
    def _cells(one: Compared, owners: bool) -> tuple[object, ...]:
        told = (", ".join(one.programs), ", ".join(map(str, one.pids))) if owners else ()
        shown = (one.group, one.port, one.application, one.port_id, ", ".join(one.listens_on))
        return (*shown, *told, " ".join(one.remarks))

    def _caption(self, sentence: str) -> str:
        counts = {group: sum(one.group is group for one in self.rows) for group in _GROUPS}
        return sentence.format(
            host=self.host,
            plan=self.plan,
            source=self.source,
            held=counts[Group.HELD],
            silent=counts[Group.SILENT],
            listening=counts[Group.LISTENING],
            unplanned=counts[Group.UNPLANNED],
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What the table cannot show: sentences."""
        found = []
        if all(one.group is Group.UNPLANNED for one in self.rows):
            found.append(words.NO_PORTS.format(host=self.host))
        missed = self._lacking & {one.transport.carrier for one in self.group(Group.SILENT)}
        found += [words.NONE_OF_TRANSPORT.format(transport=one.upper()) for one in sorted(missed)]
        if self.ephemeral:
            sentence = words.EPHEMERAL_ONE if self.ephemeral == 1 else words.EPHEMERAL
            found.append(sentence.format(count=f"{self.ephemeral:,}"))
        if self.hidden:
            sentence = words.HIDDEN_IN_FILE if self._saved else words.HIDDEN_HERE
            found.append(sentence.format(hidden=f"{self.hidden:,}", all=f"{self.open:,}"))
        return tuple(found)

    def __str__(self) -> str:
        return "\n".join([str(self.table()), *map(one_line, self.notes)])

    def _repr_html_(self) -> str:
        return self.table()._repr_html_() + sentences_html(self.notes)

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON has it."""
        return {
            "plan": self.plan,
            "host": self.host,
            "source": self.source,
            "clean": self.clean,
            "rows": [one.as_json() for one in self.rows],
            "open": self.open,
            "hidden": self.hidden,
            "ephemeral": self.ephemeral,
            "notes": list(self.notes),
        }
