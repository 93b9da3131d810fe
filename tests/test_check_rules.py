"""Every finding code: a plan that has it, and plans that nearly do."""

from dataclasses import replace

import pytest

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
from genesys_ports.plan import check
from genesys_ports.plan.codes import CODES
from genesys_ports.plan.findings import Change

LINUX, WINDOWS = Platform.LINUX, Platform.WINDOWS


def port(text, port_id="default", purpose="communication", address=""):
    """`5150`, `5060/udp`, `20000-20010/udp`."""
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


def app(name, *ports, host="h", type="", backup="", info=None, team="", dn=""):
    """An application; a port written as text gets the port id `default`, the next ones `id1`, `id2` …"""
    made = tuple(
        port(one, "default" if n == 0 else f"id{n}") if isinstance(one, str) else one for n, one in enumerate(ports)
    )
    return Application(
        name=name, host=host, type=type, ports=made, backup=backup, server_info_port=info, team=team, dn=dn
    )


def plan(*parts, hosts=None, platform=None, blocks=()):
    """A plan of applications and connections; hosts that are not given are those the applications name."""
    applications = tuple(one for one in parts if isinstance(one, Application))
    if hosts is None:
        hosts = [Host(name=name, platform=platform) for name in dict.fromkeys(one.host for one in applications)]
    connections = tuple(one for one in parts if isinstance(one, Connection))
    return Deployment(hosts=tuple(hosts), applications=applications, connections=connections, blocks=tuple(blocks))


def link(client, server, port_id="default", **options):
    return Connection(client=client, server=server, port_id=port_id, **options)


def host(name, address=None, platform=None, lca=None):
    return Host(name=name, address=address, platform=platform, lca_port=lca)


SIP, STAT = "SIP Server", "Stat Server"
TWO_HOSTS = [host("h", "10.0.0.1"), host("k", "10.0.0.1")]

