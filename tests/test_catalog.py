"""The catalogue: names people write, numbers with their basis, and entries it refuses."""

import pickle
import re

import pytest

from genesys_ports.catalog import Basis, load_catalog, parse_catalog
from genesys_ports.errors import CatalogError
from genesys_ports.model import Purpose, Transport

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("message_server", "message_server"),
        ("Message Server", "message_server"),
        ("MESSAGE-SERVER", "message_server"),
        ("  messageserver ", "message_server"),
        ("Servidor de Mensagens", "message_server"),
        ("CFGMessageServer", "message_server"),
        ("SCS", "solution_control_server"),
        ("scs", "solution_control_server"),
        ("CFGSCS", "solution_control_server"),
        ("Solution Controle Server", "solution_control_server"),
        ("Servidor de Controle de Soluções", "solution_control_server"),
        ("servidor de configuracao", "configuration_server"),
        ("confserv", "configuration_server"),
        ("LCA", "lca"),
        ("Local Control Agent", "lca"),
        ("T-Server", "t_server"),
        ("TServer", "t_server"),
        ("SIP Server", "sip_server"),
        ("snmp_master_agent", "snmp_master_agent"),
        ("nms", "network_management_system"),
        ("Sistema de Gerencia de Rede", "network_management_system"),
        ("Genesys Administrator", "gax"),
        ("FlexLM", "license_manager"),
        ("ICON", "interaction_concentrator"),
        ("Avaya AES", "avaya_aes"),
        ("Switch", "switch"),
        ("PABX", "switch"),
        ("Central Telefonica", "switch"),
        ("Softswitch", "softswitch"),
    ],
)
def test_names_people_write(written, key):
    assert CATALOG.component(written).key == key
    assert CATALOG.known(written) is CATALOG.component(key)


@pytest.mark.parametrize("component", CATALOG.components, ids=lambda component: component.key)
def test_every_name_of_every_component_leads_to_it(component):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", component.key)
    assert all(CATALOG.component(name) is component for name in component.names)


@pytest.mark.parametrize(("written", "guess"), [("Mesage Server", "'Message Server'"), ("SIPP SERVER", "'SIP Server'")])
def test_unknown_name_has_a_guess(written, guess):
    assert CATALOG.known(written) is None
    with pytest.raises(CatalogError) as caught:
        CATALOG.component(written)
    assert f"Did you mean {guess}?" in str(caught.value)


@pytest.mark.parametrize("written", ["", " ", "cfg", "???", "Ωmega"])
def test_names_of_nothing(written):
    with pytest.raises(CatalogError):
        CATALOG.component(written)


# fmt: off
FACTS = [
    ("configuration_server", "2020/tcp", "communication", "field"),
    ("configuration_server", "not fixed", "communication", "course"),
    ("configuration_server", "not fixed", "ha-sync", "default"),
    ("configuration_server_proxy", "unknown", "communication", "unknown"),
    ("configuration_server_proxy", "not fixed", "ha-sync", "default"),
    ("lca", "4999/tcp", "control", "default"),
    ("genesys_deployment_agent", "5000/tcp", "control", "course"),
    ("solution_control_server", "3600/tcp", "communication", "course"),
    ("message_server", "5150/tcp", "communication", "course"),
    ("snmp_master_agent", "161/udp", "management", "convention"),
    ("network_management_system", "162/udp", "management", "convention"),
    ("snmp_master_agent", "705/tcp", "management", "convention"),
    ("license_manager", "7260/tcp", "licence", "field"),
    ("t_server", "unknown", "communication", "unknown"),
    ("sip_server", "3300/tcp", "communication", "field"),
    ("sip_server", "7010/tcp", "communication", "field"),
    ("sip_server", "8000/tcp", "communication", "example"),
    ("sip_server", "5060/udp", "sip", "course"),
    ("sip_server", "5060/tcp", "sip", "field"),
    ("sip_server", "5061/tls", "sip", "convention"),
    ("softphone", "5060", "sip", "convention"),
    ("softphone", "5090", "sip", "field"),
    *((key, "5060", "sip", "convention") for key in ("media_gateway", "softswitch", "media_server")),
    *((key, "unknown", "media", "unknown") for key in ("softphone", "media_gateway", "media_server")),
    ("agent_desktop", "unknown", "communication", "unknown"),
    ("stat_server", "2060/tcp", "communication", "example"),
    ("genesys_web_services", "8090/tcp", "http", "default"),
    ("resource_manager", "5090", "sip", "example"),
    ("resource_manager", "5070", "sip", "example"),
    ("media_control_platform", "20000-45000/udp", "media", "example"),
    ("orchestration_server", "11200/tcp", "http", "example"),
    ("sip_feature_server", "8080/tcp", "http", "example"),
    ("gir_webdav", "80/tcp", "http", "default"),
    ("gir_webdav", "443/tls", "http", "default"),
    ("switch", "unknown", "cti-link", "unknown"),
    ("switch", "unknown", "management", "unknown"),
    ("avaya_aes", "450/tcp", "cti-link", "convention"),
    ("avaya_aes", "9999/tcp", "cti-link", "convention"),
    ("avaya_aes", "9998/tls", "cti-link", "convention"),
    ("avaya_aes", "5678/tcp", "cti-link", "convention"),
    ("database", "1521/tcp", "database", "convention"),
    ("database", "5432/tcp", "database", "convention"),
    ("database", "1433/tcp", "database", "convention"),
    *((key, "unknown", "database", "unknown") for key in ("configuration_database", "log_database")),
    *((key, "unknown", "communication", "unknown") for key in (
        "db_server", "universal_routing_server", "interaction_server", "outbound_contact_server",
        "call_progress_detection_server", "universal_contact_server", "interaction_concentrator",
        "license_reporting_manager", "gax", "cti_connector", "supplementary_services_gateway",
    )),
]
# fmt: on


