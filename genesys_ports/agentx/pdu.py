"""The PDUs of AgentX (RFC 2741, section 6): each a frozen dataclass whose `LAYOUT` is its payload, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, TypeAlias

from ..snmp.objects import Oid
from .encoding import SearchRange, VarBind

__all__ = [
    "AddAgentCaps", "CleanupSet", "Close", "CommitSet", "Get", "GetBulk", "GetNext", "IndexAllocate", "IndexDeallocate",
    "Notify", "Open", "Pdu", "Ping", "Reason", "Register", "RemoveAgentCaps", "Response", "Status", "TestSet",
    "UndoSet", "Unregister",
]  # fmt: skip

# h.flags that belong to one PDU (section 6.1)
INSTANCE_REGISTRATION = 0x01
NEW_INDEX = 0x02
ANY_INDEX = 0x04


class Reason(IntEnum):
    """Why a session ends (c.reason, section 6.2.2)."""

    OTHER = 1
    PARSE_ERROR = 2
    PROTOCOL_ERROR = 3
    TIMEOUTS = 4
    SHUTDOWN = 5
    BY_MANAGER = 6


class Status(IntEnum):
    """How a request went (res.error, section 6.2.16; the small ones are SNMP's own, RFC 3416, section 3)."""

    NO_ERROR = 0
    GEN_ERR = 5
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    WRONG_ENCODING = 9
    WRONG_VALUE = 10
    NO_CREATION = 11
    INCONSISTENT_VALUE = 12
    RESOURCE_UNAVAILABLE = 13
    COMMIT_FAILED = 14
    UNDO_FAILED = 15
    NOT_WRITABLE = 17
    INCONSISTENT_NAME = 18
    OPEN_FAILED = 256
    NOT_OPEN = 257
    INDEX_WRONG_TYPE = 258
    INDEX_ALREADY_ALLOCATED = 259
    INDEX_NONE_AVAILABLE = 260
    INDEX_NOT_ALLOCATED = 261
    UNSUPPORTED_CONTEXT = 262
    DUPLICATE_REGISTRATION = 263
    UNKNOWN_REGISTRATION = 264
    UNKNOWN_AGENT_CAPS = 265
    PARSE_ERROR = 266
    REQUEST_DENIED = 267
    PROCESSING_ERROR = 268


@dataclass(frozen=True, slots=True)
class _Content:
    """What a PDU says after its header.

    A part of `LAYOUT` is the name of a field and what it is; a name of "" is filled with zeros. `FLAGS` are bits of the
    header that belong to it.
    """

    TYPE: ClassVar[int]
    LAYOUT: ClassVar[tuple[tuple[str, str], ...]] = ()
    FLAGS: ClassVar[dict[str, int]] = {}
    HAS_CONTEXT: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """Its name, as RFC 2741 has it between `agentx-` and `-PDU`."""
        return type(self).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithContext(_Content):
    """What speaks of managed objects may name a context; an empty one is the default, the only one known here."""

    HAS_CONTEXT: ClassVar[bool] = True
    context: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(_Content):
    """A sub-agent asks for a session (6.2.1). `timeout` is in seconds, 0 leaves it to the master agent."""

    TYPE: ClassVar[int] = 1
    LAYOUT: ClassVar = (("timeout", "B"), ("", "B"), ("", "H"), ("identifier", "oid"), ("description", "octets"))
    timeout: int = 0
    identifier: Oid = ()
    description: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(_Content):
    """Either end ends the session (6.2.2)."""

    TYPE: ClassVar[int] = 2
    LAYOUT: ClassVar = (("reason", "B"), ("", "B"), ("", "H"))
    reason: int = Reason.SHUTDOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(_WithContext):
    """A sub-agent takes over a subtree (6.2.3).

    With `range_subid` (counted from 1) it is a range: that number of `subtree` runs up to `upper_bound`. Of two for the
    same subtree the lower `priority` comes first. `instance` says that it is one object and not a subtree.
    """

    TYPE: ClassVar[int] = 3
    LAYOUT: ClassVar = (
        ("timeout", "B"), ("priority", "B"), ("range_subid", "B"), ("", "B"), ("subtree", "oid"),
        ("upper_bound", "bound"),
    )  # fmt: skip
    FLAGS: ClassVar[dict[str, int]] = {"instance": INSTANCE_REGISTRATION}
    subtree: Oid
    timeout: int = 0
    priority: int = 127
    range_subid: int = 0
    upper_bound: int = 0
    instance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregister(_WithContext):
    """A sub-agent gives a subtree back (6.2.4)."""

    TYPE: ClassVar[int] = 4
    LAYOUT: ClassVar = (
        ("", "B"), ("priority", "B"), ("range_subid", "B"), ("", "B"), ("subtree", "oid"), ("upper_bound", "bound"),
    )  # fmt: skip
    subtree: Oid
    priority: int = 127
    range_subid: int = 0
    upper_bound: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Get(_WithContext):
    """The master agent asks for objects by their names (6.2.5)."""

    TYPE: ClassVar[int] = 5
    LAYOUT: ClassVar = (("ranges", "ranges"),)
    ranges: tuple[SearchRange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GetNext(Get):
    """The master agent asks for what comes next in each range (6.2.6)."""

    TYPE: ClassVar[int] = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBulk(_WithContext):
    """The master agent asks for what comes next, again and again (6.2.7)."""

    TYPE: ClassVar[int] = 7
    LAYOUT: ClassVar = (("non_repeaters", "H"), ("max_repetitions", "H"), ("ranges", "ranges"))
    non_repeaters: int = 0
    max_repetitions: int = 10
    ranges: tuple[SearchRange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithVarBinds(_WithContext):
    LAYOUT: ClassVar = (("varbinds", "varbinds"),)
    varbinds: tuple[VarBind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet(_WithVarBinds):
    """The master agent asks whether objects could be set (6.2.8)."""

    TYPE: ClassVar[int] = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSet(_Content):
    """Do it (6.2.9)."""

    TYPE: ClassVar[int] = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSet(_Content):
    """Take it back (6.2.9)."""

    TYPE: ClassVar[int] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupSet(_Content):
    """Forget what was kept for it; wants no answer (6.2.9)."""

    TYPE: ClassVar[int] = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(_WithVarBinds):
    """A sub-agent has something to tell: the master agent makes notifications (traps) of it (6.2.10)."""

    TYPE: ClassVar[int] = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(_WithContext):
    """A sub-agent asks whether the master agent is there (6.2.11)."""

    TYPE: ClassVar[int] = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAllocate(_WithVarBinds):
    """A sub-agent asks for an index of a table that several share (6.2.12)."""

    TYPE: ClassVar[int] = 14
    FLAGS: ClassVar[dict[str, int]] = {"new": NEW_INDEX, "any": ANY_INDEX}
    new: bool = False
    any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDeallocate(_WithVarBinds):
    """A sub-agent gives an index back (6.2.13)."""

    TYPE: ClassVar[int] = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAgentCaps(_WithContext):
    """A sub-agent says what it can do (6.2.14)."""

    TYPE: ClassVar[int] = 16
    LAYOUT: ClassVar = (("identifier", "oid"), ("description", "octets"))
    identifier: Oid = ()
    description: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAgentCaps(_WithContext):
    """It can do so no more (6.2.15)."""

    TYPE: ClassVar[int] = 17
    LAYOUT: ClassVar = (("identifier", "oid"),)
    identifier: Oid = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(_Content):
    """The answer to everything (6.2.16). `up_time` is in hundredths of a second; `index` counts bindings from 1."""

    TYPE: ClassVar[int] = 18
    LAYOUT: ClassVar = (("up_time", "I"), ("error", "H"), ("index", "H"), ("varbinds", "varbinds"))
    up_time: int = 0
    error: int = Status.NO_ERROR
    index: int = 0
    varbinds: tuple[VarBind, ...] = ()


Pdu: TypeAlias = (
    Open | Close | Register | Unregister | Get | GetNext | GetBulk | TestSet | CommitSet | UndoSet | CleanupSet
    | Notify | Ping | IndexAllocate | IndexDeallocate | AddAgentCaps | RemoveAgentCaps | Response
)  # fmt: skip
