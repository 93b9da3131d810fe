"""Who may ask the agents of a lab: a community for versions 1 and 2c, users for version 3."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMUNITY", "USERS", "User"]

#: Who knows this word may read everything, and change nothing (versions 1 and 2c). Traps carry it, too.
COMMUNITY = "public"


@dataclass(frozen=True, slots=True)
class User:
    """A user of version 3. Without a password there is nothing to prove; with both, requests can be encrypted, too.

    `authentication` is SHA, SHA-224, SHA-256, SHA-384, SHA-512 or MD5; `privacy` is AES (of 128 bits).
    """

    name: str
    password: str = ""
    privacy_password: str = ""
    authentication: str = "SHA"
    privacy: str = "AES"


#: The users that every agent of a lab has. The passwords are no secret: agents of a lab answer on this machine alone.
USERS = (User("trainee", "training-auth", "training-priv"), User("guest"))
