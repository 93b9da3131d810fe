"""The frame of a switch: cards with physical ports, the groups they are in, and the numbers that lead to them."""

from __future__ import annotations

from ..model import Switch, VoicePort, VoicePortKind

__all__ = ["default_switch"]


def default_switch(name: str) -> Switch:
    """A small switch for a plan that has none: four trunk channels behind 9, an IVR with two ports behind 3000, and
    six stations, four of them with a DN (2001 to 2004).

    Numbers and places are examples of ours; every switch has its own.
    """
    station, trunk, ivr = VoicePortKind.STATION, VoicePortKind.TRUNK, VoicePortKind.IVR
    places = [
        *((f"01-{at:02}", trunk, "9") for at in range(1, 5)),
        *((f"02-{at:02}", ivr, "3000") for at in range(1, 3)),
        *((f"03-{at:02}", station, f"200{at}" if at < 5 else "") for at in range(1, 7)),
    ]
    ports = tuple(VoicePort(label=label, device=name, kind=kind, dn=dn) for label, kind, dn in places)
    return Switch(name=name, voice_ports=ports)
