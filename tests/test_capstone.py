"""The capstone's stages: two right ways through them, typical wrong ones, the score, the folder and the report."""

import os
import re
from datetime import date

import pytest

from genesys_ports import Lab, firewall_list, load_plan
from genesys_ports.errors import OutputExistsError, OutputFormatError, TaskThingsError
from genesys_ports.exercises import check_task
from genesys_ports.exercises.capstone import POINTS, TASKS_OF_10, CapstoneReport, Folder, report, score
from genesys_ports.exercises.capstone_brief import check_asked
from genesys_ports.exercises.capstone_folder import MOST_FILES
from genesys_ports.plan import save_plan
from genesys_ports.widgets import PlanEditor
from tests.helpers import ROOT

DRAFT = ROOT / "notebooks/plans/capstone-draft.csv"

#: Right as well, and different in every name and number that is free: a server more, types by their names, TLS beside.
OTHER = """\
Host,Application,Type,DN,Port ID,Port,Transport,Purpose,Connects to
srv-a,confserv,Configuration Server,,default,2020,tcp,communication,
srv-a,log1,Message Server,,main,6100,tcp,communication,confserv; monitor:in
srv-a,log1,Message Server,,mib,6161,udp,management,
srv-a,log1,Message Server,,,,,,
srv-a,scs,Solution Control Server,,default,6200,tcp,communication,confserv; log1:main
srv-a,log2,Message Server,,default,6300,tcp,communication,confserv
srv-b,SIP_P,SIP Server,,tlib,8055,tcp,communication,confserv; log1:main; monitor:in
srv-b,SIP_P,SIP Server,,voice,5060,both,sip,
srv-b,SIP_P,SIP Server,,mib,7161,udp,management,
srv-b,stats,Stat Server,,default,7060,tcp,communication,confserv; log1:main; SIP_P:tlib
srv-b,router,Universal Routing Server,,default,7070,tcp,communication,confserv; log1:main; SIP_P:tlib; stats
srv-c,sailing_times,Media Server,7000,s,5072,both,sip,
srv-c,sailing_times,Media Server,,rtp,20500-20539,udp,media,
srv-c,trunk,Media Gateway,0,s,5070,both,sip,SIP_P:voice-udp
srv-d,anna,SIP Phone,4711,s,5080,both,sip,SIP_P:voice-udp
srv-d,ben,SIP Phone,4712,s,5082,both,sip,SIP_P:voice
srv-d,screen,Agent Desktop,,,none,,,SIP_P:tlib
srv-d,monitor,Network Management System,,in,162,udp,management,log1:mib; SIP_P:mib
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GENESYS_PORTS_PROGRESS", str(tmp_path / "my-progress.jsonl"))
    return Folder("my-capstone")


def editor_of(source=DRAFT):
    return PlanEditor(source, ignore=["GP511"])


def clean():
    """The draft, with its two collisions mended."""
    editor = editor_of()
    editor.accept(editor.findings[0])
    editor.accept(editor.findings[0])
    return editor


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("".join(line for line in OTHER.splitlines(keepends=True) if ",,,,,," not in line))
    return editor_of(path)


def sentences(check, ok):
    return [step.sentence for step in check.steps if step.ok is ok]


# --- two right ways


async def walk(editor, folder, *, names, row, number, moved):
    """All nine stages, each Not yet right before and Done right after; the names are those of the plan."""

    def done(key, *things):
        check = check_task(key, *things)
        assert check.passed, str(check)

    def not_yet(key, *things):
        assert not check_task(key, *things).passed

    phone, colleague, dn, gateway, ivr, desktop, sip_server, clients = names
    done("capstone-plan", editor)
    done("capstone-findings", editor)
    async with await Lab.open(load_plan(ROOT / "notebooks/plans/capstone-sheet.csv")) as lab:
        not_yet("capstone-running", lab, editor)
        lab.update(editor.plan)
        await lab.start_all()
        done("capstone-running", lab, editor)
        not_yet("capstone-phones", lab)
        await lab.call(phone, colleague)
        await lab.hang_up(phone)
        done("capstone-phones", lab)
        not_yet("capstone-call", lab)
        await lab.call(gateway, ivr)
        await lab.listen(gateway)
        not_yet("capstone-call", lab)
        lab.phone(phone).answers_itself = False
        await lab.call(gateway, dn)
        not_yet("capstone-call", lab)
        await lab.send(desktop, sip_server, "RequestAnswerCall", ThisDN=dn)
        await lab.hang_up(gateway)
        done("capstone-call", lab)
        not_yet("capstone-watched", lab)
        await lab.snmpget(sip_server, "gpApplicationState")
        done("capstone-watched", lab)
        not_yet("capstone-failure", lab)
        await lab.crash(sip_server)
        not_yet("capstone-failure", lab)
        await lab.start(sip_server)
        done("capstone-failure", lab)
        not_yet("capstone-move", lab, editor)
        editor.write(row, "Port", number)
        lab.update(editor.plan)
        not_yet("capstone-move", lab, editor)
        await lab.restart(moved)
        not_yet("capstone-move", lab, editor)
        await lab.restart(*clients)
        done("capstone-move", lab, editor)
        not_yet("capstone-handover", folder, editor)
        firewall_list(editor.plan).write(folder.new("firewall.csv"))
        not_yet("capstone-handover", folder, editor)
        folder.keep(editor)
        done("capstone-handover", folder, editor)
        whole = score(lab, editor, folder)
        assert (whole.points, whole.most) == (100, 100), str(whole)
        return report(lab, editor, folder, "Ana <script>alert(1)</script>").to_html()


async def test_the_answers_way(folder):
    names = ("phone_1001", "1002", "1001", "gateway", "2000", "agent_desktop", "sip_server")
    clients = ("stat_server", "routing_server", "agent_desktop")
    page = await walk(clean(), folder, names=(*names, clients), row=5, number=8010, moved="sip_server")
    assert "20 planned ports" in page


async def test_another_way(other, folder):
    """Other names, numbers and port ids, and it is Message Server that moves."""
    names = ("anna", "4712", "4711", "trunk", "7000", "screen", "SIP_P")
    clients = ("scs", "SIP_P", "stats", "router", "screen")
    await walk(other, folder, names=(*names, clients), row=2, number=6101, moved="log1")


# --- what is planned


def test_an_empty_sheet():
    check = check_asked(editor_of(ROOT / "notebooks/plans/capstone-sheet.csv"))
    assert sentences(check, False) == ["The sheet is empty: no application is planned yet."]


def row_of(editor, *cells):
    return next(n for n, row in enumerate(editor.rows, start=1) if set(cells) <= set(row.values()))


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (("stat_server",), "Type", "URS", "The plan has no Stat Server."),
        (("phone_1002",), "Type", "Agent Desktop", "The plan has 1 applications of the type SIP Phone"),
        (("configuration_server", "2020"), "Port", "2021", "shall listen on its communication port 2020/tcp"),
        (("message_server", "5150"), "Port", "10150", "between 2000 and 9999. What is planned: 10150/tcp"),
        (("sip_server", "8000"), "Port", "7999", "between 8000 and 8099"),
        (("sip_server", "5060/udp; 5060/tcp"), "Port", "5060/udp", "5060/udp and 5060/tcp, both with the purpose sip"),
        (("sip_server", "8161"), "Transport", "tcp", "SIP Server (sip_server) shall listen on a management port"),
        (("gateway", "9"), "Port", "5060/udp; 5062/tcp", "has the same number over udp and over tcp"),
        (("ivr", "media"), "Port", "20000-20018", "a range of at least 20 numbers"),
        (("ivr", "media"), "Port", "20990-21020", "between 20000 and 20999"),
        (("nms", "162"), "Port", "1162", "shall listen on 162/udp, purpose management, for traps"),
        (("phone_1001", "1001"), "DN", "", "SIP Phone (phone_1001) shall have a number of four digits"),
        (("phone_1001", "1001"), "DN", "10010", "What is planned: 10010."),
        (("phone_1002", "1002"), "DN", "1001", "belongs to two applications: phone_1001 and phone_1002"),
        (("gateway", "9"), "DN", "2", "begins with 2, the prefix of gateway"),
        (("agent_desktop",), "Connects to", "", "Nothing is planned in Connects to."),
        (("stat_server",), "Connects to", "configuration_server; message_server; sip_server:sip",
         "Stat Server (stat_server) shall connect to the communication port of SIP Server (sip_server)"),
        (("phone_1001", "1001"), "Connects to", "sip_server", "shall connect to the SIP port of SIP Server"),
        (("nms", "162"), "Connects to", "sip_server:snmp", "shall connect to the management port of Message Server"),
        (("message_server", "5150"), "Connects to", "configuration_server", "shall connect to the trap port of"),
    ],
)  # fmt: skip
def test_a_plan_that_misses_something(row, column, value, words):
    editor = editor_of()
    editor.write(row_of(editor, *row), column, value)
    check = check_asked(editor)
    assert not check.passed
    assert words in "\n".join(sentences(check, False))


def test_a_group_on_two_hosts():
    editor = editor_of()
    editor.write(row_of(editor, "stat_server"), "Host", "control-host")
    words = "SIP Server, Stat Server and Universal Routing Server shall stand on one host; the plan has them on: "
    assert any(one.startswith(words) for one in sentences(check_asked(editor), False))


def test_two_groups_on_one_host():
    editor = editor_of()
    for number, row in enumerate(editor.rows, start=1):
        if "media-host" in row.values():
            editor.write(number, "Host", "office-host")
    assert any("four hosts, one for each" in one for one in sentences(check_asked(editor), False))


def test_more_than_the_brief_asks_for(other):
    assert check_asked(other).passed
    assert len(other.plan.applications) == 13


def test_findings_are_named_with_their_rows():
    check = check_task("capstone-findings", editor_of())
    assert len(check.steps) == 4
    assert check.steps[0].sentence.startswith("capstone-draft, rows 10 and 12: Port 5060/tcp on media-host is planned")


def test_an_error_cannot_be_switched_off():
    editor = editor_of()
    editor.add_row()
    editor.write(len(editor.rows), "Ignore", "GP101")
    assert editor.findings.errors == ()
    assert not check_task("capstone-findings", editor).passed


def test_a_cell_that_cannot_be_read():
    editor = clean()
    editor.add_row()
    for column, value in {"Host": "office-host", "Application": "x", "Port": "station 24"}.items():
        editor.write(len(editor.rows), column, value)
    assert "A cell cannot be read" in sentences(check_task("capstone-findings", editor), False)[0]


# --- what happens in the lab


@pytest.fixture
async def lab():
    async with await Lab.open(clean().plan) as opened:
        yield opened


async def test_nothing_runs(lab):
    editor = clean()
    assert sentences(check_task("capstone-running", lab, editor), False)[0].startswith("12 applications do not run: ")
    assert "phone_1001 is not registered." in str(check_task("capstone-phones", lab))
    assert "Call 2000." in str(check_task("capstone-call", lab))
    assert "nms has asked no server yet" in str(check_task("capstone-watched", lab))
    assert "No server has crashed yet" in str(check_task("capstone-failure", lab))
    assert "No server has moved" in str(check_task("capstone-move", lab, editor))


async def test_another_plan_than_the_sheet(lab):
    editor = clean()
    editor.write(5, "Port", 8010)
    for key in ("capstone-running", "capstone-move"):
        assert "another plan than your sheet" in str(check_task(key, lab, editor))


async def test_one_that_does_not_run_and_one_that_is_outdated(lab):
    editor = clean()
    await lab.start_all()
    await lab.stop("ivr")
    editor.write(4, "Port", 3601)
    lab.update(editor.plan)
    assert sentences(check_task("capstone-running", lab, editor), False) == [
        "ivr does not run. Start it.",
        "solution_control_server still runs with the plan it read at its start: restart it.",
    ]


async def test_a_stop_is_no_crash(lab):
    await lab.start_all()
    await lab.restart("sip_server")
    assert "sip_server was stopped in an orderly way" in str(check_task("capstone-failure", lab))
    await lab.close_port("message_server")
    await lab.open_port("message_server")
    assert "message_server" not in str(check_task("capstone-failure", lab))


async def test_a_crash_that_nobody_notices(lab):
    await lab.start_all()
    await lab.crash("solution_control_server")
    assert "nobody was connected to it" in str(check_task("capstone-failure", lab))


async def test_a_crash_and_clients_that_stay_away(lab):
    await lab.start_all()
    await lab.crash("sip_server")
    assert "sip_server is still down" in str(check_task("capstone-failure", lab))
    await lab.stop("stat_server")
    await lab.start("sip_server")
    check = check_task("capstone-failure", lab)
    assert sentences(check, False) == ["stat_server has not come back to sip_server: closed."]
    assert "Message Server raised the alarm: Connection Failure" in str(check)


async def test_clients_that_do_not_follow(lab):
    editor = clean()
    await lab.start_all()
    editor.write(5, "Port", 8010)
    lab.update(editor.plan)
    await lab.restart("sip_server", "stat_server")
    check = check_task("capstone-move", lab, editor)
    assert "sip_server has moved from port 8000/tcp to 8010/tcp" in str(check)
    assert sentences(check, False) == [
        "routing_server does not follow: its connection to sip_server is refused, on port 8000/tcp.",
        "agent_desktop does not follow: its connection to sip_server is refused, on port 8000/tcp.",
    ]


async def test_there_and_back_again_is_no_move(lab):
    editor = clean()
    await lab.start_all()
    for number in (8010, 8000):
        editor.write(5, "Port", number)
        lab.update(editor.plan)
        await lab.restart("sip_server")
    assert "No server has moved" in str(check_task("capstone-move", lab, editor))


async def test_a_call_that_nobody_answers(lab):
    await lab.start_all()
    await lab.call("gateway", "2000")
    await lab.call("gateway", "1001")
    await lab.hang_up("gateway")
    assert check_task("capstone-call", lab).passed
    lab.trace.clear()
    await lab.stop("agent_desktop")
    lab.phone("phone_1001").answers_itself = False
    await lab.call("gateway", "1001")
    assert "nobody has answered: status 0" in str(check_task("capstone-call", lab))
    await lab.answer("phone_1001")
    assert "No agent desktop was told of this call. Does agent_desktop run" in str(check_task("capstone-call", lab))


async def test_asked_by_hand_and_not_by_the_management_system(lab):
    await lab.start_all(["configuration_server", "message_server", "sip_server"])
    await lab.snmpget("sip_server", "gpApplicationState")
    check = check_task("capstone-watched", lab)
    assert "nms has asked no server yet" in str(check)
    assert "nms has heard no trap yet" in str(check)
    await lab.start("nms")
    await lab.snmpget("sip_server", "sysName")
    assert "no answer has said that it runs. The last one: sysName.0 = sip_server." in str(
        check_task("capstone-watched", lab)
    )


async def test_the_wrong_things_are_handed_in(lab):
    with pytest.raises(TaskThingsError):
        check_task("capstone-handover", lab, clean())


# --- the folder, and what is handed over


def test_a_folder_keeps_and_never_overwrites(folder):
    assert str(folder) == "my-capstone: nothing is kept here yet."
    assert folder.sheet == "plans/capstone-sheet.csv"
    editor = editor_of()
    assert str(folder.keep(editor)) == "Kept: sheet.csv in my-capstone."
    first = (folder.path / "sheet.csv").read_bytes()
    assert "has this plan already" in str(folder.keep(editor))
    editor.accept(editor.findings[0])
    assert str(folder.keep(editor)) == "Kept: sheet-2.csv in my-capstone."
    assert (folder.path / "sheet.csv").read_bytes() == first
    assert folder.sheet.endswith("sheet-2.csv")
    assert PlanEditor(folder.sheet).plan.applications == editor.plan.applications
    for number in range(3, 12):
        editor.write(5, "Port", 8000 + number)
        folder.keep(editor)
    assert folder.sheet.endswith("sheet-11.csv")
    assert str(folder).startswith("my-capstone: sheet.csv, sheet-2.csv, sheet-3.csv")


def test_an_empty_sheet_is_not_kept(folder):
    assert str(folder.keep(load_plan(ROOT / "notebooks/plans/capstone-sheet.csv"))).startswith("The sheet is empty")
    assert not folder.path.exists()


def test_without_progress_a_folder_goes_with_the_kernel(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENESYS_PORTS_PROGRESS", "off")
    folder = Folder("my-capstone")
    folder.keep(editor_of())
    assert str(folder) == "my-capstone: sheet.csv"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "folder"), [("../../etc", "etc"), ("..", "my-capstone"), ("", "my-capstone")])
def test_a_folder_lies_beside_the_progress(name, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("GENESYS_PORTS_PROGRESS", str(tmp_path / "my-progress.jsonl"))
    assert Folder(name).path == tmp_path / folder


@pytest.mark.parametrize("ending", [".csv", ".md"])
def test_a_list_of_an_earlier_plan(folder, ending):
    editor = clean()
    firewall_list(editor.plan).write(folder.new(f"rules{ending}"))
    folder.keep(editor)
    assert check_task("capstone-handover", folder, editor).passed
    editor.write(5, "Port", 8010)
    said = str(check_task("capstone-handover", folder, editor))
    assert (
        f"rules{ending} lacks 1 of 33 rules of the plan as it is now. The first: agent_desktop to sip_server, TCP 8010."
        in said
    )
    assert "sheet.csv is a plan, and not that of your sheet as it is now." in said
    firewall_list(editor.plan).write(folder.new(f"rules{ending}"))
    save_plan(editor.plan, folder.new("ports.csv"))
    assert check_task("capstone-handover", folder, editor).passed


def test_files_that_are_neither(folder):
    for name in ("a.csv", "b.md", "c.xlsx", "d.json", "e"):
        (path := folder.path / name).parent.mkdir(exist_ok=True)
        path.write_bytes(b"\xff\x00|,\n" * 30)
    said = str(check_task("capstone-handover", folder, clean()))
    assert "There is no firewall list in my-capstone" in said
    assert "There is no port document in my-capstone" in said


# --- score and report


def test_a_hundred_points_in_nine_stages():
    assert list(POINTS) == list(TASKS_OF_10)
    assert (len(POINTS), sum(POINTS.values())) == (9, 100)
    assert {task.lesson for task in TASKS_OF_10.values()} == {"10"}


async def test_the_score_of_an_empty_sheet(folder):
    empty = editor_of(ROOT / "notebooks/plans/capstone-sheet.csv")
    async with await Lab.open(empty.plan) as lab:
        nothing = score(lab, empty, folder)
        assert nothing.points == 0
        assert "Capstone: 0 of 100 points" in nothing._repr_html_()
        page = report(lab, empty, folder).to_html()
    assert page.count("The sheet is empty.") >= 3
    assert page.count("This call has not been made.") == 2


async def test_the_report(folder, lab, tmp_path):
    await lab.start_all()
    await lab.call("gateway", "2000")
    hostile = "<script>alert(1)</script>\u202e" + "A" * 300
    paper = CapstoneReport(lab, clean(), folder, hostile, date(2026, 1, 31))
    path = tmp_path / "report.html"
    assert str(paper.save(path)) == "Written: report.html. Open it in a browser; print it from there."
    page = path.read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "Made on 2026-01-31" in page
    for title in (
        "The stages",
        "The port document",
        "The ports of each host",
        "Who connects to whom",
        "The firewall list",
    ):
        assert f"<h2>{title}</h2>" in page
    assert "@media print" in page
    assert page.count("data:image/png;base64,") == 2
    # It stands alone.
    assert not re.search(r"<script|<link|<iframe|@import|url\(|\bon\w+=", page)
    assert set(re.findall(r'(?:src|href)="(\w+:)', page)) == {"data:"}
    with pytest.raises(OutputExistsError):
        paper.save(path)
    with pytest.raises(OutputFormatError):
        paper.save(tmp_path / "report.pdf")


async def test_a_hostile_plan_is_harmless(folder, tmp_path):
    sheet = DRAFT.read_text().replace("gateway", "<img src=x onerror=alert(1)>").replace("ivr", "i" * 300)
    path = tmp_path / "hostile.csv"
    path.write_text(sheet)
    editor = editor_of(path)
    async with await Lab.open(editor.plan) as lab:
        page = report(lab, editor, folder).to_html()
        shown = score(lab, editor, folder)._repr_html_()
    assert "<img src=x" not in page
    assert "<img src=x" not in shown


def test_the_newest_sheet_is_found_among_many_files(folder):
    folder.path.mkdir()
    for number in range(MOST_FILES + 20):
        (path := folder.path / f"a-{number}.txt").touch()
        os.utime(path, (1_000_000_000, 1_000_000_000))
    folder.keep(editor_of())
    assert folder.sheet.endswith("sheet.csv")
    assert len(folder.files()) == MOST_FILES


def test_a_plan_where_every_host_has_everything(tmp_path):
    """Hosts for the four groups are found at once, however many hosts would do."""
    components = (
        "Configuration Server", "Message Server", "Solution Control Server", "SIP Server", "Stat Server",
        "Universal Routing Server", "Media Server", "Media Gateway", "SIP Phone", "SIP Phone", "Agent Desktop",
        "Network Management System",
    )  # fmt: skip
    rows = [
        f"h{host},a{host}_{place},{component},{4000 + place}"
        for host in range(80)
        for place, component in enumerate(components)
    ]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(["Host,Application,Type,Port", *rows]))
    assert any("h0, h1, h2, h3" in one for one in sentences(check_asked(load_plan(path)), True))
