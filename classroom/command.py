"""`python3 run.py classroom …`: accounts, start and end."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from classroom import words
from classroom.errors import ClassroomError
from classroom.place import DEFAULT, ROOT, Place
from genesys_ports.errors import PortsError

__all__ = ["main"]

LIST = "learners.csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 all done, 1 it failed, 2 the command line or the machine does not allow it."""
    # Before what only those systems have is imported.
    if sys.platform == "win32":
        print(words.WRONG_SYSTEM, file=sys.stderr)
        return 2
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "start")
    options = parser.parse_args(given)
    place = Place(Path(options.folder).absolute())
    try:
        return int(options.run(place, options))
    except PortsError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "run.py classroom",
        usage=words.USAGE,
        description=words.DESCRIPTION,
        epilog=words.EPILOG,
        formatter_class=formatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, prog="python3 run.py classroom")
    every = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    every.add_argument("--folder", metavar="FOLDER", default=str(ROOT / DEFAULT), help=words.HELP_FOLDER)

    start = commands.add_parser("start", parents=[every], help=words.HELP_START, allow_abbrev=False)
    start.add_argument("--address", default="127.0.0.1", help=words.HELP_ADDRESS)
    start.add_argument("--port", type=int, default=8000, choices=range(1, 65536), metavar="N", help=words.HELP_PORT)
    start.add_argument("--certificate", metavar="FILE", default="", help=words.HELP_CERTIFICATE)
    start.add_argument("--key", metavar="FILE", default="", help=words.HELP_KEY)
    start.add_argument("--one-user", action="store_true", help=words.HELP_ONE_USER)
    start.add_argument("--namespaces", action="store_true", help=words.HELP_NAMESPACES)
    start.add_argument("--memory", type=_number, default=2048, metavar="MIB", help=words.HELP_MEMORY)
    start.add_argument("--cull", type=_number, default=120, metavar="MINUTES", help=words.HELP_CULL)
    start.add_argument("--at-once", type=_number, default=30, metavar="N", help=words.HELP_AT_ONCE)
    start.add_argument("--node-proxy", metavar="PROGRAM", default="", help=words.HELP_NODE_PROXY)
    start.set_defaults(run=_start)

    stop = commands.add_parser("stop", parents=[every], help=words.HELP_STOP, allow_abbrev=False)
    stop.set_defaults(run=_stop)

    listed = argparse.ArgumentParser(add_help=False)
    listed.add_argument("--list", metavar="FILE", default=LIST, help=words.HELP_LIST)
    learners = commands.add_parser("learners", parents=[every, listed], help=words.HELP_LEARNERS, allow_abbrev=False)
    learners.add_argument("number", metavar="NUMBER", type=_number, help=words.HELP_NUMBER)
    learners.set_defaults(run=_learners)
    add = commands.add_parser("add", parents=[every, listed], help=words.HELP_ADD, allow_abbrev=False)
    add.add_argument("names", metavar="NAME", nargs="+", help=words.HELP_NAME)
    add.set_defaults(run=_add)
    password = commands.add_parser("password", parents=[every], help=words.HELP_PASSWORD, allow_abbrev=False)
    password.add_argument("name", metavar="NAME")
    password.set_defaults(run=_password)
    users = commands.add_parser("users", parents=[every], help=words.HELP_USERS, allow_abbrev=False)
    users.set_defaults(run=_users)
    return parser


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number < 1_000_000:
        raise ValueError
    return number


def _start(place: Place, options: argparse.Namespace) -> int:
    from importlib.util import find_spec

    if find_spec("jupyterhub") is None:
        raise ClassroomError(words.NO_HUB)
    from classroom.start import Classroom

    classroom = Classroom(place, options)
    return asyncio.run(classroom.run())


def _stop(place: Place, _: argparse.Namespace) -> int:
    from classroom.running import stop

    if not place.running.exists():
        print(words.NOT_RUNNING.format(folder=place.folder))
        return 1
    print(words.ENDING, flush=True)
    asyncio.run(stop(place))
    print(words.ENDED.format(folder=place.learners))
    return 0


def _learners(place: Place, options: argparse.Namespace) -> int:
    from classroom.roll import Roll

    known = {one.name for one in Roll.read(place.roll).people} if place.roll.exists() else set()
    free = (name for name in (f"learner-{number:02}" for number in range(1, 1000)) if name not in known)
    return _made(place, [next(free) for _ in range(min(options.number, 900))], Path(options.list))


def _add(place: Place, options: argparse.Namespace) -> int:
    return _made(place, options.names, Path(options.list))


def _made(place: Place, names: Sequence[str], file: Path) -> int:
    from classroom.roll import changing, check_accounts, new_password, password_list

    place.make()
    with changing(place.roll) as (roll, instructor):
        # In this order: a list that cannot be written leaves nobody with a password that no one knows.
        check_accounts(roll, names)
        accounts = [(name, new_password()) for name in names]
        password_list(accounts, file)
        roll.add(accounts)
    _tell_instructor(instructor)
    print(words.LEARNERS_MADE.format(count=len(accounts), file=file))
    return 0


def _tell_instructor(password: str | None) -> None:
    from classroom.roll import INSTRUCTOR

    if password is not None:
        print(words.INSTRUCTOR_PASSWORD.format(name=INSTRUCTOR, password=password))


def _password(place: Place, options: argparse.Namespace) -> int:
    from classroom.roll import changing, new_password

    place.make()
    password = new_password()
    with changing(place.roll) as (roll, instructor):
        roll.with_password(options.name, password)
    _tell_instructor(instructor)
    print(words.PASSWORD_OF.format(name=options.name, password=password))
    return 0


def _users(place: Place, _: argparse.Namespace) -> int:
    from classroom.roll import Roll

    if not place.roll.exists():
        print(words.NO_LEARNERS.format(command=place.command("learners", "30")))
        return 0
    roll = Roll.read(place.roll)
    for one in roll.people:
        print(words.USER_WITH_ID.format(name=one.name, network=roll.network(one), user_id=roll.user_id(one)))
    return 0
