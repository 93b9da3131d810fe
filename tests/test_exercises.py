"""Questions and checks: a check fails on the untouched task and on wrong answers, and passes on every right one."""

from html import unescape
from pathlib import Path

import pytest

from genesys_ports import Lab, check_machine, load_plan
from genesys_ports.errors import PortInUseError, UnknownQuestionError
from genesys_ports.exercises import (
    Check,
    Question,
    check_collision,
    check_connected,
    check_listening,
    check_same_number,
    check_travelled,
    question,
)
from genesys_ports.exercises.checks import Step
from genesys_ports.exercises.questions import Answer, questions
from genesys_ports.table import Table

PLANS = "notebooks/plans"


@pytest.fixture(params=[False, True], ids=["own addresses", "one address"])
async def open_lab(request):
    labs = []

    async def opened(plan):
        labs.append(await Lab.open(load_plan(f"{PLANS}/{plan}.csv"), name=plan, one_address=request.param or None))
        return labs[-1]

    yield opened
    for lab in labs:
        await lab.close()


# --- checks


async def test_listening_untouched(open_lab):
    lab = await open_lab("first-ports")
    check = check_listening(lab, "solution_control_server", 3600)
    assert not check.passed
    assert str(check).startswith("Not yet.\n  ○ solution_control_server does not listen on port 3600/tcp")


async def test_listening_solved(open_lab):
    lab = await open_lab("first-ports")
    await lab.start("solution_control_server")
    check = check_listening(lab, "solution_control_server", 3600)
    assert str(check) == "Done.\n  ✓ solution_control_server listens on port 3600/tcp of framework-host."


async def test_listening_another_application_is_not_the_answer(open_lab):
    lab = await open_lab("first-ports")
    await lab.start("message_server")
    assert not check_listening(lab, "solution_control_server", 3600).passed


async def test_listening_names_the_nearest_port_it_saw(open_lab):
    lab = await open_lab("first-ports")
    await lab.start("sip_server")
    check = check_listening(lab, "sip_server", 5060, "tcp")
    assert check.steps[0].sentence == "sip_server listens on port 5060/udp of sip-host; port 5060/tcp was asked for."


async def test_listening_knows_a_plan_that_was_not_restarted(open_lab):
    lab = await open_lab("first-ports")
    await lab.start("sip_server")
    lab.update(lab.plan.add("sip_server", host="sip-host", port=5060, port_id="sip-tcp"))
    check = check_listening(lab, "sip_server", 5060, "tcp")
    assert not check.passed
    assert check.steps[0].sentence.endswith("restart it.")
    await lab.restart("sip_server")
    assert check_listening(lab, "sip_server", 5060, "tcp").passed


async def test_an_application_the_plan_does_not_have(open_lab):
    lab = await open_lab("first-ports")
    for check in (
        check_listening(lab, "archive_server", 7000),
        check_collision(lab, "archive_server", "message_server"),
        check_same_number(lab, "archive_server", "message_server", 7000),
    ):
        assert not check.passed
        assert "lab.update(plan)" in check.steps[0].sentence


async def provoked(open_lab):
    lab = await open_lab("collisions")
    await lab.start("message_server", "solution_control_server")
    with pytest.raises(PortInUseError):
        await lab.start("log_server")
    return lab


THREE = ("message_server", "solution_control_server", "log_server")


async def test_collision_untouched_names_the_holder(open_lab):
    check = check_collision(await provoked(open_lab), *THREE)
    assert [step.ok for step in check.steps] == [True, True, False, False]
    assert check.steps[2].sentence.endswith("framework-host: message_server holds it.")


async def test_collision_planned_but_not_started(open_lab):
    lab = await provoked(open_lab)
    lab.update(lab.plan.move("log_server", 5151))
    assert not check_collision(lab, *THREE).passed


@pytest.mark.parametrize("number", [5151, 5199, 7000])
async def test_collision_solved_with_any_free_number(open_lab, number):
    lab = await provoked(open_lab)
    lab.update(lab.plan.move("log_server", number))
    await lab.start("log_server")
    check = check_collision(lab, *THREE)
    assert check.passed
    assert check.steps[-1].sentence == "3 applications, 3 listening ports, no collision."


