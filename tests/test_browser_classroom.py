"""The classroom in a browser: the door, the first lesson, and the instructor's page."""

import sys

import pytest
from playwright.sync_api import expect

if sys.platform == "win32":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)
pytest.importorskip("jupyterhub")

from axe_playwright_python.sync_playwright import Axe

from classroom.roll import INSTRUCTOR
from tests.browser import ARTIFACTS
from tests.classroom_client import Room, root

pytestmark = [
    pytest.mark.skipif(not root(), reason="only root can give each learner a user id of its own"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path, 1)
    yield made
    made.end()


@pytest.fixture
def visitor(browser):
    """A page with no cookies of anybody else's."""
    context = browser.browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(120_000)
    yield context
    context.close()


def log_in(page, name, password):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def test_from_the_door_to_the_first_lesson(room, visitor):
    ARTIFACTS.mkdir(exist_ok=True)
    room.wait()
    page = visitor.new_page()
    page.goto(room.url)
    log_in(page, "learner-01", "wrong")
    expect(page.get_by_text("Invalid username or password")).to_be_visible()
    log_in(page, "learner-01", room.passwords["learner-01"])
    # While the server starts, the hub's page tells how far it is, as it comes.
    expect(page.locator(".jp-NotebookPanel")).to_be_visible(timeout=120_000)
    assert page.url == f"{room.url}/user/learner-01/lab/tree/00-start-here.ipynb"
    expect(page.get_by_role("tab", name="00-start-here.ipynb")).to_be_visible()
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=120_000)
    page.screenshot(path=ARTIFACTS / "classroom-lab.png")

    # Its first cell runs, by way of the proxy's WebSocket.
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").first).to_have_text("[1]:")

    page.goto(f"{room.url}/services/progress/")
    expect(page.get_by_text("403")).to_be_visible()

    visitor.clear_cookies()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto(f"{room.url}/services/progress/?still=1")
        if theme == "light":
            log_in(page, INSTRUCTOR, room.passwords[INSTRUCTOR])
        expect(page.get_by_role("heading", name="Progress of the class")).to_be_visible()
        expect(page.get_by_role("cell", name="learner-01")).to_be_visible()
        page.screenshot(path=ARTIFACTS / f"classroom-progress-{theme}.png")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], node["html"][:160]) for one in found for node in one["nodes"]] == []
