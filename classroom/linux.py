"""Namespaces of Linux: folders that only this classroom sees otherwise, and a network of a learner's own."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["Namespaces", "closed_folder", "enter", "namespaces_work", "open_a_way"]

# From <linux/sched.h> and <sys/mount.h>.
CLONE_NEWNS = 0x0002_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 0x1000, 0x2000, 0x4000, 0x4_0000

# From <linux/sockios.h> and <linux/if.h>.
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def _call(name: str, *arguments: object) -> None:
    """A function of the C library that gives 0 where all is well. Raises `OSError`."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: Path, kind: str | None, flags: int, data: str | None = None) -> None:
    parts = (source.encode(), bytes(target), kind.encode() if kind else None)
    _call("mount", *parts, ctypes.c_ulong(flags), data.encode() if data else None)


# --- folders


def closed_folder(path: Path) -> Path | None:
    """The topmost folder above `path` that lets only its owner through."""
    closed = [one for one in path.parents if not one.stat().st_mode & 0o001]
    return closed[-1] if closed else None


def open_a_way(paths: Iterable[Path], staging: Path) -> None:
    """Let every user of this process and its children reach these folders, though a folder above them is closed.

    For them alone, the closed folder is covered by an empty one that holds nothing but the folders named; nothing on
    the disk changes, and no one else sees any of it. `staging` is an empty folder to pass them through. Needs root;
    raises `OSError` where the system does not let root do it, as in many containers.
    """
    covers: dict[Path, set[Path]] = {}
    for path in paths:
        if cover := closed_folder(path):
            covers.setdefault(cover, set()).add(path)
    if not covers:
        return
    here = Path.cwd()
    _call("unshare", ctypes.c_int(CLONE_NEWNS))
    _mount("none", Path("/"), None, MS_REC | MS_PRIVATE)
    _mount("none", staging, "tmpfs", 0)
    for cover, below in covers.items():
        # One inside another comes along with it.
        outermost = [one for one in sorted(below) if not below & set(one.parents)]
        for number, path in enumerate(outermost):
            (staging / str(number)).mkdir(exist_ok=True)
            _mount(str(path), staging / str(number), None, MS_BIND | MS_REC)
        _mount("none", cover, "tmpfs", 0, "mode=0755,size=1m")
        before = os.umask(0o022)
        for number, path in enumerate(outermost):
            path.mkdir(parents=True)
            _mount(str(staging / str(number)), path, None, MS_MOVE)
        os.umask(before)
    _call("umount2", bytes(staging), 0)
    with suppress(OSError):
        os.chdir(here)


# --- a network


class Namespaces:
    """A network of its own for all programs that `enter` it: two open files, named so that children can find them."""

    def __init__(self) -> None:
        ready, made = os.pipe()
        leave, left = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                # Else it would wait for itself.
                os.close(left)
                _make_network()
                os.write(made, b"1")
                os.read(leave, 1)
            finally:
                os._exit(0)
        try:
            os.close(made)
            if os.read(ready, 1) != b"1":
                raise OSError
            self.files = [os.open(f"/proc/{child}/ns/{kind}", os.O_RDONLY) for kind in ("user", "net")]
        finally:
            for one in (left, leave, ready):
                os.close(one)
            os.waitpid(child, 0)

    @property
    def names(self) -> list[str]:
        """Where children of this process find them."""
        return [f"/proc/{os.getpid()}/fd/{one}" for one in self.files]


def _make_network() -> None:
    user, group = os.geteuid(), os.getegid()
    _call("unshare", ctypes.c_int(CLONE_NEWUSER | CLONE_NEWNET))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _loopback_up()
    # Nobody else is in this network, so that ports below 1024 harm no one. Where it is refused, they stay closed.
    with suppress(OSError):
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")


def _loopback_up() -> None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = fcntl.ioctl(asked, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        (flags,) = struct.unpack_from("H", request, 16)
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def enter(names: Sequence[str]) -> None:
    """Join the namespaces of these files, first that of users. Raises `OSError`."""
    # All before the first is joined: from inside it, the processes outside are somebody else's.
    files = [os.open(name, os.O_RDONLY) for name in names]
    try:
        for one in files:
            _call("setns", one, 0)
    finally:
        for one in files:
            os.close(one)


def namespaces_work() -> bool:
    """Whether this system lets the user of this process make a network of its own."""
    try:
        for one in Namespaces().files:
            os.close(one)
    except OSError:
        return False
    return True
