"""Every task of the lessons fails on its starter and on typical mistakes, and passes on more than one right answer."""

import pytest

from genesys_ports import Lab
from genesys_ports.errors import TaskThingsError, UnknownTaskError
from genesys_ports.exercises import check_task
from genesys_ports.exercises.attempts import AttemptKind, read_attempts
from genesys_ports.exercises.tasks import TASKS
from tests.exercise_cases_01_03 import CASES_01_03
from tests.exercise_cases_04_06 import CASES_04_06
from tests.exercise_cases_07_09 import CASES_07_09
from tests.test_notebooks_structure import LESSONS, load, tagged

CASES = {**CASES_01_03, **CASES_04_06, **CASES_07_09}

#: The capstone's stages build on one another; test_capstone*.py walks through them.
HERE = {key: task for key, task in TASKS.items() if task.lesson != "10"}


async def outcome(key, deed):
    """What the check of a task says when this is done in its scene."""
    case = CASES[key]
    if case.plan is None:
        return check_task(key, *await deed(None))
    async with await Lab.open(case.plan, name=key) as lab:
        await case.before(lab)
        return check_task(key, *(await deed(lab) or (lab,)))


def named(kind):
    return [
        pytest.param(key, deed, id=f"{key}-{number}-{deed.__name__}")
        for key, case in CASES.items()
        for number, deed in enumerate(getattr(case, kind))
    ]


def test_every_task_is_tried_here():
    assert set(CASES) == set(HERE)
    assert all(len(case.wrong) >= 3 and len(case.right) >= 2 for case in CASES.values())


@pytest.mark.parametrize("key", CASES)
async def test_untouched(key):
    check = await outcome(key, CASES[key].untouched)
    assert not check.passed, str(check)
    assert str(check).startswith("Not yet.\n")


@pytest.mark.parametrize(("key", "deed"), named("wrong"))
async def test_a_typical_mistake(key, deed):
    check = await outcome(key, deed)
    assert not check.passed, str(check)


@pytest.mark.parametrize(("key", "deed"), named("right"))
async def test_a_right_answer(key, deed):
    check = await outcome(key, deed)
    assert check.passed, str(check)


# --- the tasks in their lessons


def test_every_task_is_in_its_lesson():
    asked = {}
    for path in LESSONS:
        for cell in load(path).cells:
            for key in TASKS if tagged(cell, "check") else ():
                if cell.source.startswith(f'check_task("{key}", {", ".join(TASKS[key].things)})'):
                    asked[key] = path.name[:2]
    assert {key: asked.get(key) for key in HERE} == {key: task.lesson for key, task in HERE.items()}


@pytest.mark.parametrize("key", HERE)
def test_its_title_is_that_of_the_lesson(key):
    (path,) = (one for one in LESSONS if one.name.startswith(HERE[key].lesson))
    headings = [line for cell in load(path).cells for line in cell.source.splitlines() if line.startswith("## Exer")]
    assert [line.partition(": ")[2].casefold() for line in headings].count(HERE[key].title.casefold()) == 1


# --- what is handed over


def test_an_unknown_task():
    with pytest.raises(UnknownTaskError, match=r"no task 'mend-the-plam'\. Did you mean 'mend-the-plan'"):
        check_task("mend-the-plam", None)


async def test_the_key_is_forgotten():
    async with await Lab.open(CASES["mend-the-plan"].plan) as lab:
        with pytest.raises(UnknownTaskError, match=r"no task 'Lab'\. A name belongs here, in quotation marks"):
            check_task(lab)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", TASKS)
@pytest.mark.parametrize("things", [(), (None,), (None, None), (1, 2, 3)])
def test_other_things_than_the_task_looks_at(key, things):
    with pytest.raises(TaskThingsError, match=f"The check of '{key}' looks at ") as raised:
        check_task(key, *things)
    assert f'check_task("{key}", {", ".join(TASKS[key].things)})' in str(raised.value)


async def test_things_in_another_order():
    async with await Lab.open(CASES["as-planned"].plan) as lab:
        with pytest.raises(TaskThingsError) as raised:
            check_task("as-planned", lab.plan, lab)
    assert str(raised.value) == (
        "The check of 'as-planned' looks at a lab (lab), then a plan (plan). It was handed: Deployment, Lab. "
        'Write  check_task("as-planned", lab, plan)  with the names of your own cells.'
    )


# --- what is noted


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "my-progress.jsonl"
    monkeypatch.setenv("GENESYS_PORTS_PROGRESS", str(path))
    return path


async def test_what_came_of_it_is_noted(file):
    key = "who-holds-the-port"
    for deed in (CASES[key].untouched, CASES[key].right[0]):
        await outcome(key, deed)
    noted = read_attempts(file)
    assert [(one.kind, one.key, one.passed) for one in noted] == [
        (AttemptKind.EXERCISE, key, False),
        (AttemptKind.EXERCISE, key, True),
    ]


def test_a_mistake_in_the_call_is_no_attempt(file):
    with pytest.raises(TaskThingsError):
        check_task("mend-the-plan")
    assert not file.exists()


async def test_a_file_that_cannot_be_written_is_told_once(file):
    file.mkdir()
    key = "who-holds-the-port"
    first = await outcome(key, CASES[key].right[0])
    again = await outcome(key, CASES[key].right[0])
    remark = "Your progress is not kept: my-progress.jsonl cannot be written here. The exercises work all the same."
    assert first.passed
    assert str(first) == f"{again}\n{remark}"
    assert remark in first._repr_html_()
    assert remark not in again._repr_html_()
