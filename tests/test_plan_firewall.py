"""`firewall_list`: who connects, doubled for HA pairs; what no connection shows; files that are safe to open."""

from __future__ import annotations

import csv
import io
import re
import time
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import OutputExistsError, OutputFormatError, OutputWriteError
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort, Purpose, Transport
from genesys_ports.origin import Origin, Place
from genesys_ports.plan import export, firewall_list, load_plan
from genesys_ports.plan.firewall_rules import Basis, Classification, class_of
from genesys_ports.table import Table
from tests.helpers import ROOT, outputs_of_two_processes


def port(text, port_id="default", purpose="communication", address=""):
    """A listening port from `5150`, `5060/udp` or `20000-45000/udp`."""
    numbers, _, transport = text.partition("/")
    first, _, last = numbers.partition("-")
    return ListeningPort(
        number=int(first),
        last=int(last) if last else None,
        transport=Transport(transport or "tcp"),
        purpose=Purpose(purpose),
        port_id=port_id,
        address=address,
    )


def app(name, host, *ports, type="", backup=""):
    return Application(name=name, host=host, type=type, backup=backup, ports=ports)


def plan_of(*applications, connections=(), hosts=(), origin=None):
    named = {host.name: host for host in hosts}
    every = dict.fromkeys(one.host for one in applications)
    return Deployment(
        hosts=(*hosts, *(Host(name=name) for name in every if name not in named)),
        applications=applications,
        connections=connections,
        origin=origin or Origin(),
    )


def lines(plan):
    """Each rule as one line: `source[:port] > destination port/transport (basis)`."""
    shown = []
    for rule in firewall_list(plan).rows:
        source = rule.source.application + (f":{rule.source_port}" if rule.source_port else "")
        target = f"{rule.destination.application} {rule.port}/{rule.transport}"
        shown.append(f"{source} > {target} ({rule.basis})")
    return shown


C = Connection
A, B = app("a", "h1"), app("b", "h2", port("5150"))
SIPS = app("sips", "h1", port("5060/udp", "sip", "sip"), type="SIP Server")
PHONE = app("phone", "h2", port("5060/udp", "sip", "sip"), type="Telefone")
RM = app("rm", "h2", port("5090/udp", "sip", "sip"), type="RM")
MCP = app("mcp", "h3", port("5070/udp", "sip", "sip"), port("20000-45000/udp", "rtp", "media"), type="MCP")
SCS = app("scs", "h1", port("3600"), type="SCS")
MASTER = app("snmpd", "h2", port("161/udp", "snmp", "management"), port("705", "agentx", "management"), type="SNMP")

