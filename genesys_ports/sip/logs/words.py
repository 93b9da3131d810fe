"""Every sentence of the log reader, whole, with named places for values."""

from __future__ import annotations

from enum import StrEnum

__all__: list[str] = []


class Skipped(StrEnum):
    """Why a message that a log tells of is left out."""

    HEADLESS = "headless"
    CUT = "cut"
    NOT_SIP = "not_sip"
    TOO_LARGE = "too_large"


#: One sentence for each reason: for one message, and for several.
SKIPPED = {
    Skipped.HEADLESS: (
        "The log begins in the middle of a message, which is left out: the line that tells who sent it is missing.",
        "{count} logs begin in the middle of a message, which is left out: the line that tells who sent it is missing.",
    ),
    Skipped.CUT: (
        "1 message is left out because it is not whole: the log ends, or goes on with something else, before its end.",
        "{count} messages are left out because they are not whole: the log ends, or goes on with something else, "
        "before their end.",
    ),
    Skipped.NOT_SIP: (
        "1 message is left out because what the log shows of it is no SIP message.",
        "{count} messages are left out because what the log shows of them is no SIP message.",
    ),
    Skipped.TOO_LARGE: (
        "1 message is left out because it is larger than {kilobytes} KB.",
        "{count} messages are left out because they are larger than {kilobytes} KB.",
    ),
}

#: The local side of a log without a header block.
NO_APPLICATION = "sip_server"

NOT_FOUND = "There is no such file. Look at the name, and at the folder it is in."
FOLDER = "This is a folder. Give the name of one log file in it."
NOT_A_FILE = "This is no ordinary file. Copy the log to a file first."
NOT_ALLOWED = "The system does not let you read this file."
UNREADABLE = "The file cannot be read to its end. Copy it to a disk of this machine, and read the copy."
PACKED = "This file is compressed. Unpack it first, and give the name of the log that was in it."
EMPTY = "The file is empty."
NO_SIP = (
    "No SIP message was found. In a SIP Server log, each one comes after a line such as "
    "'13:54:59.884: Sending  [0,UDP] 494 bytes to 10.0.0.2:5060 >>>>>'. Is it the log of another application, or is "
    "SIP Server told to write less?"
)
NO_WHOLE_SIP = "Not one SIP message in it is whole. {sentences}"

CALL_COLUMNS = ("Call-ID", "From", "To", "Messages", "First", "Last", "Methods", "Result")
ONE_CALL = "1 call"
CALLS = "{count} calls"
NO_RESULT = "no final answer"
