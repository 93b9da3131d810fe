"""`genesys-ports serve PLAN`: a plan comes up and stays up until a signal."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import NetworkRangeError, PlanError
from ..model import Deployment, Purpose, Transport
from ..state import ConnectionStatus, PortState, PortStatus
from ..table import Table
from . import words
from .console import complain, show
from .report import counted

if TYPE_CHECKING:
    import asyncio

    from ..lab import Lab

__all__ = ["add_to", "port_lines"]

#: The endings of what `--trace` writes.
TRACES = (".pcapng", ".csv")

#: Directory numbers that are named one by one.
MOST_DNS = 10


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "serve",
        help=words.SERVE,
        usage=words.SERVE_USAGE,
        description=words.SERVE_DESCRIPTION,
        epilog=words.SERVE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", metavar="PLAN", help=words.SERVE_PLAN)
    parser.add_argument("--only", metavar="APP", nargs="+", action="extend", help=words.SERVE_ONLY)
    parser.add_argument("--trace", metavar="OUT", help=words.SERVE_TRACE_OUT)
    parser.add_argument("--json", action="store_true", help=words.SERVE_JSON)
    parser.set_defaults(run=_run, parser=parser)


def _run(arguments: argparse.Namespace) -> int:
    import asyncio

    from ..lab.addresses import lab_range
    from ..output import check_new
    from ..plan import load_plan

    if arguments.trace is not None:
        check_new(arguments.trace, TRACES)
    plan = load_plan(arguments.plan)
    for name in arguments.only or ():
        plan.application(name)
    lab_range()
    try:
        asyncio.run(_serve(plan, arguments.only, arguments.json, arguments.trace))
    except KeyboardInterrupt:
        # Ctrl-C before the plan came up: nothing is open, and it is how this command ends.
        return 0
    except (PlanError, NetworkRangeError) as error:
        # The file, the names and the range could be read: what is wrong now is wrong in the plan.
        complain(str(error))
        return 1
    return 0


async def _serve(plan: Deployment, only: Sequence[str] | None, as_json: bool, out: str | None) -> None:
    import asyncio

    from ..lab import Lab

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if number := getattr(signal, name, None):
            # Not loop.add_signal_handler: Windows has none.
            before[number] = signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        lab = await Lab.open(plan, name="serve", fixed=True)
        try:
            await _until(stop, lab, only, as_json)
        finally:
            await lab.close()
            if out is not None:
                # What goes wrong is no reason to lose what was seen: often it tells why.
                lab.trace.save(out)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not as_json:
        if out is not None:
            _tell_trace(out, lab)
        show(words.SERVE_CLOSED, flush=True)


def _tell_trace(out: str, lab: Lab) -> None:
    kept, count = len(lab.trace), len(lab.trace) + lab.trace.dropped
    if kept < count:
        show(words.SERVE_TRACED_NEWEST.format(file=out, kept=f"{kept:,}", count=f"{count:,}"))
    else:
        show(words.SERVE_TRACED.format(file=out, steps=counted(words.STEPS, count)))


async def _until(stop: asyncio.Event, lab: Lab, only: Sequence[str] | None, as_json: bool) -> None:
    import asyncio

    stopped = asyncio.ensure_future(stop.wait())
    starting = asyncio.ensure_future(lab.start_all(only))
    try:
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            _show(lab, as_json)
            await stopped
    finally:
        stopped.cancel()
        starting.cancel()
        await asyncio.gather(starting, stopped, return_exceptions=True)


def _show(lab: Lab, as_json: bool) -> None:
    listening = [state for state in lab.port_states() if state.status is PortStatus.LISTENING]
    if as_json:
        for line in port_lines(listening):
            show(json.dumps(line))
        show(flush=True)
        return
    rows = [
        (state.application, state.port.port_id, f"{state.host}:{state.port}", _sockets(state)) for state in listening
    ]
    started = {state.application for state in listening}
    if rows:
        show(Table(words.SERVE_COLUMNS, rows))
    for notice in lab.notices:
        show(notice)
    for one in lab.connection_states():
        if one.status is ConnectionStatus.CLOSED and one.port.endswith("/udp"):
            # Nobody connects over UDP: there is nothing to wait for.
            continue
        if one.status is not ConnectionStatus.CONNECTED and one.connection.client in started:
            show(words.NOT_CONNECTED.format(connection=one.connection, status=one.status))
    show(*_agents(lab, listening))
    show(*_consoles(lab, listening))
    show(*_registrations(lab, listening))
    show(words.SERVE_UP.format(network=lab.network.text) if rows else words.SERVE_NOTHING, flush=True)


def _registrations(lab: Lab, listening: Sequence[PortState]) -> Iterator[str]:
    """For each SIP Server, who is registered there and how to call them."""
    registered: dict[str, dict[str, None]] = {}
    for dn, _, server, *_ in lab.registrations().rows:
        registered.setdefault(server, {})[dn] = None
    for server, dns in registered.items():
        ports = [one for one in listening if one.application == server and one.port.purpose is Purpose.SIP]
        place = ports[0].sockets[0]
        names = ", ".join(list(dns)[:MOST_DNS])
        if len(dns) > MOST_DNS:
            names = words.SERVE_MORE_DNS.format(dns=names, count=len(dns) - MOST_DNS)
        yield words.SERVE_DNS.format(
            server=server,
            dns=names,
            dn=next(iter(dns)),
            address=_text(place.address, place.number),
            # Those of this very number: TLS has another one.
            transports=", ".join(str(one.port.transport) for one in ports if one.sockets[0] == place),
        )


def _agents(lab: Lab, listening: Sequence[PortState]) -> Iterator[str]:
    """For each management port, how Net-SNMP's tools ask there, exactly."""
    from ..lab.roles import NETWORK_MANAGEMENT_SYSTEM, component_of
    from ..lab.snmp_side import is_management
    from ..lab.snmp_users import COMMUNITY
    from ..snmp.names import MIB_OPTIONS

    user = next((one for one in lab.snmp_users if one.privacy_password), None)
    asked = False
    for state in listening:
        # A network management system asks; nobody asks it.
        if is_management(state.port) and component_of(lab.plan, state.application) != NETWORK_MANAGEMENT_SYSTEM:
            asked = True
            place = _text(state.sockets[0].address, state.sockets[0].number)
            command = ["snmpwalk", "-v2c", "-c", COMMUNITY, *MIB_OPTIONS, place, "gpObjects"]
            yield words.SERVE_SNMP.format(application=state.application, command=_command(command))
    if asked and user is not None:
        yield words.SERVE_SNMP_USER.format(
            user=user.name,
            authentication=user.authentication,
            password=user.password,
            privacy=user.privacy,
            privacy_password=user.privacy_password,
        )


