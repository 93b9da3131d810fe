"""The answer of each exercise, put in the starter's place, makes the check say Done; the starter alone does not."""

import copy

import pytest
from nbformat import v4

from tests.helpers import HURRY
from tests.test_notebooks_structure import LESSONS, details, load, other_ways, python_of, tagged
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
            answer = python_of(inside)
            assert starter is not None
            assert check is not None
            assert answer.strip()
            found.append((starter, check, answer))
            starter = check = None
    return found


def others(lesson):
    """(exercise, code) of each other right way, which stands inside an answer."""
    found = []
    for cell in lesson.cells:
        number = sum(tagged(one, "exercise") for one in lesson.cells[: lesson.cells.index(cell)]) - 1
        found += [(number, python_of(way)) for way in other_ways(cell)]
    return found


def verdict(cell):
    (output,) = cell.outputs
    return output.data["text/plain"]


#: Lessons whose exercises stand each on those before it: to answer one is to answer the earlier ones, too.
BUILT_UP = ("10",)

TASKS = [(path, number) for path in LESSONS for number in range(len(exercises(load(path))))]


def verdicts(path, *attempts):
    """What each check says after each attempt ({exercise: what is written in it}); all in one kernel."""
    lesson = load(path)
    tasks = exercises(lesson)
    notebook = copy.deepcopy(lesson.notebook)
    notebook.cells = [v4.new_code_cell(HURRY)]
    for answered in attempts:
        cells = copy.deepcopy(lesson.cells)
        for number, answer in answered.items():
            cells[tasks[number][0]].source = answer
        notebook.cells += [*cells, v4.new_code_cell("%reset -f")]
    ran = build_notebooks.execute(notebook, path.parent, path.name).cells[1:]
    length = len(lesson.cells) + 1
    walks = [ran[begin : begin + length] for begin in range(0, len(ran), length)]
    return [[verdict(cells[check]) for _, check, _ in tasks] for cells in walks]


def named(value):
    return value.stem[:2] if hasattr(value, "stem") else f"exercise{value + 1}"


def test_every_lesson_but_the_first_has_exercises():
    assert {path for path, _ in TASKS} == {path for path in LESSONS if not path.name.startswith("00")}


@pytest.mark.parametrize(("path", "number"), TASKS, ids=named)
def test_untouched_the_check_says_not_yet(path, number):
    lesson = load(path)
    _, check, _ = exercises(lesson)[number]
    assert verdict(lesson.cells[check]).startswith("Not yet")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", sorted({path for path, _ in TASKS}), ids=named)
def test_each_answered_alone_and_all_together(path):
    lesson = load(path)
    answers = dict(enumerate(answer for _, _, answer in exercises(lesson)))
    alone = [*answers.items(), *others(lesson)]
    first = 0 if path.stem.startswith(BUILT_UP) else len(answers)
    before = {number: {each: answers[each] for each in range(first, number)} for number in answers}
    *singly, together = verdicts(path, *({**before[number], number: written} for number, written in alone), answers)
    for (number, _), said in zip(alone, singly, strict=True):
        done = [*before[number], number]
        assert [one.startswith("Done") for one in said] == [each in done for each in answers], said
        assert all(one.startswith(("Done", "Not yet")) for one in said), said
    assert [one.partition("\n")[0] for one in together] == ["Done."] * len(answers)