#: The code, a plan that has it, words of the message, words of the proposal.
HITS = [
    # --- in each other's way
    ("GP101", plan(app("a", "7001"), app("b", "7001")), "planned twice: a and b", "7002 for b (next free)"),
    ("GP101", plan(app("a", "7001"), app("b", "7001"), app("c", "7001")), "3 times: a, b and c", "7002 for b"),
    (
        "GP101",
        plan(app("a", "7001"), app("b", "7001", host="k"), hosts=TWO_HOSTS),
        "7001/tcp on h = k is",
        "7002 for b",
    ),
    ("GP101", plan(app("a", "7001"), app("b", port("7001", address="10.0.0.2")), platform=LINUX), "twice", "7002"),
    ("GP101", plan(app("a", port("7001", address="::")), app("b", "7001"), platform=LINUX), "twice", "7002 for b"),
    ("GP101", plan(app("a", "7001/udp"), app("b", "7001/udp")), "Port 7001/udp on h", "7002 for b"),
    # Names that differ in capital letters only are one machine, with whatever address.
    (
        "GP101",
        plan(app("a", "7001", host="gen"), app("b", "7001", host="GEN")),
        "7001/tcp on gen = GEN is",
        "7002 for b",
    ),
    (
        "GP101",
        plan(app("a", "7001"), app("b", "7001", host="K"), hosts=[*TWO_HOSTS, host("K")]),
        "7001/tcp on h = K is",
        "7002 for b",
    ),
    ("GP102", plan(app("a", "7000-7010/udp"), app("b", "7005/udp")), "a 7000-7010/udp and b 7005/udp", "7011 for b"),
    ("GP102", plan(app("a", "7000-7010"), app("b", "7010-7019")), "overlap", "7020-7029 for b"),
    ("GP103", plan(app("a", "7001"), app("b", "7001/tls")), "as TLS and as plain TCP", "7002 for b"),
    (
        "GP104",
        plan(app("a", "7001"), app("b", port("7001", address="10.0.0.2"))),
        "does not say which",
        "State the pla",
    ),
    (
        "GP104",
        plan(app("a", "7001"), app("b", port("7001", address="10.0.0.2")), platform=WINDOWS),
        "SO_EXCLUSIVEADDRUSE",
        "7002 for b",
    ),
    ("GP104", plan(app("a", port("7001", address="x")), app("b", port("7001", address="y"))), "a name stands", "7002"),
    ("GP105", plan(app("a", "4999"), hosts=[host("h", lca=4999)]), "Local Control Agent", "4900 for a"),
    ("GP105", plan(app("a", "4999"), hosts=[host("h", lca=1999)]), "Port 4999/tcp on h", "4900 for a"),
    # --- one server, and pairs
    ("GP201", plan(app("a", "7001", "7001")), "several port ids on port 7001/tcp: default and id1", "7002 for a:id1"),
    ("GP202", plan(app("a", "7001", info=7002)), "7002 in Server Info, and 7001", "Write 7001 in Server Info"),
    ("GP202", plan(app("a", port("7001", "x"), info=7002)), "none of its port ids", "same"),
    ("GP210", plan(app("s", port("5060/udp", "sip", "sip"), type=SIP)), "5060/udp only for SIP", "Plan 5060/tcp"),
    ("GP210", plan(app("s", port("5070/tcp", "sip", "sip"), type="SIPS")), "5070/tcp only for SIP", "Plan 5070/udp"),
    ("GP210", plan(app("SIPServer_P", port("5060/udp", "sip", "sip"))), "5060/udp only for SIP", "Plan 5060/tcp"),
    # Sheets without a column Purpose: what a SIP Server has on 5060, over UDP, or as sip… is its SIP port.
    ("GP210", plan(app("s", "5060/udp", type=SIP)), "5060/udp only for SIP", "Plan 5060/tcp"),
    ("GP210", plan(app("s", "8000", "5060", type=SIP)), "5060/tcp only for SIP", "Plan 5060/udp"),
    ("GP210", plan(app("s", "8000", "5070/udp", type=SIP)), "5070/udp only for SIP", "Plan 5070/tcp"),
    ("GP210", plan(app("s", port("5070", "SIP-2", "other"), type=SIP)), "5070/tcp only for SIP", "Plan 5070/udp"),
    ("GP210", plan(app("SIPServer_P", "5060/udp")), "5060/udp only for SIP", "Plan 5060/tcp"),
    ("GP211", plan(app("s", "7001", type=SIP)), "no SIP port is planned", "sip-port"),
    ("GP211", plan(app("s", type=SIP)), "no SIP port is planned", "sip-port"),
    ("GP211", plan(app("s", "8000", "161/udp", type=SIP)), "no SIP port is planned", "sip-port"),
    ("GP211", plan(app("s", port("4700/udp", purpose="management"), type=SIP)), "no SIP port is planned", ""),
    ("GP211", plan(app("s", port("5060", "snmp", "management"), type=SIP)), "no SIP port is planned", ""),
    ("GP220", plan(app("p", "7001", backup="b"), app("b", "7001")), "p and its backup b", "7002 for b"),
    ("GP220", plan(app("b", "7001"), app("p", "7001", backup="b")), "p and its backup b", "7002 for p"),
    ("GP221", plan(app("p", "7001", backup="b"), app("b", "7002", host="k")), "7001/tcp and 7002/tcp", "7001 for b"),
    ("GP222", plan(app("p", "7001", "7002", backup="b"), app("b", "7001", host="k")), "id1", "for both"),
    ("GP222", plan(app("p", "7001", backup="b"), app("b", "7001", "7002", host="k")), "b has the port id id1", ""),
    ("GP223", plan(app("p", type="URS", backup="b"), app("b", type="OCS")), "p is a URS", "same type"),
    ("GP224", plan(app("p", backup="b"), app("q", backup="b"), app("b")), "backup of 2 primaries: p and q", "for each"),
    ("GP225", plan(app("p", backup="MS-B"), app("ms_b")), "no such application", "Write ms_b"),
    ("GP225", plan(app("p", backup="x")), "names x as its backup", "Mend the name"),
    ("GP226", plan(app("p", backup="p")), "names itself", "primary only"),
    ("GP226", plan(app("p", backup="b"), app("b", backup="p")), "each name the other", ""),
    ("GP226", plan(app("p", backup="b"), app("b", backup="c"), app("c")), "names a backup of its own: c", ""),
    # --- connections
    (
        "GP301",
        plan(app("a"), app("b", "7001"), link("a", "b", "x")),
        "port id x of b, which has: default",
        "Write b:default, if",
    ),
    ("GP301", plan(app("a"), app("b", port("7001", "sip")), link("a", "b")), "which has: sip", "Write b:sip, if"),
    ("GP301", plan(app("a"), app("b", "7001", "7002"), link("a", "b", "x")), "id1 and default", "Name a port id that"),
    (
        "GP301",
        plan(app("a"), app("c"), app("b"), link("a", "b"), link("c", "b")),
        "a and c connect to b, which opens",
        "",
    ),
    ("GP301", plan(app("a"), app("b"), link("a", "b")), "a connects to b, which opens no port", ""),
    ("GP302", plan(app("a"), app("Stat_Server", "7001"), link("a", "stat server")), "no such", "Write Stat_Server"),
    ("GP302", plan(app("a"), app("c"), link("a", "b"), link("c", "b")), "a and c connect to b", "Mend the name"),
    ("GP302", plan(app("b", "7001"), link("a", "b")), "no application a", ""),
    ("GP302", plan(app("a"), app("sip_server", "7001"), link("a", "sip_sever")), "sip_sever", "Write sip_server, if"),
    ("GP302", plan(app("a"), app("SIP_Server", "7001"), link("a", "sipserver")), "sipserver", "Write SIP_Server, if"),
    ("GP302", plan(app("a"), app("stat_server", "7001"), link("a", "urs")), "a connects to urs", "Mend the name"),
    ("GP303", plan(app("a", "7001"), link("a", "a")), "a connects to itself", ""),
    (
        "GP304",
        plan(app("a"), app("b", "7001/tls", "7002"), link("a", "b", secure=False)),
        "plain connection (tls=0) to b, port 7001/tls",
        "port id id1 (7002/tcp)",
    ),
    ("GP305", plan(app("a"), app("b", "7001"), link("a", "b", secure=True)), "(tls=1) to b, port 7001/tcp", "secure"),
    (
        "GP310",
        plan(app("a", "7001"), app("b", "7002", host="k"), app("c"), link("c", "b", client_port=7001)),
        "client port of c → b, and planned for listening: a",
        "Fix 7002 for c → b",
    ),
    (
        "GP310",
        plan(
            app("c", host="h"),
            app("b", "7", host="k"),
            link("c", "b", client_port=4999),
            hosts=[host("h", lca=4999), host("k")],
        ),
        "listening: Local Control Agent",
        "Fix 4900",
    ),
    (
        "GP311",
        plan(
            app("a"),
            app("b", "7002", host="k"),
            app("c"),
            link("a", "b", client_port=4500),
            link("c", "b", client_port=4500),
        ),
        "more than one connection: a → b and c → b",
        "Fix 4501 for c → b",
    ),
    (
        "GP311",
        plan(app("p", backup="q"), app("q"), app("b", "7002", host="k"), link("p", "b", client_port=4500)),
        "p → b and p → b (taken over by q)",
        "Fix 4501",
    ),
    ("GP312", plan(app("a"), app("b", "7001"), link("a", "b", client_port=50000)), "client port 50000", "reserve it"),
    # --- numbers
    ("GP403", plan(app("a"), hosts=[host("h", lca=1999)]), "start on 4999", "4999"),
    ("GP403", plan(app("lca_h", "1500", type="LCA")), "on port 1500", "4999"),
    (
        "GP404",
        plan(app("a", "40000"), platform=LINUX),
        "32768-60999 for outgoing connections",
        "32700 for a (next free). Or reserve the numbers on the host (Linux: net.ipv4.ip_local_reserved_ports).",
    ),
    ("GP404", plan(app("a", "65535")), "32768-60999 (Linux) or 49152-65535 (Windows)", "reserve"),
    ("GP404", plan(app("a", "32000-33000")), "a 32000-33000/tcp", "reserve"),
    ("GP405", plan(app("m", port("20000-45000/udp", "rtp", "media")), platform=LINUX), "media ranges reach", ""),
    (
        "GP406",
        plan(app("a", "1023", type=STAT), platform=LINUX),
        "below 1024 need administrator rights: a 1023/tcp",
        "1024 for a (next free). Or give the program the right to open its number.",
    ),
    (
        "GP407",
        plan(app("a", "50000"), platform=WINDOWS),
        "49152-65535 on h",
        "49100 for a (next free). On the host,  net",
    ),
    ("GP409", plan(app("a", "3306", type=STAT)), "well known for MySQL: a 3306/tcp", "3307 for a (next free)."),
    (
        "GP409",
        plan(app("a", port("3306", purpose="sip"))),
        "well known for MySQL: a 3306/tcp",
        "3307 for a (next free).",
    ),
    ("GP409", plan(app("StatServer_P", "443")), "well known for HTTPS: StatServer_P", "1024 for StatServer_P (next"),
    # What the sheet does not name may be just that service.
    (
        "GP409",
        plan(app("a", "3306")),
        "well known for MySQL: a 3306/tcp",
        "If a is the service known for this number, say so in the column Type or Purpose; else plan 3307 for it.",
    ),
    (
        "GP409",
        plan(app("a", "3306"), app("b", "3306", host="k"), hosts=[host("h"), host("k")]),
        "a 3306/tcp",
        "If a is the service known",
    ),
    (
        "GP406",
        plan(app("a", "900"), app("b", "901", type="Our own"), app("c", "902-903"), app("d", "904")),
        "a 900/tcp, b 901/tcp, c 902-903/tcp and d 904/tcp",
        "say so in the column Type or Purpose. For the others plan 1024 for a, 1025 for b and 2 more.",
    ),
    (
        "GP406",
        plan(app("a", port("443/tls", purpose="http"))),
        "a 443/tls",
        "a has the usual number of its service: give it the right to open this number.",
    ),
    (
        "GP406",
        plan(app("ldap_srv", "636"), app("w", port("80", purpose="http"))),
        "ldap_srv 636/tcp and w 80/tcp",
        "ldap_srv and w have the usual numbers of their services",
    ),
    (
        "GP410",
        plan(app("a", "3306"), blocks=[Block(first=5100, last=5199, host="h")]),
        "outside it: a 3306/tcp",
        "else plan 5100 for it. Or make the block larger.",
    ),
    ("GP512", plan(app("a", "4999")), "default of Local Control Agent", "If a is the service known for this number"),
    (
        "GP409",
        plan(app("a", "3306"), app("x", "1024-32767")),
        "well known for MySQL",
        "No number is left on h for a: plan another host.",
    ),
    ("GP409", plan(app("a", "5060", type=STAT)), "well known for SIP", "5062 for a"),
    (
        "GP410",
        plan(app("a", "7001"), blocks=[Block(first=5100, last=5199, host="h")]),
        "block of h is 5100-5199",
        "5100 for a (next free in block 5100-5199). Or make the block larger.",
    ),
    (
        "GP410",
        plan(app("a", "5199-5200", team="t"), blocks=[Block(first=5100, last=5199, team="t")]),
        "of team t",
        "5100-5101 for a (next free in block 5100-5199)",
    ),
    (
        "GP411",
        plan(blocks=[Block(first=5100, last=5199, team="a"), Block(first=5199, last=5250, team="b")]),
        "team a (5100-5199) and of team b (5199-5250)",
        "",
    ),
    # --- names and the catalogue
    ("GP501", plan(app("Message Server")), "Message Server", "underscores"),
    ("GP502", plan(app("ms-p")), "ms-p", "underscore"),
    ("GP503", plan(hosts=[host("Host 1")]), "Host 1", "DNS"),
    ("GP503", plan(hosts=[host("-h")]), "-h", "DNS"),
    (
        "GP504",
        plan(app("phone_1", dn="1001"), app("x", type="Telefone", dn="1001")),
        "DN 1001 belongs to 2 phones: phone_1 and x",
        "Give each",
    ),
    (
        "GP504",
        plan(
            app("phone_1", dn="1001"),
            app("phone_2", dn="1001"),
            app("m", type="Message Server"),
            app("s", type=SIP, backup="t"),
            app("t", type=SIP),
            link("phone_1", "s"),
            link("phone_1", "t"),
            link("phone_2", "t"),
            link("phone_2", "m"),
            link("phone_2", "n"),
        ),
        "phone_1 and phone_2",
        "two SIP Servers may each have",
    ),
    ("GP510", plan(app("a", type="Mesage Server")), "'Mesage Server'", ""),
    (
        "GP511",
        plan(app("a", "3600", type="SCS")),
        "3600 is for Solution Control Server in the course, and not a documented default",
        "",
    ),
    ("GP512", plan(app("a", "4999", type="Stat Server")), "default of Local Control Agent", "4900 for a (next free)."),
    ("GP512", plan(app("a", "4999")), "default of Local Control Agent", ""),
    # --- hosts
    ("GP601", plan(hosts=TWO_HOSTS), "h and k have one IP address: 10.0.0.1", "one name"),
    ("GP601", plan(hosts=[host("h", "::ffff:10.0.0.1"), host("k", "10.0.0.1")]), "h and k", ""),
    ("GP602", plan(hosts=[host("gen-1"), host("GEN-1")]), "gen-1 and GEN-1 look like", "one name"),
    ("GP602", plan(hosts=[host("gen-1"), host("gen-1.example.com", "10.0.0.1")]), "look like one machine", ""),
]

