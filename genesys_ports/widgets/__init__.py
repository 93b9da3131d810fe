"""Handles on a plan or a lab for a notebook: views of what the floors below know, worked by mouse, keyboard or code.

CallDesk(lab)                             phones, agent desktop and switch, with the ladder of what travels
LadderPlayer(lab)                         a trace to step through, with the fields of the present step
PlanEditor(plan)                          a plan as a grid of cells, with its findings beside it
PortBoard(lab)                            hosts and applications to start and stop, ports and connections lit by state
WireTap(lab)                              a connection of your own with any port, and the bytes both ways
"""

from .call_desk import CallDesk
from .ladder_player import LadderPlayer
from .plan_editor import PlanEditor
from .port_board import PortBoard
from .wire_tap import WireTap

__all__ = ["CallDesk", "LadderPlayer", "PlanEditor", "PortBoard", "WireTap"]
