"""README and the pages in docs/ say what is true: of plans, ports, the switch, lessons, commands and pictures."""

import json
import re

import pytest

import run
from genesys_ports import widgets
from genesys_ports.cli import main
from genesys_ports.csta import STRUCTURE, encode, make_call, pretty
from genesys_ports.csta.services import SERVICES
from genesys_ports.lab.console_port import ADMINISTRATORS
from genesys_ports.lab.snmp_messages import LARGEST
from genesys_ports.lab.snmp_users import COMMUNITY, USERS
from genesys_ports.lab.t_calls import TransferEvent
from genesys_ports.lab.t_requests import REQUESTS
from genesys_ports.plan import load_plan, load_switch
from genesys_ports.plan.columns import Column, columns_of
from genesys_ports.plan.files import MOST_BYTES
from genesys_ports.plan.load import READERS
from genesys_ports.plan.rows import MOST_COLUMNS, MOST_ROWS
from genesys_ports.plan.switch_sheet import ENDINGS, MOST_VOICE_PORTS
from genesys_ports.plan.zip_guard import MOST_UNPACKED
from genesys_ports.sip.tlib import EventName
from genesys_ports.snmp.answer import MOST_BINDINGS
from genesys_ports.snmp.names import MIB, OBJECTS, TABLES
from genesys_ports.switch.console import USERS as ADMINISTRATOR
from genesys_ports.switch.console_words import HELP
from tests.helpers import ROOT

PAGE = (ROOT / "docs" / "plan-files.md").read_text(encoding="utf-8")


