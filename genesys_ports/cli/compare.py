"""`genesys-ports compare PLAN`: the plan against what really listens on a machine."""

from __future__ import annotations

import argparse
import json
from typing import Any

from . import words
from .console import show
from .listing import show_sentences, show_table
from .reading import read_or_complain

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "compare",
        help=words.COMPARE,
        usage=words.COMPARE_USAGE,
        description=words.COMPARE_DESCRIPTION,
        epilog=words.COMPARE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", metavar="PLAN", help=words.PLAN_FILE)
    parser.add_argument("--host", metavar="NAME", help=words.COMPARE_HOST)
    parser.add_argument("--from", metavar="SAVED", dest="saved", help=words.COMPARE_FROM)
    parser.add_argument("--json", action="store_true", help=words.COMPARE_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..plan.reality import compare
    from ..plan.socket_listing import read_sockets

    reading, is_whole = read_or_complain([arguments.plan])
    sockets = None if arguments.saved is None else read_sockets(arguments.saved)
    comparison = compare(reading.plan, sockets, arguments.host)
    if arguments.json:
        show(json.dumps(comparison.as_json()))
    else:
        show_table(comparison.table())
        show_sentences(*comparison.notes)
    if not is_whole:
        return 2
    return 0 if comparison.clean else 1
