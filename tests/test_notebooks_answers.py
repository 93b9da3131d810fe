"""The answer of each exercise, put in the starter's place, makes the check say Done; the starter alone does not."""

import copy

import pytest

from tests.test_notebooks_structure import LESSONS, details, load, tagged
from tools import build_notebooks


def exercises(lesson):
    """(starter, check, answer): two indexes of cells, and the code of the collapsed answer."""
    found = []
    starter = check = None
    for index, cell in enumerate(lesson.cells):
        if tagged(cell, "exercise"):
            starter, check = index, None
        elif tagged(cell, "check"):
            check = index
        for inside in details(cell, "Answer"):
            answer = inside.partition("```python\n")[2].partition("```")[0]
            assert starter is not None
            assert check is not None
            assert answer.strip()
            found.append((starter, check, answer))
            starter = check = None
    return found


def verdict(cell):
    (output,) = cell.outputs
    return output.data["text/plain"]


TASKS = [(path, number) for path in LESSONS for number in range(len(exercises(load(path))))]


def run_with(path, *numbers):
    """The lesson, run with the answers of these exercises."""
    lesson = load(path)
    notebook = copy.deepcopy(lesson.notebook)
    for number in numbers:
        starter, _, answer = exercises(lesson)[number]
        notebook.cells[starter].source = answer
    return build_notebooks.execute(notebook, path.parent, path.name)


def named(value):
    return value.stem[:2] if hasattr(value, "stem") else f"exercise{value + 1}"


def test_every_lesson_but_the_first_has_exercises():
    assert {path for path, _ in TASKS} == {path for path in LESSONS if not path.name.startswith("00")}


@pytest.mark.parametrize(("path", "number"), TASKS, ids=named)
def test_untouched_the_check_says_not_yet(path, number):
    lesson = load(path)
    _, check, _ = exercises(lesson)[number]
    assert verdict(lesson.cells[check]).startswith("Not yet")


@pytest.mark.parametrize(("path", "number"), TASKS, ids=named)
def test_answered_alone(path, number):
    ran = run_with(path, number)
    for each, (_, check, _) in enumerate(exercises(load(path))):
        said = verdict(ran.cells[check])
        assert said.startswith("Done" if each == number else "Not yet"), said


@pytest.mark.parametrize("path", sorted({path for path, _ in TASKS}), ids=named)
def test_all_answered(path):
    tasks = exercises(load(path))
    ran = run_with(path, *range(len(tasks)))
    assert [verdict(ran.cells[check]).partition("\n")[0] for _, check, _ in tasks] == ["Done."] * len(tasks)
