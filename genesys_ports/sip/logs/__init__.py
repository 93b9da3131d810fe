"""SIP Server logs: read as a trace, so that ladders, filters and captures work with them."""

from .calls import LoggedCall, LoggedCalls
from .log import SipLog
from .reader import read_sip_log

__all__ = ["LoggedCall", "LoggedCalls", "SipLog", "read_sip_log"]
