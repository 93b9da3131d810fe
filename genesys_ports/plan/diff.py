"""`diff`: what changed between two plans, whatever the order of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..model import Deployment
from ..origin import Place
from ..table import Table, Tabled
from . import diff_words as words
from . import finding_words
from .facts import Entry, Facts, Part, Renamed, facts_of, renamed

__all__ = ["ChangeKind", "PlanChange", "PlanDiff", "diff"]


class ChangeKind(StrEnum):
    """What happened to it: `moved` is to another host, `renumbered` is a port with another number."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    CHANGED = "changed"


#: A first fact that differs has a name of its own.
_FIRST = {Part.APPLICATION: ChangeKind.MOVED, Part.PORT: ChangeKind.RENUMBERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """One change. `what` names the thing as the new plan does; `before` is empty for what was added, `after` for
    what was removed, and both show only what differs. `rows` are those of the old plan, then those of the new.
    """

    kind: ChangeKind
    part: Part
    what: str
    before: str = ""
    after: str = ""
    rows: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The change as JSON has it."""
        return {
            "kind": self.kind,
            "part": self.part,
            "what": self.what,
            "before": self.before,
            "after": self.after,
            "rows": [row._asdict() for row in self.rows],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff(Tabled):
    """The changes from the plan `old` to the plan `new`, by their names; empty, and false, when nothing differs."""

    old: str
    new: str
    changes: tuple[PlanChange, ...]

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[PlanChange]:
        return iter(self.changes)

    def table(self) -> Table:
        """One row for each change."""
        rows = [(c.kind, c.part, c.what, c.before, c.after, finding_words.rows(c.rows)) for c in self.changes]
        sentence = words.CAPTION_SAME if not rows else words.CAPTION_ONE if len(rows) == 1 else words.CAPTION
        caption = sentence.format(old=self.old, new=self.new, count=f"{len(rows):,}")
        return Table(words.COLUMNS, rows, caption).without_empty_columns()

    def as_json(self) -> dict[str, Any]:
        """The changes as JSON has them."""
        return {"old": self.old, "new": self.new, "changes": [change.as_json() for change in self.changes]}


def diff(old: Deployment, new: Deployment) -> PlanDiff:
    """What changed from `old` to `new`: hosts, applications, their ports, connections, HA pairs, blocks, voice ports.

    Matched by name. A name that went while another came with the same address (a host), with the same ports on the
    same host (an application), or with the same number and transport (a port id) is told as renamed, a guess, and
    followed everywhere else. Ports that go to another host with their application are told once, with the
    application. The names of the plans, the order of their parts and the rows they come from count for nothing.
    """
    names = renamed(old, new)
    was, now = facts_of(old, names), facts_of(new)
    changes = [change for part in Part for change in (*_renames(part, names), *_compared(part, was, now))]
    return PlanDiff(old=old.name, new=new.name, changes=tuple(changes))


def _renames(part: Part, names: Renamed) -> Iterator[PlanChange]:
    for one in names.told:
        if one.part is part:
            yield PlanChange(
                kind=ChangeKind.RENAMED, part=part, what=one.what, before=one.before, after=one.after, rows=one.rows
            )


def _compared(part: Part, old: Facts, new: Facts) -> Iterator[PlanChange]:
    was, now = old[part], new[part]
    for key, after in now.items():
        before = was.get(key)
        if before is None:
            yield _change(ChangeKind.ADDED, part, None, after)
        elif before.facts != after.facts:
            first = before.facts[:1] != after.facts[:1]
            yield _change(_FIRST.get(part, ChangeKind.CHANGED) if first else ChangeKind.CHANGED, part, before, after)
    for key, before in was.items():
        if key not in now:
            yield _change(ChangeKind.REMOVED, part, before, None)


def _change(kind: ChangeKind, part: Part, before: Entry | None, after: Entry | None) -> PlanChange:
    entries = [entry for entry in (before, after) if entry is not None]
    return PlanChange(
        kind=kind,
        part=part,
        what=entries[-1].what,
        before=_text(before, after),
        after=_text(after, before),
        rows=tuple(dict.fromkeys(entry.row for entry in entries if entry.row is not None)),
    )


def _text(entry: Entry | None, other: Entry | None) -> str:
    """What is known of a thing; beside another, what the other has differently."""
    if entry is None:
        return ""
    if other is None:
        told = [(sentence, value) for sentence, value in entry.facts if value]
    else:
        told = [fact for fact, there in zip(entry.facts, other.facts, strict=True) if fact != there]
    return ", ".join(sentence.format(value=value or words.NOTHING) for sentence, value in told)
