"""Is this machine ready for the lessons? Asked in words, answered by trying."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from ..model import Transport
from ..table import Table
from . import words
from .network import open_network
from .sockets import IN_USE, has_own_addresses, listening_socket

__all__ = ["check_machine"]

#: The numbers the lessons use most.
_LESSON_PORTS = (2020, 3600, 4999, 5060, 5150)


def check_machine() -> Table:
    """A table of questions and answers; where the answer is no, it says what to do.

    Opens each port for a moment, on loopback only. Raises `NetworkRangeError`.
    """
    network = open_network()
    address = network.probe_address
    try:
        own = has_own_addresses(address)
        free = {number: _is_free(address if own else "127.0.0.1", number) for number in _LESSON_PORTS}
    finally:
        network.close()
    checks = [
        (words.ASK_PYTHON, sys.version_info >= (3, 11), words.DO_PYTHON),
        (words.ASK_WIDGETS, all(find_spec(name) for name in ("ipywidgets", "matplotlib")), words.DO_WIDGETS),
        (words.ASK_OWN_HOSTS, own, words.DO_OWN_HOSTS),
        *((words.ASK_PORT.format(number=number), is_free, words.DO_PORT) for number, is_free in free.items()),
    ]
    ready = all(ok for question, ok, _ in checks if question != words.ASK_OWN_HOSTS)
    caption = words.MACHINE_NOT_READY if not ready else words.MACHINE_READY if own else words.MACHINE_TRANSLATES
    rows = [(question, words.YES if ok else words.NO, "" if ok else advice) for question, ok, advice in checks]
    return Table((words.MACHINE, "Answer", "What to do"), rows, caption).without_empty_columns()


def _is_free(address: str, number: int) -> bool:
    try:
        listening_socket(address, number, Transport.TCP).close()
    except OSError as error:
        return error.errno not in IN_USE
    return True
