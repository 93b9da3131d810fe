"""The plan alive: real listening sockets on loopback, real connections, and what each application does."""

from .application import LogEvent
from .knock import is_open
from .lab import Lab
from .machine import check_machine
from .report import Report

__all__ = ["Lab", "LogEvent", "Report", "check_machine", "is_open"]
