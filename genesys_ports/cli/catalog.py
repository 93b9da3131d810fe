"""`genesys-ports catalog [WORD]`: what is documented of each component."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..table import Table
from . import words
from .console import complain, show
from .fit import fit

if TYPE_CHECKING:
    from ..catalog import Component

__all__ = ["add_to"]

#: Characters of a word that fits nothing, when it is said back.
LONGEST = 60


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "catalog",
        help=words.CATALOG,
        description=words.CATALOG_DESCRIPTION,
        epilog=words.CATALOG_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("word", metavar="WORD", nargs="*", help=words.CATALOG_WORD)
    parser.add_argument("--json", action="store_true", help=words.CATALOG_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..catalog import load_catalog

    catalog = load_catalog()
    word = " ".join(arguments.word)
    entries = catalog.entries(word)
    if not entries:
        names = [name for component in catalog.components for name in component.names]
        guess = get_close_matches(word, names, n=1, cutoff=0.5)
        sentence = words.NOTHING_FITS_GUESS if guess else words.NOTHING_FITS
        complain(sentence.format(word=_short(word), guess=guess[0] if guess else ""))
        return 1
    # What goes by the word comes before what only mentions it.
    order = sorted(range(len(entries)), key=lambda place: not _goes_by(word, entries[place][0]))
    if not arguments.json:
        table = catalog.table(word)
        _show(Table(table.columns, [table.rows[place] for place in order]))
        return 0
    for component, port in (entries[place] for place in order):
        line = {
            "component": component.key,
            "name": component.name,
            "port": port.number,
            "last": port.last,
            "transport": port.transport,
            "purpose": port.purpose,
            "basis": port.basis,
            "source": port.source,
            "set_where": port.set_where,
            "used_by": port.used_by,
            "note": port.note,
        }
        show(json.dumps(line))
    return 0


def _short(word: str) -> str:
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def _goes_by(word: str, component: Component) -> bool:
    return any(_letters(word) in _letters(name) for name in component.names)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _show(table: Table) -> None:
    if not sys.stdout.isatty():
        # Who reads on by program, or searches in a file, wants every word, one row a line.
        show(table)
        return
    text, is_whole = fit(table, shutil.get_terminal_size((100, 24)).columns, optional="Note")
    show(text)
    if not is_whole:
        show(words.NOTES_LEFT_OUT)
