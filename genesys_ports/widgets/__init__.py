"""Handles on a plan or a lab for a notebook: views of what the floors below know, worked by mouse, keyboard or code.

PlanEditor(plan)                          a plan as a grid of cells, with its findings beside it
PortBoard(lab)                            hosts and applications to start and stop, ports and connections lit by state
"""

from .plan_editor import PlanEditor
from .port_board import PortBoard

__all__ = ["PlanEditor", "PortBoard"]
