"""Every sentence of this room that a user reads."""

from __future__ import annotations

__all__ = [
    "BAD_TEXT",
    "BAD_VALUE",
    "DIGITS",
    "HEADER",
    "HEADER_INVOKE",
    "HEADER_LENGTH",
    "INVOKE_ID",
    "LINK_NAME",
    "LINK_SOURCE",
    "LOST_REASON",
    "MISSING",
    "NOT_ONE",
    "NOT_TEXT",
    "NOT_UTF_8",
    "NO_ANSWER_REASON",
    "NO_BEAT_REASON",
    "NO_HEADER",
    "REFUSED_REASON",
    "SESSION_GONE_REASON",
    "SESSION_NAME",
    "SESSION_SOURCE",
    "TOO_LONG",
    "TOO_MANY_ELEMENTS",
    "TOO_MANY_MONITORS",
    "TOO_MANY_OF_ONE",
    "TOO_MANY_WAIT",
    "TWICE",
    "UNKNOWN_DEVICE",
    "UNKNOWN_ELEMENT",
    "UNKNOWN_MESSAGE",
    "UNKNOWN_MONITOR",
    "WHICH_ENCODING",
    "WHICH_MONITOR",
    "XML_DEEP",
    "XML_DOCTYPE",
    "XML_NAMESPACE",
    "XML_WRONG",
]

# --- the frame around each message

HEADER = "A CSTA message begins with two zero bytes (ECMA-323, annex J), and here stand the bytes {shown}."
HEADER_LENGTH = "The header says that the message has {length} bytes. The header alone has {header}."
HEADER_INVOKE = "An invoke ID has four digits, and here stand the bytes {shown}."
INVOKE_ID = "An invoke ID is a number from 0 to 9999; {number} is none."
TOO_LONG = "{name} would have {length} bytes. A frame carries {limit} at most: its length has two bytes."

# --- the XML in it

XML_WRONG = "The XML of the message cannot be read: line {line}, character {column}."
XML_DOCTYPE = "The XML of the message declares a document type. CSTA needs none, and entities can be harmful."
XML_DEEP = "The elements of the message stand inside one another more than {limit} deep."
XML_NAMESPACE = "The message {name} is of a namespace that is not of CSTA: {namespace}."
NOT_UTF_8 = "The bytes of the message are not UTF-8, and CSTA over TCP is read here in UTF-8 only."
WHICH_ENCODING = "The XML says that it is written in {encoding}. CSTA over TCP is read here in UTF-8 only."
TOO_MANY_ELEMENTS = "The message has more than {limit} elements."
UNKNOWN_MESSAGE = "{name} is no message that this end of the CTI link knows."

# --- what a message has to hold

MISSING = "{name} needs the element {path}."
NOT_ONE = "{name}: exactly one of these belongs into {path}: {names}."
NOT_TEXT = "{name}: text belongs into {path}, and no elements."
TWICE = "{name} has the element {path} twice."
UNKNOWN_ELEMENT = "{name} has no element {path}."
BAD_VALUE = "{name}: {value!r} is no value for {path}. It may be: {values}."
DIGITS = "0-999999999"
BAD_TEXT = "{name}: the text of {path} has signs that cannot be printed, stands between blanks, or is too long."

# --- the switch's end

UNKNOWN_DEVICE = "The switch has no device {device!r}."
UNKNOWN_MONITOR = "No monitor has the number {number!r}."
WHICH_MONITOR = "Only devices can be monitored here, not calls."
TOO_MANY_MONITORS = "More than {limit} monitors are not kept for one session."
TOO_MANY_OF_ONE = "The device {device!r} has {limit} monitors of this session already."

# --- T-Server's end

TOO_MANY_WAIT = "{limit} requests already wait for an answer on this link. No further one is sent."
REFUSED_REASON = (
    "The switch starts no session for {application} ({error}). It serves one T-Server on its CTI link: look whether "
    "another one has it."
)
LOST_REASON = "The connection to the switch broke."
NO_HEADER = "What came from the other end is not CSTA: the number of the CTI-link port may be wrong."
NO_ANSWER_REASON = "The switch did not answer when the session was to be started."
NO_BEAT_REASON = "The switch left {count} heartbeats unanswered, one after the other."
SESSION_GONE_REASON = "The switch no longer knows the session."

# --- diagrams

LINK_NAME = "CTI link, T-Server's end"
LINK_SOURCE = "sessions: ECMA-354; the states are our words"
SESSION_NAME = "CTI link, the switch's end"
SESSION_SOURCE = "sessions: ECMA-354; the states are our words"
