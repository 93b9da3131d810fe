"""Questions and checks of the lessons: they look at the real state of a lab or its trace, and say what they saw.

question("which-port")                    a choice, with feedback on each answer
check_collision(lab, "message_server", "log_server")
"""

from .checks import (
    Check,
    check_collision,
    check_connected,
    check_listening,
    check_same_number,
    check_travelled,
)
from .plan_checks import check_as_planned, check_holder, check_plan
from .questions import Question, question
from .sip_checks import check_call, check_registered

__all__ = [
    "Check",
    "Question",
    "check_as_planned",
    "check_call",
    "check_collision",
    "check_connected",
    "check_holder",
    "check_listening",
    "check_plan",
    "check_registered",
    "check_same_number",
    "check_travelled",
    "question",
]