#: The code, and a plan that nearly has it.
NEAR_MISSES = [
    ("GP101", plan(app("a", "7001"), app("b", "7001", host="k"))),
    ("GP101", plan(app("a", "7001"), app("b", "7001/udp"))),
    ("GP101", plan(app("a", "7001"), app("b", "7002"))),
    ("GP101", plan(app("a", port("7001", address="10.0.0.1")), app("b", port("7001", address="10.0.0.2")))),
    ("GP101", plan(app("a", "7001"), app("b", port("7001", address="::1")), platform=LINUX)),
    ("GP101", plan(app("a", "7001"), app("b", port("7001", address="10.0.0.2")), platform=WINDOWS)),
    ("GP102", plan(app("a", "7000-7010"), app("b", "7011"))),
    ("GP102", plan(app("a", "7000-7010/udp"), app("b", "7005"))),
    ("GP102", plan(app("a", "7000-7010"), app("b", "7005", host="k"))),
    ("GP103", plan(app("a", "7001/udp"), app("b", "7001/tls"))),
    ("GP103", plan(app("a", "7001/tls"), app("b", "7001/tls"))),
    ("GP104", plan(app("a", port("7001", address="10.0.0.1")), app("b", port("7001", address="10.0.0.2")))),
    ("GP104", plan(app("a", "7001"), app("b", "7001"))),
    ("GP105", plan(app("lca_h", "4999", type="LCA"), hosts=[host("h", lca=4999)])),
    ("GP105", plan(app("a", "4999/udp"), hosts=[host("h", lca=4999)])),
    ("GP105", plan(app("a", "4999", host="k"), hosts=[host("h", lca=4999), host("k")])),
    ("GP201", plan(app("a", "7001", "7001/udp"))),
    ("GP202", plan(app("a", "7001", info=7001))),
    ("GP202", plan(app("a", info=7001))),
    ("GP202", plan(app("a", port("7001", "x"), info=7001))),
    ("GP210", plan(app("s", port("5060/udp", "sip", "sip"), port("5060", "sip-tcp", "sip"), type=SIP))),
    ("GP210", plan(app("s", port("5060/udp", "sip", "sip"), type="Stat Server"))),
    ("GP210", plan(app("s", port("5061/tls", "sips", "sip"), type=SIP))),
    ("GP210", plan(app("s", "5060", "5060/udp", "8000", type=SIP))),
    ("GP210", plan(app("s", port("5060/udp", "sip", "sip"), "5060", type=SIP))),
    ("GP210", plan(app("s", "5070", "5070/udp", type=SIP))),
    ("GP210", plan(app("s", "5060/udp", type="Stat Server"), app("t", "5060/udp"))),
    # Where the purpose is stated, it is believed.
    ("GP210", plan(app("s", port("5060/udp", "a", "sip"), port("5060", "b", "sip"), "5062/udp", type=SIP))),
    *(("GP211", plan(app("s", number, type=SIP))) for number in ("5060/udp", "5060", "5061/tls", "5070/udp")),
    ("GP211", plan(app("s", port("5061/tls", "sips", "sip"), type=SIP))),
    ("GP211", plan(app("SIPServer_P", "7001"))),
    ("GP220", plan(app("p", "7001", backup="b"), app("b", "7001", host="k"))),
    ("GP220", plan(app("p", "7001", backup="b"), app("b", "7002"))),
    ("GP221", plan(app("p", "7001", backup="b"), app("b", "7001", host="k"))),
    ("GP221", plan(app("p", "7001", backup="b"), app("b", "7002"))),
    ("GP222", plan(app("p", "7001", "7002", backup="b"), app("b", host="k"))),
    ("GP223", plan(app("p", type="URS", backup="b"), app("b", type="Universal Routing Server"))),
    ("GP223", plan(app("p", type="Our own", backup="b"), app("b", type="our own"))),
    ("GP224", plan(app("p", backup="b"), app("q", backup="c"), app("b"), app("c"))),
    ("GP225", plan(app("p", backup="b"), app("b"))),
    ("GP226", plan(app("p", backup="b"), app("b"))),
    ("GP301", plan(app("a"), app("b", "7001"), link("a", "b"))),
    ("GP302", plan(app("a"), app("b", "7001"), link("a", "b"))),
    ("GP303", plan(app("a", "7001"), app("b", "7002"), link("a", "b"))),
    ("GP304", plan(app("a"), app("b", "7001/tls"), link("a", "b"))),
    ("GP304", plan(app("a"), app("b", "7001"), link("a", "b", secure=False))),
    ("GP305", plan(app("a"), app("b", "7001/tls"), link("a", "b", secure=True))),
    ("GP310", plan(app("a", "7001"), app("b", "7002"), app("c", host="k"), link("c", "b", client_port=7001))),
    ("GP310", plan(app("a", "7001/udp"), app("b", "7002"), link("a", "b", client_port=7001))),
    (
        "GP310",
        plan(
            app("a", port("7001", address="10.0.0.1")),
            app("b", "7002"),
            link("a", "b", client_port=7001, client_address="10.0.0.2"),
        ),
    ),
    (
        "GP311",
        plan(app("a"), app("b", "7002"), app("c"), link("a", "b", client_port=4500), link("c", "b", client_port=4501)),
    ),
    (
        "GP311",
        plan(
            app("a"),
            app("b", "7002"),
            app("c", host="k"),
            link("a", "b", client_port=4500),
            link("c", "b", client_port=4500),
        ),
    ),
    (
        "GP311",
        plan(
            app("p", backup="q"), app("q"), app("b", "7002"), link("p", "b", client_port=4500, backup_client_port=4501)
        ),
    ),
    ("GP311", plan(app("p", backup="q"), app("q", host="k"), app("b", "7002"), link("p", "b", client_port=4500))),
    (
        "GP311",
        plan(
            app("p", backup="q"),
            app("q"),
            app("b", "7002"),
            link("p", "b", client_port=4500),
            link("q", "b", client_port=4501),
        ),
    ),
    ("GP312", plan(app("a"), app("b", "7001"), link("a", "b", client_port=4500))),
    ("GP312", plan(app("a"), app("b", "7001"), link("a", "b", client_port=40000), platform=WINDOWS)),
    ("GP403", plan(app("a", "1999"), hosts=[host("h", lca=2000)])),
    ("GP404", plan(app("a", "32767"), platform=LINUX)),
    ("GP404", plan(app("a", "61000"), platform=LINUX)),
    ("GP404", plan(app("a", "40000"), platform=WINDOWS)),
    ("GP404", plan(app("a", "50000"), platform=WINDOWS)),
    ("GP405", plan(app("m", port("20000-30000/udp", "rtp", "media")))),
    ("GP406", plan(app("a", "1024"))),
    ("GP406", plan(app("a", "900"), platform=WINDOWS)),
    ("GP406", plan(app("snmp", port("161/udp", purpose="management"), type="SNMP Master Agent"))),
    ("GP407", plan(app("a", "49151"), platform=WINDOWS)),
    ("GP409", plan(app("a", "3306/udp"))),
    ("GP409", plan(app("a", port("3306", purpose="database")))),
    ("GP409", plan(app("MySQL_1", "3306"))),
    ("GP409", plan(app("a", "1521", type="Database"))),
    # Sheets without types and purposes: what serves SIP, or the web, is known by its name.
    *(("GP409", plan(app(name, "5060/udp"))) for name in ("SIP_P", "sbc01", "GVP_RM")),
    *(("GP409", plan(app(name, "8080"))) for name in ("nginx", "WebPortal", "GAX_2")),
    *(("GP409", plan(app(name, "1433"))) for name in ("cfgdb", "SQL_1")),
    ("GP409", plan(app("s", port("5060/udp", "sip", "sip"), port("5060", "sip-tcp", "sip"), type=SIP))),
    ("GP410", plan(app("a", "5150"), blocks=[Block(first=5100, last=5199, host="h")])),
    ("GP410", plan(app("lca_h", "4999", type="LCA"), blocks=[Block(first=5100, last=5199, host="h")])),
    ("GP410", plan(app("a", "7001", host="k"), blocks=[Block(first=5100, last=5199, host="h")])),
    (
        "GP410",
        plan(
            app("a", "7001", team="t"),
            blocks=[Block(first=7000, last=7100, team="t"), Block(first=5100, last=5199, host="h")],
        ),
    ),
    ("GP411", plan(blocks=[Block(first=5100, last=5199, team="a"), Block(first=5200, last=5250, team="b")])),
    ("GP411", plan(blocks=[Block(first=5100, last=5199, team="a"), Block(first=5100, last=5250, host="b")])),
    ("GP501", plan(app("Message_Server_1"), app("Estatísticas"), app("1_x"), app("a-b"))),
    ("GP502", plan(app("ms_p"))),
    ("GP503", plan(hosts=[host("gen-fw-01.example.com"), host("gen_fw"), host("10.0.0.1")])),
    ("GP504", plan(app("phone_1", dn="1001"), app("phone_2", dn="1002"), app("phone_3"), app("phone_4"))),
    ("GP504", plan(app("gw_1", type="Media Gateway", dn="9"), app("gw_2", type="Media Gateway", dn="9"))),
    ("GP504", plan(app("phone_1", dn="2000"), app("m", type="Media Server", dn="2000"))),
    (
        "GP504",
        plan(
            app("phone_1", dn="1001"),
            app("phone_2", dn="1001"),
            app("s", type=SIP),
            app("t", type=SIP),
            link("phone_1", "s"),
            link("phone_2", "t"),
        ),
    ),
    ("GP510", plan(app("a", type="CFGMessageServer"), app("b"))),
    ("GP511", plan(app("a", "4999", type="LCA"), app("b", "3601", type="SCS"), app("c", "3600/udp", type="SCS"))),
    ("GP512", plan(app("lca_h", "4999"), app("x", port("8090", purpose="http"), type="SIP Feature Server"))),
    ("GP512", plan(app("a", "4999/udp", type="Stat Server"))),
    ("GP601", plan(hosts=[host("h", "10.0.0.1"), host("k", "10.0.0.2"), host("l"), host("m")])),
    ("GP602", plan(hosts=[host("gen-1", "10.0.0.1"), host("gen-1.example.com", "10.0.0.2"), host("gen-2")])),
    ("GP602", plan(hosts=[host("10"), host("10.0.0.1")])),
    ("GP601", plan(hosts=[host("h"), host("H")])),
    ("GP601", plan(hosts=[host("h", "10.0.0.1"), host("H", "10.0.0.2"), host("k")])),
    ("GP101", plan(app("a", "7001", host="h"), app("b", "7001", host="h.corp.local"))),
]


