"""Questions and checks of the lessons: they look at the real state of a lab or its trace, and say what they saw.

question("which-port")                    a choice, with feedback on each answer
check_task("mend-the-plan", lab)          a task of a lesson; what came of it is noted in the learner's progress
check_collision(lab, "message_server", "log_server")
progress()                                how far the learner has come
"""

from .checks import (
    Check,
    check_collision,
    check_connected,
    check_listening,
    check_same_number,
    check_travelled,
)
from .cti_checks import check_link, check_link_restored, check_switch_call
from .learner import Progress, progress
from .management_checks import check_management_port, check_polled, check_trap
from .plan_checks import check_as_planned, check_holder, check_plan
from .questions import Question, question
from .sip_checks import check_call, check_registered
from .switch_checks import check_calls_at_once, check_ports_free, check_station
from .tasks import check_task

__all__ = [
    "Check",
    "Progress",
    "Question",
    "check_as_planned",
    "check_call",
    "check_calls_at_once",
    "check_collision",
    "check_connected",
    "check_holder",
    "check_link",
    "check_link_restored",
    "check_listening",
    "check_management_port",
    "check_plan",
    "check_polled",
    "check_ports_free",
    "check_registered",
    "check_same_number",
    "check_station",
    "check_switch_call",
    "check_task",
    "check_trap",
    "check_travelled",
    "progress",
    "question",
]
