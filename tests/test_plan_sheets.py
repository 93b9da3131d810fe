"""Sheets as people keep them: titles, other languages, merged cells, encodings, several files of one plan."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.errors import BadRowsError, PlanFileError
from genesys_ports.model import (
    Application,
    Block,
    Connection,
    Deployment,
    Host,
    ListeningPort,
    Platform,
    Purpose,
    Transport,
)
from genesys_ports.origin import Place
from genesys_ports.plan import load_plan, save_plan
from genesys_ports.plan.load import FileRead, read_plans
from genesys_ports.plan.rows import UNNAMED_HOST, NoPlanError, numbered_rows
from tests.helpers import read


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def lines(plan: Deployment) -> list[str]:
    return [f"{application.host} {application.name} {port.port_id} {port}" for application, port in plan.ports()]


# --- the header ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Servidor;Aplicação;Porta",
        "MAQUINA;aplicacao;PORTAS",
        "Máquina;Aplicativo;Número da porta",
        "Hostname;App;TCP port",
        "Server;AppName;Port number",
        "Nome do host;Nome da aplicação;Porta TCP",
        "Nome do servidor;Nome;Nº da porta",
        "AppHostName;AppName;AppPort",
        "Host;Name;Port(s)",
        "IP;App;Porta",
        "Host ;\u00a0Application;Port\u00a0",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_headers_and_encodings(header, encoding):
    text = f"{header}\r\nservidor-são-paulo;a;5150\r\n"
    assert lines(read(text.encode(encoding))) == ["servidor-são-paulo a default 5150/tcp"]


def test_unicode_text_as_excel_writes_it():
    data = "Host\tApplication\tPort\r\nh\ta\t1\r\n".encode("utf-16-le")
    assert lines(read(b"\xff\xfe" + data, "plan.txt")) == ["h a default 1/tcp"]


def test_every_column_in_portuguese():
    header = (
        "Equipe;Bloco;Ignorar;Porta LCA;Porta Server Info;Reserva;Sistema operacional;IP;Conecta em;Endereço;"
        "Finalidade;Protocolo;Porta;ID da porta;Tipo;Aplicação;Servidor;Observações"
    )
    row = (
        "Voz;5100-5199, 6100;GP101 gp404;4999;5151;b;Linux;10.0.0.2;c:sip;10.0.0.3;Gerenciamento;UDP;5150;mgmt;"
        "Message Server;a;h;=1+1"
    )
    plan = read(f"{header}\n{row}\n".encode("cp1252"))
    assert plan == Deployment(
        name="plan",
        hosts=(Host(name="h", address="10.0.0.2", platform=Platform.LINUX, lca_port=4999),),
        applications=(
            Application(
                name="a",
                host="h",
                type="Message Server",
                backup="b",
                team="Voz",
                server_info_port=5151,
                ports=(
                    ListeningPort(
                        number=5150,
                        transport=Transport.UDP,
                        purpose=Purpose.MANAGEMENT,
                        port_id="mgmt",
                        address="10.0.0.3",
                    ),
                ),
            ),
        ),
        connections=(Connection(client="a", server="c", port_id="sip"),),
        blocks=(Block(first=5100, last=5199, team="Voz"), Block(first=6100, last=6100, team="Voz")),
    )
    place = Place("plan.csv", "", 2)
    assert plan.origin.ignored == {place: {"GP101", "GP404"}}
    assert plan.origin.ports == {("a", "mgmt"): place}
    assert plan.origin.hosts == {"h": place}
    assert plan.origin.applications == {"a": place}
    assert plan.origin.connections == {plan.connections[0]: place}
    save_plan(plan, "saved.csv")
    again = load_plan("saved.csv")
    assert again == replace(plan, name="saved")
    assert set(again.origin.ignored.values()) == {frozenset({"GP101", "GP404"})}


@pytest.mark.parametrize(
    ("cell", "address", "name", "told"),
    [
        ("gen-fw-01 (10.0.0.1)", "", "gen-fw-01", "10.0.0.1"),
        ("gen-fw-01\n10.0.0.1", "", "gen-fw-01", "10.0.0.1"),
        ("gen-fw-01 - 10.0.0.1", "10.0.0.1", "gen-fw-01", "10.0.0.1"),
        ("gen-fw-01 10.0.0.1", "10.0.0.9", "gen-fw-01 10.0.0.1", "10.0.0.9"),
        ("10.0.0.1", "", "10.0.0.1", None),
        ("gen-fw-01 (site A)", "", "gen-fw-01 (site A)", None),
        ("( 10.0.0.1", "", "(", "10.0.0.1"),
    ],
)
def test_a_host_with_its_address_in_one_cell(cell, address, name, told):
    plan = read(f'Host,IP,Application,Port\n"{cell}",{address},a,7000\n')
    assert [(host.name, host.address) for host in plan.hosts] == [(name, told)]


def test_a_row_of_codes_alone_speaks_of_the_whole_plan():
    text = "Host,Application,Port,Remark,Ignore\nh,a,5150,,GP101\n,,,confirmed by all,GP5; GP404\nh,b,5151,,\n"
    plan = read(text)
    assert plan.origin.ignored_by_all == {"GP5", "GP404"}
    save_plan(plan, "again.csv")
    again = load_plan("again.csv")
    assert (again.applications, again.origin.ignored_by_all) == (plan.applications, frozenset({"GP5", "GP404"}))


@pytest.mark.parametrize(
    ("header", "row", "address", "host_address"),
    [
        ("Host;App;Port;IP", "h;a;1;10.0.0.2", "", "10.0.0.2"),
        ("Host;App;Port;Address", "h;a;1;10.0.0.2", "10.0.0.2", None),
        ("Host;App;Port;Endereço;Endereço IP", "h;a;1;10.0.0.2;10.0.0.3", "10.0.0.2", "10.0.0.3"),
        ("Host;App;Port;Host address;IP", "h;a;1;10.0.0.2;note", "", "10.0.0.2"),
    ],
)
def test_whose_address_it_is(header, row, address, host_address):
    plan = read(f"{header}\n{row}\n")
    [(_, port)] = plan.ports()
    assert (port.address, plan.host("h").address) == (address, host_address)


@pytest.mark.parametrize(
    ("header", "row", "ports"),
    [
        ("Port TCP;Port UDP", "5060;5062", "default 5060/tcp, 5062 5062/udp"),
        ("Port UDP;Port TCP", "5060;5060", "default 5060/udp, 5060 5060/tcp"),
        ("Porta;Porta segura", "5060;5061", "default 5060/tcp, 5061 5061/tls"),
        ("Port;TCP ports;Portas UDP", "1;2, 3;4-9", "default 1/tcp, 2 2/tcp, 2-3 3/tcp, 4-9 4-9/udp"),
        ("Port;Transport;TLS port", "5060;udp;5061", "default 5060/udp, 5061 5061/tls"),
        ("Porta UDP", "5060", "default 5060/udp"),
        ("TCP port;Transport", "5060;udp", "default 5060/udp"),
        ("Port;Porta SIP;Porta de gerência", "1;5060/udp;4700", "default 1/tcp, sip 5060/udp, management 4700/tcp"),
        ("Port;HTTP port;HTTPS port", "1;80;443", "default 1/tcp, http 80/tcp, 443 443/tls"),
        ("Port;SNMP port", "1;161", "default 1/tcp, management 161/udp"),
        ("Port ID;Port;UDP port", "x;1;2", "x 1/tcp, default 2/udp"),
        ("TLS port;SIP port;Transport", "1;2;udp", "default 1/tls, sip 2/udp"),
        ("Port TCP;Port UDP", ";5062", "default 5062/udp"),
        ("Port TCP;Port UDP", "-;5062", "default 5062/udp"),
        ("Port TCP;Port UDP", "5060;n/a", "default 5060/tcp"),
        ("Port TCP;Port UDP", "none;-", ""),
    ],
)
def test_several_columns_of_ports(header, row, ports):
    plan = read(f"Host;Application;{header}\nh;a;{row}\n")
    assert ", ".join(line.removeprefix("h a ") for line in lines(plan)) == ports
    assert set(plan.origin.ports.values()) <= {Place("plan.csv", "", 2)}


def test_a_row_with_several_columns_of_ports_is_one_row():
    Path("a.csv").write_text("Host;Application;Port TCP;Port UDP\nh;a:b;1;2\nh;c;3;x\nh;d;;\n;e;;4\n,,5;6\n")
    Path("b.csv").write_text("Host;Application;Port TCP;Port UDP\nh;a;1;2\n;;;3\n;b;;4\n")
    a, b = read_plans("a.csv"), read_plans("b.csv")
    assert [(one.row, one.column) for one in a.bad][:3] == [(2, "Application"), (3, "Port"), (4, "Port")]
    assert [one.rows for one in (*a.files, *b.files)] == [5, 3]
    assert lines(b.plan) == ["h a default 1/tcp", "h a 2 2/udp", "h a 3 3/udp", "h b default 4/udp"]


def test_a_doubtful_name_gives_way_to_a_clear_one():
    plan = read("Nome;Descrição;Host;Application;Finalidade;Port\nx;y;h;a;SIP;1\n")
    assert lines(plan) == ["h a default 1/tcp"]
    assert next(plan.ports())[1].purpose is Purpose.SIP


def test_titles_above_the_header_and_blank_rows():
    text = "\n;;\nPlano de portas 2024;;\nAutor: Ana;;Rev 3\n\nServidor;Aplicação;Porta\n\nh;a;1\n;;\nh;b;2\n"
    plan = read(text)
    assert lines(plan) == ["h a default 1/tcp", "h b default 2/tcp"]
    assert plan.origin.applications["b"].row == 10


def test_the_hint_of_excel_above_the_header():
    assert lines(read('sep=;\nHost;Application;Port\nh;"a, b, c, d";1\n')) == ["h a, b, c, d default 1/tcp"]


def test_a_header_that_stands_again_above_a_section():
    assert len(lines(read("Host,Application,Port\nh,a,1\n\nHost,Application,Port\nh,b,2\n"))) == 2


@pytest.mark.parametrize(
    "below",
    [
        "Port,Host,Application\n2,g,b\n",
        "Porta;Servidor;Aplicação\n2;g;b\n".replace(";", ","),
        "SITE B\nType,Application,Host,Owner,Port\nMessage Server,b,g,Ana,2\n",
        "HOST,APPLICATION,TYPE,PORT\ng,b,,2\n",
        "Application,Host,,Port\nb,g,,2\n",
        "Application,Host,Port\nb,g,2\nPort,Application,Host\n3,c,g\n",
        "Host,Application,Port UDP,Port TCP\ng,b,,2\nPort,Application,Host\n3,c,g\n",
    ],
)
def test_a_second_table_with_its_columns_in_another_order(below):
    plan = read(f"Host,Application,Port,Remark,x\nh,a,1,,\nh,d,none\n\n{below}")
    assert [line for line in lines(plan) if " c " not in line] == ["h a default 1/tcp", "g b default 2/tcp"]
    assert [line for line in lines(plan) if " c " in line] == ["g c default 3/tcp"] * ("3,c,g" in below)


def test_a_second_table_with_a_column_twice():
    Path("plan.csv").write_text("Host,App,Port\nh,a,1\nPort,Host,App,Porta\n2,g,b,3\n")
    reading = read_plans("plan.csv")
    assert lines(reading.plan) == ["h a default 1/tcp"]
    [told] = reading.unreadable
    assert "Row 3 names the column Port twice" in str(told)


def test_thousands_of_second_tables():
    plan = read("".join(f"Host,App,Port\nh,a,{n}\nPort,App,Host\n{n + 1},a,h\n" for n in range(1, 6_001, 2)))
    assert len(lines(plan)) == 6_000


def test_a_row_with_notes_only_says_nothing():
    assert lines(read("Host,Note,Application,Port\nh,,a,1\n,see the wiki,,\n")) == ["h a default 1/tcp"]


# --- titles and notes between the rows -------------------------------------------------------------------------

NINE = "Host,Application,Type,Port,Purpose,Team,Connects to,Ignore,Remark\n"


@pytest.mark.parametrize(
    ("text", "rows", "ports"),
    [
        ("h,a,,1\nSITE B,,,\ng,b,,2\n", [3], "h a 1, g b 2"),
        ("SITE A,,,\nBuilding 1,,,\nh,a,,1\nTotal: 12,,,\n", [2, 3, 5], "h a 1"),
        ("h,a,,1\n\n,Recording,,\ng,b,,2\n", [4], "h a 1, g b 2"),
        ("h,a,,1\n,Ask Ana: all of these move.,,\n,b,,2\n", [3], "h a 1, h b 2"),
        ("h,a,,1\n,The ports of next year.,,\n,b,,2\n", [3], "h a 1, h b 2"),
        ("h,a,,1\n,see the wiki of the team,,\n,b,,2\n", [3], "h a 1, h b 2"),
        ("h,a,,1\n,,Voice,\n,b,,2\n", [3], "h a 1, h b 2"),
        ("h,a,,1\n,,,,see the wiki\ng,b,,2,,Voice\n,,,,,Data\n", [3, 5], "h a 1, g b 2"),
        ("h,a,,1\nSITE B,,, ,,,,,of Ana\n", [3], "h a 1"),
        ("h,,,\n,Servers: see below,,\n,a,,1\n", [3], "h a 1"),
        ("SITE A,,,\n,,Voice,\ng,a,,1\n", [2, 3], "g a 1"),
        ("h,,,\n,a,,1\n,b,,2\n", [], "h a 1, h b 2"),
        ("10.0.0.2,,,\n,a,,1\n", [], "10.0.0.2 a 1"),
        (",,,,,,,GP101\nh,a,,1\n", [], "h a 1"),
    ],
)
def test_a_row_of_text_alone_is_left_out(text, rows, ports):
    Path("plan.csv").write_text(NINE + text)
    reading = read_plans("plan.csv")
    assert reading.bad == ()
    found = [f"{application.host} {application.name} {port.number}" for application, port in reading.plan.ports()]
    assert ", ".join(found) == ports
    told = {
        0: "",
        1: "plan.csv: Row {} holds text alone and was left out.",
        2: "plan.csv: Rows {} and {} hold text alone and were left out.",
        3: "plan.csv: Rows {}, {} and {} hold text alone and were left out.",
    }
    assert "".join(reading.skipped) == told[len(rows)].format(*rows)
    assert reading.files[0].rows == len(found) + text.count("GP101")


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (",b,,,,,,", ["Port"]),
        (",,,x,,,,", ["Port"]),
        ("5060,,,,,,,", ["Application", "Port"]),
        ("5060 - 5070/tcp ,,,,,,,", ["Application", "Port"]),
        (",,,,,,c,", ["Host", "Application", "Port"]),
        (",b,Message Server,,,,,", ["Port"]),
        ("g,b,,,,,,", ["Port"]),
        ("g,,,,,,,GP101", ["Application", "Port"]),
        ("Note,,,,,,,,,x", ["Application", "Port", "J"]),
    ],
)
def test_a_row_that_may_be_a_port_is_no_remark(row, columns):
    Path("plan.csv").write_text(f"{NINE}h,a,,1\n{row}\n")
    reading = read_plans("plan.csv")
    assert [one.column for one in reading.bad] == columns
    assert reading.skipped == ()


def test_remarks_are_told_of_once_a_sheet_and_few_are_named():
    records = [(1, ["Host", "Application", "Port"]), *((row, ["SITE", "", ""]) for row in range(2, 1_302))]
    [told] = numbered_rows("f", records, "A")
    assert str(told) == (
        "f: Sheet 'A': 1,300 rows hold text alone and were left out. The first of them: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11."
    )
    assert isinstance(told, NoPlanError)


def test_a_note_below_names_and_numbers_alone():
    Path("plan.csv").write_text("".join(f"app{n};{5000 + n}\n" for n in range(20)) + "b;\nAsk Ana: all of it.;\n")
    reading = read_plans("plan.csv")
    assert [(one.row, one.column) for one in reading.bad] == [(21, "Port")]
    assert reading.skipped == ("plan.csv: Row 22 holds text alone and was left out.",)


# --- no header -------------------------------------------------------------------------------------------------

LCA = "PORTA LCA - A porta padrao do Agente de Controle local"
GDA = "PORTA GDA - porta padrao do Deployment Agent"


@pytest.mark.parametrize(
    "text",
    [
        f"{LCA};4999\n{GDA};5000\n",
        f"\n{LCA}\t4999.0\n\n{GDA}\t5000\n",
        f"4999,{LCA}\n5000,{GDA}\n",
        f";{LCA};;4999\n;{GDA};;5000/tcp\n",
    ],
)
def test_names_and_numbers_alone(text):
    plan = read(text)
    assert UNNAMED_HOST == "unnamed-host"
    assert lines(plan) == [f"unnamed-host {LCA} default 4999/tcp", f"unnamed-host {GDA} default 5000/tcp"]


def test_a_longer_list_of_names_and_numbers():
    plan = read("".join(f"app{n};{5000 + n}\n" for n in range(50)))
    assert len(lines(plan)) == 50


@pytest.mark.parametrize("text", ["a;b\n", "a;1\nb;2;c\n", "a;1\n2;b\n", "1;2\n", "a\n1\n", "a;1\nb\n"])
def test_other_sheets_without_a_header(text):
    with pytest.raises(PlanFileError, match="should name the columns"):
        read(text)


# --- cells below each other ------------------------------------------------------------------------------------


def test_a_host_that_stands_once_beside_its_applications():
    text = "Host,Application,Port\nh,a,1\n,b,2\n,,3\n\ng,c,4\n"
    assert lines(read(text)) == ["h a default 1/tcp", "h b default 2/tcp", "h b 3 3/tcp", "g c default 4/tcp"]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("h,a,1\n\n,b,2\n", "Host"),
        ("h,a,1\nh,,2\n", "Application"),
        (",a,1\n", "Host"),
    ],
)
def test_where_no_host_or_application_is_above(text, column):
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port\n{text}")
    assert [row.column for row in caught.value.rows] == [column]


# --- port ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        ([",1,", ",2,"], ["default", "2"]),
        ([",1,", ",161,SNMP", ",5060,sip"], ["default", "management", "sip"]),
        ([",1,sip", ",2,sip", ",3,sip"], ["default", "sip", "3"]),
        ([",1,", ",1,", ",1,", ",1,"], ["default", "1", "1-tcp", "1-tcp-2"]),
        ([",1,", "default,2,"], ["1", "default"]),
        ([",1,sip", "default,2,sip", ",3,sip"], ["sip", "default", "3"]),
        (["x,5060;5061,", ",1,"], ["x", "x-5061", "default"]),
        (["x,5060 tcp/udp,", "x-udp,7,"], ["x", "5060", "x-udp"]),
    ],
)
def test_ids_of_ports_whose_rows_state_none(rows, ids):
    plan = read("Host,Application,Port ID,Port,Purpose\n" + "".join(f"h,a,{row}\n" for row in rows))
    assert [port.port_id for _, port in plan.ports()] == ids
    assert set(plan.origin.ports) == {("a", port_id) for port_id in ids}


# --- what every host has ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", [False, True])
def test_thousands_of_equal_rows(stated):
    # Looking for a free id from the beginning each time would take minutes.
    rows = "".join(f"h,a,1,{n if stated else ''}\nh,a,1,\n" for n in range(1, 9_001))
    plan = read(f"Host,Application,Port,Port ID\n{rows}")
    assert len(next(iter(plan.applications)).ports) == 18_000


@pytest.mark.parametrize(("column", "cell"), [("Port", "1;2;3;4"), ("Connects to", "b;c;d;e")])
def test_a_plan_over_the_limit(column, cell, monkeypatch):
    monkeypatch.setattr("genesys_ports.plan.builder.MOST_PORTS", 5)
    rows = {"Host": "h", "Application": "{}", "Port": "1", column: cell}
    text = ",".join(rows) + "\n" + "".join(",".join(rows.values()).format(name) + "\n" for name in "ab")
    with pytest.raises(PlanFileError, match=r"The plan has more than 5 (listening ports|connections)\."):
        read(text)


def test_an_agent_that_runs_on_every_host():
    text = (
        "Host,Application,Type,Port,Connects to\nh1,LCA,,4999,\nh2,LCA,,4999,\nh2,LCA,,4998,\n"
        "h1,a,,1,LCA\nh2,b,,2,LCA\n"
        "h1,agent,Genesys Deployment Agent,5000,\nh2,agent,gda,5000,\n"
    )
    plan = read(text)
    assert [(one.name, one.host, len(one.ports)) for one in plan.applications] == [
        ("LCA", "h1", 1),
        ("LCA@h2", "h2", 2),
        ("a", "h1", 1),
        ("b", "h2", 1),
        ("agent", "h1", 1),
        ("agent@h2", "h2", 1),
    ]
    assert [str(one) for one in plan.connections] == ["a → LCA", "b → LCA@h2"]
    save_plan(plan, "saved.csv")
    assert load_plan("saved.csv") == replace(plan, name="saved")


def test_an_ordinary_application_runs_on_one_host():
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Type,Port\nh1,LCA,Message Server,1\nh2,LCA,Message Server,2\nh2,b,,3\n")
    assert [(row.row, row.column) for row in caught.value.rows] == [(3, "Host")]
    assert lines(caught.value.plan) == ["h1 LCA default 1/tcp", "h2 b default 3/tcp"]


# --- facts about the whole -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "first", "second", "message"),
    [
        ("Backup", "b", "c", "a has the backup b in row 2. Write the same, or leave the cell empty."),
        ("Team", "x", "y", "a belongs to the team x in row 2. Write the same, or leave the cell empty."),
        ("LCA port", "4999", "5000", "h has the LCA port 4999 in row 2. Write the same, or leave the cell empty."),
        (
            "Server Info port",
            "1",
            "2",
            "a has the Server Info port 1 in row 2. Write the same, or leave the cell empty.",
        ),
        ("LCA port", "4999", "5;6", "One port alone belongs here. Write a whole number from 1 to 65535."),
        ("LCA port", "4999", "5/udp", "One port alone belongs here. Write a whole number from 1 to 65535."),
        ("DN", "1001", "1002", "a has the DN 1001 in row 2. Write the same, or leave the cell empty."),
        *(
            (
                "DN",
                "1001",
                several,
                "This is not one directory number. Write one such as 1001, without blanks; each phone is an "
                "application of its own.",
            )
            for several in ("1001; 1002", "1001/1002", "1001 1002", "x" * 65, "ramal do João")
        ),
        ("Block", "5100", "5/udp", "This is not a block of ports. Write its first and last number, such as 5100-5199."),
        (
            "Ignore",
            "GP101",
            "GP10",
            "'GP10' is not the code of a finding. Write codes such as GP101, or GP1 for all that begin so, several "
            "with commas between them.",
        ),
    ],
)
def test_a_second_row_that_says_otherwise(column, first, second, message):
    with pytest.raises(BadRowsError) as caught:
        read(f"Host,Application,Port,{column}\nh,a,1,{first}\nh,a,2,\nh,a,3,{second}\n")
    assert [(row.row, row.column, row.message) for row in caught.value.rows] == [(4, column, message)]
    assert len(lines(caught.value.plan)) == 3


def test_a_block_is_the_teams_where_one_stands_beside_it():
    plan = read("Host,Application,Port,Team,Block\nh,a,1,x,1-9\nh,b,2,,10-19\ng,none,,,20-29\ng,none,,y,30-39\n")
    assert [(str(block), block.host, block.team) for block in plan.blocks] == [
        ("1-9", "", "x"),
        ("10-19", "h", ""),
        ("20-29", "g", ""),
        ("30-39", "", "y"),
    ]
    assert (plan.block_of("a"), plan.block_of("b")) == (range(1, 10), range(10, 20))
    save_plan(plan, "saved.csv")
    assert load_plan("saved.csv") == replace(plan, name="saved")


@pytest.mark.parametrize("name", ["DN", "Ramal", "Extension", "Número do ramal", "Directory number"])
@pytest.mark.parametrize(
    ("cell", "dn"),
    [
        ("1001", "1001"),
        ("1001.0", "1001"),
        ("'+5511", "+5511"),
        ("-", ""),
        ("", ""),
        ("0800", "0800"),
        ("*21#", "*21#"),
    ],
)
def test_a_directory_number(name, cell, dn):
    plan = read(f"Host,Application,Port,{name}\nh,a,1,{cell}\nh,a,2,\n")
    assert plan.application("a").dn == dn


def test_a_doubtful_name_of_the_directory_number_gives_way():
    plan = read("Host,Application,Port,Ramal,DN,Extension\nh,a,1,see the list,1001,jpg\n")
    assert plan.application("a").dn == "1001"


def test_a_row_about_a_host_says_nothing_of_an_application():
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Port,Backup,Server Info port,DN\nh,none,1,b,2,3\n")
    assert [row.column for row in caught.value.rows] == ["Port", "Backup", "Server Info port", "DN"]
    assert [host.name for host in caught.value.plan.hosts] == ["h"]


def test_cells_that_a_separator_shifts_are_not_trusted():
    with pytest.raises(BadRowsError) as caught:
        read("Host,Application,Port\nh,a,1\ng,none,2,x\nh,a,b,3\n")
    assert [row.column for row in caught.value.rows] == ["Port", "D", "Port", "D"]
    assert lines(caught.value.plan) == ["h a default 1/tcp"]


# --- several files ---------------------------------------------------------------------------------------------


def test_several_files_are_one_plan():
    Path("a.csv").write_text("Host,Application,Port\nh,a,1\nh,b,2\n")
    Path("b.csv").write_text("Host,Application,Port,Connects to\nh,c,3;4,a\ng,a,5,\nh,d,0,\n")
    Path("c.csv").write_text("Owner,Note\nx,y\n")
    Path("d.csv").write_text('Host,Application,Port\nh,e,6\nh,"f,7\n')
    reading = read_plans("a.csv", Path("b.csv"), "c.csv", "d.csv", "a.csv", "nosuch.csv", name="all")
    assert reading.plan.name == "all"
    assert [one.name for one in reading.plan.applications] == ["a", "b", "c", "d", "e"]
    assert reading.files == (
        FileRead(file="a.csv", sheets=(), rows=2, ports=2),
        FileRead(file="b.csv", sheets=(), rows=3, ports=2),
        FileRead(file="c.csv", sheets=(), rows=0, ports=0),
        FileRead(file="d.csv", sheets=(), rows=1, ports=1),
        FileRead(file="nosuch.csv", sheets=(), rows=0, ports=0),
    )
    assert [(one.file, one.row, one.column, one.code) for one in reading.bad] == [
        ("b.csv", 3, "Host", ""),
        ("b.csv", 4, "Port", "GP402"),
    ]
    assert "a stands on h in row 2 of a.csv, and runs on one host only" in reading.bad[0].message
    assert [one.file for one in reading.unreadable] == ["c.csv", "d.csv", "nosuch.csv"]
    assert reading.plan.origin.ports["c", "default-4"] == Place("b.csv", "", 2)


def test_a_row_is_named_by_sheet_and_file_where_these_differ(monkeypatch):
    from genesys_ports.plan.load import READERS

    def two_sheets(file, data):
        for sheet in ("SITE A", "SITE B"):
            records = [(1, ["Host", "Application", "Port", "Port ID"]), (7, ["h", "a", "1", "x"])]
            yield from numbered_rows(file, records, sheet)

        yield NoPlanError(file, "Sheet 'Notes' holds no plan.")
        yield PlanFileError(file, "Sheet 'C' cannot be read.")

    monkeypatch.setitem(READERS, ".two", two_sheets)
    Path("a.two").write_text("x")
    Path("b.two").write_text("x")
    reading = read_plans("a.two", "b.two")
    assert [one.message.split(". ")[0] for one in reading.bad] == [
        "a has a port with the id x in row 7 of sheet 'SITE A'",
        "a has a port with the id x in row 7 of sheet 'SITE A' in a.two",
        "a has a port with the id x in row 7 of sheet 'SITE A' in a.two",
    ]
    assert reading.files[0].sheets == ("SITE A", "SITE B")
    assert reading.skipped == ("a.two: Sheet 'Notes' holds no plan.", "b.two: Sheet 'Notes' holds no plan.")
    assert [str(one) for one in reading.unreadable] == [
        "a.two: Sheet 'C' cannot be read.",
        "b.two: Sheet 'C' cannot be read.",
    ]


def test_nothing_to_read_is_an_empty_plan():
    assert read_plans().plan == Deployment()


def test_progress_every_thousand_rows():
    Path("a.csv").write_text("Host,Application,Port\n" + "".join(f"h,a{n},1\n" for n in range(1500)))
    Path("b.csv").write_text("Host,Application,Port\n" + "".join(f"h,b{n},1\n" for n in range(1500)))
    told: list[int] = []
    read_plans("a.csv", "b.csv", progress=told.append)
    assert told == [1000, 2000, 3000]


def test_ten_thousand_bad_cells_are_counted_for_each_file():
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("Host,Application,Port\n" + "h,a,x\n" * 6000)
    reading = read_plans("a.csv", "b.csv")
    assert (len(reading.bad), reading.unreadable) == (12_000, ())


def test_a_sheet_without_a_plan_and_one_with_a_mistake():
    with pytest.raises(NoPlanError, match="Row 1 should name the columns"):
        list(numbered_rows("f", [(1, ["Owner", "Note"])], "Notes"))
    with pytest.raises(PlanFileError, match=r"^f: Sheet 'A': Row 1 names the column Port twice"):
        list(numbered_rows("f", [(1, ["Host", "App", "Port", "Port"])], "A"))


# --- anything at all -------------------------------------------------------------------------------------------

CELLS = st.sampled_from(
    ["", " ", "Host", "Servidor", "IP", "App", "Nome", "Port", "Porta", "x", "h", "a", "5060/udp", "1"]
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(CELLS, max_size=6), max_size=25),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_any_table_gives_a_plan_or_one_of_our_errors(table, separator, encoding):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        file.write_bytes("\r\n".join(separator.join(row) for row in table).encode(encoding))
        reading = read_plans(file)
    [told] = reading.files
    assert told.ports == len(lines(reading.plan))
    assert told.rows <= len(table)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"sep=;\n", b"%PD"]))
def test_any_bytes_give_a_reading(data, start):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        file.write_bytes(start + data)
        reading = read_plans(file)
    assert reading.files[0].ports == len(lines(reading.plan))
