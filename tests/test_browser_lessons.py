"""The lessons as a learner sees them: JupyterLab in Chromium, run, clicked, read by axe, in both themes."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect, sync_playwright

from genesys_ports.exercises import question
from tests.helpers import HURRY, ONE_ADDRESS, ROOT, own_address
from tests.test_notebooks_answers import exercises
from tests.test_notebooks_structure import LESSONS, load, tagged
from tools import build_notebooks

pytestmark = pytest.mark.timeout(400)

ARTIFACTS = ROOT / "artifacts"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

#: Seconds for JupyterLab to start, for a lesson to run to its end, and for what is awaited in the page.
LIMIT = 60

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell stays in the page, so that everything can be looked at.
    "notebook-extension/tracker": {"windowingMode": "none", "recordTiming": False},
}

#: The prompt of each code cell, and what it shows in red.
CELLS = """() => [...document.querySelectorAll('.jp-CodeCell')].map(cell => ({
    prompt: cell.querySelector('.jp-InputPrompt').textContent.trim(),
    error: [...cell.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"]')]
        .map(one => one.textContent).join(''),
}))"""


#: JupyterLab takes seconds of hard work to load; the next lesson is opened in the same page.
OPEN = "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }"

LEAVE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.save();
    await panel.context.sessionContext.shutdown();
    panel.close();
}"""

#: For each code cell: whether a part of it has to be scrolled sideways.
TOO_WIDE = """() => [...document.querySelectorAll('.jp-CodeCell')].map(cell =>
    [...cell.querySelectorAll('.cm-scroller, .jp-OutputArea-output, .jp-OutputArea-output *:not(.jp-sr-only)')]
        .some(one => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1))"""


class Lab:
    """JupyterLab, started by our own command, with a copy of the lessons."""

    def __init__(self, folder):
        self.folder = folder
        self.page = None
        self.token = secrets.token_hex(16)
        # At an address of our own nobody takes the port between the look and the start.
        self.address = "127.0.0.1" if ONE_ADDRESS else own_address("255.1")
        with socket.socket() as probe:
            probe.bind((self.address, 0))
            self.port = probe.getsockname()[1]
        self.settings = folder / "settings"
        for name, values in SETTINGS.items():
            self.set(name, values)
        places = {
            f"JUPYTER{name}": str(folder / name.lower().strip("_"))
            for name in ("_CONFIG_DIR", "_DATA_DIR", "_RUNTIME_DIR", "LAB_WORKSPACES_DIR")
        }
        environment = build_notebooks.environment(str(folder / "ipython")) | places
        startup = folder / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "hurry.py").write_text(HURRY)
        environment["JUPYTERLAB_SETTINGS_DIR"] = str(self.settings)
        command = [sys.executable, "-m", "genesys_ports", "lab", str(folder / "lessons"), "--no-browser"]
        command += [
            "--LabApp.expose_app_in_browser=True",
            f"--ServerApp.ip={self.address}",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
        ]
        self.log = (folder / "lab.log").open("w")
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=self.log, stderr=subprocess.STDOUT)

    def set(self, name, values):
        path = self.settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def ask(self, path, method="GET"):
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url(path), headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            return answer.read()

    def wait(self):
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError):
                return self.ask("api/status")
            time.sleep(0.1)
        raise AssertionError((self.folder / "lab.log").read_text())

    def end(self):
        with suppress(OSError):
            self.ask("api/shutdown", "POST")
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def url(self, path):
        return f"http://{self.address}:{self.port}/{path}"


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    # Where it is not on the search path, Chrome may be where its installer puts it.
    where: Any = {"executable_path": found} if found else {"channel": "chrome"}
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(args=list(FLAGS), **where)
        except Error as error:
            if found or os.environ.get("CI") == "true":
                pytest.fail(f"no browser started; wanted one of: {', '.join(BROWSERS)}\n{error}")
            pytest.skip("no Chromium on this machine")
        expect.set_options(timeout=LIMIT * 1000)
        context = started.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(LIMIT * 1000)
        yield context
        started.close()


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    ARTIFACTS.mkdir(exist_ok=True)
    started = Lab(tmp_path_factory.mktemp("jupyter"))
    try:
        started.wait()
        yield started
    finally:
        started.end()


@pytest.fixture
def page(browser, lab):
    opened = lab.page or browser.new_page()
    lab.page = None
    yield opened
    if opened.locator(".jp-NotebookPanel").count():
        # The test failed, and who knows what else is open there.
        opened.close()
    else:
        lab.page = opened