def test_every_code_of_a_plan_has_cases():
    # Those of bad cells and of the column Ignore come from files: test_check_rows.py.
    of_files = {"GP401", "GP402", "GP408", "GP603"}
    assert {code for code, *_ in HITS} | of_files == set(CODES)
    assert {code for code, _ in NEAR_MISSES} | of_files == set(CODES)


@pytest.mark.parametrize(("code", "planned", "message", "proposal"), HITS)
def test_hit(code, planned, message, proposal):
    findings = check(planned).by_code(code)
    assert any(message in one.message and proposal in one.proposal for one in findings), findings
    for one in findings:
        assert one.severity is CODES[code].severity
        assert one.why == CODES[code].why
        assert one.source
        assert one.proposal


@pytest.mark.parametrize(("code", "planned"), NEAR_MISSES)
def test_near_miss(code, planned):
    assert not check(planned).by_code(code), check(planned)


@pytest.mark.parametrize(
    ("hosts", "told"),
    [
        (["g", "G"], {"GP602": ["g and G look like one machine."]}),
        ([host("gen"), host("GEN"), host("Gen")], {"GP602": ["gen, GEN and Gen look like one machine."]}),
        ([host("gen"), host("GEN"), host("gen.corp")], {"GP602": ["gen, GEN and gen.corp look like one machine."]}),
        (
            [host("g"), host("G", "10.0.0.1"), host("k", "10.0.0.1")],
            {"GP601": ["G and k have one IP address: 10.0.0.1."], "GP602": ["g and G look like one machine."]},
        ),
    ],
)
def test_hosts_of_one_machine_are_told_of_once(hosts, told):
    found = {}
    for one in check(plan(hosts=[host(one) if isinstance(one, str) else one for one in hosts])):
        found.setdefault(one.code, []).append(one.message)
    assert found == told


