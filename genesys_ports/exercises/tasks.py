"""The do-tasks of the lessons by key: each knows its check, and what came of it is noted in the learner's progress.

check_task("mend-the-plan", lab)

A task more is an entry more in `TASKS`; the tasks of a lesson that has many may stand in a mapping of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UnknownTaskError
from . import words
from .attempts import AttemptKind, note, progress_file
from .capstone_tasks import TASKS_OF_10
from .checks import Check, check_collision, check_connected, check_listening, check_same_number, check_travelled
from .cti_checks import check_link, check_link_restored
from .management_checks import check_management_port, check_trap
from .plan_checks import check_as_planned, check_holder, check_plan
from .sip_checks import check_call, check_registered
from .switch_checks import check_calls_at_once, check_station
from .task import COMPARISON, LAB, NAME, PLAN, PLAN_OR_EDITOR, Task, of_lab

__all__ = ["TASKS", "check_task"]

TASKS: Mapping[str, Task] = {
    "open-solution-control-server": Task(
        "01",
        "Open a second port on the same host",
        of_lab(check_listening, "solution_control_server", 3600),
    ),
    "open-sip-over-tcp": Task(
        "01",
        "Let SIP Server take calls over TCP, too",
        of_lab(check_listening, "sip_server", 5060, "tcp"),
    ),
    "move-message-server": Task(
        "02",
        "Bring them together again",
        of_lab(check_connected, "solution_control_server", "message_server", 5160),
    ),
    "turn-the-connection": Task(
        "02",
        "Let the alarm travel the other way",
        of_lab(check_travelled, "message_server", "solution_control_server", opened_by="message_server"),
    ),
    "mend-the-plan": Task(
        "03",
        "Mend the plan",
        of_lab(check_collision, "message_server", "solution_control_server", "log_server"),
    ),
    "one-number-two-servers": Task(
        "03",
        "One number, two servers, one host",
        of_lab(check_same_number, "web_services", "feature_server", 8090),
    ),
    "give-a-management-port": Task(
        "04",
        "A management port for Stat Server",
        of_lab(check_management_port, "stat_server", 5162),
    ),
    "report-a-crash": Task(
        "04",
        "A crash that is noticed",
        of_lab(check_trap, "gsServerDownTrap", about="stat_server", by="snmp_master_agent"),
    ),
    "correct-the-link": Task(
        "05",
        "The wrong port",
        of_lab(check_link, "t_server", "switch", port=7450),
    ),
    "restore-the-link": Task(
        "05",
        "Repair it",
        of_lab(check_link_restored, "t_server"),
    ),
    "five-calls-at-once": Task(
        "06",
        "Fill the trunk",
        of_lab(check_calls_at_once, 5),
    ),
    "a-new-station": Task(
        "06",
        "A telephone for a new colleague",
        of_lab(check_station, "2005", "03-05", called_by="2001"),
    ),
    "call-over-tcp": Task(
        "07",
        "The same call over TCP",
        of_lab(check_call, "phone_1001", "1002", transport="tcp"),
    ),
    "register-the-softphone": Task(
        "07",
        "A port beside SIP Server",
        of_lab(check_registered, "softphone", 5090),
    ),
    "mend-the-sheet": Task(
        "08",
        "Phones that speak TCP",
        lambda mended, better: check_plan(mended, ["GP201", "GP210", "GP211"], keeps=better),
        {"mended": PLAN_OR_EDITOR, "better": PLAN},
    ),
    "edit-the-plan": Task(
        "08",
        "No error, no unreadable cell",
        lambda editor: check_plan(editor),
        {"editor": PLAN_OR_EDITOR},
    ),
    "as-planned": Task(
        "09",
        "Bring the host back in line",
        lambda lab, plan: check_as_planned(lab, plan, "routing-host"),
        {"lab": LAB, "plan": PLAN},
    ),
    "who-holds-the-port": Task(
        "09",
        "Name the culprit",
        lambda found, culprit: check_holder(found, "t_server", culprit),
        {"found": COMPARISON, "culprit": NAME},
    ),
    **TASKS_OF_10,
}


#: Files of which a learner has been told that they cannot be written: once is enough.
_told: set[Path] = set()


def check_task(key: str, *things: Any) -> Check:
    """Look at what a task of the lessons has come to, and note it in the learner's own progress.

    `things` are what the task is about: the lab, or a plan. Raises `UnknownTaskError`, and `TaskThingsError` for
    other things than the task looks at.
    """
    if not isinstance(key, str) or key not in TASKS:
        raise UnknownTaskError(key, list(TASKS))
    result = TASKS[key].look(key, *things)
    file = progress_file()
    if file is None or note(AttemptKind.EXERCISE, key, result.passed, file) or file in _told:
        return result
    _told.add(file)
    return Check(result.steps, words.NOT_KEPT.format(file=file.name))
