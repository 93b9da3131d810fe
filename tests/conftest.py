"""Fixtures that several test files share."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, settings
from nbformat import v4

from tests.helpers import PATIENCE
from tests.helpers import ROOT as ROOT

# Tests are no learner, and neither are the kernels they start.
os.environ["GENESYS_PORTS_PROGRESS"] = "off"

# A machine that is busy is no fault of the code. With CI=true hypothesis tries the same examples each time, so more of
# them would say little new.
settings.register_profile(
    "calm",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=40 if os.environ.get("CI") == "true" else 100,
)
settings.load_profile("calm")

#: What runs longest begins first, so that no process is left alone with it at the end.
FIRST = (
    "test_browser_lessons.py",
    "test_classroom.py",
    "test_kernel_lessons.py",
    "test_notebooks_answers.py",
    "test_lab_cancel.py",
)

Write = Callable[..., Path]


#: What shares something that takes long to make, and so stays in one process.
TOGETHER = "test_browser_"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand the tests out one by one, so that no process is left with a long file at the end."""
    if config.getoption("dist") != "load":
        return None
    base: Any = import_module("xdist.scheduler").LoadScopeScheduling

    class OneByOne(base):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition(TOGETHER)[1] or nodeid

        def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
            super().mark_test_complete(node, item_index, duration)
            # It would count all that a process has ever done, after every test.
            scope = self._split_scope(self.registered_collections[node][item_index])
            if all(self.assigned_work[node][scope].values()):
                del self.assigned_work[node][scope]

    return OneByOne(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(autouse=True)
def _patient_labs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an answer in a lab take its time; a test about silence sets a limit of its own."""
    if request.path.name.startswith("test_lab_"):
        for module in ("knock", "lab", "link"):
            monkeypatch.setattr(f"genesys_ports.lab.{module}.WAIT_LIMIT", PATIENCE)
        monkeypatch.setattr("genesys_ports.lab.caller.GREETING_LIMIT", PATIENCE)


# --- a browser, JupyterLab, and a page in it: made once for all tests that look through one


#: What is open for them: by name, and how it ends.
_open: dict[str, Any] = {}
_endings = ExitStack()


def _shared(name: str, make: Callable[[], Iterator[Any]]) -> Any:
    if name not in _open:
        _open[name] = _endings.enter_context(contextmanager(make)())
    return _open[name]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the browser with the last test that looks through it: no asyncio runs in a thread where it is open."""
    if _open and not (nextitem and nextitem.path.name.startswith(TOGETHER)):
        _open.clear()
        _endings.close()


#: A property of a test that whoever runs it wants to read.
TOLD = "told"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what tests have measured, in the order of its words."""
    reports = [one for group in terminalreporter.stats.values() for one in group]
    told = {value for one in reports for name, value in getattr(one, "user_properties", ()) if name == TOLD}
    if told:
        terminalreporter.section("measured")
        for sentence in sorted(told):
            terminalreporter.write_line(sentence)


@pytest.fixture
def browser() -> Any:
    from tests.browser import chromium

    return _shared("browser", chromium)


@pytest.fixture
def jupyter(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.browser import running

    return _shared("jupyter", lambda: running(tmp_path_factory.mktemp("jupyter")))


@pytest.fixture
def page(browser: Any, jupyter: Any) -> Iterator[Any]:
    from tests.browser import opened

    yield from opened(browser, jupyter)


def code(source: str, *tags: str) -> Any:
    """A code cell with these tags."""
    return v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str) -> Any:
    """A markdown cell."""
    return v4.new_markdown_cell(source)


@pytest.fixture
def write_notebook(tmp_path: Path) -> Write:
    """Writes cells (a plain string is a code cell) as a notebook of this name in tmp_path."""

    def write(*cells: Any, name: str = "90-sample.ipynb") -> Path:
        made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
        path = tmp_path / name
        nbformat.write(v4.new_notebook(cells=made), path)
        return path

    return write
