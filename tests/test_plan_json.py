"""Plans from exported configurations and inventories."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genesys_ports.errors import PlanFileError
from genesys_ports.model import Application, Connection, Host, ListeningPort, Platform, Purpose, Transport
from genesys_ports.plan import json_reader, json_words
from genesys_ports.plan.json_reader import read_json
from genesys_ports.plan.load import Reading, read_plans
from genesys_ports.plan.rows import RawRow


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def reading(document: Any) -> Reading:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    Path("site.json").write_bytes(data)
    return read_plans("site.json")


def sound(document: Any) -> Reading:
    found = reading(document)
    assert not found.bad
    assert not found.unreadable
    return found


def problem(data: bytes | str) -> str:
    with pytest.raises(PlanFileError) as caught:
        list(read_json("site.json", data.encode() if isinstance(data, str) else data))
    assert caught.value.file == "site.json"
    return caught.value.problem


def application(**more: Any) -> dict[str, Any]:
    usual = {"name": "a", "serverInfo": {"host": "h"}, "portInfos": [{"id": "default", "port": "5150"}]}
    return {**usual, **more}


def port_of(**port: Any) -> ListeningPort:
    found = sound({"applications": [application(portInfos=[{"id": "default", "port": "5150", **port}])]})
    [(_, opened)] = found.plan.ports()
    return opened


def connections_of(*servers: dict[str, Any]) -> tuple[Connection, ...]:
    return sound({"applications": [application(appServers=list(servers))]}).plan.connections


# --- the plain form --------------------------------------------------------------------------------------------

EXPORT = {
    "__metadata__": {"formatName": "JSON", "formatVersion": "1.2.0", "host": "localhost", "user": "somebody"},
    "appPrototypes": [{"name": "Pulse_Backend", "type": "statserver", "version": "8.5"}],
    "applications": [
        {
            "name": "MessageServer_P",
            "appPrototype": "Message_Server_851",
            "isPrimary": True,
            "password": "hunter2",
            "redundancyType": "hthotstanby",
            "serverInfo": {"attempts": 1, "backupServer": "MessageServer_B", "host": "gen-fw-01", "port": "5150"},
            "portInfos": [
                {"id": "default", "port": "5150", "connProtocol": "addp", "transportParams": ""},
                {"id": "secure", "port": "5151", "transportParams": "tls=1;certificate=abc"},
            ],
            "options": {"log": {"Port": "x", "port": "y"}},
            "userProperties": {"secret": {"token": "hunter2"}},
        },
        {
            "name": "MessageServer_B",
            "appPrototype": "Message_Server_851",
            "isPrimary": False,
            "serverInfo": {"backupServer": "MessageServer_P", "host": "gen-fw-02"},
            "portInfos": [{"id": "default", "port": "5150"}],
        },
        {
            "name": "SCS",
            "appPrototype": "Solution Control Server 8.5.1",
            "serverInfo": {"host": "gen-fw-01"},
            "portInfos": [{"id": "default", "port": "3600"}, {"id": "http", "port": "8080", "connProtocol": "http"}],
            "appServers": [
                {"appServer": "MessageServer_P", "id": "secure", "connProtocol": "addp", "transportParams": "tls=1"},
                {"appServer": "ConfServ", "transportParams": "port=4500;backup-port=4501;address=10.0.0.1"},
            ],
        },
        {"name": "Pulse", "appPrototype": "Pulse_Backend", "serverInfo": {"host": "gen-fw-02"}, "portInfos": []},
        {"name": "AgentDesktop", "appPrototype": "Desktop", "appServers": [{"appServer": "SCS", "id": "default"}]},
    ],
    "hosts": [
        {"name": "gen-fw-01", "ipAddress": "10.0.0.1", "lcaPort": "4999", "osInfo": {"type": "redhatlinux"}},
        {"name": "spare", "lcaPort": "4998", "osInfo": {"type": "windows", "version": "2022"}, "type": "networkserver"},
    ],
}


def test_an_exported_configuration():
    found = sound(EXPORT)
    plan = found.plan
    assert plan.hosts == (
        Host(name="gen-fw-01", address="10.0.0.1", platform=Platform.LINUX, lca_port=4999),
        Host(name="spare", platform=Platform.WINDOWS, lca_port=4998),
        Host(name="gen-fw-02"),
    )
    assert plan.application("MessageServer_P") == Application(
        name="MessageServer_P",
        host="gen-fw-01",
        type="Message_Server",
        backup="MessageServer_B",
        server_info_port=5150,
        ports=(
            ListeningPort(number=5150),
            ListeningPort(number=5151, transport=Transport.TLS, port_id="secure"),
        ),
    )
    # The primary names the backup, and not the reverse.
    assert plan.application("MessageServer_B").backup == ""
    assert plan.application("SCS").port("http").purpose is Purpose.HTTP
    assert plan.application("Pulse") == Application(name="Pulse", host="gen-fw-02", type="statserver")
    assert plan.connections == (
        Connection(client="SCS", server="MessageServer_P", port_id="secure", secure=True),
        Connection(
            client="SCS", server="ConfServ", client_port=4500, backup_client_port=4501, client_address="10.0.0.1"
        ),
    )
    [said] = found.skipped
    assert said == f"site.json: {json_words.CLIENTS.format(count=1, all=5)}"


def test_rows_are_counted_in_their_list():
    origin = sound(EXPORT).plan.origin
    assert origin.ports["SCS", "http"] == ("site.json", "applications", 3)
    assert origin.hosts["spare"] == ("site.json", "hosts", 2)


def test_nothing_else_of_the_export_is_kept_or_shown():
    broken = json.loads(json.dumps(EXPORT))
    broken["applications"][0]["portInfos"][0]["port"] = {"password": "hunter2"}
    broken["applications"][1]["name"] = ["hunter2"]
    broken["hunter2"] = "hunter2"
    found = reading(broken)
    assert len(found.bad) == 2
    assert "hunter2" not in repr(found)
    assert "hunter2" not in problem(b'{"hunter2": [{"password": "hunter2"}]}')


@pytest.mark.parametrize(
    ("port", "transport", "purpose"),
    [
        ({}, "tcp", "communication"),
        ({"transportParams": None, "connProtocol": None}, "tcp", "communication"),
        ({"transportParams": "tls=1"}, "tls", "communication"),
        ({"transportParams": "TLS=1;tls-mutual=1"}, "tls", "communication"),
        ({"transportParams": "tls=0"}, "tcp", "communication"),
        ({"transportParams": "upgrade=1;tls = 1"}, "tls", "communication"),
        ({"transportParams": "tls"}, "tcp", "communication"),
        ({"connProtocol": "http"}, "tcp", "http"),
        ({"connProtocol": "HTTP", "transportParams": "tls=1"}, "tls", "http"),
        ({"connProtocol": "https"}, "tls", "http"),
        ({"connProtocol": "sip"}, "tcp", "sip"),
        ({"connProtocol": "snmp"}, "udp", "management"),
        ({"connProtocol": "addp"}, "tcp", "communication"),
        ({"connProtocol": "whatever"}, "tcp", "communication"),
    ],
)
def test_transport_and_purpose_of_a_port(port, transport, purpose):
    opened = port_of(**port)
    assert (opened.transport, opened.purpose) == (transport, purpose)


@pytest.mark.parametrize("number", ["5150", 5150, 5150.0, " 5150 "])
def test_ports_are_text_or_numbers(number):
    assert port_of(port=number).number == 5150


@pytest.mark.parametrize(
    ("server", "connection"),
    [
        ({"appServer": "b"}, Connection(client="a", server="b")),
        ({"appServer": "b", "id": "", "transportParams": ""}, Connection(client="a", server="b")),
        ({"appServer": {"name": "b", "tenant": "t"}}, Connection(client="a", server="b")),
        (
            {"appServer": "Message Server", "id": "my port"},
            Connection(client="a", server="Message Server", port_id="my port"),
        ),
        ({"appServer": "b", "transportParams": "tls=0"}, Connection(client="a", server="b", secure=False)),
        (
            {"appServer": "b", "transportParams": "address=fe80::1"},
            Connection(client="a", server="b", client_address="fe80::1"),
        ),
    ],
)
def test_connections(server, connection):
    assert connections_of(server) == (connection,)


def test_entries_that_name_no_server_are_no_connections():
    assert connections_of({"appServer": None, "id": "default"}, {"id": "x"}) == ()


@pytest.mark.parametrize(
    ("system", "platform"),
    [
        ("windows", "windows"),
        ("CFGWindowsServer2012", "windows"),
        ("redhatlinux", "linux"),
        ("RHEL 9", "linux"),
        ("suselinux", "linux"),
        ("macosx", "macos"),
        ("Darwin", "macos"),
        ("freebsd", "freebsd"),
        ("solarissparc", None),
        ("8", None),
        ("", None),
        (None, None),
    ],
)
def test_platforms(system, platform):
    [host] = sound({"hosts": [{"name": "h", "osInfo": {"type": system}}]}).plan.hosts
    assert host.platform == platform


@pytest.mark.parametrize(
    ("prototypes", "prototype", "kind"),
    [
        ([], "Message Server", "Message Server"),
        ([], "Message_Server_8.5.1", "Message_Server"),
        ([], "SIP Server v8", "SIP Server"),
        ([{"name": "Own", "type": "tserver"}], "Own", "tserver"),
        ([{"name": "Own", "type": "nobodyknows"}], "Own", "Own"),
        ([], "Own_Thing_12", "Own_Thing_12"),
        ([], "", ""),
        ([], None, ""),
    ],
)
def test_the_type_is_what_the_catalogue_knows(prototypes, prototype, kind):
    found = sound({"appPrototypes": prototypes, "applications": [application(appPrototype=prototype)]})
    assert found.plan.application("a").type == kind


@pytest.mark.parametrize("lca", ["0", "", None, 0])
def test_a_host_without_lca(lca):
    assert sound({"hosts": [{"name": "h", "lcaPort": lca}]}).plan.hosts == (Host(name="h"),)


def test_the_legacy_port_alone():
    found = sound({"applications": [application(portInfos=[], serverInfo={"host": "h", "port": "2020"})]})
    assert [str(port) for _, port in found.plan.ports()] == ["2020/tcp"]


def test_a_disabled_backup_of_nobody():
    assert (
        sound({"applications": [application(serverInfo={"host": "h", "backupServer": ""})]})
        .plan.application("a")
        .backup
        == ""
    )


@pytest.mark.parametrize(
    "document", [application(), [application()], {"site": [application()]}, {"a": [{"b": [application()]}]}]
)
def test_where_applications_stand(document):
    assert sound(document).plan.has_application("a")


# --- raw objects, and those of the administration interface ----------------------------------------------------


def test_raw_objects():
    found = sound(
        {
            "__metadata__": {"formatName": "RAW"},
            "CFGHost": [
                {
                    "DBID": 101,
                    "name": "h1",
                    "IPaddress": "10.0.0.1",
                    "LCAPort": 4999,
                    "OSinfo": {"CfgOS": {"OStype": 8}},
                }
            ],
            "CFGAppPrototype": [{"DBID": 7, "name": "Stat_Server_85"}],
            "CFGApplication": [
                {
                    "DBID": 201,
                    "name": "stat_p",
                    "appPrototypeDBID": 7,
                    "isPrimary": 2,
                    "serverInfo": {"CfgServer": {"hostDBID": 101, "port": 2060, "backupServerDBID": 202}},
                    # A list of one entry is that entry.
                    "portInfos": {"CfgPortInfo": {"id": "default", "port": 2060}},
                    "appServerDBIDs": {"CfgConnInfo": {"appServerDBID": 203, "id": "default"}},
                },
                {
                    "DBID": 202,
                    "name": "stat_b",
                    "appPrototypeDBID": 99,
                    "isPrimary": 1,
                    "serverInfo": {"CfgServer": {"hostDBID": 101, "backupServerDBID": 0}},
                    "portInfos": {"CfgPortInfo": [{"id": "default", "port": 2061}, {"id": "b", "port": 2062}]},
                },
                {"DBID": 203, "name": {"value": "msg"}, "serverInfo": {"hostDBID": {"value": 101}}, "portInfos": []},
            ],
        }
    )
    plan = found.plan
    assert plan.hosts == (Host(name="h1", address="10.0.0.1", lca_port=4999),)
    assert plan.application("stat_p").backup == "stat_b"
    assert [(one.name, str(port)) for one, port in plan.ports()] == [
        ("stat_p", "2060/tcp"),
        ("stat_b", "2061/tcp"),
        ("stat_b", "2062/tcp"),
    ]
    assert (plan.application("stat_p").type, plan.application("stat_b").type) == ("Stat_Server", "")
    assert plan.connections == (Connection(client="stat_p", server="msg"),)


def test_objects_of_the_administration_interface():
    found = sound(
        [
            {
                "type": "CfgHost",
                "dbid": "101",
                "name": "h",
                "ipaddress": "10.0.0.1",
                "lcaport": "4999",
                "ostype": "CFGRedHatLinux",
            },
            {
                "type": "CfgApplication",
                "dbid": "102",
                "name": "gax",
                "hostdbid": "101",
                "port": "8080",
                "backupserverdbid": "0",
                "isprimary": "CFGTrue",
                "portinfos": {"portinfo": [{"id": "default", "port": "8080"}]},
                "appservers": {"conninfo": [{"appserverdbid": "102", "id": "default"}]},
            },
        ]
    )
    assert found.plan.hosts == (Host(name="h", address="10.0.0.1", platform=Platform.LINUX, lca_port=4999),)
    assert found.plan.application("gax").server_info_port == 8080
    assert found.plan.connections == (Connection(client="gax", server="gax"),)


def test_a_host_that_is_not_in_the_export():
    found = reading(
        {
            "CFGApplication": [
                {"DBID": 1, "name": "a", "serverInfo": {"hostDBID": 5}, "portInfos": [{"id": "default", "port": 1}]}
            ]
        }
    )
    [bad] = found.bad
    assert (bad.column, bad.value, bad.message) == ("Host", "DBID 5", json_words.NO_SUCH_DBID)


def test_a_server_that_is_not_in_the_export_costs_no_port():
    found = reading({"applications": [application(appServers=[{"appServerDBID": 5}])]})
    [bad] = found.bad
    assert (bad.sheet, bad.row, bad.column, bad.value) == ("applications", 1, "Connects to", "DBID 5")
    assert [str(port) for _, port in found.plan.ports()] == ["5150/tcp"]


# --- an inventory ----------------------------------------------------------------------------------------------

ENTRY = {
    "AppName": "SIP_P",
    "AppType": "SIP Server",
    "AppHostName": "h1",
    "AppIPAddress": "10.0.0.1",
    "AppPort": "7010",
    "LogPath": "C:\\logs\\sip",
}
LINES = b"\n".join(json.dumps({**ENTRY, "AppName": name, "AppPort": 7000 + i}).encode() for i, name in enumerate("ab"))


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (ENTRY, ["SIP_P"]),
        ([ENTRY], ["SIP_P"]),
        ({"Applications": [ENTRY]}, ["SIP_P"]),
        ({"value": [ENTRY], "Count": 1}, ["SIP_P"]),
        ({"site": {"x": 1}, "inventory": [ENTRY]}, ["SIP_P"]),
        (LINES, ["a", "b"]),
        (b"\n" + LINES + b"\n\n", ["a", "b"]),
        (LINES.replace(b"\n", b"\r\n"), ["a", "b"]),
        (LINES.replace(b"\n", b""), ["a", "b"]),
        (b"\xef\xbb\xbf" + LINES, ["a", "b"]),
        (json.dumps([ENTRY]).encode("utf-16"), ["SIP_P"]),
        (json.dumps([ENTRY]).encode("utf-16-le"), ["SIP_P"]),
        ([{key.lower(): value for key, value in ENTRY.items()}], ["SIP_P"]),
    ],
)
def test_an_inventory(document, names):
    plan = sound(document).plan
    assert [one.name for one in plan.applications] == names
    assert (plan.applications[0].type, plan.hosts) == ("SIP Server", (Host(name="h1", address="10.0.0.1"),))
    assert plan.origin.applications[names[-1]] == ("site.json", "", len(names))


@pytest.mark.parametrize(
    ("port", "ports"),
    [
        ("7010", ["7010/tcp"]),
        (7010, ["7010/tcp"]),
        ("7010;7011", ["7010/tcp", "7011/tcp"]),
        ([7010, "7011"], ["7010/tcp", "7011/tcp"]),
        ("5060/udp", ["5060/udp"]),
        (None, []),
        ("", []),
        ("0", []),
        ([], []),
    ],
)
def test_ports_of_an_inventory(port, ports):
    found = sound([{**ENTRY, "AppPort": port}])
    assert found.plan.has_application("SIP_P")
    assert [str(one) for _, one in found.plan.ports()] == ports


def test_an_entry_without_host_name_stands_on_its_address():
    assert sound([{**ENTRY, "AppHostName": None}]).plan.application("SIP_P").host == "10.0.0.1"


# --- bad entries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "column", "message"),
    [
        ({"applications": [application(), 5]}, "Application", json_words.NOT_AN_OBJECT),
        ({"applications": [application(), None]}, "Application", json_words.NOT_AN_OBJECT),
        ({"hosts": ["h1"]}, "Host", json_words.NOT_AN_OBJECT),
        ([ENTRY, "x"], "Application", json_words.NOT_AN_OBJECT),
        ({"applications": [application(name={"a": 1})]}, "Application", json_words.NOT_A_VALUE),
        ({"applications": [application(portInfos=[[5150]])]}, "Port", json_words.NOT_AN_OBJECT),
        ({"applications": [application(portInfos=[{"id": "x", "port": [5150]}])]}, "Port", json_words.NOT_A_VALUE),
        ({"applications": [application(appServers=["b"])]}, "Connects to", json_words.NOT_AN_OBJECT),
        ({"applications": [application(appServers=[{"appServer": "b:c"}])]}, "Connects to", json_words.NAME_WITH_MARK),
        ({"applications": [application(appServers=[{"appServer": []}])]}, "Connects to", json_words.NOT_A_VALUE),
        ({"applications": [application(serverInfo={"host": []})]}, "Host", json_words.NOT_A_VALUE),
        (
            {"applications": [application(portInfos=[{"id": "x", "port": 1}, {"id": "x", "port": 2}])]},
            "Port ID",
            json_words.PORT_ID_TWICE,
        ),
    ],
)
def test_a_bad_entry(document, column, message):
    found = reading(document)
    assert not found.unreadable
    assert (column, message) in [(bad.column, bad.message) for bad in found.bad]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "1e999", "9" * 10_000, "true", "5150.5"])
def test_a_number_that_is_no_port(number):
    document = json.dumps({"applications": [application(portInfos=[{"id": "default", "port": "@"}])]})
    [bad] = reading(document.replace('"@"', number).encode()).bad
    assert bad.column == "Port"
    assert len(str(bad)) < 1_000


def test_bad_entries_are_bounded():
    found = reading({"applications": [1] * 10_002})
    [error] = found.unreadable
    assert "More than 10,000 cells cannot be read" in str(error)


# --- no export -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "[]",
        "null",
        "5150",
        '"applications"',
        '{"applications": []}',
        '{"applications": {}, "hosts": null}',
        '{"applications": [{"name": "client"}]}',
        '{"persons": [{"name": "x"}]}',
        '[[{"AppName": "too deep"}]]',
        '[{"name": "x"}]',
        "[1, 2, 3]",
    ],
)
def test_json_that_is_no_export(document):
    assert problem(document) == json_words.NO_EXPORT


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("Host,Application,Port\nh,a,1\n", json_words.NOT_JSON.format(line=1, character=1)),
        ('{\n "applications": [\n', json_words.NOT_JSON.format(line=3, character=1)),
        ('{"a": 1 2}', json_words.NOT_JSON.format(line=1, character=9)),
        ("{'a': 1}", json_words.NOT_JSON.format(line=1, character=2)),
        ('{"AppName": "a"}\n{"AppName": ', json_words.NOT_JSON.format(line=2, character=13)),
        ("   \n", json_words.NOT_JSON.format(line=2, character=1)),
        ("", json_words.NOT_JSON.format(line=1, character=1)),
        (b'{"name": "S\xe3o Paulo"}', json_words.NOT_UNICODE),
        (b"\xff\xfe{", json_words.NOT_UNICODE),
        ("[" * 200_000, json_words.TOO_DEEP),
        ('{"a":' * 200_000, json_words.TOO_DEEP),
        ('{"applications": [], "applications": [1]}', json_words.KEY_TWICE.format(key="applications")),
        ('{"applications": [{"name": "a", "name": "b"}]}', json_words.KEY_TWICE.format(key="name")),
        (b"\x89PNG\r\n\x1a\n", json_words.NOT_UNICODE),
    ],
)
def test_what_is_no_json(data, sentence):
    assert problem(data) == sentence


def test_more_values_than_a_plan_has():
    values = "1," * (json_reader.MOST_VALUES + 1)
    assert problem(f"[{values}1]") == json_words.TOO_MANY_VALUES.format(most="2,000,000")


def test_more_entries_than_a_plan_has(monkeypatch):
    monkeypatch.setattr(json_reader, "MOST_ROWS", 3)
    assert problem(json.dumps([ENTRY] * 4)) == json_words.TOO_MANY_VALUES.format(most=3)


def test_one_name_in_every_mixture_of_capitals_takes_no_time():
    letters = [(one, one.upper()) for one in "transportparams"]
    one = ", ".join(f'"{"".join(name)}": "tls=1"' for name in itertools.product(*letters))
    began = time.perf_counter()
    assert sound(json.dumps(application()).replace('"name"', f'{one}, "name"').encode()).plan.has_application("a")
    assert time.perf_counter() - began < 5


def test_names_twice_where_nothing_is_read_do_not_matter():
    assert sound(json.dumps(application()).replace('"name"', '"x": 1, "x": 2, "name"').encode()).plan.has_application(
        "a"
    )


# --- anything at all -------------------------------------------------------------------------------------------

KEYS = st.one_of(
    st.sampled_from([*sorted(json_reader._READ), "AppName", "portInfos", "value", "x"]), st.text(max_size=4)
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["5150", "a", "h"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=120, deadline=None)
@given(
    ANYTHING
    | st.fixed_dictionaries({"applications": st.lists(ANYTHING, max_size=3), "hosts": st.lists(ANYTHING, max_size=3)})
)
@example({"applications": [{"name": "a", "hostdbid": {"value": []}, "portinfos": {"x": {"y": {}}}}]})
def test_any_json_is_a_plan_or_one_error(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("any") / "site.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read_plans(path)
    assert all(isinstance(error, PlanFileError) for error in found.unreadable)


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_rows_or_one_error(data):
    try:
        for one in read_json("site.json", data):
            assert isinstance(one, (RawRow, PlanFileError))
    except PlanFileError:
        pass
