"""`genesys-ports check FILE…`: what is wrong in a plan, in which rows, and what to write instead."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..model import Platform
from . import report, words
from .console import complain, is_watched, show, width
from .listing import show_sentences
from .progress import progress
from .reading import add_files, read

if TYPE_CHECKING:
    from ..plan.findings import Findings
    from ..plan.load import Reading

__all__ = ["add_to"]

#: Findings shown at a terminal before the rest is counted.
MOST = 50

OK, ERRORS, UNREADABLE = 0, 1, 2


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "check",
        help=words.CHECK,
        usage=words.CHECK_USAGE,
        description=words.CHECK_DESCRIPTION,
        epilog=words.CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_files(parser, words.CHECK_FILES)
    parser.add_argument("--suggest", metavar="OUT.xlsx", default="", help=words.CHECK_SUGGEST)
    parser.add_argument(
        "--platform",
        metavar="SYSTEM",
        type=str.lower,
        choices=[str(one) for one in Platform],
        help=words.CHECK_PLATFORM.format(systems=", ".join(Platform)),
    )
    parser.add_argument("--ignore", metavar="CODE", action="append", default=[], help=words.CHECK_IGNORE)
    parser.add_argument("--json", action="store_true", help=words.CHECK_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..plan.check import check
    from ..plan.codes import switched_off
    from ..plan.files import distinct

    files = distinct(arguments.files)
    # A mistyped code is told before a large file is read.
    ignored = switched_off(code for option in arguments.ignore for code in re.split(r"[\s,;]+", option) if code)
    reading = read(files)
    ports = sum(one.ports for one in reading.files)
    with progress(words.CHECKING, words.CHECKING_UNIT, ports) as told:
        findings = check(reading, platform=arguments.platform, ignore=ignored, progress=told)
    problem = _suggest(files, reading, findings, arguments.suggest) if arguments.suggest else ""
    if arguments.json:
        show(json.dumps(report.as_json(reading, findings)))
    else:
        _show(reading, findings, len(files), "" if problem else arguments.suggest)
    if problem:
        complain(problem)
    if problem or reading.unreadable or report.unread(reading):
        return UNREADABLE
    return ERRORS if findings.errors else OK


def _suggest(paths: Sequence[str], reading: Reading, findings: Findings, out: str) -> str:
    """Writes the suggestions, or says why not: the findings are worth more than the file, and are shown first."""
    from ..plan.suggest import write_suggestions

    if not any(one.rows for one in reading.files):
        return words.NOTHING_TO_SUGGEST.format(file=out)
    try:
        write_suggestions(paths, reading, findings, out)
    except OutputError as error:
        return str(error)
    return ""


def _show(reading: Reading, findings: Findings, files: int, written: str) -> None:
    watched = is_watched()
    show(*report.headings(reading), flush=True)
    complain(*map(str, reading.unreadable))
    show_sentences(*reading.skipped)
    show(*report.lines(reading, findings, width() if watched else None, MOST if watched else None))
    sentence = words.SUMMARY
    if written:
        sentence = words.SUMMARY_WRITTEN if files == 1 else words.SUMMARY_WRITTEN_MANY
    show(sentence.format(counts=report.summary(reading, findings), file=written))
