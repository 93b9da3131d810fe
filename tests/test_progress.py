"""What a learner has done: the file of attempts, how each question and exercise stands, the table of the lessons."""

import csv
import io
import json
import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.errors import OutputExistsError, OutputFormatError, OutputWriteError
from genesys_ports.exercises import Progress, progress, question
from genesys_ports.exercises.attempts import MOST_BYTES, Attempt, AttemptKind, note, progress_file, read_attempts
from genesys_ports.exercises.lessons import LESSONS, lesson_name
from genesys_ports.exercises.questions import questions
from genesys_ports.exercises.standing import items, standings
from genesys_ports.exercises.tasks import TASKS
from tests.test_notebooks_structure import LESSONS as NOTEBOOKS
from tests.test_notebooks_structure import load

SEEN, QUESTION, EXERCISE = AttemptKind.SEEN, AttemptKind.QUESTION, AttemptKind.EXERCISE


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "my-progress.jsonl"
    monkeypatch.setenv("GENESYS_PORTS_PROGRESS", str(path))
    return path


def everything_done(file):
    for item in items():
        note(item.kind, item.key, True, file)


# --- the file


def test_where_the_file_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GENESYS_PORTS_PROGRESS")
    assert progress_file() == tmp_path / "my-progress.jsonl"
    for off in ("off", " OFF "):
        monkeypatch.setenv("GENESYS_PORTS_PROGRESS", off)
        assert progress_file() is None


def test_nothing_is_kept_where_nothing_shall_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert note(EXERCISE, "mend-the-plan", True)
    assert list(tmp_path.iterdir()) == []


def test_attempts_are_read_as_they_were_noted(file):
    note(SEEN, "which-port", False)
    note(QUESTION, "which-port", True)
    assert [(one.kind, one.key, one.passed) for one in read_attempts(file)] == [
        (SEEN, "which-port", False),
        (QUESTION, "which-port", True),
    ]


def test_a_line_is_only_ever_added(file):
    file.write_text("a line of the learner's own\n", "utf-8")
    note(QUESTION, "which-port", True)
    assert file.read_text("utf-8").startswith("a line of the learner's own\n{")
    assert len(read_attempts(file)) == 1


def test_lessons_that_are_open_at_the_same_time_lose_nothing(file):
    code = (
        "from genesys_ports.exercises.attempts import AttemptKind, note\n"
        "for _ in range(200): assert note(AttemptKind.QUESTION, 'which-port', False)"
    )
    every = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [one.wait() for one in every] == [0, 0, 0]
    assert len(read_attempts(file)) == 600


@pytest.mark.parametrize("name", ["missing/my-progress.jsonl", ".", "nul\0"])
def test_a_file_that_cannot_be_written_is_no_error(tmp_path, name):
    assert not note(QUESTION, "which-port", True, tmp_path / name)
    assert read_attempts(tmp_path / name) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert not note(QUESTION, "which-port", True, pipe)
    assert read_attempts(pipe) == ()


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system cannot refuse a link")
def test_a_link_is_not_followed(tmp_path):
    note(QUESTION, "which-port", True, tmp_path / "real.jsonl")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    assert read_attempts(tmp_path / "link.jsonl") == ()


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links need rights on this system")
def test_a_learners_own_link_is(tmp_path):
    note(QUESTION, "which-port", True, tmp_path / "real.jsonl")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    assert sum(one.passed for one in progress(tmp_path / "link.jsonl").standings) == 1


GOOD = {"kind": "question", "key": "which-port", "passed": True, "when": 1.5}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "answer"}, {"kind": 1}, {"kind": None}, {"key": ""}, {"key": "x" * 81}, {"key": 5}, {"passed": 1},
        {"passed": "yes"}, {"when": -1}, {"when": "later"}, {"when": float("nan")}, {"when": float("inf")},
        {"when": 10**400}, {"when": None}, {"when": []},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_says_nothing_is_passed_over(tmp_path, change):
    lines = [json.dumps(GOOD), json.dumps({**GOOD, **change}), json.dumps(GOOD)]
    (tmp_path / "p").write_text("\n".join(lines), "utf-8")
    assert read_attempts(tmp_path / "p") == (Attempt(QUESTION, "which-port", True, 1.5),) * 2


