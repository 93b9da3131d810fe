"""The port board in JupyterLab: by mouse and by keyboard, live, read by axe, in both themes."""

import re

import pytest
from playwright.sync_api import expect

from genesys_ports.widgets.handle_words import ENDED
from tests.browser import Lesson, cut_off, violations_of, written

pytestmark = pytest.mark.timeout(240)

CELLS = (
    'from genesys_ports import Lab, load_plan\nlab = await Lab.open(load_plan("plans/training.csv"))',
    "from genesys_ports.widgets import PortBoard\nPortBoard(lab)",
    'await lab.run_outsider("routing-host", 2060)',
    'await lab.stop("message_server")',
)

#: What stands before the widgets whose kernel has ended.
HINTS = """() => [...document.querySelectorAll('.jupyter-widgets-disconnected')]
    .map(one => getComputedStyle(one, '::before'))
    .filter(before => before.display !== 'none').map(before => before.content)"""


def run(lesson, cell):
    lesson.cell(cell).locator(".cm-content").click()
    lesson.page.keyboard.press("ControlOrMeta+Enter")


def test_the_board(page, jupyter):
    lesson = Lesson(page, jupyter, written(jupyter, "board.ipynb", *CELLS))
    _, shows, _, stops = lesson.stored.code
    lesson.run_all()
    board = lesson.cell(shows)

    def row(name):
        return board.locator(".gp-line", has=page.locator("b", has_text=re.compile(f"^{name}$")))

    def button(name):
        return board.get_by_role("button", name=name, exact=True)

    said = board.get_by_role("status").first
    # By mouse: what it needs first does not run yet.
    button("Start message_server").click()
    expect(row("message_server")).to_contain_text("and was refused")
    expect(said).to_contain_text("message_server called configuration_server on framework-host, port 2020/tcp")
    button("Start configuration_server").click()
    expect(row("configuration_server")).to_contain_text("■ 2020/tcp listening")
    # By keyboard: the button keeps the focus, and says what it does next.
    button("Start message_server").focus()
    page.keyboard.press("Enter")
    expect(row("message_server")).to_contain_text("■ 5150/tcp listening · no client")
    expect(row("message_server")).not_to_contain_text("was refused")
    expect(row("message_server")).to_contain_text("✕ refused: lca_framework 4999/tcp")
    expect(button("Stop message_server")).to_be_focused()
    page.keyboard.press("Tab")
    expect(button("Crash message_server")).to_be_focused()
    # An outsider is in the way.
    expect(board).to_contain_text("A program outside the lab listens here on port 2060/tcp.")
    button("Start all").click()
    clash = "☒ 2060/tcp taken by another program · next free: 2061"
    expect(row("stat_server")).to_contain_text(clash)
    expect(said).to_contain_text("port 2060/tcp on routing-host is already open: a program outside this lab holds it.")
    # Another cell stops an application, and the board follows by itself.
    expect(row("message_server")).to_contain_text("■ 5150/tcp listening")
    run(lesson, stops)
    expect(row("message_server")).to_contain_text("□ 5150/tcp closed")
    expect(row("solution_control_server")).to_contain_text("⊘ lost: message_server 5150/tcp")
    problems = cut_off(lesson)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lesson.switch_to(theme)
        lesson.picture(f"port-board-{theme.split()[-1].lower()}")
        problems += violations_of(page, theme)
    assert "\n".join(problems) == ""
    # One host, by keyboard: letters go into the field, and not to JupyterLab.
    page.get_by_label("Show host or application").focus()
    page.keyboard.type("switch-ho")
    expect(row("message_server")).to_have_count(0)
    expect(row("switch")).to_be_visible()
    page.keyboard.press("Tab")
    expect(button("Start these")).to_be_focused()
    # Its kernel ends: one sentence says so, once.
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    expect(board.locator(".genesys-ports-handle.jupyter-widgets-disconnected")).to_be_visible()
    assert page.evaluate(HINTS) == [f'"{ENDED}"']
    lesson.leave()
