"""`genesys-ports diff OLD NEW`: what changed between two plans."""

from __future__ import annotations

import argparse
import json
from typing import Any

from . import words
from .console import show
from .listing import show_table
from .reading import read_or_complain

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "diff",
        help=words.DIFF,
        description=words.DIFF_DESCRIPTION,
        epilog=words.DIFF_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", metavar="OLD", help=words.DIFF_OLD)
    parser.add_argument("new", metavar="NEW", help=words.DIFF_NEW)
    parser.add_argument("--json", action="store_true", help=words.DIFF_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..plan.diff import diff

    old, old_is_whole = read_or_complain([arguments.old])
    new, new_is_whole = read_or_complain([arguments.new])
    changes = diff(old.plan, new.plan)
    if arguments.json:
        show(json.dumps(changes.as_json()))
    else:
        show_table(changes.table())
    if not (old_is_whole and new_is_whole):
        return 2
    return 1 if changes else 0
