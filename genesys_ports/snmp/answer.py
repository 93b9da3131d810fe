"""What an agent answers: the procedures of RFC 3416, section 4.2, and of RFC 3584, section 4.2, for version 1.

Nothing here knows how a datagram looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol, TypeAlias, TypeGuard

from .objects import END_OF_VIEW, Oid, Syntax, Value

__all__ = ["MOST_BINDINGS", "Answer", "Binding", "Objects", "Operation", "Question", "Status", "answer", "size_of"]

#: A managed object with its value.
Binding: TypeAlias = tuple[Oid, Value]

#: Objects that one request may name, and one answer may hold.
MOST_BINDINGS = 100


class Operation(StrEnum):
    """What a manager may ask, as Net-SNMP's tools are called."""

    GET = "get"
    NEXT = "getnext"
    BULK = "getbulk"
    SET = "set"


class Status(IntEnum):
    """The error-status of an answer (RFC 3416, section 3), as far as one of ours has it."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GENERAL_ERROR = 5
    NO_ACCESS = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A request. `oids` are the objects it names, `limit` is how many bytes of bindings the answer has room for.

    `non_repeaters` and `max_repetitions` belong to a getbulk. `is_v1` tells that whoever asks speaks version 1, which
    knows neither Counter64 nor what stands in place of a value.
    """

    operation: Operation
    oids: tuple[Oid, ...]
    limit: int
    non_repeaters: int = 0
    max_repetitions: int = 0
    is_v1: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. With an error `index` counts from 1 which binding is to blame; the bindings are then those asked."""

    status: Status
    index: int = 0
    bindings: tuple[Binding, ...] = ()


class Objects(Protocol):
    """What an agent answers from: a `Tree`, or what a master agent has behind it.

    `told` may be called at once, or later; once. None tells that a sub-agent has them and gave no answer.
    """

    def read(self, oids: Sequence[Oid], told: Callable[[Sequence[Value] | None], None]) -> None:
        """The value of each of these objects, or what stands in place of one."""

    def read_next(self, oids: Sequence[Oid], told: Callable[[Sequence[Binding] | None], None]) -> None:
        """The object after each of these; `END_OF_VIEW` with the number asked for where there is none."""


def answer(question: Question, objects: Objects, told: Callable[[Answer], None]) -> None:
    """Tell the answer to a question, now or later."""
    oids = question.oids
    if question.operation is Operation.SET:
        # No object of ours may be changed: none is in a view that anybody may write (RFC 3416, section 4.2.5, (1)).
        told(_refused(question, Status.NO_ACCESS, 1) if oids else Answer(Status.NO_ERROR))
    elif len(oids) > MOST_BINDINGS:
        told(Answer(Status.TOO_BIG))
    elif not oids:
        told(Answer(Status.NO_ERROR))
    elif question.operation is Operation.GET:

        def read(values: Sequence[Value] | None) -> None:
            told(_whole(question, None if values is None else list(zip(oids, values, strict=True))))

        objects.read(oids, read)
    elif question.operation is Operation.NEXT:
        _next(question, objects, list(oids), told)
    else:
        _Bulk(question, objects, told).begin()


def _next(
    question: Question, objects: Objects, oids: list[Oid], told: Callable[[Answer], None], tries: int = MOST_BINDINGS
) -> None:
    def read(bindings: Sequence[Binding] | None) -> None:
        # RFC 3584, section 4.2.2.1: in version 1 a Counter64 is passed over.
        wide = [at for at, one in enumerate(bindings or ()) if one[1].syntax is Syntax.COUNTER64 and question.is_v1]
        if bindings is None or not wide or not tries:
            told(_whole(question, bindings))
            return
        for at in wide:
            oids[at] = bindings[at][0]
        _next(question, objects, oids, told, tries - 1)

    objects.read_next(oids, read)


def _whole(question: Question, bindings: Sequence[Binding] | None) -> Answer:
    """An answer that has room for all its bindings, or none."""
    if bindings is None:
        return _failed(question)
    if question.is_v1:
        for index, (_, value) in enumerate(bindings, 1):
            if not value.is_there or value.syntax is Syntax.COUNTER64:
                return _refused(question, Status.NO_SUCH_NAME, index)
    if sum(map(size_of, bindings)) > question.limit:
        # Version 1 gives the request back (RFC 1157, section 4.1.2); its successors leave the bindings out.
        return _refused(question, Status.TOO_BIG, 0) if question.is_v1 else Answer(Status.TOO_BIG)
    return Answer(Status.NO_ERROR, 0, tuple(bindings))


def _failed(question: Question) -> Answer:
    """Whoever has the values gave no answer (RFC 3416, section 4.2.1: nothing else fits, so genErr)."""
    return _refused(question, Status.GENERAL_ERROR, int(len(question.oids) == 1))


def _refused(question: Question, status: Status, index: int) -> Answer:
    # RFC 3584, section 4.4: version 1 has one word for whatever cannot be had.
    status = Status.NO_SUCH_NAME if question.is_v1 and status is Status.NO_ACCESS else status
    return Answer(status, index, tuple((oid, Value(Syntax.NULL)) for oid in question.oids))


class _Bulk:
    """One getbulk (RFC 3416, section 4.2.3): the first few once, the others again and again while there is room."""

    def __init__(self, question: Question, objects: Objects, told: Callable[[Answer], None]) -> None:
        self._objects = objects
        self._question = question
        self._told = told
        self._room = question.limit
        once = min(max(question.non_repeaters, 0), len(question.oids))
        self._once = list(question.oids[:once])
        self._again = list(question.oids[once:])
        self._left = max(question.max_repetitions, 0)
        self._bindings: list[Binding] = []

    def begin(self) -> None:
        if self._once:
            self._objects.read_next(self._once, self._read_once)
        else:
            self._round()

    def _read_once(self, bindings: Sequence[Binding] | None) -> None:
        if self._add(bindings):
            self._round()

    def _round(self) -> None:
        if not self._left or not self._again:
            self._end()
            return
        self._left -= 1
        self._objects.read_next(self._again, self._read)

    def _read(self, bindings: Sequence[Binding] | None) -> None:
        if not self._add(bindings):
            return
        self._again = [oid for oid, _ in bindings]
        if all(value is END_OF_VIEW or value.syntax is Syntax.END_OF_VIEW for _, value in bindings):
            self._end()
        else:
            self._round()

    def _add(self, bindings: Sequence[Binding] | None) -> TypeGuard[Sequence[Binding]]:
        if bindings is None:
            self._told(_failed(self._question))
            return False
        for one in bindings:
            self._room -= size_of(one)
            if self._room < 0 or len(self._bindings) == MOST_BINDINGS:
                self._end()
                return False
            self._bindings.append(one)
        return True

    def _end(self) -> None:
        self._told(Answer(Status.NO_ERROR, 0, tuple(self._bindings)))


#: Bytes of the tags and lengths around one binding (X.690): a sequence, a name and a value, each with a long length.
_AROUND = 12


def size_of(binding: Binding) -> int:
    """How many bytes a binding takes at most."""
    oid, (_, content) = binding
    size = _AROUND + _size_of_oid(oid)
    if isinstance(content, bytes):
        return size + len(content)
    return size + (_size_of_oid(content) if isinstance(content, tuple) else 9)


def _size_of_oid(oid: Oid) -> int:
    # Seven bits in each byte (X.690, section 8.19).
    return sum(max((number.bit_length() + 6) // 7, 1) for number in oid)
