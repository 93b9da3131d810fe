"""`genesys-ports ripple PLAN WHAT`: who must change if a port moves."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..model import DEFAULT, Deployment
from . import words
from .console import complain, show
from .listing import show_table
from .reading import read_or_complain

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "ripple",
        help=words.RIPPLE,
        usage=words.RIPPLE_USAGE,
        description=words.RIPPLE_DESCRIPTION,
        epilog=words.RIPPLE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", metavar="PLAN", help=words.PLAN_FILE)
    parser.add_argument("what", metavar="WHAT", help=words.RIPPLE_WHAT)
    parser.add_argument("--to", metavar="NUMBER", type=int, help=words.RIPPLE_TO)
    parser.add_argument("--json", action="store_true", help=words.RIPPLE_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..plan.ripple import ripple

    reading, is_whole = read_or_complain([arguments.plan])
    name, _, port_id = (part.strip() for part in arguments.what.partition(":"))
    meant = [port_id] if port_id else _meant(reading.plan, name)
    if len(meant) > 1:
        which = words.RIPPLE_OR.join(f"{name}:{one}" for one in meant)
        complain(words.RIPPLE_WHICH.format(application=name, which=which))
        return 2
    moved = ripple(reading.plan, name, *meant, to=arguments.to)
    if arguments.json:
        show(json.dumps(moved.as_json()))
    else:
        show_table(moved.table())
    return 0 if is_whole else 2


def _meant(plan: Deployment, name: str) -> list[str]:
    """The ids of the ports that may be meant where none is named: the default one; else the only one, or several."""
    ids = [port.port_id for port in plan.application(name).ports] if plan.has_application(name) else []
    return [DEFAULT] if DEFAULT in ids or not ids else ids