@pytest.mark.parametrize("line", ["", "[]", "5", '"text"', "[" * 100_000, '{"kind": "seen"}', "{", "9" * 5000])
def test_a_line_that_is_no_attempt(tmp_path, line):
    (tmp_path / "p").write_text(f"{line}\n{json.dumps(GOOD)}\n", "utf-8")
    assert len(read_attempts(tmp_path / "p")) == 1


def test_of_a_huge_file_the_newest_is_read(tmp_path):
    (tmp_path / "p").write_text("x" * (MOST_BYTES + 10) + "\n" + json.dumps(GOOD), "utf-8")
    assert len(read_attempts(tmp_path / "p")) == 1


attempts = st.builds(
    Attempt,
    st.sampled_from(AttemptKind),
    st.sampled_from([item.key for item in items()]) | st.text(min_size=1, max_size=80),
    st.booleans(),
    st.floats(0, 1e10),
)
lines = st.builds(
    lambda one: json.dumps({"kind": one.kind, "key": one.key, "passed": one.passed, "when": one.when}), attempts
)


@given(
    st.binary(max_size=2000)
    | st.lists(lines | st.text()).map(lambda every: "\n".join(every).encode("utf-8", "replace"))
)
def test_any_file_can_be_read_and_shown(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(data)
    shown = progress(path)
    assert all(one.when >= 0 and one.key for one in read_attempts(path))
    assert str(shown).startswith("Your progress: ")
    assert len(list(csv.reader(io.StringIO(shown.details().to_csv())))) == len(items()) + 1


@given(st.lists(attempts, max_size=30))
def test_what_is_counted_hangs_together(made):
    standing = standings(made)
    assert [one.item for one in standing] == list(items())
    for one in standing:
        ours = [each for each in made if each.key == one.item.key and each.kind is one.item.kind]
        assert one.passed is any(each.passed for each in ours)
        assert one.passed <= one.tries <= len(ours)
        assert one.failed == one.tries - one.passed
        assert (one.minutes is not None) is one.passed
        assert one.seen or not one.tries


# --- how an item stands


def test_questions_and_tasks_have_keys_of_their_own():
    assert not set(questions()) & set(TASKS)
    assert {one.lesson for one in questions().values()} | {one.lesson for one in TASKS.values()} <= set(LESSONS)


def test_every_lesson_has_questions_and_all_but_the_first_have_exercises():
    for lesson in LESSONS:
        kinds = [one.kind for one in items() if one.lesson == lesson]
        assert kinds.count(QUESTION) >= 2 or lesson == "10"
        assert kinds.count(EXERCISE) >= 2 or lesson == "00"


def test_the_lessons_are_called_as_their_notebooks_are():
    titles = {path.name[:2]: load(path).cells[0].source.splitlines()[0].removeprefix("# ") for path in NOTEBOOKS}
    assert titles == LESSONS
    assert lesson_name("03") == "03 Provoke a port collision and mend it"
    assert lesson_name("77") == "77"


def standing_of(key, *made):
    (found,) = (one for one in standings(made) if one.item.key == key)
    return found


def test_seen_is_no_attempt():
    one = standing_of("which-port", Attempt(SEEN, "which-port", False, 60))
    assert (one.seen, one.tries, one.passed, one.minutes) == (True, 0, False, None)


def test_attempts_until_it_was_right():
    made = [Attempt(SEEN, "which-port", False, 60.0)]
    made += [Attempt(QUESTION, "which-port", passed, when) for passed, when in ((False, 90), (True, 150), (False, 300))]
    one = standing_of("which-port", *made)
    assert (one.tries, one.failed, one.passed, one.minutes) == (2, 1, True, 1.5)


def test_a_clock_that_went_back_gives_no_minutes_below_zero():
    made = [Attempt(EXERCISE, "mend-the-plan", passed, when) for passed, when in ((False, 900), (True, 100))]
    assert standing_of("mend-the-plan", *made).minutes == 0


def test_an_attempt_of_another_kind_does_not_count():
    assert not standing_of("which-port", Attempt(EXERCISE, "which-port", True, 1)).passed


# --- questions


def test_a_question_notes_that_it_was_shown_and_answered(file):
    asked = question("which-port")
    _, *buttons, _ = asked.widget().children
    assert not file.exists()
    asked._repr_mimebundle_()
    for button in buttons[:2]:
        button.click()
    assert [(one.kind, one.key, one.passed) for one in read_attempts(file)] == [
        (SEEN, "which-port", False),
        (QUESTION, "which-port", asked.answers[0].right),
        (QUESTION, "which-port", asked.answers[1].right),
    ]


def test_a_question_works_where_nothing_can_be_written(file):
    file.mkdir()
    _, button, *_, feedback = question("which-port").widget().children
    button.click()
    assert feedback.value


# --- the table


def test_with_no_file_the_text_is_the_same_everywhere():
    assert progress().sentences() == (
        f"Next: lesson {lesson_name('00')}. Questions still open there: 2.",
        "No progress is kept at the moment.",
    )
    assert {row[3] for row in progress().table().rows} == {"○ not begun"}


def test_lesson_by_lesson(file):
    note(SEEN, "which-port", False)
    for key in ("first-look", "first-alarm"):
        note(QUESTION, key, True)
    rows = {row[0][:2]: row[1:] for row in progress().table().rows}
    assert rows["00"] == ("2 of 2", "none", "● done")
    assert rows["02"] == ("0 of 4", "0 of 2", "◐ begun")
    assert rows["03"] == ("0 of 3", "0 of 2", "○ not begun")
    assert progress().sentences() == (
        f"Next: lesson {lesson_name('01')}. Still open there: questions 3, exercises 2.",
        "Your progress is kept in my-progress.jsonl, a file of your own.",
    )


def test_what_is_left_of_a_lesson(file):
    everything_done(file)
    assert progress().sentences()[0] == "Everything is done: every question answered right, every exercise passed."
    file.write_text("".join(line for line in file.read_text("utf-8").splitlines(True) if "mend-the-plan" not in line))
    assert progress().sentences()[0].endswith("mend it. Exercises still open there: 1.")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def test_as_html(file):
    note(QUESTION, "<script>alert(1)</script>", True)
    html = progress()._repr_html_()
    told = Tags()
    told.feed(html)
    assert {"table", "caption", "th"} <= set(told.seen)
    assert "script" not in told.seen
    assert str(file.parent) not in html + str(progress())


# --- save and reset


def test_save(file, tmp_path):
    for passed in (False, True):
        note(EXERCISE, "mend-the-plan", passed)
    told = progress().save(tmp_path / "mine.csv")
    assert str(told) == "Saved: mine.csv, a row for each question and exercise."
    rows = list(csv.DictReader(io.StringIO((tmp_path / "mine.csv").read_text("utf-8"))))
    assert len(rows) == len(items())
    (row,) = (one for one in rows if one["Key"] == "mend-the-plan")
    assert row == {
        "Lesson": "03", "Kind": "exercise", "Key": "mend-the-plan", "Title": "Mend the plan", "Seen": "yes",
        "Attempts": "2", "Passed": "yes", "Passed at attempt": "2", "Minutes": "0.0",
    }  # fmt: skip
    with pytest.raises(OutputExistsError):
        progress().save(tmp_path / "mine.csv")
    with pytest.raises(OutputFormatError):
        progress().save(tmp_path / "mine.xlsx")


def test_reset_loses_nothing(file):
    kept = file.with_name("my-progress-1.jsonl")
    kept.write_text("somebody's", "utf-8")
    everything_done(file)
    before = file.read_bytes()
    shown = progress()
    assert str(shown.reset()) == (
        "Your progress so far is kept aside, as my-progress-2.jsonl. A new one begins with your next answer."
    )
    assert kept.read_text("utf-8") == "somebody's"
    assert file.with_name("my-progress-2.jsonl").read_bytes() == before
    assert not file.exists()
    assert not any(one.seen for one in (*shown.standings, *progress().standings))
    note(QUESTION, "which-port", True)
    assert str(progress().reset()).startswith("Your progress so far is kept aside, as my-progress-3.jsonl.")


def test_reset_with_nothing_to_reset(file):
    for nothing in (progress(), Progress(None)):
        assert str(nothing.reset()) == "There is no progress yet, so nothing has been put aside."


def test_reset_where_the_system_refuses(file, monkeypatch):
    note(QUESTION, "which-port", True)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OutputWriteError, match="your progress stays as it is"):
        progress().reset()
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert len(read_attempts(file)) == 1


def test_a_line_without_its_end_does_not_take_the_next_one_with_it(file):
    note(QUESTION, "which-port", True, file)
    file.write_bytes(file.read_bytes().rstrip())
    note(QUESTION, "move-it", True, file)
    assert [one.key for one in read_attempts(file)] == ["which-port", "move-it"]
    assert file.read_text().count("\n") == 2
