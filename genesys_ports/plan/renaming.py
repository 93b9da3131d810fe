"""The lessons in a class's own names: hosts, applications and numbers of a lesson's plan, and what stands for each.

    renaming = renaming_for(plans_of_the_lessons, our_plan)
    renaming.text("message_server listens on 5150")       "MS_P01 listens on 7150"

Applications are matched by their component, in the order of the plan; each host takes the name of the host where its
first matched application runs. What has no match keeps the lesson's own name, so that every lesson stays whole.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..catalog import load_catalog
from ..errors import CatalogError, InvalidValueError
from ..model import Application, Deployment, ListeningPort
from ..table import Table
from . import renaming_words as words

__all__ = ["Renaming", "renaming_for"]

#: What may stand in a lesson's cells without being read as code or dialled as a number, and in its tables without
#: breaking them.
_SAFE = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

#: Columns of the lessons' sheets that name a host, an application or a port.
_COLUMNS = ("Host", "Application", "Port", "Connects to", "Switch")

#: A standard fixes these numbers and the lessons say so: SIP (RFC 3261, section 19.1.2) and what lies below 1024.
_FIXED = range(1, 1024), (5060, 5061)

#: A number so near above a renamed one moves along: the lessons propose it as the next that is free.
_NEAR = 20

#: Tokens of a cell whose text may name something.
_TOKENS = {tokenize.STRING, tokenize.NUMBER, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}

#: A file larger than this is not one of ours.
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Renaming:
    """What stands for a name or a port number of the lessons; anything else stays as it is.

    `notes` says in sentences what stayed, and why.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def text(self, text: str) -> str:
        """Prose with every name and number renamed, all at once: two that change places do."""
        return self._pattern.sub(self._instead, text) if self.names or self.numbers else text

    def code(self, source: str) -> str:
        """The source of a cell, renamed in its strings, numbers and comments: its variables stay."""
        lines = source.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        done: list[str] = []
        place = 0
        try:
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type in _TOKENS:
                    begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                    done += [source[place:begin], self.text(source[begin:end])]
                    place = end
        except (tokenize.TokenError, SyntaxError):
            # A cell that is no whole Python is a learner's to complete.
            pass
        return "".join([*done, source[place:]])

    def sheet(self, text: str) -> str:
        """A sheet as CSV, renamed in the columns that name hosts, applications and ports."""
        rows = list(csv.reader(io.StringIO(text)))
        named = [index for index, column in enumerate(rows[0]) if column in _COLUMNS] if rows else []
        for row in rows[1:]:
            for index in named:
                row[index] = "; ".join(":".join(map(self._cell, one.split(":"))) for one in row[index].split("; "))
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()

    def _cell(self, word: str) -> str:
        return str(self.numbers.get(int(word), word)) if word.isdecimal() else self.names.get(word, word)

    def value(self, value: object) -> object:
        """A name or a number alone: `"message_server"`, `5150`; lists of them too."""
        if isinstance(value, str):
            return self.names.get(value, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.numbers.get(value, value)
        return [self.value(one) for one in value] if isinstance(value, list) else value

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # A name of one plain word is also a word of every sentence: it counts where it is quoted.
        alone = [re.escape(name) for name in self.names if not re.search(r"[_\d-]", name)]
        plain = [re.escape(name) for name in sorted(self.names, key=len, reverse=True) if re.search(r"[_\d-]", name)]
        numbers = [str(number) for number in self.numbers]
        parts = [
            rf"(?<![\w-])(?:{'|'.join(plain)})(?![\w-])" if plain else "",
            rf"(?<=[`\"'])(?:{'|'.join(alone)})(?=[`\"':])" if alone else "",
            rf"(?<![\w.,-])(?:{'|'.join(numbers)})(?![\w,-]|\.\d)" if numbers else "",
        ]
        return re.compile("|".join(filter(None, parts)))

    def _instead(self, found: re.Match[str]) -> str:
        word = found[0]
        return self.names[word] if word in self.names else str(self.numbers[int(word)])

    def table(self) -> Table:
        """What stands for what."""
        # Neighbours that move along say nothing new.
        moved = [(old, new) for old, new in self.numbers.items() if self.numbers.get(old - 1) != new - 1]
        return Table(words.COLUMNS, [*self.names.items(), *moved], words.CAPTION)

    def to_json(self) -> str:
        """As a file that `from_json` reads."""
        numbers = {str(old): new for old, new in self.numbers.items()}
        return json.dumps({"names": dict(self.names), "numbers": numbers}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Renaming:
        """The renaming of such a file. Raises `InvalidValueError` for anything else."""
        try:
            raw = json.loads(text[: _MOST_BYTES + 1])
            names = {str(old): new for old, new in raw["names"].items()}
            numbers = {int(old): new for old, new in raw["numbers"].items()}
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise InvalidValueError(words.FILE, text[:40], [words.WANTED]) from None
        good = all(isinstance(new, str) and _SAFE.fullmatch(new) for new in names.values())
        if not good or not all(type(new) is int and 0 < new < 65_536 for new in numbers.values()):
            raise InvalidValueError(words.FILE, text[:40], [words.WANTED])
        return cls(names, numbers)


def renaming_for(samples: Iterable[Deployment], own: Deployment, used: Iterable[int] = ()) -> Renaming:
    """What of a class's own plan stands for what of the lessons' plans. `used` are numbers their cells write."""
    found = _Matching(own, used)
    for sample in samples:
        for application in sample.applications:
            found.match(application)
    return found.renaming()


def _component(application: Application) -> str:
    try:
        return load_catalog().component(application.type or application.name).key
    except CatalogError:
        return ""


class _Matching:
    """Applications of the lessons and those of a class's own plan, one for one."""

    def __init__(self, own: Deployment, used: Iterable[int]) -> None:
        self._used = set(used)
        self._waiting: dict[str, list[Application]] = {}
        for application in own.applications:
            if key := _component(application):
                self._waiting.setdefault(key, []).append(application)
        self._applications: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._numbers: dict[int, int] = {}
        self._known: dict[str, None] = {}
        self._sample_numbers: set[int] = set()
        self._notes: dict[str, None] = {}

    def match(self, sample: Application) -> None:
        """Find what stands for this application, for its host, and for its numbers."""
        self._known |= {sample.host: None, sample.name: None}
        self._sample_numbers |= {port.number for port in sample.ports if port.last is None}
        if sample.name in self._applications:
            return
        own = next(iter(self._waiting.get(_component(sample), ())), None)
        if own is None:
            self._applications[sample.name] = sample.name
            return
        self._waiting[_component(sample)].remove(own)
        self._applications[sample.name] = self._usable(own.name, sample.name)
        if sample.host not in self._hosts:
            self._hosts[sample.host] = self._usable(own.host, sample.host)
        for old, new in _pairs(sample, own):
            self._number(old, new)

    def _usable(self, name: str, instead_of: str) -> str:
        if not _SAFE.fullmatch(name):
            self._notes[words.NOT_USABLE.format(name=name, kept=instead_of)] = None
            return instead_of
        return name

    def _number(self, old: int, new: int) -> None:
        if old == new or old in self._numbers:
            return
        if any(old in fixed or new in fixed for fixed in _FIXED):
            self._notes[words.FIXED.format(number=old)] = None
        else:
            self._numbers[old] = new

    def renaming(self) -> Renaming:
        names = dict(self._distinct({**self._hosts, **self._applications}))
        return Renaming(names, dict(self._moved()), tuple(self._notes))

    def _distinct(self, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """One for one: what would give two things one name keeps the lesson's."""
        taken = {name.casefold() for name in self._known if names.get(name, name) == name}
        for old, new in names.items():
            if old == new:
                continue
            if new.casefold() in taken:
                self._notes[words.TWICE.format(name=new, kept=old)] = None
                continue
            taken.add(new.casefold())
            yield old, new

    def _moved(self) -> Iterator[tuple[int, int]]:
        """The numbers, each with its neighbours; none where two would become one."""
        wanted = self._with_neighbours()
        while True:
            # What stays has its number for itself, too: whoever is refused may be in the way of another.
            taken = {number for number in self._sample_numbers | self._used if number not in wanted}
            refused = []
            for old, new in wanted.items():
                if new in taken or not 1024 <= new < 65_536:
                    refused.append(old)
                taken.add(new)
            if not refused:
                return iter(wanted.items())
            for old in refused:
                new = wanted.pop(old)
                if old in self._numbers:
                    self._notes[words.NUMBER_TWICE.format(number=new, kept=old)] = None

    def _with_neighbours(self) -> dict[int, int]:
        """The numbers, then those near above that the lessons write, then the others near above."""
        near: dict[int, int] = {}
        for old, new in self._numbers.items():
            for step in range(1, _NEAR + 1):
                if old + step in self._sample_numbers or old + step in self._numbers or old + step in near:
                    break
                near[old + step] = new + step
        return self._numbers | dict(sorted(near.items(), key=lambda pair: pair[0] not in self._used))


def _pairs(sample: Application, own: Application) -> Iterator[tuple[int, int]]:
    """The numbers of two applications that stand for each other: by port id, else by purpose and transport."""
    for port in sample.ports:
        same = [one for one in own.ports if one.port_id == port.port_id] or [
            one for one in own.ports if (one.purpose, one.transport) == (port.purpose, port.transport)
        ]
        if same and _single(port) and _single(same[0]):
            yield port.number, same[0].number


def _single(port: ListeningPort) -> bool:
    return port.last is None
