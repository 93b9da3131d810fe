"""`genesys-ports firewall FILE…`: who connects to whom, on which port, for the network team."""

from __future__ import annotations

import argparse
import json
from typing import Any

from . import words
from .console import complain, printable, show
from .listing import show_sentences, show_table
from .reading import add_files, read_or_complain
from .report import counted

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "firewall",
        help=words.FIREWALL,
        usage=words.FIREWALL_USAGE,
        description=words.FIREWALL_DESCRIPTION,
        epilog=words.FIREWALL_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_files(parser, words.FIREWALL_FILES)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("-o", "--out", metavar="OUT", help=words.FIREWALL_OUT)
    ways.add_argument(
        "--format", metavar="FORMAT", choices=("text", "csv", "markdown"), default="text", help=words.FIREWALL_FORMAT
    )
    ways.add_argument("--json", action="store_true", help=words.FIREWALL_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..plan.firewall import firewall_list
    from ..plan.firewall_words import COLUMNS

    reading, is_whole = read_or_complain(arguments.files)
    wanted = firewall_list(reading.plan)
    if arguments.out is not None:
        wanted.write(arguments.out)
        show(words.WRITTEN_LIST.format(file=arguments.out, rows=counted(words.DATA_ROWS, len(wanted.rows))))
        show_sentences(*wanted.notes)
    elif arguments.json:
        show(json.dumps(wanted.as_json()))
    elif arguments.format == "csv":
        show(wanted.to_csv().rstrip("\n"), flush=True)
        # A program reads the list; what could not be made a rule is for the person.
        complain(*map(printable, wanted.notes))
    elif arguments.format == "markdown":
        show(wanted.to_markdown().rstrip("\n"))
    else:
        _, _, source, _, _, _, destination, _, _, purpose, classification, basis, note, rows = COLUMNS
        show_table(wanted.table(), spare=(rows, note, classification, basis, purpose, source, destination))
        show_sentences(*wanted.notes)
    return 0 if is_whole else 2
