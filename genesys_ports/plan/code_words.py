"""What is told of each finding code. A translation replaces this file; `codes.py` makes objects of it."""

from __future__ import annotations

__all__ = ["CODES", "FAMILIES", "FIELDS", "PAGE", "SEVERITIES"]

FIELDS = {
    "severity": "Severity",
    "title": "Finding",
    "why": "Why",
    "source": "Source",
    "example": "Example",
    "remedy": "What to do",
}

FAMILIES = {
    "GP1": "Ports in each other's way",
    "GP2": "The ports of one server, and of an HA pair",
    "GP3": "Connections",
    "GP4": "Numbers",
    "GP5": "Names and the catalogue",
    "GP6": "Hosts and the sheet",
}

#: How grave each is. An error will fail. A warning may fail, or makes plan and site differ. An info is to be confirmed.
SEVERITIES = {
    "error": (
        *("GP101", "GP102", "GP103", "GP105", "GP201", "GP220", "GP223", "GP224", "GP225"),
        *("GP301", "GP302", "GP304", "GP305", "GP310", "GP311", "GP401", "GP402", "GP408"),
    ),
    "warning": (
        *("GP104", "GP202", "GP210", "GP211", "GP221", "GP222", "GP226", "GP312", "GP403", "GP404", "GP406"),
        *("GP407", "GP409", "GP410", "GP411", "GP501", "GP504", "GP512", "GP601", "GP602", "GP603"),
    ),
    "info": ("GP303", "GP405", "GP502", "GP503", "GP510", "GP511"),
}

PAGE = """\
<!-- Made by `python tools/build_findings_page.py` from genesys_ports/plan/code_words.py. -->

# What a check finds

`genesys-ports check` and `check(plan)` give each finding a code that never changes its meaning.

- **error**: it will fail as planned. `genesys-ports check` then ends with exit code 1.
- **warning**: it may fail, or the plan says something else than the site will do.
- **info**: nothing is wrong; have a look, or confirm it.

**Switching off.** For a whole plan: `check(plan, ignore=["GP404", "GP5"])`, or `--ignore GP404`. `GP5` stands for every
code that starts so. For a row: write the codes into its column `Ignore` (`GP404, GP5`). A finding about several rows,
such as a collision, is dropped when *every* row it concerns switches its code off: one row alone cannot hide what the
others did not agree to. A finding that only lists rows (the numbers of a host, for example) leaves out those that
switch its code off.

**Rows** are those of your sheet, counted as the sheet counts them. **Proposals** change nothing by themselves.
"""