def _consoles(lab: Lab, listening: Sequence[PortState]) -> Iterator[str]:
    """For each console of a switch, how an administrator gets there; telnet knows no TLS."""
    from ..lab.console_port import is_console
    from ..switch.console import USERS

    name, password = next(iter(USERS.items()))
    for state in listening:
        if state.port.transport is Transport.TCP and is_console(lab.plan, state.application, state.port):
            command = _command(["telnet", state.sockets[0].address, str(state.sockets[0].number)])
            yield words.SERVE_CONSOLE.format(
                application=state.application, command=command, name=name, password=password
            )


def _command(parts: Sequence[str]) -> str:
    """A command as the shell of this system wants it."""
    return subprocess.list2cmdline(parts) if sys.platform == "win32" else shlex.join(parts)


def _sockets(state: PortState) -> str:
    first, *others = (_text(socket.address, socket.number) for socket in state.sockets)
    if len(state.sockets) < len(state.port.numbers):
        # A wide range is kept for its application without opening every number of it.
        return words.OTHERS_KEPT.format(first=first)
    return words.MORE_SOCKETS.format(first=first, count=len(others)) if others else first


def _text(address: str, number: int) -> str:
    return f"[{address}]:{number}" if ":" in address else f"{address}:{number}"


def port_lines(states: Sequence[PortState]) -> Iterator[dict[str, str | int]]:
    """One object for each open socket, in the order of the plan; `planned` is the number in the plan."""
    for state in states:
        numbers = state.port.numbers
        # A port on several addresses has as many sockets for each of its numbers, number by number.
        for index, socket in enumerate(state.sockets):
            yield {
                "application": state.application,
                "host": state.host,
                "port_id": state.port.port_id,
                "transport": str(state.port.transport),
                "planned": numbers[index * len(numbers) // len(state.sockets)],
                "address": socket.address,
                "port": socket.number,
            }
