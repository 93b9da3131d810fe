"""The roll of a class: who may log in, and what belongs to each by its number.

A file of the classroom's own (`roll.json`, readable by its owner only) holds names, places, and passwords as scrypt
leaves them. A learner keeps its place for as long as the classroom's folder exists, so that its loopback network and
its user id stay the same from day to day.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import hmac
import io
import json
import os
import pwd
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from classroom import words
from classroom.errors import ClassroomError
from genesys_ports.errors import OutputWriteError
from genesys_ports.output import write_new

__all__ = [
    "INSTRUCTOR",
    "MOST_LEARNERS",
    "NAME",
    "Person",
    "Roll",
    "changing",
    "check_accounts",
    "new_password",
    "password_list",
]

INSTRUCTOR = "instructor"

#: Places in one classroom: the instructor's, and more than the thirty who may be there at once.
PLACES = 64
MOST_LEARNERS = PLACES - 1

#: Each place is a sixteenth of a 127.x.0.0/16: sixteen blocks of 256 addresses. All lessons may be open at once.
NETWORKS = IPv4Network("127.32.0.0/11")
PLACE_PREFIX = 20

#: User ids of learners; each classroom of a machine takes 64 of them, from a start it draws once.
USER_IDS = range(20_000, 59_968, PLACES)

NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")

#: RFC 7914 calls N = 2^14, r = 8, p = 1 fit for logging in: 16 MiB and a few hundredths of a second.
SCRYPT: dict[str, Any] = {"n": 2**14, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 * 2**20}

#: Longer ones would only keep the machine busy.
LONGEST_PASSWORD = 200

#: Without letters and digits that look alike on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Person:
    """One who may log in: name, place in the classroom (0 is the instructor's), and the password's salt and hash."""

    name: str
    place: int
    salt: str
    hash: str

    @property
    def is_instructor(self) -> bool:
        """Whether this is the account that sees everyone's progress."""
        return self.place == 0

    def has_password(self, password: str) -> bool:
        """Whether this is the person's password. Takes as long for a wrong one."""
        return hmac.compare_digest(_hash(password, self.salt), self.hash)


@dataclass(frozen=True)
class Roll:
    """Everybody in the classroom, as the file says it; `start` is what its networks and user ids begin with."""

    file: Path
    start: int
    people: tuple[Person, ...]

    @classmethod
    def read(cls, file: Path) -> Roll:
        """The roll of this file. Raises `ClassroomError` where it is not what was written."""
        try:
            raw = json.loads(file.read_bytes())
            people = tuple(Person(**one) for one in raw["people"])
            start = raw["start"]
        except (OSError, ValueError, LookupError, TypeError):
            raise ClassroomError(words.ROLL_UNREADABLE.format(file=file)) from None
        return cls(file, start, people)

    @classmethod
    def open(cls, file: Path) -> tuple[Roll, str | None]:
        """The roll of this file, made with the instructor's account where there is none: (roll, its new password)."""
        if file.exists():
            return cls.read(file), None
        roll = cls(file, _free_start(), ())
        password = new_password()
        return roll.add([(INSTRUCTOR, password)]), password

    def find(self, name: str) -> Person | None:
        """The person of this name."""
        return next((one for one in self.people if one.name == name), None)

    @property
    def learners(self) -> tuple[Person, ...]:
        """Everybody but the instructor, in the order of their places."""
        return tuple(one for one in self.people if not one.is_instructor)

    def network(self, person: Person) -> IPv4Network:
        """The loopback network that this person's labs use."""
        first = self.start % (2 ** (PLACE_PREFIX - NETWORKS.prefixlen) // PLACES) * PLACES + person.place
        size = 2 ** (32 - PLACE_PREFIX)
        return IPv4Network((int(NETWORKS.network_address) + first * size, PLACE_PREFIX))

    def user_id(self, person: Person) -> int:
        """The user id that this person's programs run under, where the classroom was started by root."""
        return USER_IDS[self.start] + person.place

    def add(self, accounts: Iterable[tuple[str, str]]) -> Roll:
        """The roll with these (name, password) too, written to its file. Raises `ClassroomError` for a bad name."""
        new = dict(accounts)
        check_accounts(self, new)
        people = list(self.people)
        for name, password in new.items():
            salt = secrets.token_hex(16)
            people.append(Person(name, len(people), salt, _hash(password, salt)))
        return self._written(people)

    def with_password(self, name: str, password: str) -> Roll:
        """The roll with a new password for someone on it. Raises `ClassroomError` for a name that is not."""
        if self.find(name) is None:
            raise ClassroomError(words.NOBODY.format(name=name[:60]))
        salt = secrets.token_hex(16)
        return self._written(
            Person(name, one.place, salt, _hash(password, salt)) if one.name == name else one for one in self.people
        )

    def _written(self, people: Iterable[Person]) -> Roll:
        roll = Roll(self.file, self.start, tuple(people))
        text = json.dumps({"start": self.start, "people": [asdict(one) for one in roll.people]}, indent=1) + "\n"
        unfinished = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            unfinished.unlink(missing_ok=True)
            with open(
                os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as opened:
                opened.write(text)
            unfinished.replace(self.file)
        except OSError:
            raise ClassroomError(words.FOLDER_REFUSED.format(folder=self.file.parent)) from None
        return roll


def check_accounts(roll: Roll, names: Iterable[str]) -> None:
    """Whether these can be added. Raises `ClassroomError` for a name that cannot, and where too few places are left."""
    seen = {one.name for one in roll.people}
    for name in names:
        if not NAME.fullmatch(name):
            raise ClassroomError(words.BAD_NAME.format(name=name[:60]))
        if name in seen:
            raise ClassroomError(words.NAME_TAKEN.format(name=name))
        seen.add(name)
    if len(seen) > PLACES:
        raise ClassroomError(words.CLASSROOM_FULL.format(most=MOST_LEARNERS))


@contextmanager
def changing(file: Path) -> Iterator[tuple[Roll, str | None]]:
    """The roll, and the instructor's new password if it was made, while nobody else changes it."""
    with open(os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Roll.open(file)


def new_password() -> str:
    """A random password that can be read out: 3 × 4 letters and digits, 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def password_list(accounts: Iterable[tuple[str, str]], file: Path) -> None:
    """Write names and passwords to a new CSV file that only its owner may read.

    Raises `OutputExistsError` where there is one, `OutputWriteError` where the system does not let it be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(words.LIST_HEADER)
    writer.writerows(accounts)
    before = os.umask(0o077)
    try:
        write_new(file, text.getvalue().encode())
    except OSError:
        raise OutputWriteError(str(file), words.LIST_REFUSED) from None
    finally:
        os.umask(before)


def _hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password[:LONGEST_PASSWORD].encode("utf-8", "replace"), salt=salt.encode(), **SCRYPT).hex()


def _free_start() -> int:
    """A start whose user ids belong to nobody of this machine, and most likely to no other classroom on it."""
    taken = {(one.pw_uid - USER_IDS.start) // PLACES for one in pwd.getpwall()}
    return secrets.choice([one for one in range(len(USER_IDS)) if one not in taken])