def test_a_code_switched_off_is_not_found():
    for code, planned, *_ in HITS:
        assert not check(planned, ignore=[code]).by_code(code)


@pytest.mark.parametrize("code", ["GP101", "GP104"])
def test_the_platform_given_counts_where_a_host_states_none(code):
    ports = [app("a", "7001"), app("b", port("7001", address="10.0.0.2"))]
    stated = plan(*ports, platform=LINUX if code == "GP101" else WINDOWS)
    assert code in check(stated).codes
    assert code in check(stated, platform=WINDOWS).codes or code == "GP101"
    assert ("GP101" in check(plan(*ports), platform="linux").codes) is True
    assert ("GP101" in check(plan(*ports), platform="windows").codes) is False


# --- which of them moves, and where to

MOVES = [
    # The documented default stays, wherever it stands.
    (plan(app("x", "4999"), app("lca_1", "4999", type="LCA")), {"x": 4900}),
    (plan(app("x", "5060/udp"), app("s", port("5060/udp", purpose="sip"), type=SIP)), {"x": 5062}),
    # The one that clients connect to stays.
    (plan(app("a", "7001"), app("b", "7001"), app("c"), link("c", "b")), {"a": 7002}),
    # A range stays where one number is in its way, and moves as a whole.
    (plan(app("a", "7005"), app("b", "7000-7010")), {"a": 7011}),
    (plan(app("a", "7000-7003"), app("b", "7002-7003")), {"b": 7004}),
    # Inside the block; beside it when it is full.
    (plan(app("a", "5150"), app("b", "5150"), blocks=[Block(first=5148, last=5150, host="h")]), {"b": 5148}),
    (plan(app("a", "5150"), app("b", "5150"), blocks=[Block(first=5150, last=5150, host="h")]), {"b": 5151}),
    # Never the same number twice.
    (plan(app("a", "7001"), app("b", "7001"), app("c", "7001"), app("d", "7002")), {"b": 7003, "c": 7004}),
    # Both of a pair on two hosts, to a number that is free on both.
    (
        plan(app("a", "7001"), app("p", "7001", backup="q"), app("q", "7001", host="k"), app("x", "7002", host="k")),
        {"p": 7003, "q": 7003},
    ),
    # The same twice, on two hosts: moved once.
    (
        plan(
            app("a", "7001", backup="b"),
            app("b", "7001", host="k"),
            app("p", "7001", backup="q"),
            app("q", "7001", host="k"),
        ),
        {"p": 7002, "q": 7002},
    ),
    # SIP over UDP and TCP keeps one number.
    (
        plan(
            app("s", port("5060/udp", "sip", "sip"), port("5060", "sip-tcp", "sip"), type=SIP),
            app("t", port("5060/udp", "sip", "sip"), port("5060", "sip-tcp", "sip"), type=SIP),
        ),
        {"t": 5062},
    ),
    # A pair that has drifted apart, and of which one moves, meets on one number; the block of the other will do too.
    (
        plan(app("a", "7005", host="k"), app("p", "7001", backup="q"), app("q", "7005", host="k")),
        {"p": 7006, "q": 7006},
    ),
    (plan(app("p", "7001", backup="q"), app("q", "3306", type=STAT, host="k"), app("x", "3307")), {"q": 7001}),
    (
        plan(
            app("p", "3306", type=STAT, backup="q"),
            app("q", "3306", type=STAT, host="k"),
            blocks=[Block(first=5100, last=5199, host="k")],
        ),
        {"p": 5100, "q": 5100},
    ),
    # Who is the backup of two cannot follow both.
    (
        plan(app("p", "7001", backup="b"), app("q", "7002", host="k", backup="b"), app("b", "7003", host="l")),
        {},
    ),
    # The drift of a pair ends at the number of the primary; not when it is taken there.
    (plan(app("p", "7001", backup="q"), app("q", "7005", host="k")), {"q": 7001}),
    (plan(app("p", "7001", backup="q"), app("q", "7005", host="k"), app("x", "7001", host="k")), {}),
    (plan(app("p", "7001-7002", backup="q"), app("q", "7005", host="k")), {}),
    # A number that is a bad choice is nobody's to follow.
    (plan(app("p", "1", type=STAT, backup="q"), app("q", "7005", host="k")), {"p": 1024, "q": 1024}),
    (plan(app("p", "3306", backup="q"), app("q", "7005", host="k")), {}),
    (plan(app("p", "3306", type=STAT, backup="q"), app("q", "7005", host="k")), {"p": 3307, "q": 3307}),
    # Two over UDP do not both go along with the one over TCP.
    (
        plan(app("a", "5150", "5150/udp", "5150/udp"), hosts=[host("h", lca=5150)]),
        {("a", "default"): 5151, ("a", "id1"): 5151},
    ),
    # Nothing is left on the host.
    (plan(app("a", "1024-32767"), app("b", "1-1023"), app("c", "1024-32767")), {}),
]


