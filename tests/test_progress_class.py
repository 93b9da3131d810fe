"""How a class stands: who is where, which exercise stops people, and the command that tells it."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.cli import main
from genesys_ports.exercises.attempts import AttemptKind
from genesys_ports.exercises.class_progress import class_progress
from genesys_ports.exercises.standing import items

NOW = 100_000.0
TASK, ASKED = "mend-the-plan", "which-port"


def line(key, passed=False, minutes_ago=0, kind=AttemptKind.EXERCISE):
    return json.dumps({"kind": kind, "key": key, "passed": passed, "when": NOW - 60 * minutes_ago}) + "\n"


@pytest.fixture
def class_of(tmp_path):
    def made(**lines):
        files = {}
        for name, text in lines.items():
            files[name] = tmp_path / name / "my-progress.jsonl"
            files[name].parent.mkdir()
            files[name].write_text(text, "utf-8")
        return files

    return made


@pytest.fixture
def three(class_of):
    return class_of(
        ana=line(ASKED, minutes_ago=30, kind=AttemptKind.SEEN)
        + line(ASKED, True, 20, AttemptKind.QUESTION)
        + line(TASK, False, 10)
        + line(TASK, True, 5),
        ben=line(TASK, False, 9) * 3,
        cleo=line(TASK, False, 8) * 3 + line("restore-the-link", False, 7) * 5 + line(TASK, True, 6),
    )


def test_who_is_where(three):
    told = class_progress({**three, "dan": Path("nowhere")}, NOW)
    assert told.table().caption == "4 learners"
    total = {kind: sum(one.kind is kind for one in items()) for kind in AttemptKind}
    none, one = (f"{count} of {total[AttemptKind.QUESTION]}" for count in (0, 1))
    undone, done = (f"{count} of {total[AttemptKind.EXERCISE]}" for count in (0, 1))
    assert told.table().rows == (
        ("ana", "03", TASK, "5", one, done, ""),
        ("ben", "03", TASK, "9", none, undone, TASK),
        ("cleo", "03", TASK, "6", none, done, "restore-the-link"),
        ("dan", "", "nothing yet", "", none, undone, ""),
    )


def test_which_exercise_stops_people(three):
    told = class_progress(three, NOW)
    assert {one.item.key: (one.tried, one.passed, one.tries, one.stuck) for one in told.items} == {
        ASKED: (1, 1, 1, ()),
        TASK: (3, 2, 3, ("ben",)),
        "restore-the-link": (1, 0, None, ("cleo",)),
    }
    assert [row[3:] for row in told.items_table().rows][1] == ("3", "2", "3", "1", "ben")


def test_what_stops_most_people_stands_first(class_of):
    stuck, more = line(TASK) * 3, line("restore-the-link") * 3
    told = class_progress(class_of(ana=stuck + more, ben=more), NOW)
    assert [one.item.key for one in told.stops] == ["restore-the-link", TASK]
    assert told.sentences()[0] == ("What stops people most is restore-the-link, lesson 05: of 2 who tried it, 2 stuck.")


@pytest.mark.parametrize(("failed", "stuck"), [(2, ()), (3, (TASK,))])
def test_stuck_after_three_attempts_in_vain(class_of, failed, stuck):
    (ana,) = class_progress(class_of(ana=line(TASK) * failed), NOW).learners
    assert tuple(item.key for item in ana.stuck) == stuck


def test_a_clock_that_is_ahead(class_of):
    (ana,) = class_progress(class_of(ana=line(TASK, minutes_ago=-100)), NOW).learners
    assert ana.minutes_ago == 0


def test_what_the_lessons_do_not_have_is_passed_over(class_of):
    (ana,) = class_progress(class_of(ana=line("=cmd|' /C calc'!A0", True) + line("<script>", True)), NOW).learners
    assert ana.last is None


def test_nobody_and_nothing():
    nobody = class_progress({})
    assert str(nobody).startswith("0 learners\n")
    assert len(nobody.tables()) == 1
    assert "Nobody is stuck." in str(nobody)
    assert class_progress({"ana": "nowhere"}).table().caption == "1 learner"


HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 300


def test_a_hostile_name_is_harmless(class_of):
    (file,) = class_of(ana=line(TASK) * 3).values()
    told = class_progress({HOSTILE: file, "=HYPERLINK(1)": file}, NOW)
    html = told._repr_html_()
    assert "<script" not in html
    assert "\u202e" not in html + str(told) + told.to_csv()
    assert "\n'=HYPERLINK(1)," in told.to_csv()
    json.dumps(told.as_json())


def test_as_csv(three):
    rows = list(csv.DictReader(io.StringIO(class_progress(three, NOW).to_csv())))
    assert len(rows) == 3 * len(items())
    (row,) = (one for one in rows if one["Learner"] == "ana" and one["Key"] == TASK)
    assert (row["Attempts"], row["Passed"], row["Passed at attempt"], row["Minutes"]) == ("2", "yes", "2", "5.0")


@given(st.dictionaries(st.text(), st.binary(max_size=300), max_size=3))
def test_any_names_and_files(tmp_path_factory, learners):
    files = {}
    for number, (name, data) in enumerate(learners.items()):
        files[name] = tmp_path_factory.getbasetemp() / f"{number}.jsonl"
        files[name].write_bytes(data)
    told = class_progress(files)
    assert len(told.learners) == len(learners)
    assert str(told)
    assert told._repr_html_()
    assert told.to_csv()


# --- the command


def test_a_folder_of_learners(three, tmp_path, capsys):
    assert main(["progress", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("3 learners\n")
    assert [one.split()[0] for one in told.splitlines()[3:6]] == ["ana", "ben", "cleo"]
    assert "What stops people most is mend-the-plan, lesson 03: of 3 who tried it, 1 stuck." in told


def test_a_learners_folder_and_a_file_of_another_name(three, tmp_path, capsys):
    (tmp_path / "zoe.jsonl").write_text(line(TASK, True), "utf-8")
    assert main(["progress", str(three["ana"].parent), str(tmp_path / "zoe.jsonl"), str(three["ben"]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["learners"]] == ["ana", "zoe", "ben"]
    assert told["learners"][1]["exercises_done"] == 1
    assert {one["key"] for one in told["items"]} == {ASKED, TASK}


def test_lessons_in_the_learners_homes_and_collected_files(tmp_path, capsys):
    for place in ("ana/lessons", "ben/lessons"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "my-progress.jsonl").write_text(line(TASK), "utf-8")
    (tmp_path / "cleo.jsonl").write_text(line(TASK), "utf-8")
    assert main(["progress", str(tmp_path), "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["learners"]] == ["ana", "ben", "cleo"]


def test_two_learners_of_one_name(tmp_path, capsys):
    for site in ("a", "b"):
        (tmp_path / site / "ana").mkdir(parents=True)
        (tmp_path / site / "ana" / "my-progress.jsonl").write_text(line(TASK), "utf-8")
    assert main(["progress", str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["learners"]
    assert (first["name"], second["name"].endswith("b/ana/my-progress.jsonl")) == ("ana", True)


def test_the_csv(three, tmp_path, capsys):
    out = str(tmp_path / "class.csv")
    assert main(["progress", str(tmp_path), "--csv", out]) == 0
    assert f"Written: {out}." in capsys.readouterr().out
    before = Path(out).read_bytes()
    assert len(before.decode().splitlines()) == 3 * len(items()) + 1
    assert main(["progress", str(tmp_path), "--csv", out]) == 2
    assert "exists already" in capsys.readouterr().err
    assert Path(out).read_bytes() == before


def test_a_csv_of_another_ending(three, tmp_path, capsys):
    assert main(["progress", str(tmp_path), "--csv", str(tmp_path / "class.xlsx")]) == 2
    assert ".csv" in capsys.readouterr().err


def test_nothing_is_found(tmp_path, capsys):
    assert main(["progress", str(tmp_path)]) == 1
    assert "No progress was found there." in capsys.readouterr().err
    assert main(["progress", str(tmp_path / "nobody")]) == 2
    assert "nobody: there is no such file or folder." in capsys.readouterr().err
    assert capsys.readouterr().out == ""
