"""What a learner gets: a folder, a user id, a loopback network, and a server that ends with all it has started."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner

from classroom.place import Settings, make_private
from classroom.processes import MARK, end_all, marked
from classroom.roll import Person, Roll
from classroom.server import FONTS, NAMESPACES
from genesys_ports.cli.lab import CONFIGURATION
from genesys_ports.exercises.attempts import FILE as PROGRESS_FILE
from genesys_ports.exercises.attempts import VARIABLE as PROGRESS
from genesys_ports.lab.addresses import VARIABLE as NETWORK

__all__ = ["MOST_FILES", "MOST_PROCESSES", "LearnerSpawner"]

#: Of one learner, threads counted: each kernel has about fifteen.
MOST_PROCESSES = 600
#: Open files and sockets of one process. The lessons open hundreds of ports at most.
MOST_FILES = 4096


class LearnerSpawner(LocalProcessSpawner):  # type: ignore[misc] # JupyterHub has no types
    """Starts one learner's server on this machine."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.settings = Settings.read()

    @property
    def person(self) -> Person:
        """Whose server this is, as the roll says now."""
        person = self._roll().find(self.user.name)
        if person is None:
            raise RuntimeError(self.user.name)
        return person

    def _roll(self) -> Roll:
        return Roll.read(self.settings.place.roll)

    @property
    def user_id(self) -> int | None:
        """The user id of this learner's programs; None where all run as whoever started the classroom."""
        return None if self.settings.one_user else self._roll().user_id(self.person)

    async def start(self) -> tuple[str, int]:
        """Make the learner's folders, then start the server in them."""
        for folder in (self._home, self._runtime):
            make_private(folder, self.user_id)
        more: dict[str, Any] = {"cwd": self._home}
        if self.user_id is not None:
            more |= {"user": self.user_id, "group": self.user_id, "extra_groups": []}
        self.popen_kwargs = more
        address: tuple[str, int] = await super().start()
        return address

    async def stop(self, now: bool = False) -> None:
        """End the server, its kernels, and what was started from them."""
        # A server that is interrupted asks whether that was meant; one that is terminated ends its kernels.
        await super().stop(now=True)
        await end_all(marked(self._mark))

    @property
    def _home(self) -> Path:
        return self.settings.place.learners / str(self.user.name)

    @property
    def _runtime(self) -> Path:
        # Short: the name of a kernel's socket has room for 107 characters.
        return Path(self.settings.run_folder) / str(self.person.place)

    @property
    def _mark(self) -> str:
        return f"{self.settings.folder}/{self.user.name}"

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """The environment of the learner's programs."""
        env |= {
            "USER": self.user.name,
            "LOGNAME": self.user.name,
            "HOME": str(self._home),
            "SHELL": "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh",
            "JUPYTER_RUNTIME_DIR": str(self._runtime),
            "JUPYTER_CONFIG_PATH": str(CONFIGURATION),
            NETWORK: str(self._roll().network(self.person)),
            PROGRESS: str(self._home / PROGRESS_FILE),
            FONTS: self.settings.fonts,
            MARK: self._mark,
        }
        if self.settings.namespaces:
            env[NAMESPACES] = "1"
        return env

    def get_args(self) -> list[str]:
        """What the learner's server is told."""
        # A kernel with TCP ports would take them from the numbers that lessons ask the system for.
        told = ["--KernelManager.transport=ipc"] if sys.platform == "linux" else []
        if self.settings.cull:
            told.append(f"--MappingKernelManager.cull_idle_timeout={self.settings.cull * 60}")
        return [*super().get_args(), *told]

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Limits that hold for the server and all it starts."""
        limits = {resource.RLIMIT_NOFILE: MOST_FILES}
        if self.settings.memory and hasattr(resource, "RLIMIT_DATA"):
            limits[resource.RLIMIT_DATA] = self.settings.memory
        if self.user_id is not None:
            # Counted for a user id: where all share one, thirty learners would share one number.
            limits[resource.RLIMIT_NPROC] = MOST_PROCESSES

        def limit() -> None:
            for what, most in limits.items():
                hard = resource.getrlimit(what)[1]
                value = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(what, (value, value))

        return limit

    def move_certs(self, paths: dict[str, str]) -> dict[str, str]:
        """Nothing between hub and servers leaves this machine, so there are none."""
        return paths