IN_FULL_BLOCK = [Block(first=5150, last=5150, host="h")]

MOVES += [
    # What has a number by documentation keeps it; so does whoever is known to be that service.
    (plan(app("lca_h", "4999", type="LCA"), app("s", port("5060/udp", "sip", "sip"), type=SIP)), {}),
    (plan(app("MySQL_1", "3306"), app("snmp", port("161/udp", purpose="management"), type="SNMP Master Agent")), {}),
    (plan(app("m", port("20000-45000/udp", "rtp", "media"))), {}),
    # Where the system has all numbers beside it: beside those of the host.
    (plan(app("x", "7001"), app("a", "40000"), app("b", "40001"), platform=LINUX), {"a": 7002, "b": 7003}),
    (plan(app("a", "40000"), app("b", "22", type=STAT), platform=LINUX), {"a": 32700, "b": 1024}),
    (plan(app("a", "40000-40009"), platform=LINUX), {"a": 32700}),
    (plan(app("x", "7001"), app("a", "22", type=STAT), platform=LINUX), {"a": 7002}),
    # Both of a pair; UDP beside TCP; a port that is wrong in two ways.
    (plan(app("p", "3306", type=STAT, backup="q"), app("q", "3306", host="k")), {"p": 3307, "q": 3307}),
    (plan(app("a", "5060", "5060/udp", type=STAT)), {"a": 5062}),
    (plan(app("a", "40000"), blocks=[Block(first=5100, last=5199, host="h")]), {"a": 5100}),
    # Who moves away from a collision is not moved again; who stays there may be.
    (plan(app("a", "3306", type=STAT), app("b", "3306", type=STAT)), {"a": 3308, "b": 3307}),
    # Who is the service, or may be, stays where it is, in a block or out of it.
    *(
        (plan(one, blocks=blocks), {})
        for one in (
            app("a", "3306"),
            app("a", "4999"),
            app("a", "900"),
            app("ldap_srv", "636"),
            app("ldap_srv", "389/udp"),
            app("a", "53/udp", type="DNS"),
            app("a", port("161", purpose="management")),
            app("a", port("22", purpose="management")),
            *(app("a", port(number, purpose="http")) for number in ("80", "443/tls", "8080", "8443/tls", "8090")),
        )
        for blocks in ((), [Block(first=5100, last=5199, host="h")])
    ),
    (plan(app("a", "3306"), app("b", "3306", type="MySQL"), app("c", "3306", type=STAT)), {"a": 3307, "c": 3308}),
    (plan(app("a", "443", type=STAT), app("b", "443")), {"a": 1024}),
    # A partner tells what both are; nobody is to follow one that may stay, nor leaves a number of its own to follow.
    (plan(app("p", "3306", backup="q"), app("q", "3306", type=STAT, host="k")), {"p": 3307, "q": 3307}),
    (plan(app("p", "7001", backup="q"), app("q", port("443", purpose="http"), host="k")), {}),
    (plan(app("p", "7001", backup="q"), app("q", "3306", host="k")), {}),
    # Nobody leaves a block for a better number, nor goes where it would be as bad.
    (plan(app("a", "5150"), app("b", "7001"), blocks=IN_FULL_BLOCK), {}),
    (plan(app("a", "40000"), blocks=[Block(first=40000, last=40099, host="h")], platform=LINUX), {}),
    (plan(app("a", "7001"), blocks=[Block(first=4999, last=4999, host="h")]), {}),
    # Two blocks: a number that is right for one of a pair is not pressed upon the other.
    (
        plan(
            app("p", "3306", type=STAT, backup="q"),
            app("q", "3306", host="k"),
            blocks=[Block(first=3306, last=3309, host="h"), Block(first=3308, last=3309, host="k")],
        ),
        {"p": 3308, "q": 3308},
    ),
]


