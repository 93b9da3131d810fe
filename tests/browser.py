"""JupyterLab in Chromium, and a lesson open in it, for the tests that look at what a learner sees."""

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

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat import v4
from playwright.sync_api import Error, expect, sync_playwright

from tests.helpers import HURRY, ONE_ADDRESS, ROOT, own_address
from tests.test_notebooks_structure import load, tagged
from tools import build_notebooks

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


class Jupyter:
    """JupyterLab, started by our own command, with a copy of the lessons."""

    def __init__(self, folder, hurry=True):
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
        if hurry:
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


def chromium():
    """The browser, until it is no longer wanted."""
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


def running(folder, hurry=True):
    """JupyterLab, until it is no longer wanted. Without `hurry` its kernels wait as long as a learner's do."""
    ARTIFACTS.mkdir(exist_ok=True)
    started = Jupyter(folder, hurry)
    try:
        started.wait()
        yield started
    finally:
        started.end()


def opened(browser, jupyter):
    """A page; the next test gets the same one, where nothing was left open in it."""
    here = jupyter.page or browser.new_page()
    jupyter.page = None
    yield here
    if here.locator(".jp-NotebookPanel").count():
        # The test failed, and who knows what else is open there.
        here.close()
    else:
        jupyter.page = here


def written(jupyter, name, *cells):
    """A notebook of these code cells, beside the lessons, to open as a `Lesson`."""
    path = jupyter.folder / "lessons" / name
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path.write_text(nbformat.writes(notebook))
    return path


class Lesson:
    """A lesson, open in the browser."""

    def __init__(self, page, jupyter, path):
        self.page = page
        self.stored = load(path)
        if page.url == "about:blank":
            page.goto(jupyter.url(f"lab/tree/{path.name}?token={jupyter.token}&reset"))
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
