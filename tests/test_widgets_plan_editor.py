"""The plan editor without a browser: cells are written, buttons clicked, and what is shown is read."""

from dataclasses import replace
from html import unescape

import ipywidgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports import Deployment, load_plan, port_map
from genesys_ports.errors import InvalidValueError, OutputError, PlanFileError
from genesys_ports.plan.findings import Findings, Severity
from genesys_ports.plan.rows import Column
from genesys_ports.table import one_line
from genesys_ports.widgets import PlanEditor
from genesys_ports.widgets.plan_editor import AS_YOU_TYPE, FINDINGS, ROWS
from genesys_ports.widgets.plan_sheet import KEPT
from tests.conftest import ROOT
from tests.handmade import sheet, workbook
from tests.helpers import HEADER

COLLISIONS = ROOT / "notebooks" / "plans" / "collisions.csv"
TRAINING = ROOT / "notebooks" / "plans" / "training.csv"

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def editor():
    return PlanEditor(load_plan(COLLISIONS))


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes rows as a plan file in the folder of the test; gives its name."""
    monkeypatch.chdir(tmp_path)

    def written(*rows, name="plan.csv"):
        (tmp_path / name).write_text(HEADER + "".join(f"{row}\n" for row in rows))
        return name

    return written


def parts(box):
    """Every widget inside a box, the box first."""
    yield box
    for child in getattr(box, "children", ()):
        yield from parts(child)


def visible(box):
    """What a reader sees: the widgets that are not hidden, nor inside one that is."""
    if box.layout.display != "none":
        yield box
        for child in getattr(box, "children", ()):
            yield from visible(child)


def cell(editor, row, column):
    (found,) = [one for one in visible(editor.widget()) if getattr(one, "description", "") == f"{column} of row {row}"]
    return found


def click(editor, label):
    button = next(
        one for one in visible(editor.widget()) if isinstance(one, ipywidgets.Button) and one.description == label
    )
    assert not button.disabled
    button.click()


def buttons(editor):
    return [one.description for one in visible(editor.widget()) if isinstance(one, ipywidgets.Button)]


def shown(editor):
    """The text of every HTML part that is seen."""
    return "\n".join(unescape(one.value) for one in visible(editor.widget()) if isinstance(one, ipywidgets.HTML))


def codes(editor):
    return [finding.code for finding in editor.findings]


def clashes(editor):
    return [finding for finding in editor.findings if finding.code == "GP101"]


# --- by code


def test_a_plan_comes_back_as_it_was(editor):
    plan = load_plan(COLLISIONS)
    assert editor.plan == plan
    assert len(editor.rows) == len(list(plan.ports()))
    assert not editor.bad


def test_a_changed_cell_changes_plan_and_findings(editor):
    before = len(clashes(editor))
    told = editor.write(3, "Port", 5151)
    assert editor.plan.application("log_server").port().number == 5151
    assert len(clashes(editor)) == before - 1
    assert told.sentences[0] == "Row 3: Port is now 5151."
    assert editor.write(3, "Purpose", "").sentences[0] == "Row 3: Purpose is empty now."


def test_the_same_text_again_is_no_change(editor):
    rows = editor.rows
    editor.write(3, "Port", "5150")
    assert editor.rows is rows
    assert editor.undo().sentences[0] == "There is nothing to take back."


@pytest.mark.parametrize("column", ["Port", "port", " PORT "])
def test_a_column_by_any_case(editor, column):
    editor.write(1, column, "5170")
    assert editor.plan.application("message_server").port().number == 5170


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (0, "Port", "'0' is not a row of this plan. Write one of: 1 to 9."),
        (10, "Port", "'10' is not a row of this plan."),
        (1, "Colour", "'Colour' is not a column. Write one of: Host, Application,"),
    ],
)
def test_no_such_cell(editor, row, column, text):
    with pytest.raises(InvalidValueError) as caught:
        editor.write(row, column, "1")
    assert str(caught.value).startswith(text)


def test_an_unreadable_cell_is_kept_and_explained(editor):
    editor.write(3, "Port", "fifty-one")
    assert editor.rows[2]["Port"] == "fifty-one"
    assert editor.plan.application("log_server").ports == ()
    assert "fifty-one" in str(editor)
    (told,) = [note for note in editor.notes()[3] if note.startswith("✗ Port: ")]
    assert "whole number from 1 to 65535" in told
    assert "1 cell cannot be read" in str(editor)
    editor.write(2, "Transport", "pigeon")
    assert "2 cells cannot be read" in str(editor)


def test_accepting_moves_the_port(editor):
    finding = clashes(editor)[0]
    editor.accept(finding)
    change = finding.change
    assert editor.plan.application(change.application).port(change.port_id).number == change.to
    assert finding not in editor.findings


def test_accepting_all_leaves_no_clash(editor):
    while found := clashes(editor):
        editor.accept(found[0])
    assert {finding.severity for finding in editor.findings} <= {Severity.WARNING, Severity.INFO}


def test_accepting_changes_one_cell(editor):
    editor.write(9, "Port", "8O90")
    rows = editor.rows
    (finding,) = clashes(editor)
    editor.accept(finding)
    assert [number for number, pair in enumerate(zip(rows, editor.rows, strict=True), 1) if pair[0] != pair[1]] == [3]
    assert editor.rows[8]["Port"] == "8O90"
    assert {**editor.rows[2], "Port": "5150"} == rows[2]


def test_a_finding_without_another_number(editor):
    told = editor.accept(replace(clashes(editor)[0], change=None))
    assert told.sentences[0].startswith("This finding proposes no other number")


def test_a_finding_of_yesterday(editor):
    finding = clashes(editor)[0]
    editor.write(3, "Port", "5171")
    rows = editor.rows
    assert editor.accept(finding).sentences[0].startswith("This finding is of an earlier state")
    assert editor.rows is rows


def test_a_cell_with_several_ports_gets_rows_of_their_own(write):
    editor = PlanEditor(write("a,one,,,5150,tcp,,,", "a,two,,,5150 tcp/udp,,,,"))
    editor.accept(clashes(editor)[0])
    ports = sorted(str(port) for name, port in editor.plan.ports())
    assert len(ports) == 3
    assert len(set(ports)) == 3
    assert clashes(editor) == []
    assert not editor.bad


def test_undo_one_by_one(editor):
    before = [editor.rows]
    editor.write(3, "Port", "5151")
    before.append(editor.rows)
    editor.add_row()
    before.append(editor.rows)
    editor.remove_row(1)
    for rows in reversed(before):
        assert editor.undo().sentences[0] == "The last change is taken back."
        assert editor.rows == rows
    assert editor.undo().sentences[0] == "There is nothing to take back."
    assert editor.plan == load_plan(COLLISIONS)


def test_letters_typed_into_one_cell_are_one_change(editor):
    rows = editor.rows
    for text in ("5", "51", "515", "5151"):
        editor.write(3, "Port", text)
    editor.undo()
    assert editor.rows == rows


def test_the_way_back_is_bounded(editor):
    for number in range(KEPT + 5):
        editor.write(3, "Port", 6000 + number)
        editor.write(1, "Port", 7000 + number)
    assert len(editor._before) == KEPT


def test_rows_come_and_go(editor):
    editor.add_row()
    assert not editor.bad
    for column, value in (("Host", "third-host"), ("Application", "stat_server"), ("Port", "2060")):
        editor.write(10, column, value)
    assert editor.plan.application("stat_server").host == "third-host"
    editor.remove_row(10)
    assert not editor.plan.has_application("stat_server")


def test_a_file_with_mistakes_keeps_every_cell(write):
    editor = PlanEditor(write("a,one,,,5l50,tcp,,,", "a,two,,,5151,tcp,,,"))
    assert [row["Port"] for row in editor.rows] == ["5l50", "5151"]
    assert len(editor.bad) == 1
    editor.write(1, "Port", "5150")
    assert not editor.bad
    assert [one.name for one in editor.plan.applications] == ["one", "two"]


def test_a_sheet_that_cannot_be_read_is_not_lost_without_a_word(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook(sheet(["h", "a", "1"]), sheet(head=["Host", "Application", "Port", "Port"])))
    with pytest.raises(PlanFileError, match="Sheet2"):
        PlanEditor(path)


def test_no_such_file():
    with pytest.raises(PlanFileError):
        PlanEditor("notebooks/plans/trainning.csv")


def test_an_empty_plan():
    editor = PlanEditor(Deployment())
    editor.widget()
    assert "This plan has no rows yet." in shown(editor)
    click(editor, "Add a row")
    cell(editor, 1, "Host").value = "a"
    assert len(editor.bad) > 0


def test_a_number_that_moves_over_both_transports_is_told_once():
    editor = PlanEditor(ROOT / "notebooks" / "plans" / "capstone-draft.csv", ignore=["GP511"])
    both = editor.findings[0]
    assert [change.application for change in both.changes] == ["gateway", "gateway"]
    click(editor, "Accept: gateway to port 5062")
    assert both not in editor.findings
    assert len(editor.findings) == 2


def test_a_sheet_of_notes_is_left_out():
    editor = PlanEditor(ROOT / "notebooks" / "plans" / "worksheet-with-mistakes.xlsx")
    assert not any("Do not give out" in cell for row in editor.rows for cell in row.values())
    assert len(editor.rows) > 50
    assert "Rows 1 to 12 of" in shown(editor)


def test_a_finding_without_a_proposal(editor):
    editor.findings = Findings([replace(clashes(editor)[0], proposal="", change=None)])
    assert "Why it matters:" in shown(editor)
    assert "Proposal:" not in shown(editor)


def test_switched_off_codes_stay_away():
    assert "GP101" not in codes(PlanEditor(load_plan(COLLISIONS), ignore=["GP101"]))


# --- saved


def test_saved_and_loaded_again(editor, tmp_path):
    editor.write(3, "Port", "5151")
    path = tmp_path / "mine.csv"
    assert editor.save(path).sentences == ("Written: mine.csv.",)
    assert load_plan(path).applications == editor.plan.applications
    assert load_plan(path).connections == editor.plan.connections
    with pytest.raises(OutputError):
        editor.save(path)


def test_unreadable_cells_are_saved_as_they_are(editor, tmp_path):
    editor.write(3, "Port", "=cmd|' /C calc'!A0")
    path = tmp_path / "mine.csv"
    assert "cannot be read" in str(editor.save(path))
    assert ",'=cmd" in path.read_text()
    again = PlanEditor(path)
    assert again.bad[0].row == 3
    again.save(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


# --- by hand


def test_typing_into_the_grid(editor):
    before = len(clashes(editor))
    cell(editor, 3, "Port").value = "5151"
    assert editor.plan.application("log_server").port().number == 5151
    assert len(clashes(editor)) == before - 1
    assert "Row 3: Port is now 5151." in shown(editor)


def test_an_unreadable_cell_in_the_grid(editor):
    cell(editor, 3, "Port").value = "fifty-one"
    assert cell(editor, 3, "Port").value == "fifty-one"
    assert "✗ Port: " in shown(editor)
    cell(editor, 3, "Port").value = "5151"
    assert "✗ Port: " not in shown(editor)


def test_accepting_by_button(editor):
    change = clashes(editor)[0].change
    click(editor, f"Accept: {change.application} to port {change.to}")
    assert editor.plan.application(change.application).port(change.port_id).number == change.to
    assert f"Accepted: {change.application} listens on {change.to}/" in shown(editor)
    click(editor, "Undo")
    assert editor.plan == load_plan(COLLISIONS)


def test_code_and_grid_show_the_same(editor):
    editor.widget()
    editor.write(3, "Port", "5151")
    assert cell(editor, 3, "Port").value == "5151"
    editor.undo()
    assert cell(editor, 3, "Port").value == "5150"


def test_a_row_by_button(editor):
    editor.widget()
    click(editor, "Add a row")
    assert cell(editor, 10, "Host").value == ""
    click(editor, "✕")
    assert cell(editor, 1, "Application").value == "solution_control_server"
    assert len(editor.rows) == 9


def test_pages():
    editor = PlanEditor(load_plan(TRAINING))
    assert f"Rows 1 to {ROWS} of 22" in shown(editor)
    click(editor, "Rows after")
    assert "Rows 13 to 22 of 22" in shown(editor)
    cell(editor, 15, "Port").value = "8011"
    assert editor.plan.application("t_server").port().number == 8011
    click(editor, "Rows before")
    assert cell(editor, 1, "Application").value == "lca_framework"


def test_the_last_page_loses_its_last_row():
    editor = PlanEditor(load_plan(TRAINING))
    editor.widget()
    click(editor, "Rows after")
    for _ in range(10):
        editor.remove_row(len(editor.rows))
    assert cell(editor, 1, "Application").value == "lca_framework"
    assert f"Rows 1 to {ROWS}" not in shown(editor)


def test_saving_by_button(editor, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    editor.widget()
    click(editor, "Save as a new file")
    assert "Write a name for the new file first" in shown(editor)
    (name,) = [one for one in parts(editor.widget()) if getattr(one, "description", "") == "File name"]
    name.value = "mine.csv"
    click(editor, "Save as a new file")
    assert (tmp_path / "mine.csv").exists()
    click(editor, "Save as a new file")
    assert "mine.csv exists already" in shown(editor)


def test_columns_that_are_asked_for(editor):
    assert "Address" not in editor.shown_columns()
    assert "Address" in PlanEditor(editor.plan, columns=["address"]).shown_columns()
    wide = PlanEditor(editor.plan, columns=["Connects to"])
    cell(wide, 1, "Connects to").value = "log_server:default"
    assert [connection.server for connection in wide.plan.servers_of("message_server")] == ["log_server"]


def test_columns_that_hold_nothing_are_left_out(write):
    narrow = PlanEditor(write("a,one,,,5150,tcp,,,"))
    assert narrow.shown_columns() == ("Host", "Application", "Port", "Transport")
    narrow.write(1, "Purpose", "sip")
    assert narrow.shown_columns() == ("Host", "Application", "Port", "Transport")


def test_notes_beside_a_row():
    editor = PlanEditor(ROOT / "notebooks" / "plans" / "messy-sheet.xlsx")
    notes = editor.notes()
    assert notes[3] == notes[4] == ["✗ GP101"]
    assert notes[7] == ["▲ GP210"]
    (unread,) = notes[8]
    assert unread.startswith("✗ Port: This is a port of a switch")
    assert 1 not in notes


def test_a_column_with_an_unreadable_cell_appears(editor):
    editor.widget()
    editor.write(1, "Address", "10.0.0.300")
    assert cell(editor, 1, "Address").value == "10.0.0.300"
    cell(editor, 1, "Address").value = ""
    assert "Address" not in editor.shown_columns()


def test_many_findings_are_counted(write):
    editor = PlanEditor(write(*(f"a,one_{number},,,{5150 + number // 2},tcp,,," for number in range(2 * FINDINGS + 4))))
    more = len(editor.findings) - FINDINGS
    assert more > 0
    assert f"… and {more} more" in shown(editor)


def test_a_large_plan_is_checked_when_a_cell_is_left(write, editor):
    large = PlanEditor(write(*(f"h{n},a{n},,,5150,tcp,,," for n in range(AS_YOU_TYPE + 1))))
    assert not cell(large, 1, "Port").continuous_update
    assert cell(editor, 1, "Port").continuous_update


@pytest.mark.parametrize("column", ["Host", "Application", "Port ID", "Port", "Transport", "Purpose", "Address"])
def test_hostile_names_stay_text(editor, column):
    editor.widget()
    editor.write(1, column, EVIL)
    editor.write(2, column, EVIL)
    html = "".join(one.value for one in parts(editor.widget()) if isinstance(one, ipywidgets.HTML))
    assert "<script" not in html
    assert "<img" not in html
    assert EVIL in str(editor)


def test_control_characters_are_not_printed(editor):
    editor.write(1, "Application", "a\x1b[2Jb")
    assert "\x1b" not in str(editor)


def test_text_beside_the_widget(editor):
    bundle = editor._repr_mimebundle_()
    assert bundle["text/plain"] == str(editor)
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert editor.widget() is editor.widget()


def test_every_input_has_a_label(editor):
    fields = [one for one in visible(editor.widget()) if isinstance(one, ipywidgets.Text | ipywidgets.Textarea)]
    assert fields
    assert all(one.description for one in fields)


def test_a_port_map_of_the_editor(editor):
    assert str(port_map(editor)) == str(port_map(editor.plan))


def test_clean_is_said():
    clean = PlanEditor(ROOT / "notebooks" / "plans" / "two-servers.csv", ignore=["GP511"])
    assert str(clean).endswith("Nothing is wrong with this plan.")


@settings(max_examples=40, deadline=None)
@given(
    row=st.integers(1, 9),
    column=st.sampled_from(list(Column)),
    cell=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_any_text_in_any_cell_is_kept_and_taken_back(row, column, cell):
    editor = PlanEditor(load_plan(COLLISIONS))
    rows, plan = editor.rows, editor.plan
    editor.write(row, column, cell)
    assert editor.rows[row - 1].get(column, "") == cell
    assert one_line(cell) in str(editor)
    editor.undo()
    assert (editor.rows, editor.plan) == (rows, plan)
