"""HA pairs: a primary names its backup. (Equal ports on one host are a collision: see collisions.py.)"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...model import Application
from ...origin import Place
from ..findings import Finding
from . import words
from .choices import keeps, may_be_own, wrong
from .ground import Ground, Stand
from .moves import Moves

__all__ = ["pairs"]


def pairs(ground: Ground, moves: Moves) -> Iterator[Finding]:
    """Everything about pairs but the numbers they share on one host."""
    primaries: dict[str, list[Application]] = defaultdict(list)
    for primary in ground.plan.applications:
        if primary.backup:
            primaries[primary.backup].append(primary)
    for name, those in primaries.items():
        backup = ground.applications.get(name)
        if backup is None:
            yield from _unknown(ground, name, those)
            continue
        if len(those) > 1 and not ground.silent("GP224", _rows(ground, those)):
            message = words.BACKUP_OF_MANY.format(
                backup=words.shown(name), count=len(those), primaries=words.named([one.name for one in those])
            )
            yield ground.found("GP224", message, rows=_rows(ground, [*those, backup]))
        for primary in those:
            yield from _pair(ground, moves, primary, backup)


def _pair(ground: Ground, moves: Moves, primary: Application, backup: Application) -> Iterator[Finding]:
    # Of two that name each other, one is enough to tell of.
    if backup.backup == primary.name and backup.name < primary.name:
        return
    rows = _rows(ground, [primary, backup])
    if primary is backup or backup.backup:
        if not ground.silent("GP226", rows):
            yield ground.found("GP226", _unclear(ground, primary, backup), rows=rows)
        if primary is backup:
            return
    if _type(ground, primary) != _type(ground, backup) and not ground.silent("GP223", rows):
        message = words.OTHER_TYPE.format(
            primary=words.shown(primary.name),
            backup=words.shown(backup.name),
            first=words.shown(primary.type),
            second=words.shown(backup.type),
        )
        yield ground.found("GP223", message, rows=rows)
    if ground.machine_of[primary.host] != ground.machine_of[backup.host]:
        yield from _drift(ground, moves, primary, backup)
    yield from _missing(ground, primary, backup)
    yield from _missing(ground, backup, primary)


def _type(ground: Ground, application: Application) -> str:
    """One word for a type however it is written; nothing where it is not told, so that nothing differs."""
    component = ground.types[application.type] if application.type else None
    return component.key if component is not None else application.type.casefold()


def _drift(ground: Ground, moves: Moves, primary: Application, backup: Application) -> Iterator[Finding]:
    theirs = ground.port_ids(backup)
    for port_id, port in ground.port_ids(primary).items():
        other = theirs.get(port_id)
        if other is None or other.numbers == port.numbers:
            continue
        stands = (Stand(primary, port), Stand(backup, other))
        # One that moves away from a collision takes its partner along, so the numbers of now say nothing.
        rows = ground.rows(stands)
        if any(map(moves.is_moved, stands)) or ground.silent("GP221", rows):
            continue
        message = words.DRIFTED.format(
            primary=words.shown(primary.name),
            backup=words.shown(backup.name),
            port_id=words.shown(port_id),
            first=port,
            second=other,
        )
        # Who had better leave its number is nobody to follow.
        may = len(port.numbers) == len(other.numbers) and not wrong(ground, stands[0])
        # Nor does anybody leave a number of its own for that.
        may = may and not keeps(ground, stands[1]) and not may_be_own(ground, stands[1])
        may = may and ground.is_pair(primary, backup)
        moved = moves.to_number(stands[1], port.number) if may else None
        yield ground.found(
            "GP221",
            message,
            rows=rows,
            stands=stands,
            proposal=moved.text if moved else "",
            changes=moved.changes if moved else (),
        )


def _missing(ground: Ground, application: Application, other: Application) -> Iterator[Finding]:
    own, theirs = ground.port_ids(application), ground.port_ids(other)
    stands = [Stand(other, port) for port_id, port in theirs.items() if port_id not in own]
    # An application without a single port in the plan is planned elsewhere.
    if not own or not stands:
        return
    rows = [*ground.rows(stands), ground.row_of_application(application.name)]
    if not ground.silent("GP222", rows):
        message = words.ID_MISSING.format(
            other=words.shown(other.name),
            ids=words.named([one.port.port_id for one in stands]),
            application=words.shown(application.name),
        )
        yield ground.found("GP222", message, rows=rows, stands=stands)


def _unknown(ground: Ground, name: str, primaries: list[Application]) -> Iterator[Finding]:
    for primary in primaries:
        row = ground.row_of_application(primary.name)
        if not ground.silent("GP225", (row,)):
            message = words.BACKUP_UNKNOWN.format(application=words.shown(primary.name), backup=words.shown(name))
            yield ground.found("GP225", message, rows=(row,), proposal=ground.meant(name))


def _unclear(ground: Ground, primary: Application, backup: Application) -> str:
    if primary is backup:
        return words.BACKUP_ITSELF.format(application=words.shown(primary.name))
    if backup.backup == primary.name:
        return words.BACKUP_MUTUAL.format(application=words.shown(primary.name), backup=words.shown(backup.name))
    return words.BACKUP_CHAIN.format(
        application=words.shown(backup.name), primary=words.shown(primary.name), backup=words.shown(backup.backup)
    )


def _rows(ground: Ground, applications: list[Application]) -> list[Place | None]:
    return [ground.row_of_application(one.name) for one in applications]
