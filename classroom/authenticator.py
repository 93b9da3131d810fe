"""Who may log in: those on the roll, with their own password."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Unicode

from classroom.roll import NAME, Person, Roll

__all__ = ["RollAuthenticator"]

#: Seconds that a wrong password costs. Tries at one name wait for each other, so that guessing goes no faster.
PENALTY = 1.0

#: Somebody that no password fits: a name that nobody has takes as long to refuse as a wrong password.
NOBODY = Person("", 0, "00" * 16, "00" * 32)


class RollAuthenticator(Authenticator):  # type: ignore[misc] # JupyterHub has no types
    """Compares name and password with the roll, which is read anew each time: who was just added may log in."""

    roll_file = Unicode(help="The file of the roll.").tag(config=True)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """The account that the form names, or None where the password is not its own."""
        name, password = str(data.get("username", "")).strip().lower(), str(data.get("password", ""))
        roll = Roll.read(Path(self.roll_file))
        person = roll.find(name) if NAME.fullmatch(name) else None
        async with self._turns[person.name if person else ""]:
            # Beside the event loop, which every learner's traffic goes through.
            right = await asyncio.to_thread((person or NOBODY).has_password, password)
            if not right or person is None:
                await asyncio.sleep(PENALTY)
                return None
        return {"name": person.name, "admin": person.is_instructor}
