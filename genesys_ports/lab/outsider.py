"""A program outside the lab that holds a port, as a stranger on a real host would.

Run as a process of its own it opens the port it is given (another one where it may not), says its number, or `taken`,
and ends when its standard input ends; so it can never outlive the kernel that started it.
"""

from __future__ import annotations

import signal
import socket
import sys

__all__ = ["main"]


def main(address: str, number: int) -> int:
    """Listen on address:number until standard input ends."""
    # Jupyter interrupts the whole process group of a kernel; a stranger does not care.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        try:
            if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):
                sock.setsockopt(socket.SOL_SOCKET, exclusive, 1)
            else:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((address, number))
            except PermissionError:
                sock.bind((address, 0))
            sock.listen()
        except OSError:
            print("taken", flush=True)
            return 1
        print(sock.getsockname()[1], flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
