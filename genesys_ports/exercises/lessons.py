"""The lessons by number: what each is called, in its notebook and in a learner's progress."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LESSONS", "lesson_name"]

LESSONS: Mapping[str, str] = {
    "00": "Start here: check your machine and choose a lesson",
    "01": "Open a port and see who answers",
    "02": "Let two Genesys servers talk",
    "03": "Provoke a port collision and mend it",
    "04": "Ask a server how it is, through its management port",
    "05": "Connect T-Server to the switch over the CTI link",
    "06": "Tell the ports of a switch from the ports of a host",
    "07": "Let phones call each other through SIP Server",
    "08": "Turn a messy sheet into a clean port plan",
    "09": "Check a host against its plan",
    "10": "Build a contact centre from an empty sheet",
}


def lesson_name(lesson: str) -> str:
    """Number and title of a lesson; of one that has no title here, the number alone."""
    return f"{lesson} {LESSONS.get(lesson, '')}".rstrip()