async def test_collision_solved_by_moving_the_other_one(open_lab):
    lab = await provoked(open_lab)
    lab.update(lab.plan.move("message_server", 5152))
    await lab.restart("message_server")
    await lab.start("log_server")
    assert check_collision(lab, *THREE).passed


async def test_collision_back_in_the_plan_is_no_solution(open_lab):
    lab = await provoked(open_lab)
    clashing = lab.plan
    lab.update(clashing.move("log_server", 5151))
    await lab.start("log_server")
    lab.update(clashing)
    check = check_collision(lab, *THREE)
    assert check.steps[-1].sentence.startswith(
        "In the lab's plan message_server and log_server still share port 5150/tcp"
    )


async def test_collision_stopping_the_rival_is_no_solution(open_lab):
    lab = await provoked(open_lab)
    await lab.stop("message_server")
    await lab.start("log_server")
    assert not check_collision(lab, *THREE).passed


async def test_a_stranger_on_the_port_is_told(open_lab):
    lab = await open_lab("collisions")
    await lab.run_outsider("second-host", 5150)
    with pytest.raises(PortInUseError):
        await lab.start("message_server_b")
    check = check_collision(lab, "message_server_b", "sip_server")
    assert check.steps[0].sentence.endswith("second-host: a program outside this lab holds it.")


TWINS = ("web_services", "feature_server")


async def test_same_number_untouched(open_lab):
    lab = await open_lab("collisions")
    await lab.start("web_services")
    assert not check_same_number(lab, *TWINS, 8090).passed


async def test_same_number_solved_by_address(open_lab):
    lab = await open_lab("collisions")
    lab.update(lab.plan.move("web_services", 8090, address="10.0.0.11"))
    await lab.start(*TWINS)
    check = check_same_number(lab, *TWINS, 8090)
    assert check.passed
    assert check.steps[-1].sentence.endswith("each has it on an address of its own.")


async def test_same_number_with_another_number_is_no_solution(open_lab):
    lab = await open_lab("collisions")
    lab.update(lab.plan.move("web_services", 8091))
    await lab.start(*TWINS)
    check = check_same_number(lab, *TWINS, 8090)
    assert not check.passed
    assert check.steps[-1].sentence == "web_services has the number 8091; the exercise asks for 8090 for both."


async def test_same_number_on_two_hosts(open_lab):
    lab = await open_lab("collisions")
    await lab.start("message_server", "message_server_b")
    check = check_same_number(lab, "message_server", "message_server_b", 5150)
    assert check.steps[-1].sentence.endswith("each has it on a host of its own.")


async def test_same_number_over_two_transports(open_lab):
    lab = await open_lab("first-ports")
    lab.update(lab.plan.add("softphone", host="sip-host", port=5060, transport="tcp"))
    await lab.start("sip_server", "softphone")
    check = check_same_number(lab, "sip_server", "softphone", 5060)
    assert check.steps[-1].sentence.endswith("one has it over TCP, the other over UDP.")


async def moved(open_lab):
    lab = await open_lab("two-servers")
    await lab.start("message_server", "solution_control_server")
    lab.update(lab.plan.move("message_server", 5160))
    await lab.restart("message_server")
    return lab


PAIR = ("solution_control_server", "message_server")


async def test_connected_untouched_says_which_number_is_called(open_lab):
    check = check_connected(await moved(open_lab), *PAIR, 5160)
    assert not check.passed
    assert check.steps[0].sentence.endswith(
        "is refused; it calls port 5150/tcp. The exercise asks for a connection to port 5160."
    )


async def test_connected_solved(open_lab):
    lab = await moved(open_lab)
    await lab.restart("solution_control_server")
    assert check_connected(lab, *PAIR, 5160).passed


async def test_connected_on_the_old_port_is_no_solution(open_lab):
    lab = await moved(open_lab)
    lab.update(lab.plan.move("message_server", 5150))
    await lab.restart("message_server")
    check = check_connected(lab, *PAIR, 5160)
    assert not check.passed
    assert "port 5160 was asked for" in check.steps[0].sentence


