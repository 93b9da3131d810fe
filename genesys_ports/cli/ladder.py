"""`genesys-ports ladder LOG`: the calls of a SIP Server log, and each of them as a ladder."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from . import words
from .console import complain, printable, show
from .listing import show_sentences, show_table
from .progress import progress
from .reading import read_or_complain
from .report import counted

if TYPE_CHECKING:
    from ..draw import Ladder
    from ..model import Deployment
    from ..sip.logs import LoggedCalls, SipLog

__all__ = ["add_to"]

#: The endings that a ladder writes, and those that the trace does: with the time of each message.
DRAWN, KEPT = (".svg", ".txt", ".mmd"), (".csv", ".pcapng")

#: Call-IDs named when a beginning fits several.
NAMED = 3

OK, NOTHING, BAD_INPUT = 0, 1, 2


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "ladder",
        help=words.LADDER,
        usage=words.LADDER_USAGE,
        description=words.LADDER_DESCRIPTION,
        epilog=words.LADDER_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("log", metavar="LOG", help=words.LADDER_LOG)
    parser.add_argument("--call", metavar="ID", help=words.LADDER_CALL)
    parser.add_argument("--participant", metavar="NAME", help=words.LADDER_PARTICIPANT)
    parser.add_argument("--protocol", metavar="P", help=words.LADDER_PROTOCOL)
    parser.add_argument("--plan", metavar="PLAN", help=words.LADDER_PLAN)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("-o", "--out", metavar="OUT", help=words.LADDER_OUT)
    ways.add_argument("--json", action="store_true", help=words.LADDER_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    from ..draw import ladder
    from ..output import check_new

    if arguments.out is not None:
        check_new(arguments.out, (*DRAWN, *KEPT))
    plan, is_whole = None, True
    if arguments.plan is not None:
        reading, is_whole = read_or_complain([arguments.plan])
        plan = reading.plan
    log = _read(arguments.log, plan)
    calls = log.calls()
    call = arguments.call
    if call is not None:
        if (found := _call(log, calls, call)) is None:
            return BAD_INPUT
        call = found
        calls = calls.only({call})
        if calls[0].messages > len(log.select(call=call)):
            # Some of it was pushed out by what came after.
            log = _read(arguments.log, plan, calls.told[call].legs)
    if arguments.out is None and call is None and arguments.participant is None and arguments.protocol is None:
        (_tell if arguments.json else _list)(log, calls)
        return OK if is_whole else BAD_INPUT
    picture = ladder(log, call=call, participant=arguments.participant, protocol=arguments.protocol)
    calls = calls.only({log.call_of(message.call) for message in picture.messages})
    if arguments.out is not None:
        _write(arguments.out, log, picture)
        if call is None and log.dropped:
            show_sentences(words.NEWEST_ONLY.format(kept=f"{len(log):,}", read=f"{log.read:,}"))
    elif arguments.json:
        _tell(log, calls)
    elif call is not None:
        show(picture.to_text())
        complain(*log.notes)
    else:
        _list(log, calls)
    if not is_whole:
        return BAD_INPUT
    return OK if calls else NOTHING


def _read(path: str, plan: Deployment | None, calls: Collection[str] | None = None) -> SipLog:
    from ..sip.logs import read_sip_log

    try:
        size: int | None = os.path.getsize(path)
    except (OSError, ValueError):
        size = None
    with progress(words.LADDER_READING, words.LADDER_UNIT, size) as told:
        return read_sip_log(path, plan=plan, calls=calls, progress=told)


def _call(log: SipLog, calls: LoggedCalls, wanted: str) -> str | None:
    """The call that is meant; None where several are, which is told. Raises `UnknownCallError`."""
    from ..errors import UnknownCallError

    legs = {leg: call for call, told in calls.told.items() for leg in told.legs}
    if wanted in legs:
        return legs[wanted]
    fitting = {call: leg for leg, call in legs.items() if wanted and leg.startswith(wanted)}
    if not fitting:
        raise UnknownCallError(wanted, [printable(one) for one in calls.told])
    if len(fitting) > 1:
        sentence = words.SEVERAL_CALLS if len(fitting) <= NAMED else words.SEVERAL_CALLS_MORE
        ids = ", ".join(list(fitting.values())[:NAMED])
        complain(printable(sentence.format(count=f"{len(fitting):,}", call=wanted, ids=ids)))
        return None
    return next(iter(fitting))


def _write(out: str, log: SipLog, picture: Ladder) -> None:
    from ..output import ending

    numbers = {message.number for message in picture.messages}
    if ending(out) in KEPT:
        log.select(where=lambda message: message.number in numbers).save(out)
    else:
        picture.save(out)
    show(words.WRITTEN_LADDER.format(file=out, messages=counted(words.LOG_MESSAGES, len(numbers))))


def _tell(log: SipLog, calls: LoggedCalls) -> None:
    about = {"file": log.file, "application": log.application, "host": log.host, "messages": log.read}
    show(json.dumps({**about, "skipped": log.skipped, "notes": list(log.notes), "calls": calls.as_json()}))


def _list(log: SipLog, calls: LoggedCalls) -> None:
    sentence = words.LOG_READ_ON if log.host else words.LOG_READ_OF
    if not log.application:
        sentence = words.LOG_READ
    messages = counted(words.LOG_MESSAGES, log.read)
    about = sentence.format(file=log.file, messages=messages, application=log.application, host=log.host)
    show_sentences(about, *log.notes)
    if not calls:
        show_sentences(words.NO_CALLS)
        return
    table = calls.table()
    _, caller, called, _, first, last, methods, _ = table.columns
    show_table(table, spare=(methods, last, caller, called, first))
    # A real call teaches more than a registration, which often comes first.
    first_call = next((one for one in calls if "INVITE" in one.methods), calls[0])
    show_sentences(words.LADDER_HINT.format(file=log.file, call=first_call.call_id))