def table(heading, page=PAGE):
    """The rows below a heading, as cells."""
    section = page.partition(f"# {heading}\n")[2].partition("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


NAMES = [(row[0].strip("*"), name) for row in table("The columns") for name in row[1].strip("| ").split(", ") if name]


def test_every_column_is_told():
    assert {row[0].strip("*") for row in table("The columns")} == set(Column)


@pytest.mark.parametrize(("column", "name"), NAMES)
def test_a_name_of_a_column(column, name):
    # A doubtful name is one beside clear ones only.
    needed = [] if column == Column.HOST else [Column.HOST]
    assert columns_of([*needed, name])[-1] == column


CELLS = [(cell, row[1]) for row in table("Several ports in one cell") for cell in re.findall("`([^`]+)`", row[0])]


@pytest.mark.parametrize(("cell", "told"), CELLS)
def test_a_cell_with_several_ports(cell, told, tmp_path):
    transport = cell if not re.search("[0-9]", cell) else ""
    path = tmp_path / "plan.csv"
    path.write_text(f'Host;Application;Port;Transport\nh;a;"{"5060" if transport else cell}";{transport}\n')
    numbers = {number for _, port in load_plan(path).ports() for number in (port.number, port.last) if number}
    assert numbers == {int(number) for number in re.findall("[0-9]+", told)}
    transports = {str(port.transport) for _, port in load_plan(path).ports()}
    assert transports == set(re.findall("/(tcp|udp)", told) or re.findall("/(udp)", cell) or ["tcp"])


def test_endings_and_limits():
    assert set(READERS) == set(re.findall(r"`(\.[a-z]+)`", "".join(row[0] for row in table("What can be read"))))
    for limit in (f"{MOST_BYTES // 1024**2} MB", f"{MOST_ROWS:,} rows", f"{MOST_COLUMNS} columns"):
        assert limit in PAGE
    assert f"{MOST_UNPACKED // 1024**2} MB" in PAGE


# --- management ports

MANAGEMENT = (ROOT / "docs" / "management-ports.md").read_text(encoding="utf-8")


def description(name):
    """What the MIB file says of an object."""
    said = re.search(rf'^{name} OBJECT-TYPE.*?DESCRIPTION\s+"([^"]*)"', MIB.read_text(), re.MULTILINE | re.DOTALL)
    return " ".join(said[1].split())


@pytest.mark.parametrize("kind", TABLES.values(), ids=list(TABLES))
def test_every_managed_object_is_told_as_in_the_mib(kind):
    columns = [one for one in kind.columns if not one.is_index]
    told = [[f"`{one.name}`", str(one.syntax), description(one.name)] for one in columns]
    assert table(f"`{kind.name}`", MANAGEMENT) == told


def test_every_trap_is_told():
    traps = set(re.findall(r"^(\w+) NOTIFICATION-TYPE", MIB.read_text(), re.MULTILINE))
    assert {row[0].strip("`") for row in table("Traps", MANAGEMENT)} == traps | {"coldStart"}


def test_whoever_may_ask_is_told():
    told = table("Who may ask", MANAGEMENT)
    assert f"community `{COMMUNITY}`" in told[0][0]
    assert [row[0].split("`")[1] for row in told[1:]] == [user.name for user in USERS]
    for user, row in zip(USERS, told[1:], strict=True):
        for word in (user.password, user.privacy_password):
            assert word in row[2]
    assert f"{LARGEST:,} bytes and name {MOST_BINDINGS} objects" in MANAGEMENT


def test_the_names_of_the_system_group_are_told():
    assert set(re.findall(r"`(sys\w+)`", MANAGEMENT)) == {name for name in OBJECTS if name.startswith("sys")}


# --- the switch and its CTI link

SWITCH = (ROOT / "docs" / "switch-and-cti.md").read_text(encoding="utf-8")


def test_the_sheet_of_a_switch(tmp_path):
    rows = table("The sheet of a switch", SWITCH)
    sheet = tmp_path / "switch.csv"
    sheet.write_text("\n".join(",".join(row[at].strip("`") for row in rows) for at in (0, 2)))
    (port,) = load_switch(sheet).voice_ports
    assert (port.device, port.label, port.kind, port.dn) == tuple(row[2] for row in rows)
    assert f"{MOST_VOICE_PORTS:,} ports" in SWITCH
    assert all(f"`{ending}`" in SWITCH for ending in ENDINGS)


def test_every_command_of_the_console_is_told():
    assert table("The console", SWITCH) == [[f"`{one.usage}`", one.text] for one in HELP.values()]
    assert f"for {ADMINISTRATORS} administrators" in SWITCH.replace("\n", " ")
    assert all(f"(name `{name}`, password `{password}`)" in SWITCH for name, password in ADMINISTRATOR.items())


def test_the_message_is_one_of_the_link():
    shown = pretty(encode(5, make_call("2001", "2002"))).splitlines()
    assert "\n".join(f"    {line}" for line in shown) in SWITCH


def test_every_request_and_event_of_t_server_is_told():
    section = SWITCH.partition("# T-Server, between")[2].partition("\n#")[0]
    first = dict(re.findall("^[|] `(\\w+)` [|] `(\\w+)`", section, re.MULTILINE))
    asked = {one: other for one, other in first.items() if one.startswith("Request")}
    assert (list(asked), list(asked.values())) == (list(REQUESTS), list(SERVICES))
    assert first.keys() - asked == {name for name in STRUCTURE if name.endswith("Event")}
    told = set(re.findall("`(Event[A-Z][A-Za-z]+)`", SWITCH)) - {"EventLinkConnected", "EventLinkDisconnected"}
    unseen = {EventName.REGISTERED, EventName.UNREGISTERED}
    assert told == {*EventName, *TransferEvent} - unseen


# --- README, and every page

README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "instructor-guide.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

#: What GitHub still shows at once, in bytes.
LARGEST_PICTURE = 1_500_000


def slug(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def targets(page):
    """What a page leads to, or shows, in this project."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    return [one for one in found if not one.startswith(("http:", "https:", "mailto:"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in targets(page):
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), target
        assert place.is_relative_to(ROOT), target
        if anchor:
            headings = re.findall("^#+ (.*)$", place.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target


def test_the_pictures():
    shown = {one for page in PAGES for one in targets(page) if one.endswith((".png", ".gif"))}
    kept = {f"docs/{one.name}" for one in (ROOT / "docs").iterdir() if one.suffix in (".png", ".gif")}
    assert shown == kept
    for name in kept:
        assert (ROOT / name).stat().st_size < LARGEST_PICTURE
    described = re.findall(r"!\[([^]]*)\]\(|<img [^>]*alt=\"([^\"]*)\"", README)
    assert len(described) == len(re.findall(r"!\[|<img ", README))
    assert all(len(one or other) > 40 for one, other in described)


def minutes():
    """The minutes of each lesson, as it tells them itself, by its number."""
    told = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
        told[path.stem] = re.search(r"\*\*(\d+) minutes\*\*", first)[1]
    return told


def test_the_minutes_of_lessons():
    assert {row[0].strip("`"): row[2] for row in table("The lessons", README)} == minutes()
    by_number = {name[:2]: told for name, told in minutes().items()}
    assert dict(re.findall(r"^\| \*\*(\d\d)\*\* (\d+) min \|", GUIDE, re.MULTILINE)) == by_number
    alone = re.findall(r"^\| (\d+) \| \*\*(\d\d)\*\* (?!.*(?:up to|brief))", GUIDE, re.MULTILINE)
    assert {number: told for told, number in alone}.items() <= by_number.items()


@pytest.mark.parametrize(("heading", "hours"), [("## Half a day", 3.5), ("## A day", 7)])
def test_a_schedule_adds_up(heading, hours):
    section = GUIDE.partition(f"#{heading}")[2].partition("\n#")[0]
    assert sum(int(told) for told in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)) == hours * 60


def test_what_a_lesson_comes_after():
    for row in table("The lessons", README):
        for path in (ROOT / "notebooks").glob(f"{row[0].strip('`')}.ipynb"):
            first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
            needs = re.findall(r"\((\d\d)-[\w-]+\.ipynb\)", first.partition("What you'll need")[2])
            assert set(re.findall(r"\d\d", row[3] if len(row) > 3 else "")) <= set(needs), row[0]


TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = sorted(set(re.findall(r"(?:`|\$ |^)genesys-ports ([a-z]+)", TEXT, re.MULTILINE)))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"genesys-ports {command}" in capsys.readouterr().out


def test_readme_tells_every_command(capsys):
    assert main(["--help"]) == 0
    commands = set(re.findall("^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))
    assert set(re.findall(r"^\| `genesys-ports ([a-z]+)", README, re.MULTILINE)) == commands


def test_every_word_of_run_py_exists():
    words = set(re.findall("^  ([a-z]+)  ", run.USAGE, re.MULTILINE))
    assert set(re.findall(r"python3 run\.py ([a-z]+)", TEXT)) <= words


TROUBLE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("told", "file"),
    [
        ("genesys_ports needs Python", "run.py"),
        ("lacks its module venv or ensurepip", "run.py"),
        ("a program outside this lab holds it", "genesys_ports/errors/lab.py"),
        ("one loopback address", "genesys_ports/lab/words.py"),
        ("exists already, and was left as it is", "genesys_ports/errors/output.py"),
    ],
)
def test_a_sentence_that_one_may_see(told, file):
    assert told in TROUBLE
    assert told in (ROOT / file).read_text(encoding="utf-8")


def test_every_handle_is_told():
    assert {row[0].strip("`").partition("(")[0] for row in table("Handles", README)} == set(widgets.__all__)