async def test_connected_without_a_planned_connection(open_lab):
    lab = await open_lab("first-ports")
    assert not check_connected(lab, *PAIR, 5150).passed


async def test_travelled(open_lab):
    lab = await open_lab("two-servers")
    alarm = ("message_server", "solution_control_server")
    assert not check_travelled(lab, *alarm, opened_by="message_server").passed
    one_way = lab.plan.disconnect(*alarm)
    both_ways = lab.plan
    lab.update(one_way)
    await lab.start_all()
    await lab.send(*alarm, "alarm")
    check = check_travelled(lab, *alarm, opened_by="message_server")
    assert not check.passed
    assert "a connection that solution_control_server opened, on port 5150/tcp" in check.steps[0].sentence
    lab.update(both_ways)
    await lab.restart(*alarm)
    await lab.send(*alarm, "alarm")
    assert check_travelled(lab, *alarm, opened_by="message_server").passed


async def test_connected_with_two_connections_looks_at_the_one_asked_for(open_lab):
    lab = await open_lab("two-servers")
    lab.update(
        lab.plan.add("message_server", host="framework-host", port=5160, port_id="second").connect(
            *PAIR, port_id="second"
        )
    )
    await lab.start_all()
    assert check_connected(lab, *PAIR, 5150).passed
    assert check_connected(lab, *PAIR, 5160).passed
    assert not check_connected(lab, *PAIR, 5170).passed


async def test_one_application_is_no_pair(open_lab):
    lab = await open_lab("two-servers")
    await lab.start_all()
    assert not check_same_number(lab, "message_server", "message_server", 5150).passed


def test_a_check_is_escaped():
    check = Check([Step(False, "<script>alert(1)</script>")])
    assert "<script>" not in check._repr_html_()
    assert str(check) == "Not yet.\n  ○ <script>alert(1)</script>"


# --- questions


@pytest.mark.parametrize("asked", questions().values(), ids=lambda one: one.key)
def test_a_question_has_one_right_answer_and_feedback_on_each(asked):
    assert [answer.right for answer in asked.answers].count(True) == 1
    assert len({answer.feedback for answer in asked.answers}) == len(asked.answers) >= 3


@pytest.mark.parametrize("asked", questions().values(), ids=lambda one: one.key)
def test_the_text_gives_no_answer_away(asked):
    assert all(answer.feedback not in str(asked) for answer in asked.answers)


def test_every_question_is_asked_in_a_lesson():
    lesson_sources = "".join(path.read_text("utf-8").replace('\\"', '"') for path in Path("notebooks").glob("*.ipynb"))
    asked = {key for key in questions() if f'question("{key}")' in lesson_sources}
    assert asked == set(questions())


def test_a_click_shows_the_feedback():
    asked = question("which-port")
    asked_text, *buttons, feedback = asked.widget().children
    assert asked.text in asked_text.value
    assert feedback.value == ""
    for number, (button, answer) in enumerate(zip(buttons, asked.answers, strict=True)):
        button.click()
        assert asked.feedback(number) in unescape(feedback.value)
        assert ("Right." in feedback.value) is answer.right
        assert ("Not quite." in feedback.value) is not answer.right
        marked = [one.description[:2] for one in buttons]
        assert marked[number] == ("✓ " if answer.right else "✗ ")
        assert not {"✓ ", "✗ "} & {*marked[:number], *marked[number + 1 :]}


def test_a_question_is_escaped():
    hostile = Question("key", "<b>bold</b>", (Answer("<i>", "<script>", right=True),), "00")
    asked, button, feedback = hostile.widget().children
    button.click()
    assert "<b>" not in asked.value
    assert "<script>" not in feedback.value


def test_a_question_is_a_widget_and_a_text():
    bundle = question("which-port")._repr_mimebundle_()
    assert bundle["text/plain"] == str(question("which-port"))
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_an_unknown_question():
    with pytest.raises(UnknownQuestionError, match="no question 'which-prot'"):
        question("which-prot")


# --- the machine


def test_the_machine_is_asked_in_words():
    table = check_machine()
    assert isinstance(table, Table)
    assert table.columns[0] == "Your machine"
    assert {row[1] for row in table.rows} <= {"yes", "no"}