@pytest.mark.parametrize(("planned", "moved"), MOVES)
def test_who_moves_where(planned, moved):
    changes = {change[:2]: change.to for one in check(planned) for change in one.changes}
    named = {key if key in moved else key[0]: to for key, to in changes.items()}
    assert named == moved


def test_a_number_that_is_free_on_one_host_only():
    # No number for both of the pair: the port moves alone, and its partner has drifted apart.
    planned = plan(
        app("a", "7001"), app("p", "7001", backup="q"), app("q", "7001", host="k"), app("x", "1024-32767", host="k")
    )
    (found,) = check(planned).by_code("GP101")
    assert found.changes == (Change("p", "default", 7002),)


def test_two_that_name_each_other_are_told_of_once():
    planned = plan(app("p", "7001", backup="b"), app("b", "7002", host="k", backup="p"))
    assert check(planned).codes == {"GP221": 1, "GP226": 1}


def test_an_application_with_many_ports():
    many = app("b", *(str(7000 + n) for n in range(20)))
    assert check(plan(app("a"), many, link("a", "b", "id19"), link("a", "b", "id20"))).codes == {"GP301": 1}


def test_a_large_group_that_depends_is_told_without_a_reason():
    exact = [app(f"a{n}", port("7001", address=f"10.0.0.{n}")) for n in range(1, 13)]
    (found,) = check(plan(*exact, app("b", "7001"))).by_code("GP104")
    assert found.message.endswith("a1, a2, a3 and 10 more.")