#: What has 5060 where nothing else is said (RFC 3261, section 19.1.2).
SIP_DEVICES = ("softphone", "media_gateway", "softswitch", "media_server")


def test_every_number_with_its_basis():
    found = [(component.key, str(port), str(port.purpose), str(port.basis)) for component, port in CATALOG.entries()]
    assert sorted(found) == sorted(FACTS)


@pytest.mark.parametrize(("component", "port"), CATALOG.entries(), ids=str)
def test_no_number_without_a_source(component, port):
    assert port.source
    assert (port.basis is Basis.UNKNOWN) <= (port.number is None)


def test_only_these_are_called_defaults():
    assert {port.number for _, port in CATALOG.entries() if port.basis is Basis.DEFAULT} == {
        None, 4999, 8090, 80, 443,
    }  # fmt: skip


def test_start_order():
    ordered = [one for one in CATALOG.components if one.start_order is not None]
    assert [one.key for one in sorted(ordered, key=lambda one: one.start_order or 0)] == [
        "configuration_database",
        "configuration_server",
        "gax",
        "lca",
        "solution_control_server",
        "message_server",
        "log_database",
        "snmp_master_agent",
        "t_server",
        "sip_server",
        "stat_server",
    ]
    assert "Dep/Seq" in CATALOG.start_source
    assert CATALOG.component("ors").start_order is None


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("5060", ["sip_server", *SIP_DEVICES]),
        ("5060/udp", ["sip_server"]),
        ("5060/tls", []),
        ("5060 / udp", ["sip_server"]),
        (" 05060/ UDP ", ["sip_server"]),
        pytest.param("0" * 5000 + "5060", ["sip_server", *SIP_DEVICES], id="many zeros"),
        pytest.param("5060" * 1250, [], id="5,000 digits"),
        pytest.param("0" * 5000, [], id="only zeros"),
        ("20000-45000/udp", ["media_control_platform"]),
        ("5090", ["softphone", "resource_manager"]),
        ("25000", ["media_control_platform"]),
        ("45000", ["media_control_platform"]),
        ("45001", []),
        ("20000-45000", ["media_control_platform"]),
        ("scs", ["solution_control_server"]),
        ("proxy", ["configuration_server_proxy"]),
        ("messageserv", ["message_server"]),
        ("licence", ["license_manager"]),
        ("HTTP", ["sip_feature_server", "genesys_web_services", "orchestration_server", "gir_webdav"]),
        ("webdav", ["gir_webdav"]),
        ("AgentX", ["snmp_master_agent"]),
        ("CTI", ["switch", "avaya_aes", "cti_connector"]),
        ("CTI link", ["switch", "avaya_aes"]),
        ("cti-link", ["switch", "avaya_aes"]),
        ("ebdav", ["gir_webdav"]),
        ("no such thing", []),
        ("???", []),
    ],
)
def test_entries_of_a_word(word, keys):
    assert list(dict.fromkeys(component.key for component, _ in CATALOG.entries(word))) == keys


