"""Errors of what is shown: files that cannot be written, and a question the lessons do not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .root import PortsError, did_you_mean, listed

__all__ = [
    "OutputError",
    "OutputExistsError",
    "OutputFormatError",
    "OutputWriteError",
    "TaskThingsError",
    "UnknownQuestionError",
    "UnknownTaskError",
]


class OutputError(PortsError):
    """Something to show could not be written to a file."""


@dataclass(eq=False)
class OutputExistsError(OutputError):
    """A file of that name is there already; it is left as it is."""

    file: str

    def sentences(self) -> Iterable[str]:
        yield f"{self.file} exists already, and was left as it is."
        yield "Choose another name, or remove the file first."


@dataclass(eq=False)
class OutputFormatError(OutputError):
    """The ending of the file name is none of those this picture can be saved as."""

    file: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"{self.file}: the ending of the name says what to write, and this ending is not known here."
        yield f"Use one of: {listed(self.known)}."


@dataclass(eq=False)
class OutputWriteError(OutputError):
    """The system, or the file format, does not let it be written; `problem` is a whole sentence."""

    file: str
    problem: str

    def sentences(self) -> Iterable[str]:
        return (f"{self.file}: {self.problem}",)


@dataclass(eq=False)
class UnknownQuestionError(PortsError):
    """A question the lessons do not have."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"The lessons have no question {self.name!r}."
        yield did_you_mean(self.name, self.known)
        yield f"Their questions: {listed(self.known)}."


@dataclass(eq=False)
class UnknownTaskError(PortsError):
    """A task the lessons do not have."""

    name: str
    known: Sequence[str]

    def sentences(self) -> Iterable[str]:
        yield f"The lessons have no task {self.name if isinstance(self.name, str) else type(self.name).__name__!r}."
        yield did_you_mean(self.name, self.known)
        yield f"Their tasks: {listed(self.known)}."


@dataclass(eq=False)
class TaskThingsError(PortsError):
    """A task was handed something else than what it looks at."""

    name: str
    #: What it looks at: the name that the lesson gives to each thing, and what kind of thing that is.
    wanted: Mapping[str, str]
    handed: Sequence[str]

    def sentences(self) -> Iterable[str]:
        wanted = ", then ".join(f"{kind} ({name})" for name, kind in self.wanted.items())
        yield f"The check of {self.name!r} looks at {wanted}."
        yield f"It was handed: {', '.join(self.handed) or 'nothing'}."
        yield f'Write  check_task("{self.name}", {", ".join(self.wanted)})  with the names of your own cells.'