def test_a_full_block_is_said():
    (found,) = check(plan(app("a", "5150"), app("b", "7001"), app("c", "7002"), blocks=IN_FULL_BLOCK)).by_code("GP410")
    assert (found.change, found.proposal) == (None, "Block 5150 has no number left for b and c: make it larger.")
    some = [Block(first=5150, last=5151, host="h")]
    (found,) = check(plan(app("a", "5150"), app("b", "7001"), app("c", "7002"), blocks=some)).by_code("GP410")
    assert found.proposal == (
        "5151 for b (next free in block 5150-5151). Block 5150-5151 has no number left for c: make it larger."
    )


def test_every_bad_number_of_a_group_gets_one_of_its_own():
    many = [app(f"a{n}", str(40000 + n)) for n in range(10)]
    (found,) = check(plan(app("x", "7001"), *many, platform=LINUX)).by_code("GP404")
    assert [change.to for change in found.changes] == list(range(7002, 7012))
    told, _, instead = found.proposal.partition(". ")
    assert told == "7002 for a0 (next free), 7003 for a1 (next free) and 8 more"
    assert instead.startswith("Or reserve the numbers on the host")


def test_two_findings_of_one_port_name_one_number():
    findings = check(plan(app("a", "40000"), blocks=[Block(first=5100, last=5199, host="h")], platform=LINUX))
    assert {one.code: one.changes for one in findings} == {
        code: (Change("a", "default", 5100),) for code in ("GP404", "GP410")
    }


def test_who_moves_beside_a_full_block_is_no_cure_for_being_outside():
    findings = check(plan(app("a", "7001"), app("b", "7001"), app("x", "5150"), blocks=IN_FULL_BLOCK))
    assert {one.code: len(one.changes) for one in findings} == {"GP101": 1, "GP410": 0}


def test_a_used_up_host_is_said_of_bad_numbers():
    (found,) = check(plan(app("a", "1024-32767"), app("c", "40000"), platform=LINUX)).by_code("GP404")
    assert found.change == Change("c", "default", 61000)
    (found,) = check(plan(app("a", "1024-32767"), app("c", "40000"))).by_code("GP404")
    assert found.proposal.startswith("No number is left on h for c: plan another host. Or reserve")


def test_a_used_up_host_is_said():
    (found,) = check(plan(app("a", "1024-32767"), app("c", "1024-32767"))).by_code("GP102")
    assert found.change is None
    assert found.proposal == "No number is left on h for c: plan another host."


def test_the_partner_is_named():
    planned = plan(app("a", "7001"), app("p", "7001", backup="q"), app("q", "7001", host="k"))
    (found,) = check(planned).by_code("GP101")
    assert found.proposal == "7002 for p (next free). With p move q, so that they keep one number."


def test_two_ports_with_one_port_id_are_not_moved_by_mistake():
    planned = plan(app("a", "7001"), app("b", "7002", port("7001", "default")))
    findings = check(planned)
    assert [change for one in findings for change in one.changes] == []
    assert "GP101" in findings.codes
    (found,) = check(plan(app("b", "7002", port("40000", "default")))).by_code("GP404")
    assert (found.changes, found.proposal) == ((), CODES["GP404"].remedy)


def test_sets_of_equal_plans_are_equal():
    one, other = check(HITS[0][1]), check(replace(HITS[0][1], name="other"))
    assert one == other
    assert len({one, other}) == 1
    assert one != "findings"