CASES = [
    ("a connection", plan_of(A, B, connections=[C(client="a", server="b")]), ["a > b 5150/tcp (planned)"]),
    ("the same twice", plan_of(A, B, connections=[C(client="a", server="b")] * 2), ["a > b 5150/tcp (planned)"]),
    ("inside one host", plan_of(replace(A, host="h2"), B, connections=[C(client="a", server="b")]), []),
    (
        "two names of one machine",
        plan_of(
            A,
            B,
            connections=[C(client="a", server="b")],
            hosts=[Host(name="h1", address="10.0.0.1"), Host(name="h2", address="10.0.0.1")],
        ),
        [],
    ),
    (
        "a fixed client port",
        plan_of(A, B, connections=[C(client="a", server="b", client_port=4500)]),
        ["a:4500 > b 5150/tcp (planned)"],
    ),
    (
        "TLS and a range",
        plan_of(A, app("b", "h2", port("5150/tls", "tls")), connections=[C(client="a", server="b", port_id="tls")]),
        ["a > b 5150/tls (planned)"],
    ),
    (
        "both ends are HA pairs",
        plan_of(
            app("a", "h1", backup="a2"),
            app("a2", "h3"),
            app("b", "h2", port("5150"), backup="b2"),
            app("b2", "h4", port("5160")),
            connections=[C(client="a", server="b", client_port=4500, backup_client_port=4501)],
        ),
        [
            "a:4500 > b 5150/tcp (planned)",
            "a:4500 > b2 5160/tcp (planned, for HA)",
            "a2:4501 > b 5150/tcp (planned, for HA)",
            "a2:4501 > b2 5160/tcp (planned, for HA)",
        ],
    ),
    (
        "a backup without backup-port comes from any port",
        plan_of(
            app("a", "h1", backup="a2"), app("a2", "h3"), B, connections=[C(client="a", server="b", client_port=4500)]
        ),
        ["a:4500 > b 5150/tcp (planned)", "a2 > b 5150/tcp (planned, for HA)"],
    ),
    (
        "planned beats derived, wherever it stands",
        plan_of(
            app("a", "h1", backup="a2"),
            app("a2", "h3"),
            B,
            connections=[C(client="a", server="b"), C(client="a2", server="b")],
        ),
        ["a > b 5150/tcp (planned)", "a2 > b 5150/tcp (planned)"],
    ),
    (
        "a server and its backup: no rule from a program to itself",
        plan_of(
            app("b", "h2", port("5150"), backup="b2"),
            app("b2", "h4", port("5150")),
            connections=[C(client="b2", server="b")],
        ),
        ["b2 > b 5150/tcp (planned)"],
    ),
    (
        "the backup talks to the agent of its own host",
        plan_of(
            app("b", "h2", port("5150"), backup="b2"),
            app("b2", "h4", port("5150")),
            app("lca", "h2", port("4999", purpose="control"), type="LCA"),
            connections=[C(client="b", server="lca")],
        ),
        [],
    ),
    (
        "Configuration Server: synchronisation is documented",
        plan_of(
            app("cs", "h1", port("2020"), type="Configuration Server", backup="cs2"),
            app("cs2", "h2", port("2020"), type="Configuration Server"),
        ),
        ["cs2 > cs 2020/tcp (documented, not planned)"],
    ),
    (
        "the port flagged for synchronisation instead of default",
        plan_of(
            app("cs", "h1", port("2020"), port("2021", "ha", "ha-sync"), type="CfgServer", backup="cs2"),
            app("cs2", "h2", port("2020")),
        ),
        ["cs2 > cs 2021/tcp (documented, not planned)"],
    ),
    (
        "any other pair: only a port flagged for it, and to be confirmed",
        plan_of(
            app("ss", "h1", port("2060"), port("2061", "ha", "ha-sync"), type="Stat Server", backup="ss2"),
            app("ss2", "h2", port("2060")),
            app("ms", "h1", port("5150"), type="Message Server", backup="ms2"),
            app("ms2", "h2", port("5150")),
        ),
        ["ss2 > ss 2061/tcp (to confirm)"],
    ),
    (
        "Solution Control Server and the agents",
        plan_of(
            SCS,
            app("lca_2", "h2", port("4999", purpose="control"), port("4998/udp", "beat", "control"), type="LCA"),
            hosts=[
                Host(name="h1", lca_port=4999),
                Host(name="h2", lca_port=4999),
                Host(name="h3", lca_port=5999),
                Host(name="h4", lca_port=1500),
                Host(name="h5"),
            ],
        ),
        [
            "scs > lca_2 4999/tcp (documented, not planned)",
            "scs > Local Control Agent 5999/tcp (documented, not planned)",
            "scs > Local Control Agent 4999/tcp (documented, not planned)",
        ],
    ),
    (
        "an agent that the plan connects",
        plan_of(
            SCS,
            app("lca_2", "h2", port("4999", purpose="control"), type="LCA"),
            connections=[C(client="scs", server="lca_2")],
        ),
        ["scs > lca_2 4999/tcp (planned)"],
    ),
    ("agents without Solution Control Server", plan_of(A, hosts=[Host(name="h9", lca_port=4999)]), []),
    (
        "SIP without the voice platform",
        plan_of(SIPS),
        ["any SIP endpoint (phones, gateways) > sips 5060/udp (to confirm)"],
    ),
    (
        "SIP with it",
        plan_of(SIPS, RM, MCP),
        [
            "rm > sips 5060/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > sips 5060/udp (to confirm)",
            "sips > rm 5090/udp (to confirm)",
            "mcp > rm 5090/udp (to confirm)",
            "rm > mcp 5070/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > mcp 20000-45000/udp (to confirm)",
        ],
    ),
    (
        "a media server without Resource Manager",
        plan_of(SIPS, replace(MCP, ports=MCP.ports[:1])),
        [
            "mcp > sips 5060/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > sips 5060/udp (to confirm)",
            "sips > mcp 5070/udp (to confirm)",
        ],
    ),
    (
        "SIP of something else, and of a media server alone",
        plan_of(app("sbc", "h1", port("5060/tls", "sip", "sip")), replace(MCP, ports=MCP.ports[:1])),
        [
            "any SIP endpoint (phones, gateways) > sbc 5060/tls (to confirm)",
            "any SIP endpoint (phones, gateways) > mcp 5070/udp (to confirm)",
        ],
    ),
    (
        "a phone, a gateway and a media server",
        plan_of(
            SIPS,
            PHONE,
            app("gw", "h3", port("5060/udp", "sip", "sip"), type="Media Gateway"),
            app("m", "h4", port("20000-20009/udp", "media", "media"), type="Media Server"),
            connections=[C(client="phone", server="sips", port_id="sip")],
        ),
        [
            "phone > sips 5060/udp (planned)",
            "m > sips 5060/udp (to confirm)",
            "gw > sips 5060/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > sips 5060/udp (to confirm)",
            "sips > phone 5060/udp (to confirm)",
            "sips > gw 5060/udp (to confirm)",
            "phone > m 20000-20009/udp (to confirm)",
            "gw > m 20000-20009/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > m 20000-20009/udp (to confirm)",
        ],
    ),
    (
        "each phone with its own SIP Server, and with the backup of that one",
        plan_of(
            replace(SIPS, backup="sips_b"),
            replace(SIPS, name="sips_b", host="h8"),
            replace(SIPS, name="other", host="h9"),
            PHONE,
            connections=[C(client="phone", server="sips", port_id="sip")],
        ),
        [
            "phone > sips 5060/udp (planned)",
            "phone > sips_b 5060/udp (planned, for HA)",
            "any SIP endpoint (phones, gateways) > sips 5060/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > sips_b 5060/udp (to confirm)",
            "any SIP endpoint (phones, gateways) > other 5060/udp (to confirm)",
            *(f"{name} > phone 5060/udp (to confirm)" for name in ("sips", "sips_b")),
        ],
    ),
    (
        "voice between phones",
        plan_of(
            replace(PHONE, ports=(port("4000-4001/udp", "media", "media"),)),
            app("phone_2", "h3", port("4000-4001/udp", "media", "media"), type="Telefone"),
        ),
        ["phone_2 > phone 4000-4001/udp (to confirm)", "phone > phone_2 4000-4001/udp (to confirm)"],
    ),
    (
        "voice to one phone alone",
        plan_of(replace(PHONE, ports=(port("4000-4001/udp", "media", "media"),))),
        ["any SIP endpoint (phones, gateways) > phone 4000-4001/udp (to confirm)"],
    ),
    (
        "SNMP polls, and AgentX",
        plan_of(SCS, MASTER),
        [
            "scs > snmpd 705/tcp (documented, not planned)",
            "the network management system > snmpd 161/udp (to confirm)",
        ],
    ),
    (
        "AgentX without anybody who is known to use it",
        plan_of(MASTER),
        ["the network management system > snmpd 161/udp (to confirm)"],
    ),
    (
        "traps go to the network management system",
        plan_of(app("snmpd", "h2", port("162/udp", "trap", "management"), type="SNMP")),
        ["snmpd > the network management system 162/udp (to confirm)"],
    ),
    (
        "a planned receiver of traps",
        plan_of(app("nms", "h3", port("162/udp", "trap", "management"))),
        ["any SNMP master agent > nms 162/udp (to confirm)"],
    ),
    (
        "a planned receiver of traps, and the planned agent",
        plan_of(app("nms", "h3", port("162/udp", "trap", "management")), replace(MASTER, ports=MASTER.ports[:1])),
        [
            "snmpd > nms 162/udp (to confirm)",
            "the network management system > snmpd 161/udp (to confirm)",
        ],
    ),
    (
        "a management port that somebody is planned to poll",
        plan_of(
            app("nms", "h3"), MASTER.__class__(name="m", host="h1", ports=MASTER.ports[:1]),
            connections=[C(client="nms", server="m", port_id="snmp")],
        ),
        ["nms > m 161/udp (planned)"],
    ),
    (
        "the console of a switch, and an agent that it may have besides",
        plan_of(
            app("pbx", "h", port("2323", "c", "management"), port("161/udp", "snmp", "management"), type="Switch"),
        ),
        [
            "whoever programs the switch > pbx 2323/tcp (to confirm)",
            "the network management system > pbx 161/udp (to confirm)",
        ],
    ),
    (
        "more applications of one kind than rows are wanted for",
        plan_of(
            *(app(f"scs{n}", f"h{n}", type="SCS") for n in range(21)),
            app("lca", "x", port("4999", purpose="control"), type="LCA"),
        ),
        ["every Solution Control Server of the plan > lca 4999/tcp (documented, not planned)"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rules(plan, wanted):
    assert lines(plan) == wanted


NOTES = [
    (
        plan_of(B, connections=[C(client="ghost", server="b")]),
        "No rule for ghost → b: the plan has no application 'ghost'.",
    ),
    (
        plan_of(A, connections=[C(client="a", server="ghost")]),
        "No rule for a → ghost: the plan has no application 'ghost'.",
    ),
    (
        plan_of(A, B, connections=[C(client="a", server="b", port_id="tls")]),
        "No rule for a → b:tls: b has no port with the id 'tls'.",
    ),
    (
        plan_of(A, app("b", "h2", port("5150"), backup="ghost"), connections=[C(client="a", server="b")]),
        "No rules for the backup of b: the plan has no application 'ghost'.",
    ),
    (
        plan_of(A, app("b", "h2", port("5150"), backup="b2"), app("b2", "h3"), connections=[C(client="a", server="b")]),
        "No rule to b2, the backup of b: it has no port with the id 'default'.",
    ),
    (plan_of(B), "No rule leads to this port, because no connection names it: b 5150/tcp."),
    (
        plan_of(*(app(f"b{n}", "h", port(str(5000 + n))) for n in range(14))),
        "No rule leads to these 14 ports, because no connection names them: "
        + ", ".join(f"b{n} {5000 + n}/tcp" for n in range(12))
        + ", ….",
    ),
]


@pytest.mark.parametrize(("plan", "note"), NOTES)
def test_what_could_not_be_made_is_told(plan, note):
    wanted = firewall_list(plan)
    assert note in wanted.notes
    assert note in str(wanted)
    assert note in wanted.to_markdown().replace("\\", "")


def test_a_thousand_connections_to_nobody_are_counted():
    notes = firewall_list(plan_of(A, connections=[C(client="a", server=f"g{n}") for n in range(1000)])).notes
    assert len(notes) == 13
    assert notes[-1] == "… and 988 more of this kind."


def test_reasons_are_told_once_and_counted_beyond_a_dozen():
    plan = plan_of(SCS, hosts=[Host(name=f"h{n}x", lca_port=1000 + n) for n in range(14)])
    sentences = firewall_list(plan).sentences()
    assert sentences[0].endswith("The plan says 1000; below 2000 the agent starts on 4999.")
    assert sentences[12] == "… and 2 more of this kind."


ADDRESSES = [
    ("", "", "10.0.0.1", "10.0.0.2"),
    ("10.0.0.9", "", "10.0.0.9", "10.0.0.2"),
    ("", "10.9.0.2", "10.0.0.1", "10.9.0.2"),
    ("", "0.0.0.0", "10.0.0.1", "10.0.0.2"),
    ("", "::", "10.0.0.1", "10.0.0.2"),
]


@pytest.mark.parametrize(("client_address", "port_address", "source", "destination"), ADDRESSES)
def test_addresses(client_address, port_address, source, destination):
    plan = plan_of(
        A,
        app("b", "h2", port("5150", address=port_address)),
        connections=[C(client="a", server="b", client_address=client_address)],
        hosts=[Host(name="h1", address="10.0.0.1"), Host(name="h2", address="10.0.0.2")],
    )
    (rule,) = firewall_list(plan).rows
    assert (rule.source.address, rule.destination.address) == (source, destination)


def test_the_rows_of_connection_and_port_are_named():
    connection = C(client="a", server="b")
    origin = Origin(
        connections={connection: Place("p.xlsx", "SITE A", 3)},
        ports={("b", "default"): Place("p.csv", "", 7), ("mcp", "rtp"): Place("p.csv", "", 9)},
        hosts={"h9": Place("p.csv", "", 11)},
    )
    plan = plan_of(A, B, SCS, MCP, connections=[connection], hosts=[Host(name="h9", lca_port=4999)], origin=origin)
    rows = [row[-1] for row in firewall_list(plan).table().rows]
    assert rows == ["p.xlsx [SITE A] row 3; p.csv row 7", "p.csv row 11", "", "p.csv row 9"]


@pytest.mark.parametrize(("sheet", "wanted"), [("", "p rows 3, 7"), ("SIP", "p [SIP] rows 3, 7")])
def test_rows_of_one_sheet_are_told_together(sheet, wanted):
    connection = C(client="a", server="b")
    places = {connection: Place("p", sheet, 3)}, {("b", "default"): Place("p", sheet, 7)}
    plan = plan_of(A, B, connections=[connection], origin=Origin(connections=places[0], ports=places[1]))
    assert firewall_list(plan).table().rows[0][-1] == wanted


def test_every_purpose_has_a_classification():
    assert {class_of(purpose) for purpose in Purpose} == set(Classification)


def test_shown_as_a_table():
    plan = plan_of(A, B, connections=[C(client="a", server="b")])
    assert str(firewall_list(plan)) == (
        "plan: 1 rule\n"
        "Source  Source host  Source port  Destination  Destination host  Protocol  Port  Purpose        "
        "Classification  Basis\n"
        "──────  ───────────  ───────────  ───────────  ────────────────  ────────  ────  ─────────────  "
        "──────────────  ───────\n"
        "a       h1           any          b            h2                TCP       5150  communication  "
        "communication   planned"
    )


def test_the_training_plan_is_a_whole_list():
    wanted = firewall_list(load_plan(ROOT / "notebooks/plans/training.csv"))
    assert len(wanted) == len(wanted.rows) > 15
    assert wanted.local > 0
    assert {rule.basis for rule in wanted.rows} >= {Basis.PLANNED, Basis.TO_CONFIRM}
    assert all(rule.source.host != rule.destination.host for rule in wanted.rows)


def test_the_same_bytes_in_every_process():
    code = (
        "from genesys_ports.plan import firewall_list, load_plan;"
        "print(firewall_list(load_plan('notebooks/plans/training.csv')).to_csv())"
    )
    assert len(outputs_of_two_processes(code)) == 1


# --- files --------------------------------------------------------------------------------------------------

EVIL = '=HYPERLINK("http://x")|<img src=x onerror=alert(1)>`[y](javascript:z)'


def evil_list():
    plan = plan_of(
        app(EVIL, "h1"),
        app("@b|", "h2", port("5150")),
        connections=[C(client=EVIL, server="@b|", client_port=4500), C(client=EVIL, server="-ghost")],
    )
    return firewall_list(plan)


def test_csv_holds_every_column_and_no_formula():
    rows = list(csv.DictReader(io.StringIO(evil_list().to_csv())))
    assert rows[0]["Source"] == "'" + EVIL
    assert rows[0]["Destination"] == "'@b|"
    assert (rows[0]["Source port"], rows[0]["Port"], rows[0]["Note"]) == ("4500", "5150", "")


def test_markdown_takes_nothing_for_markup():
    text = evil_list().to_markdown()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert "<img" not in text
    assert "](" not in text.replace("\\]", "")


def test_markdown_of_a_table_without_a_caption():
    assert export.markdown(Table(["A|"], [["b"]])) == "| A\\| |\n| --- |\n| b   |\n"


def test_html_is_escaped():
    assert "<img" not in evil_list()._repr_html_()


def test_xlsx_is_text_numbers_and_a_header_that_stays(tmp_path):
    evil_list().write(tmp_path / "rules.xlsx")
    book = openpyxl.load_workbook(tmp_path / "rules.xlsx")
    sheet = book["Firewall list"]
    assert [cell.value for cell in sheet[1]][:4] == ["Source", "Source host", "Source address", "Source port"]
    assert sheet["A1"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:N2")
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == (EVIL, "s", True)
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("@b|", "s")
    assert (sheet["D2"].value, sheet["I2"].value) == (4500, 5150)
    assert "ghost" in book["Notes"]["A1"].value


def test_xlsx_of_characters_that_no_workbook_can_hold(tmp_path):
    plan = plan_of(app("a\ufffe\x00", "h1"), B, connections=[C(client="a\ufffe\x00", server="b")])
    firewall_list(plan).write(tmp_path / "rules.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "rules.xlsx").active
    assert sheet["A2"].value == "a\ufffd\ufffd"


def test_xlsx_cells_hold_as_much_as_excel_counts():
    book = openpyxl.load_workbook(io.BytesIO(export.workbook(Table(["A"], [["\U0001f4de" * 20_000]]), "t")))
    assert len(book["t"]["A2"].value.encode("utf-16-le")) == 2 * 32_766


@pytest.mark.parametrize("name", ["rules.csv", "RULES.MD", "rules.xlsx"])
def test_a_file_is_written_once_and_never_over_another(tmp_path, name):
    plan = plan_of(app("não", "h1"), B, connections=[C(client="não", server="b")])
    firewall_list(plan).write(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    assert before.startswith({"rules.csv": b"\xef\xbb\xbf", "RULES.MD": b"plan: 1 rule", "rules.xlsx": b"PK"}[name])
    with pytest.raises(OutputExistsError):
        firewall_list(Deployment()).write(tmp_path / name)
    assert (tmp_path / name).read_bytes() == before


def test_an_unknown_ending(tmp_path):
    with pytest.raises(OutputFormatError, match=r"\.csv, \.xlsx, \.md"):
        evil_list().write(tmp_path / "rules.pdf")


def test_more_rows_than_a_sheet_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    with pytest.raises(OutputWriteError, match=r"A sheet of a workbook holds 1 rows.*Write it as \.csv"):
        evil_list().write(tmp_path / "rules.xlsx")


def test_json():
    shown = evil_list().as_json()
    assert sorted(shown) == ["local", "notes", "plan", "rows"]
    row = shown["rows"][0]
    assert (row["port"], row["last"], row["source_port"], row["protocol"], row["tls"]) == (
        5150,
        None,
        4500,
        "tcp",
        False,
    )
    assert row["destination"] == {"application": "@b|", "host": "h2", "address": ""}


# --- properties ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "d", "ghost"])
KINDS = st.sampled_from(["", "SIP Server", "RM", "MCP", "LCA", "SCS", "SNMP", "Configuration Server", "Feature Server"])


@st.composite
def plans(draw):
    applications = [
        app(
            name,
            draw(st.sampled_from(["h1", "h2", "h3"])),
            *(
                port(f"{draw(st.integers(1, 65535))}/{draw(st.sampled_from(['tcp', 'udp']))}", f"p{n}", purpose)
                for n, purpose in enumerate(draw(st.lists(st.sampled_from(list(Purpose)), max_size=2)))
            ),
            type=draw(KINDS),
            backup=draw(st.one_of(st.just(""), NAMES)),
        )
        for name in ("a", "b", "c", "d")
    ]
    connections = draw(
        st.lists(st.builds(Connection, client=NAMES, server=NAMES, port_id=st.sampled_from(["p0", "p1"])), max_size=5)
    )
    return plan_of(*applications, connections=connections)


@settings(max_examples=60, deadline=None)
@given(plans())
def test_any_plan_has_a_list(plan):
    wanted = firewall_list(plan)
    assert len(set(wanted.rows)) == len(wanted.rows)
    for rule in wanted.rows:
        assert rule.source != rule.destination
        assert not rule.source.host or rule.source.host != rule.destination.host
    rules = {(rule.source.application, rule.destination.application, rule.number) for rule in wanted.rows}
    for one in plan.connections:
        if plan.has_application(one.client) and plan.has_application(one.server):
            client, server = plan.application(one.client), plan.application(one.server)
            for found in (found for found in server.ports if found.port_id == one.port_id):
                assert client.host == server.host or (client.name, server.name, found.number) in rules
    assert firewall_list(plan).as_json() == wanted.as_json()


def test_a_large_plan_takes_time_in_proportion():
    def seconds(count):
        plan = plan_of(
            *(app(f"s{n}", f"h{n % 50}", port("5060/udp", "sip", "sip"), type="SIP Server") for n in range(count)),
            *(app(f"r{n}", f"h{n % 50}", port("5090/udp", "sip", "sip"), type="RM") for n in range(count)),
            connections=[C(client=f"s{n}", server=f"r{n * 7 % count}", port_id="sip") for n in range(count)],
        )
        start = time.process_time()
        firewall_list(plan)
        return time.process_time() - start

    seconds(100)
    small, large = min(seconds(300) for _ in range(3)), min(seconds(2000) for _ in range(2))
    assert large < small * 7 * 5
