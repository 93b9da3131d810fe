"""Handles on a plan for a notebook: views of what the floors below know, worked by mouse, keyboard or code.

PlanEditor(plan)                          a plan as a grid of cells, with its findings beside it
"""

from .plan_editor import PlanEditor

__all__ = ["PlanEditor"]
