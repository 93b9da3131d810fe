"""Who outside the lab holds a port of this machine, as far as the system tells."""

from __future__ import annotations

from ..state import Socket
from . import words

__all__ = ["owner_sentence"]


def owner_sentence(where: Socket) -> str:
    """A sentence that names the program listening at this address; empty when the system does not tell.

    Other users' programs are hidden without administrator rights; macOS hides all but one's own.
    """
    import psutil

    try:
        for connection in psutil.net_connections(kind="inet"):
            address = connection.laddr
            if (
                connection.pid
                and address
                and address.port == where.number
                and address.ip in (where.address, "0.0.0.0", "::")
            ):
                name = psutil.Process(connection.pid).name()
                return words.OWNER.format(program=name)
    except (psutil.Error, OSError):
        pass
    return ""
