"""What a PDU says, in one line, as a trace shows it: no times, so that two runs read the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..snmp.names import SYS_UP_TIME, TRAP_OID, name_of
from ..snmp.telling import bindings_text
from . import words
from .encoding import VarBind
from .pdu import (
    Close,
    Get,
    GetBulk,
    Notify,
    Open,
    Pdu,
    Reason,
    Register,
    Response,
    Status,
    TestSet,
    Unregister,
)  # fmt: skip

__all__ = ["reason_text", "status_text", "text_of_pdu"]

#: Objects that one line names; the rest are counted.
NAMED = 3


def status_text(error: int) -> str:
    """The name of an error: `notWritable`, `duplicateRegistration`; its number where it has none."""
    return _camel(Status(error).name) if error in list(Status) else str(error)


def reason_text(reason: int) -> str:
    """Why a session has ended: `shutdown`, `timeouts`."""
    return _camel(Reason(reason).name) if reason in list(Reason) else str(reason)


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(map(str.capitalize, rest))


def text_of_pdu(pdu: Pdu) -> str:
    """What stands beside its name."""
    if isinstance(pdu, Open):
        return pdu.description.decode("utf-8", "replace")
    if isinstance(pdu, Close):
        return reason_text(pdu.reason)
    if isinstance(pdu, Register | Unregister):
        return name_of(pdu.subtree)
    if isinstance(pdu, GetBulk):
        names = _several([name_of(one.start) for one in pdu.ranges])
        return words.BULK.format(names=names, repetitions=pdu.max_repetitions)
    if isinstance(pdu, Get):
        return _several([name_of(one.start) for one in pdu.ranges])
    if isinstance(pdu, Notify):
        trap = [name_of(one.value.value) for one in pdu.varbinds if isinstance(one.value.value, tuple)]
        return _several([*trap[:1], *_texts([one for one in pdu.varbinds if one.name not in (SYS_UP_TIME, TRAP_OID)])])
    if isinstance(pdu, TestSet):
        return bindings_text(pdu.varbinds)
    if isinstance(pdu, Response):
        if pdu.error:
            sentence = words.FAILED_AT if pdu.index else words.FAILED
            return sentence.format(status=status_text(pdu.error), index=pdu.index)
        return bindings_text(pdu.varbinds)
    return ""


def _texts(varbinds: Iterable[VarBind]) -> Iterator[str]:
    return (bindings_text([one]) for one in varbinds)


def _several(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:NAMED])
    return shown if len(texts) <= NAMED else words.MORE.format(text=shown, count=len(texts) - NAMED)
