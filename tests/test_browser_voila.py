"""The capstone's panels without a notebook around them: Voilà shows them, and their buttons work."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser import ARTIFACTS, LIMIT
from tests.helpers import HURRY, ONE_ADDRESS, ROOT, own_address
from tests.test_capstone import clean
from tools import build_notebooks

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def voila(tmp_path_factory):
    """The address of a page with the capstone, which Voilà runs for whoever opens it."""
    if importlib.util.find_spec("voila") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("voila is not installed: it is among the packages of the tests")
        pytest.skip("voila is not installed")
    folder = tmp_path_factory.mktemp("voila")
    lessons = folder / "lessons"
    lessons.mkdir()
    notebook = nbformat.read(ROOT / "notebooks/10-capstone.ipynb", as_version=4)
    # Voilà runs every cell; the last one would close the lab.
    assert "lab.close()" in notebook.cells.pop().source
    nbformat.write(notebook, lessons / "10-capstone.ipynb")
    # The panels of somebody who has planned his site, and has something to start.
    (lessons / "plans").mkdir()
    clean().save(lessons / "plans/capstone-sheet.csv")
    startup = folder / "ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "hurry.py").write_text(HURRY)
    places = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    address = "127.0.0.1" if ONE_ADDRESS else own_address("254.1")
    with socket.socket() as probe:
        probe.bind((address, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(lessons / "10-capstone.ipynb"), "--no-browser"]
    command += [f"--Voila.ip={address}", f"--port={port}", "--show_tracebacks=True"]
    url = f"http://{address}:{port}/"
    with (folder / "voila.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=build_notebooks.environment(str(folder / "ipython")) | places,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, address, port, folder / "voila.log")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process, address, port, log):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection((address, port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_the_panels_are_shown_and_work(browser, voila):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(voila)
    editor, board = page.locator(".genesys-ports-editor").first, page.locator(".genesys-ports-handle").first
    expect(editor.get_by_label("Port of row 1", exact=True)).to_have_value("2020")
    expect(board.get_by_role("button", name="Start all")).to_be_visible()
    expect(page.get_by_text("Exercise 9: Hand it over")).to_be_visible()
    # By mouse, and by keyboard.
    editor.get_by_role("button", name="Add a row").click()
    expect(editor.get_by_role("status")).to_contain_text("Row 19 is new and empty")
    editor.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(editor.get_by_role("status")).to_have_text("The last change is taken back.")
    board.get_by_role("button", name="Start all").click()
    expect(board.get_by_role("status")).to_contain_text("Running now: 12 of 12.")
    assert page.get_by_text("Traceback").count() == 0
    assert errors == []
    page.screenshot(path=ARTIFACTS / "10-voila.png", full_page=True)
    found = Axe().run(page, context={"include": [[".genesys-ports-editor"], [".genesys-ports-handle"]]})
    assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]] == []
    page.close()