class Lesson:
    """A lesson, open in the browser."""

    def __init__(self, page, lab, path):
        self.page = page
        self.stored = load(path)
        if page.url == "about:blank":
            page.goto(lab.url(f"lab/tree/{path.name}?token={lab.token}&reset"))
        else:
            page.evaluate(OPEN, path.name)
        self.wait_until_idle()
        expect(page.locator(".jp-CodeCell")).to_have_count(len(self.stored.code))

    def leave(self):
        self.page.evaluate(LEAVE)
        expect(self.page.locator(".jp-NotebookPanel")).to_have_count(0)

    def wait_until_idle(self):
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle")

    def choose(self, menu, *entries):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        for entry in entries:
            # A menu inside a menu has no role.
            self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{re.escape(entry)}$")).click()

    def switch_to(self, theme):
        self.choose("Settings", "Theme", theme)
        expect(self.page.locator(f"body[data-jp-theme-name='{theme}']")).to_be_attached()

    def forget(self):
        # Stored numbers and outputs would pass for fresh ones.
        self.choose("Edit", "Clear Outputs of All Cells")
        expect(self.page.locator(".jp-OutputArea-output")).to_have_count(0)

    def run_all(self):
        """Seconds from the click to the end of the last cell."""
        self.forget()
        begin = time.monotonic()
        self.choose("Run", "Run All Cells")
        self.wait_until_finished()
        return time.monotonic() - begin

    def restart_and_run_all(self):
        self.forget()
        self.choose("Kernel", "Restart Kernel and Run All Cells…")
        self.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        self.wait_until_finished()
        self.wait_until_idle()

    def cell(self, stored):
        """The code cell of the page that shows this stored cell."""
        place = next(i for i, one in enumerate(self.stored.code) if one is stored)
        return self.page.locator(".jp-CodeCell").nth(place)

    def cells(self, pattern):
        return [cell for cell in self.stored.code if re.search(pattern, cell.source)]

    def wait_until_finished(self):
        """Until every cell has run; each shows an error if that is announced, and none else."""
        deadline = time.monotonic() + LIMIT
        while True:
            shown = self.page.evaluate(CELLS)
            for cell, seen in zip(self.stored.code, shown, strict=True):
                assert not seen["error"] or tagged(cell, "raises-exception"), (cell.source, seen["error"])
            if all(re.fullmatch(r"\[\d+\]:", seen["prompt"]) for seen in shown):
                break
            assert time.monotonic() < deadline, shown
            self.page.wait_for_timeout(150)
        silent = [
            cell.source
            for cell, seen in zip(self.stored.code, shown, strict=True)
            if tagged(cell, "raises-exception") and not seen["error"]
        ]
        assert silent == []

    def picture(self, name):
        """A screenshot of the whole lesson, however long."""
        cells = self.page.locator(".jp-Cell")
        first, last = cells.first.bounding_box(), cells.last.bounding_box()
        height = int(last["y"] + last["height"] - first["y"]) + 200
        # Chromium draws no picture higher than this.
        self.page.set_viewport_size({"width": 1280, "height": min(16_000, height)})
        cells.first.scroll_into_view_if_needed()
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")
        self.page.set_viewport_size({"width": 1280, "height": 900})


def violations_of(page, theme):
    """What axe finds wrong in the outputs, a line each. (JupyterLab's own interface is not ours.)"""
    found = Axe().run(page, context={"include": [[".jp-OutputArea-output"]]})
    return [
        f"{theme}: {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def cut_off(lesson):
    """Cells with code, a table or a picture beyond their edge, on a projector 1280 points wide."""
    wide = lesson.page.evaluate(TOO_WIDE)
    return [f"cut off: {cell.source}" for cell, one in zip(lesson.stored.code, wide, strict=True) if one]


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
def test_lesson(page, lab, path):
    lesson = Lesson(page, lab, path)
    tasks = exercises(lesson.stored)[:1]
    for starter, _check, answer in tasks:
        answer_by_hand(lesson, starter, answer)
    seconds = lesson.run_all()
    print(f"{path.stem}: {seconds:.1f} s from Run All to finished")
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


def test_the_editor_is_worked_by_keyboard_and_mouse(page, lab):
    lesson = Lesson(page, lab, next(path for path in LESSONS if path.stem.startswith("08")))
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