# Code: (title, why it matters, source, example, what to do)
CODES = {
    # --- ports in each other's way
    "GP101": (
        "A port is planned twice on one host",
        "Only the first to start will run: the second finds the port in use.",
        "Who blocks whom, measured on Linux (genesys_ports.binding); RFC 9293, section 3.1 (one number space a host)",
        "gen-fw-01: MessageServer_P 5150/tcp and LogDB_MS 5150/tcp",
        "Give all but one of them another number, in the block of the host or the team.",
    ),
    "GP102": (
        "A range overlaps a port, or another range, of the same host",
        "A server that opens numbers of its range finds some of them taken, or takes them from the other server.",
        "Who blocks whom, measured on Linux (genesys_ports.binding)",
        "MCP_1 20000-45000/udp and RM_1 30000/udp on one host",
        "Move the single port, or make the range smaller.",
    ),
    "GP103": (
        "TLS and TCP on one number of one host",
        "TLS runs over TCP and takes a TCP port, so only the first to start will run.",
        "docs.genesys.com, System/latest/SDG/TLSConns; RFC 8446 (TLS runs over TCP)",
        "Message server 5150/tcp and, on the same host, 5150/tls",
        "Give the secure port a number of its own.",
    ),
    "GP104": (
        "Two ports may get in each other's way: it depends on the system",
        "Operating systems differ in whether two such addresses can share a number, or the plan does not say which one "
        "the host runs.",
        "Microsoft, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE; FreeBSD ip6(4); RFC 3493, section 5.3",
        "8090/tcp on 0.0.0.0 and 8090/tcp on 10.0.0.12 of a host without a platform",
        "State the platform of the host, or give one of them another number.",
    ),
    "GP105": (
        "A port is planned on the number of the host's Local Control Agent",
        "LCA starts with the host and holds its port, so the application will not run.",
        "docs.genesys.com, FR/Current/Dep/DepLCA",
        "A host with LCA port 4999, and StatServer_P 4999/tcp on it",
        "Give the application another number.",
    ),
    # --- the ports of one server, and of an HA pair
    "GP201": (
        "Two port ids of one application on one number",
        "The application opens the number once; the second port id cannot be opened.",
        "PSDK ConfigLayerRef, CfgServer: portInfos; who blocks whom, measured on Linux (genesys_ports.binding)",
        "URS_P: default 5200/tcp and management 5200/tcp",
        "Give one of the port ids another number, or remove it.",
    ),
    "GP202": (
        "The port of Server Info is not the one of the port id default",
        "Older clients read the port of Server Info, others the list of ports: they would call two different numbers.",
        "PSDK ConfigLayerRef, CfgServer: port is legacy and filled from portInfos",
        "Server Info says 5150, the port id default says 5151",
        "Make both the same.",
    ),
    "GP210": (
        "A SIP port is planned for one transport only",
        "SIP Server opens its SIP port over UDP and over TCP; a phone sends over TCP what is too large for a datagram, "
        "and would be refused.",
        "RFC 3261, sections 18 and 18.1.1; a SIP Server log that opens 5060 over TCP and over UDP",
        "SIP_P: sip 5060/udp, and no 5060/tcp",
        "Plan the same number for the other transport too: TCP and UDP stand side by side.",
    ),
    "GP211": (
        "A SIP Server without a SIP port in the plan",
        "It listens on 5060 all the same unless its option sip-port says otherwise, and what is not in the plan "
        "collides unseen.",
        "SIP Server course notes, [TServer] sip-port",
        "SIP_P with its port 8000/tcp for T-Library and no other",
        "Plan its SIP port: the number of sip-port, over UDP and TCP.",
    ),
    "GP220": (
        "An HA pair on one host with one number",
        "Primary and backup both run, so on one host their ports must differ: the second will not start.",
        "docs.genesys.com, SIPS HADeployment/ConfOptionsHA; measured on Linux (genesys_ports.binding)",
        "SCS_P and its backup SCS_B, both 3600/tcp on gen-fw-01",
        "Give the backup another number, or another host.",
    ),
    "GP221": (
        "An HA pair on two hosts whose ports have drifted apart",
        "It runs, but firewall rules and people expect one number for both: after a switchover the clients may be shut "
        "out.",
        "docs.genesys.com, FR/latest/Dep (HA pairs); on two hosts the numbers may be equal",
        "MS_P default 5150/tcp on host a, its backup MS_B default 5151/tcp on host b",
        "Give both the same number, or switch this finding off where it is meant so.",
    ),
    "GP222": (
        "A port id that only one of an HA pair has",
        "A client that names this port id finds no port after a switchover.",
        "PSDK ConfigLayerRef, CfgConnInfo: the port id must exist on the server",
        "SIP_P has the port id sip, its backup SIP_B has not",
        "Plan the port id for both.",
    ),
    "GP223": (
        "A backup of another type",
        "Primary and backup must have the same application type: the backup could not do the work of the primary.",
        "PSDK ConfigLayerRef, CfgServer: backupServer",
        "MS_P is a Message Server, its backup URS_B a Universal Routing Server",
        "Name a backup of the same type, or mend the type.",
    ),
    "GP224": (
        "One backup for several primaries",
        "A backup belongs to one primary.",
        "PSDK ConfigLayerRef, CfgServer: one backup server cannot be associated with more than one primary",
        "MS_1 and MS_2 both name MS_B as their backup",
        "Plan a backup for each.",
    ),
    "GP225": (
        "A backup that is not in the plan",
        "Nobody can tell on which host and port it takes over.",
        "PSDK ConfigLayerRef, CfgServer: backupServer",
        "MS_P names MS_B as its backup, and no row plans MS_B",
        "Mend the name, or plan the backup.",
    ),
    "GP226": (
        "It is not clear which one is the backup",
        "A pair has one primary, which names its backup; the backup names none.",
        "PSDK ConfigLayerRef, CfgServer: backupServer",
        "MS_P names MS_B, and MS_B names MS_P",
        "Name the backup at the primary only.",
    ),
    # --- connections
    "GP301": (
        "A connection to a port id that the server does not have",
        "The client cannot find out which number to call.",
        "PSDK ConfigLayerRef, CfgConnInfo: the port id must exist on the server",
        "URS_P connects to SIP_P:tlib, and SIP_P has default and sip",
        "Name a port id that the server has, or plan it.",
    ),
    "GP302": (
        "A connection to an application that is not in the plan",
        "Nobody can tell which host and port the client calls, and no firewall rule can be made of it.",
        "PSDK ConfigLayerRef, CfgConnInfo: appServer",
        "URS_P connects to StatServer_Q, and no row plans StatServer_Q",
        "Mend the name, or plan the application.",
    ),
    "GP303": (
        "An application that connects to itself",
        "It is rarely meant: most often the name of another server belongs here.",
        "PSDK ConfigLayerRef, CfgConnInfo",
        "MS_P connects to MS_P",
        "Remove the connection, or name the other server.",
    ),
    "GP304": (
        "A plain connection to a secure port",
        "The server waits for TLS, and the client does not speak it: the connection breaks.",
        "docs.genesys.com, System/latest/SDG/TLSConns",
        "URS_P connects to MS_P:secure with tls=0, and that port is 5151/tls",
        "Take tls=0 away, or name the plain port id.",
    ),
    "GP305": (
        "A secure connection to a plain port",
        "A connection is secure only if it points at a secure port: the client starts TLS, and the server does not "
        "know it.",
        "docs.genesys.com, System/latest/SDG/TLSConns",
        "URS_P connects to MS_P:default with tls=1, and that port is 5150/tcp",
        "Name the secure port id, or take tls=1 away.",
    ),
    "GP310": (
        "A fixed client port on a number that a server of the host listens on",
        "Only the first gets the number: either the server cannot listen, or the client cannot connect.",
        "docs.genesys.com, System/latest/SDG/CSPD; measured on Linux",
        "URS_P connects with port=5150, and MS_P listens on 5150/tcp of the same host",
        "Fix another client port.",
    ),
    "GP311": (
        "One fixed client port for two connections of one host",
        "The second connection cannot take the number. An HA backup on the same host uses the connections of its "
        "primary, its client ports too.",
        "docs.genesys.com, FR/latest/CORM/CommTransParms and System/latest/SDG/CSPD; measured on Linux",
        "URS_P and its backup URS_B on one host, with a connection port=4500 and no backup-port",
        "Fix another client port, or, for an HA pair on one host, a backup-port.",
    ),
    "GP312": (
        "A fixed client port among those that the system hands out",
        "Another outgoing connection can have the number before this client needs it.",
        "RFC 6335, section 6; Linux ip_local_port_range; Windows dynamic ports",
        "A connection with port=50000",
        "Fix a number below the range, or reserve it on the host (Linux: net.ipv4.ip_local_reserved_ports).",
    ),
    # --- numbers
    "GP401": (
        "A number that is no port",
        "Port numbers run from 1 to 65535.",
        "RFC 9293, section 3.1 (16 bits)",
        "70000, or -1",
        "Write a number from 1 to 65535.",
    ),
    "GP402": (
        "Port 0",
        "A program that asks for port 0 gets any free number, another one each time: nobody can connect to it by plan.",
        "RFC 6335, section 6 (0 is reserved)",
        "Port 0 for a Message Server",
        "Write the number, or none when the application opens no port.",
    ),
    "GP403": (
        "A port of Local Control Agent below 2000",
        "With any number from 1 to 1999 LCA starts on 4999, so it listens somewhere else than planned.",
        "docs.genesys.com, FR/Current/Dep/DepLCA",
        "A host with LCA port 1999",
        "Write 4999, or a number from 2000 up.",
    ),
    "GP404": (
        "Ports among those that the system hands out for outgoing connections",
        "Any outgoing connection of the host can have the number before the server starts.",
        "RFC 6335, section 6; Linux ip_local_port_range 32768-60999; Windows dynamic ports 49152-65535",
        "40000/tcp on a Linux host",
        "Plan a number below the range, or reserve it on the host (Linux: net.ipv4.ip_local_reserved_ports).",
    ),
    "GP405": (
        "A media range reaches into the numbers for outgoing connections",
        "A media server tries other numbers of its range when one is taken, so little is lost; still, the range is "
        "smaller than it looks.",
        "RFC 6335, section 6; Linux ip_local_port_range 32768-60999",
        "MCP_1 20000-45000/udp on a Linux host",
        "Nothing, or reserve the range on the host (Linux: net.ipv4.ip_local_reserved_ports).",
    ),
    "GP406": (
        "Ports that need administrator rights",
        "Only administrators open numbers below 1024 on Unix, and Genesys servers usually run without their rights.",
        "RFC 6335, section 6 (System Ports); Linux ip_unprivileged_port_start",
        "900/tcp on a Linux host",
        "Plan a number from 1024 up, or give the program the right to open it.",
    ),
    "GP407": (
        "Ports among those that Windows hands out and sets aside",
        "Windows gives these numbers to outgoing connections, and Hyper-V, containers and others set parts of them "
        "aside: then a port is refused (error 10013) although nothing listens there.",
        "Microsoft, dynamic port range 49152-65535; netsh int ipv4 show excludedportrange",
        "50000/tcp on a Windows host",
        "Plan a number below 49152. On the host,  netsh int ipv4 show excludedportrange tcp  shows what is set aside.",
    ),
    "GP408": (
        "A voice port where a TCP or UDP port belongs",
        "A port of a switch or an IVR is a physical interface that carries a call; it has no number on any host.",
        "Genesys Framework course: TCP ports are different from switch and IVR ports",
        "1/2/3 or E1-4 in the column Port",
        "Write the number the application listens on, or none.",
    ),
    "GP409": (
        "Ports that are well known for something else",
        "The other service may run on the host already, and people and scanners take the port for it.",
        "IANA, Service Name and Transport Protocol Port Number Registry",
        "StatServer_P 3306/tcp (MySQL)",
        "Plan another number. Where the application is that service, say so in the column Type or Purpose.",
    ),
    "GP410": (
        "Ports outside the block of their host or team",
        "Whoever hands out numbers from the block of others will not see that they are taken.",
        "The column Block of your plan",
        "MS_P 6150/tcp, and the block of its host is 5100-5199",
        "Plan a number inside the block, or make the block larger.",
    ),
    "GP411": (
        "Blocks of two teams overlap",
        "Both teams will hand out the same numbers.",
        "The column Block of your plan",
        "Team voice has 5100-5199, team digital 5150-5249",
        "Give each team numbers of its own.",
    ),
    # --- names and the catalogue
    "GP501": (
        "Application names with blanks or special characters",
        "Such names break start scripts, options and command lines.",
        "Genesys Framework course, naming: letters, digits and underscores",
        "Message Server (P)",
        "Use letters, digits and underscores.",
    ),
    "GP502": (
        "Application names with a dash",
        "The course asks for underscores in names of applications; dashes work.",
        "Genesys Framework course, naming",
        "message-server-p",
        "Use an underscore in new names.",
    ),
    "GP503": (
        "Host names that no DNS name can be",
        "A host is found by this name. DNS takes letters, digits and dashes, in parts separated by dots.",
        "RFC 1123, section 2.1; Genesys Framework course, naming",
        "Framework Host 1",
        "Use the name that the machine has in DNS.",
    ),
    "GP504": (
        "Two phones with one DN",
        "Both register with SIP Server under one number, and a call to it reaches the wrong one, or only one of them.",
        "RFC 3261, section 10 (a registration binds one address to where it is reached)",
        "Phone_1 and Phone_2, both with the DN 1001 and with a connection to SIP_P",
        "Give each phone a DN of its own; two SIP Servers may each have a phone with this DN.",
    ),
    "GP510": (
        "A type that the catalogue does not know",
        "The rules for this kind of application cannot be applied.",
        "genesys-ports catalog",
        "Type Mesage Server",
        "Write a name that  genesys-ports catalog  lists, or leave it as it is.",
    ),
    "GP511": (
        "A number that is an example, not a default",
        "Many take the numbers of a course or of an example for defaults; at your site it may be another one.",
        "genesys-ports catalog, column Basis",
        "SCS_P 3600/tcp: the course's example",
        "Confirm it in the configuration of the application, then switch this finding off.",
    ),
    "GP512": (
        "The documented default of another component",
        "As soon as that component comes to the host with its default, the two collide.",
        "genesys-ports catalog, basis default",
        "StatServer_P 4999/tcp: the default of LCA",
        "Plan another number.",
    ),
    # --- hosts and the sheet
    "GP601": (
        "Several host names with one IP address",
        "They are one machine under several names, and collisions hide between them; a check takes them for one.",
        "PSDK ConfigLayerRef, CfgHost: IP address optional, but unique",
        "gen-fw-01 and framework both have 10.0.0.11",
        "Use one name for the machine, or mend the address.",
    ),
    "GP602": (
        "Host names that look like one machine",
        "DNS does not distinguish capital letters, and a short name most often is the full name without its domain: "
        "collisions hide between two names of one machine.",
        "RFC 4343 (capital letters make no difference); PSDK ConfigLayerRef, CfgHost: name unique",
        "gen-fw-01 and GEN-FW-01, or gen-fw-01 and gen-fw-01.example.com",
        "Use one name for the machine.",
    ),
    "GP603": (
        "The column Ignore names a code that does not exist",
        "Nothing is switched off by it.",
        "docs/findings.md",
        "GP999",
        "Write a code of docs/findings.md, or empty the cell.",
    ),
}
