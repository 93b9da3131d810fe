"""The lessons as a learner sees them: JupyterLab in Chromium, run, clicked, read by axe, in both themes."""

import os
import re

import pytest
from playwright.sync_api import expect

from genesys_ports.exercises import question
from tests.browser import Lesson, cut_off, violations_of
from tests.conftest import TOLD
from tests.test_notebooks_answers import exercises
from tests.test_notebooks_structure import LESSONS

pytestmark = pytest.mark.timeout(400)


def assert_questions_answer(lesson):
    for cell in lesson.cells(r"^question\("):
        asked = question(re.search(r'question\("([\w-]+)"\)', cell.source)[1])
        shown = lesson.cell(cell)
        buttons = shown.locator("button.genesys-ports-answer")
        expect(buttons).to_have_count(len(asked.answers))
        for number, answer in enumerate(asked.answers):
            button = buttons.nth(number)
            expect(button).to_have_text(answer.text)
            assert button.evaluate("it => it.scrollWidth <= it.clientWidth"), f"cut off: {answer.text}"
            button.click()
            expect(shown.locator("[role=status]")).to_contain_text(asked.feedback(number))


def assert_pictures_visible(lesson):
    for cell in lesson.cells(r"(?m)^ladder\("):
        drawn = lesson.cell(cell).locator("svg.gp-ladder")
        expect(drawn).to_be_visible()
        assert drawn.bounding_box()["height"] > 100
    for cell in lesson.cells(r"^(port_map|topology)\("):
        drawn = lesson.cell(cell).locator("img[alt]")
        expect(drawn).to_be_visible()
        assert drawn.evaluate("image => image.naturalWidth") > 100


def answer_by_hand(lesson, starter, answer):
    box = lesson.cell(lesson.stored.cells[starter])
    box.locator(".cm-content").click()
    lesson.page.keyboard.press("ControlOrMeta+a")
    lesson.page.keyboard.insert_text(answer)


def assert_done(lesson, tasks):
    for _starter, check, _answer in tasks:
        shown = lesson.cell(lesson.stored.cells[check])
        expect(shown.locator(".jp-OutputArea-output")).to_contain_text("Done.")


#: Lessons that are run again after a restart of their kernel: a short one, and the one with most ports.
RESTARTED = ("02", "07")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_lesson(page, jupyter, path, record_property):
    lesson = Lesson(page, jupyter, path)
    tasks = exercises(lesson.stored)[:1]
    for starter, _check, answer in tasks:
        answer_by_hand(lesson, starter, answer)
    seconds = lesson.run_all()
    record_property(TOLD, f"{path.stem}: {seconds:.1f} s from Run All to finished")
    assert_pictures_visible(lesson)
    assert_questions_answer(lesson)
    problems = cut_off(lesson)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lesson.switch_to(theme)
        # To look at; it takes long, and proves nothing.
        if theme.endswith("Light") or os.environ.get("CI") != "true":
            lesson.picture(f"{path.stem[:2]}-{theme.split()[-1].lower()}")
        problems += violations_of(page, theme)
    assert "\n".join(problems) == ""
    assert_done(lesson, tasks)
    if path.stem[:2] in RESTARTED:
        lesson.restart_and_run_all()
        assert_done(lesson, tasks)
    lesson.leave()


def test_the_editor_is_worked_by_keyboard_and_mouse(page, jupyter):
    lesson = Lesson(page, jupyter, next(path for path in LESSONS if path.stem.startswith("08")))
    imports, shows = lesson.cells(r"^from ")[0], lesson.cells(r"PlanEditor\(")[-1]
    for cell in (imports, shows):
        lesson.cell(cell).locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+Enter")
    editor = lesson.cell(shows)
    port, moved = (editor.get_by_label(f"Port of row {row}", exact=True) for row in (8, 4))
    expect(port).to_have_value("station 24")
    port.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("8010")
    expect(editor.get_by_role("status")).to_have_text("Row 8: Port is now 8010.")
    # Checked at every letter, and the keyboard has kept its place.
    expect(port).to_be_focused()
    expect(editor.get_by_text("station 24")).to_have_count(0)
    editor.get_by_role("button", name="Accept: log_server to port 5151").click()
    expect(moved).to_have_value("5151")
    editor.get_by_role("button", name="Undo").click()
    expect(moved).to_have_value("5150/tcp")
    expect(port).to_have_value("8010")
    lesson.leave()
