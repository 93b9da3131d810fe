"""What the name of an application says about its type, where a sheet has no column for it."""

from __future__ import annotations

import re
from functools import lru_cache

from ...catalog import Component, load_catalog

__all__ = ["guessed_type"]

#: What is put behind a name to tell primary from backup, or one from another: _P, -B, 2, _PRD.
_WORDS = re.compile(r"[\s_.\-]+")

#: Words that a name may begin with, at most: `Message_Server_P_SITE_A`.
_MOST_WORDS = 5


@lru_cache(maxsize=4096)
def guessed_type(name: str) -> Component | None:
    """The component that a name begins with: `SIPServer_P` is a SIP Server, `lca_framework` a Local Control Agent.

    Two letters alone, such as MS or SS, may be anything.
    """
    catalog = load_catalog()
    words = _WORDS.split(name[:100])[:_MOST_WORDS]
    for count in range(len(words), 0, -1):
        begin = "".join(words[:count]).rstrip("0123456789")
        if len(begin) > 2 and (component := catalog.known(begin)):
            return component
    return None
