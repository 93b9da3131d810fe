"""The capstone of lesson 10: where a learner keeps it, how it stands, and the report on it.

folder = Folder("my-capstone")
score(lab, editor, folder)
report(lab, editor, folder, "Ana").save(folder.new("report.html"))
"""

from __future__ import annotations

from .capstone_folder import Folder
from .capstone_report import CapstoneReport, report
from .capstone_score import Score, score
from .capstone_tasks import POINTS, TASKS_OF_10

__all__ = ["POINTS", "TASKS_OF_10", "CapstoneReport", "Folder", "Score", "report", "score"]
