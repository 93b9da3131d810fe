"""Names for datagrams of SNMP, as a trace and a ladder show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..raw.snmp import STATUSES
from . import words
from .answer import Binding, Operation
from .names import name_of, text_of
from .objects import Oid, Syntax

__all__ = ["asked_name", "bindings_text", "report_name", "response_name"]

#: Objects that are named one by one; the rest are counted.
NAMED = 3

#: Characters of one name or value.
SHOWN = 80

_One = TypeVar("_One")


def asked_name(operation: Operation, oids: Sequence[Oid]) -> str:
    """`get sysName.0`."""
    return words.ASKED.format(operation=operation, names=_few(oids, name_of)) if oids else str(operation)


def response_name(status: int = 0) -> str:
    """`response`, or `response noAccess`."""
    error = STATUSES[status] if 0 <= status < len(STATUSES) else str(status)
    return words.RESPONSE_ERROR.format(error=error) if status else words.RESPONSE


def report_name(bindings: Sequence[Binding]) -> str:
    """`report usmStatsUnknownEngineIDs.0`."""
    return words.REPORT.format(names=_few(bindings, lambda one: name_of(one[0])))


def bindings_text(bindings: Sequence[Binding]) -> str:
    """`sysName.0 = message_server`. How long something has been up is another time on each run, and left out."""
    return _few(bindings, _says)


def _says(binding: Binding) -> str:
    oid, value = binding
    if value.syntax is Syntax.TICKS:
        return name_of(oid)
    return words.SAYS.format(name=name_of(oid), value=text_of(value, oid))


def _few(things: Sequence[_One], text: Callable[[_One], str]) -> str:
    shown = ", ".join(_cut(text(one)) for one in things[:NAMED])
    return words.MORE.format(texts=shown, count=len(things) - NAMED) if len(things) > NAMED else shown


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else words.CUT.format(text=text[: SHOWN - 1])
