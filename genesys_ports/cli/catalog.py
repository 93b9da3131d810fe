"""`genesys-ports catalog [WORD]`: what is documented of each component."""

from __future__ import annotations

import argparse
import json
import sys
from difflib import get_close_matches
from typing import Any

from . import words

__all__ = ["add_to"]


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
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..catalog import load_catalog

    catalog = load_catalog()
    word = " ".join(arguments.word)
    entries = catalog.entries(word)
    if not entries:
        names = [name for component in catalog.components for name in component.names]
        guess = get_close_matches(word, names, n=1, cutoff=0.5)
        sentence = words.NOTHING_FITS_GUESS if guess else words.NOTHING_FITS
        print(sentence.format(word=word, guess=guess[0] if guess else ""), file=sys.stderr)
        return 1
    if not arguments.json:
        print(catalog.table(word))
        return 0
    for component, port in entries:
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
        print(json.dumps(line))
    return 0
