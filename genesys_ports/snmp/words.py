"""What values and datagrams of SNMP are called: in tables, in a trace, in a ladder."""

from __future__ import annotations

__all__: list[str] = []

# --- values
UP_TIME = "{days}:{hours:02}:{minutes:02}:{seconds:02}.{hundredths:02}"
LABELLED = "{label}({number})"
NULL = "null"
NO_SUCH_OBJECT = "no such object"
NO_SUCH_INSTANCE = "no such instance"
END_OF_VIEW = "nothing comes after it"

# --- datagrams
ASKED = "{operation} {names}"
RESPONSE = "response"
RESPONSE_ERROR = "response {error}"
REPORT = "report {names}"
SAYS = "{name} = {value}"
MORE = "{texts}, and {count} more"
CUT = "{text}…"
