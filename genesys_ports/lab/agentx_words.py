"""Sentences about AgentX in a lab, whole, with named places for values."""

from __future__ import annotations

SESSION_OPEN = "{client} has connected to {server} on port {port} and is its sub-agent (AgentX)."
SESSION_REFUSED = (
    "{client} has connected to {server} on port {port}, and {server} does not take it as a sub-agent. {why}"
)

#: Names of lines in the trace.
UNREADABLE = "no AgentX"
