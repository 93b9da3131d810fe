"""Plan files in and out, what follows from a plan, and the next free port number."""

from .check import check
from .correct import accept
from .diff import diff
from .findings import Finding, Findings, Severity
from .firewall import firewall_list
from .free import next_free_port
from .load import load_plan, read_plans
from .reality import compare
from .ripple import ripple
from .save import save_plan
from .socket_listing import read_sockets
from .sockets import local_sockets
from .suggest import write_suggestions

__all__ = [
    "Finding",
    "Findings",
    "Severity",
    "accept",
    "check",
    "compare",
    "diff",
    "firewall_list",
    "load_plan",
    "local_sockets",
    "next_free_port",
    "read_plans",
    "read_sockets",
    "ripple",
    "save_plan",
    "write_suggestions",
]
