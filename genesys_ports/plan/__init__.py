"""Plan files in and out, and the next free port number."""

from .correct import accept
from .firewall import firewall_list
from .free import next_free_port
from .load import load_plan
from .save import save_plan

__all__ = ["accept", "firewall_list", "load_plan", "next_free_port", "save_plan"]