def test_a_number_finds_only_its_ports():
    assert [str(port) for _, port in CATALOG.entries("5060")] == ["5060/udp", "5060/tcp", *["5060"] * 4]


@pytest.mark.parametrize("word", ["", "  "])
def test_no_word_finds_everything(word):
    assert {component.key for component, _ in CATALOG.entries(word)} == {one.key for one in CATALOG.components}


def test_table_has_basis_and_source():
    table = CATALOG.table("message_server")
    assert table.columns[:5] == ("Component", "Port", "For", "Basis", "Source")
    assert table.rows[0][:4] == ("Message Server", "5150/tcp", "communication", "course")
    assert len(CATALOG.table()) == len(CATALOG.entries())


def test_shown_in_a_notebook():
    for shown in (CATALOG, CATALOG.component("lca")):
        printed = []
        printer = type("Printer", (), {"text": printed.append})()
        shown._repr_pretty_(printer, False)
        assert printed == [str(shown)]
        assert "4999/tcp" in str(shown)
        assert "<td" in shown._repr_html_()


def test_component_table():
    table = CATALOG.component("lca").table()
    assert table.caption == "Local Control Agent (lca)"
    assert dict(zip(table.columns, table.rows[0], strict=True))["Set where"] == "Host object, LCA port"


def test_loaded_once():
    assert load_catalog() is CATALOG


def test_pickle():
    copy = pickle.loads(pickle.dumps(CATALOG))
    assert copy == CATALOG
    assert copy.component("scs") == CATALOG.component("scs")


# --- what the loader refuses

GOOD = '[[component]]\nkey = "a_server"\nname = "A Server"\n'


def test_component_without_ports_is_unknown():
    (port,) = parse_catalog(f'unknown_source = "Nowhere."\n{GOOD}').components[0].ports
    assert (port.number, port.basis, port.source) == (None, Basis.UNKNOWN, "Nowhere.")
    assert (port.transport, port.purpose) == (Transport.TCP, Purpose.COMMUNICATION)
    assert not port.has(5150)


# fmt: off
REFUSED = [
    (GOOD + 'ports = [{ number = 5150 }]', "port 5150 has no basis or no source"),
    (GOOD + 'ports = [{ number = 5150, basis = "default" }]', "port 5150 has no basis or no source"),
    (GOOD + 'ports = [{ number = 5150, source = "x" }]', "port 5150 has no basis or no source"),
    (GOOD + 'ports = [{ number = 5150, basis = "", source = "x" }]', "port 5150 has no basis or no source"),
    (GOOD + 'ports = [{ number = 5150, basis = "hearsay", source = "x" }]', "'hearsay' is not a basis"),
    (GOOD + 'ports = [{ number = 5150, basis = "unknown", source = "x" }]', "an unknown port has no number"),
    (GOOD + 'ports = [{ last = 5150, basis = "field", source = "x" }]', "a range has a first one"),
    (GOOD + 'ports = [{ number = 0, basis = "field", source = "x" }]', "'0' is not a port number"),
    (GOOD + 'ports = [{ number = "5150", basis = "field", source = "x" }]', "'5150' is not a port number"),
    (GOOD + 'ports = [{ number = 9, last = 5, basis = "field", source = "x" }]', "'9-5' is not a port number"),
    (GOOD + 'ports = [{ number = 9, transport = "sctp", basis = "field", source = "x" }]', "'sctp' is not a tran"),
    (GOOD + 'ports = [{ number = 9, purpose = "fun", basis = "field", source = "x" }]', "'fun' is not a purpose"),
    (GOOD + 'ports = [{ nummer = 9, basis = "field", source = "x" }]', "the field 'nummer' is not known"),
    (GOOD + 'colour = "red"', "the field 'colour' is not known"),
    (GOOD, "port None has no basis or no source"),
    ('[[component]]\nkey = "A Server"\nname = "A"', "needs a key in snake_case and a name"),
    ('[[component]]\nkey = "a_server"', "needs a key in snake_case and a name"),
    ('unknown_source = "x"\n' + GOOD + GOOD, "Two components of the catalogue go by the name 'aserver'"),
    ('[[component]', "Expected"),
]
# fmt: on


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_refused(text, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_catalog(text)


def test_all_problems_at_once():
    text = GOOD + "ports = [{ number = 1 }, { number = 2 }]\n"
    with pytest.raises(ValueError, match=r"(?s)port 1 has no.*port 2 has no"):
        parse_catalog(text)
