"""A switch as data and state: its frame with physical ports, and the calls that occupy them. No sockets."""

from .calls import CallEvent, Cause, EventName, Party, VoiceCall, VoicePortState
from .console import Console
from .frame import default_switch
from .states import CONNECTION, VOICE_PORT, ConnectionState, PortStatus
from .switching import Switching

__all__ = [
    "CONNECTION",
    "VOICE_PORT",
    "CallEvent",
    "Cause",
    "ConnectionState",
    "Console",
    "EventName",
    "Party",
    "PortStatus",
    "Switching",
    "VoiceCall",
    "VoicePortState",
    "default_switch",
]
