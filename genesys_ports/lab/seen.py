"""What is open on a planned host, as `ss -lntup` would show it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model import Platform, Transport
from ..plan.sockets import OpenSocket, Sockets
from ..state import PortState, PortStatus
from . import words

__all__ = ["seen_on"]


def seen_on(host: str, states: Iterable[PortState], outsiders: Iterable[int], platform: Platform | None) -> Sockets:
    """The open ports of one host of a lab, by their planned numbers and addresses.

    `outsiders` are numbers that programs outside the lab hold. All applications of a lab are one process; here each is
    a program of its own name, as on a real host.
    """
    found = [*_opened(host, states), *map(_outsider, outsiders)]
    return Sockets(found, words.SEEN_ON.format(host=host), platform)


def _opened(host: str, states: Iterable[PortState]) -> Iterator[OpenSocket]:
    for state in states:
        if state.host != host or state.status is not PortStatus.LISTENING:
            continue
        # Of a wide range only the first number is opened.
        for number in state.port.numbers[: len(state.sockets)]:
            yield OpenSocket(
                transport=state.port.transport.carrier,
                address=state.port.address or words.EVERY_ADDRESS,
                number=number,
                program=state.application,
            )


def _outsider(number: int) -> OpenSocket:
    return OpenSocket(transport=Transport.TCP, address=words.EVERY_ADDRESS, number=number, program=words.OUTSIDER_NAME)
