"""The ladder player as a learner has it: JupyterLab in Chromium, by mouse and by keyboard, in both themes."""

import pytest
from playwright.sync_api import expect

from tests.browser import Lesson, cut_off, violations_of, written

pytestmark = pytest.mark.timeout(200)

CALL = """\
import sys
sys.path.insert(0, {root!r})
from tests.a_call import a_call
from genesys_ports.widgets import LadderPlayer
trace = a_call()
player = LadderPlayer(trace, protocol="sip")
player"""

MANY = """\
from genesys_ports.trace import Kind, Participant, Trace
lab = Trace()
taken = "document.title = 'taken'"
evil = f"<script>{taken}</script>"
evil += f'<img src=x onerror="{taken}">'
names = ["solution_control_server", "message_server"]
names += ["sip_server", "stat_server", "t_server"]
names += [evil + "x" * 300, "\u202eabc"]
port = ("h", "5150/tcp", evil, evil.encode())
for name in names:
    lab.join(Participant(name, "framework-host"))
for one, other in zip(names, names[1:]):
    both = (one, other, one, other)
    lab.add(Kind.REQUEST, evil, *both, *port, call=evil)
lab.add(Kind.OPENED, "opens", one, one, port="7002/tcp")
many = LadderPlayer(lab)
many.last()
many"""


def test_ladder_player(page, jupyter, pytestconfig):
    path = written(jupyter, "ladder-player.ipynb", CALL.format(root=str(pytestconfig.rootpath)), MANY)
    lesson = Lesson(page, jupyter, path)
    lesson.run_all()
    player, many = (lesson.cell(cell) for cell in lesson.stored.code)
    where = player.locator("p[role=status]").first
    expect(where).to_contain_text("Step 1 of 16.")
    by_mouse(player, where)
    by_keyboard(page, player, where)
    problems = cut_off(lesson)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lesson.switch_to(theme)
        lesson.picture(f"ladder-player-{theme.split()[-1].lower()}")
        problems += violations_of(page, theme)
    assert not problems, "\n".join(problems)
    expect(many.locator("svg.gp-page")).to_be_visible()
    assert page.title() != "taken"
    assert (jupyter.folder / "lessons" / "by-keyboard.csv").read_text().startswith("No.,")
    lesson.switch_to("JupyterLab Light")
    lesson.leave()


def by_mouse(player, where):
    player.get_by_role("button", name="Forward", exact=True).click()
    expect(where).to_contain_text("Step 2 of 16.")
    expect(player.locator("svg.gp-page")).to_contain_text("2 100 Trying")
    expect(player.locator("svg.gp-page")).not_to_contain_text("4 INVITE")
    player.get_by_label("Protocol", exact=True).select_option("all protocols")
    expect(where).to_contain_text("Step 2 of 22.")
    player.get_by_label("Call", exact=True).select_option("1: 1001 → 1002, from step #1")
    expect(player).to_contain_text("Only the call 1: 1001 → 1002")
    player.get_by_label("Steps a second", exact=True).select_option("10")
    player.get_by_role("button", name="Play", exact=True).click()
    expect(where).to_contain_text("Step 22 of 22.")
    expect(player).to_contain_text("The last step is reached.")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    # The heads stay in view while the steps scroll.
    expect(player.locator("svg.gp-page rect.gp-head")).to_have_count(4)


def by_keyboard(page, player, where):
    press = page.keyboard.press
    player.get_by_role("button", name="First", exact=True).focus()
    press("Enter")
    expect(where).to_contain_text("Step 1 of 22.")
    for _ in range(3):
        press("Tab")
    expect(player.get_by_role("button", name="Forward", exact=True)).to_be_focused()
    for step in (2, 3, 4):
        press("Enter")
        expect(where).to_contain_text(f"Step {step} of 22.")
    expect(player.get_by_role("button", name="Forward", exact=True)).to_be_focused()
    press("Tab")
    press("Tab")
    expect(player.get_by_label("Step", exact=True)).to_be_focused()
    press("ArrowUp")
    expect(where).to_contain_text("Step 5 of 22.")
    press("ControlOrMeta+a")
    page.keyboard.type("13")
    press("Enter")
    expect(where).to_contain_text("Step 13 of 22.")
    find = player.get_by_label("Find", exact=True)
    find.focus()
    page.keyboard.type("bye")
    press("Tab")
    press("Enter")
    expect(where).to_contain_text("Step 18 of 22.")
    find.focus()
    press("ControlOrMeta+a")
    page.keyboard.type("#15")
    press("Enter")
    expect(where).to_contain_text("Step 15 of 22.")
    expect(find).to_be_focused()
    player.get_by_label("File name", exact=True).focus()
    page.keyboard.type("by-keyboard.csv")
    press("Tab")
    press("Enter")
    expect(player).to_contain_text("Written: by-keyboard.csv.")
    press("Enter")
    expect(player).to_contain_text("by-keyboard.csv exists already")
