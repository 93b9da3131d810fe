"""The plan alive: real listening sockets on loopback, real connections, and what each application does."""

from .application import LogEvent
from .lab import Lab
from .report import Report

__all__ = ["Lab", "LogEvent", "Report"]
