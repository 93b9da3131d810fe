"""The command line `genesys-ports`. Holds no logic of its own: each command shows what the rooms below give.

Exit codes: 0 all is well, 1 the plan has problems or differs (or nothing was found), 2 the input cannot be used, 3 the
output cannot be written; 130 is the shell's own for what Ctrl-C ended.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import LabError, NetworkRangeError, PortsError
from . import adapt, catalog, check, compare, diff, firewall, lab, ladder, progress_command, ripple, serve, words
from .console import NoOutputError, complain, prepare, show, silence

__all__ = ["main"]

OK, PROBLEMS, BAD_INPUT, NO_OUTPUT = 0, 1, 2, 3

#: What a shell says of a command that Ctrl-C ended: 128 and the number of the signal.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code. Errors of the package are printed as their text."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare()
    try:
        code = _run(arguments)
        show(flush=True)
        return code
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        silence(sys.stdout)
        return OK
    except NoOutputError:
        silence(sys.stdout)
        complain(words.NO_OUTPUT)
        return NO_OUTPUT
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: list[str]) -> int:
    parser = _parser()
    passed_on: list[str] = []
    if arguments[:1] == ["lab"]:
        arguments, passed_on = lab.split(arguments)
    try:
        parsed, unknown = parser.parse_known_args(arguments)
        if unknown:
            # A command's own parser leaves the complaint to this one, whose usage says nothing of its options.
            parsed.parser.error(words.UNKNOWN_ARGUMENTS.format(arguments=" ".join(unknown)))
    except SystemExit as end:
        return BAD_INPUT if end.code else OK
    if parsed.run is None:
        parser.print_help()
        return BAD_INPUT
    parsed.passed_on = passed_on
    try:
        return int(parsed.run(parsed))
    except PortsError as error:
        complain(str(error), *getattr(error, "__notes__", ()))
        bad_plan = isinstance(error, LabError) and not isinstance(error, NetworkRangeError)
        return PROBLEMS if bad_plan else BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="genesys-ports",
        description=words.DESCRIPTION,
        epilog=words.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=words.VERSION.format(version=__version__))
    parser.set_defaults(run=None, parser=parser)
    commands = parser.add_subparsers(metavar=words.COMMAND)
    for command in (check, firewall, compare, diff, ripple, serve, ladder, catalog, adapt, progress_command, lab):
        command.add_to(commands)
    return parser
