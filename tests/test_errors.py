"""Every error, built once, with its exact text; the tree in the docstring; pickles; what a notebook shows."""

import copy
import inspect
import pickle
import re
from typing import cast

import pytest

from genesys_ports import errors
from genesys_ports.errors import (
    AgentXError,
    BadRow,
    BadRowsError,
    BusyError,
    CallFailedError,
    CatalogError,
    ConnectionLostError,
    ConnectionRefusedByPeerError,
    ConsoleError,
    CSTAError,
    DuplicateNameError,
    DuplicatePortIdError,
    InvalidPortError,
    InvalidValueError,
    LabClosedError,
    LabElsewhereError,
    LinkDownError,
    LogFileError,
    MessageTooLargeError,
    NetworkRangeError,
    NoAnswerError,
    NoCallError,
    NoConnectionError,
    NoFreePortError,
    NoLinkError,
    NoRawMessageError,
    NoSnmpPortError,
    NotAPhoneError,
    NotASwitchError,
    NotConnectedError,
    NotRunningError,
    OnlyAgentXError,
    OnlyCtiLinkError,
    OnlySipError,
    OnlyUdpError,
    OtherHostError,
    OutputExistsError,
    OutputFormatError,
    OutputWriteError,
    PlanFileError,
    PortInUseError,
    PortKindError,
    PortsError,
    PortStaysOpenError,
    SIPError,
    SnmpRefusedError,
    SnmpSilentError,
    SwitchCallError,
    SwitchError,
    TaskThingsError,
    TLSMismatchError,
    TooManyPortsError,
    UnknownApplicationError,
    UnknownCallError,
    UnknownHostError,
    UnknownNumberError,
    UnknownObjectError,
    UnknownParticipantError,
    UnknownPortIdError,
    UnknownQuestionError,
    UnknownTaskError,
    WhichHostError,
)
from genesys_ports.errors.root import WIDTH

ROW = BadRow(file="p.csv", row=3, column="Port", value="51500x", message="Write a whole number from 1 to 65535.")
SHEET_ROW = BadRow(file="p.xlsx", row=14, column="Host", value="", message="Name a host.", sheet="SITE A")

# fmt: off
TEXTS = [
    (AgentXError("The PDU ends in the middle of an object identifier."),
     "The PDU ends in the middle of an object identifier. AgentX calls it parseError."),
    (AgentXError("This is version 7 of AgentX.", lost=True),
     "This is version 7 of AgentX. Where the next message begins cannot be told any more, so the connection has to be "
     "closed."),
    (SIPError(400, "The CSeq has no number.", "CSeq: INVITE"),
     "400: The CSeq has no number. It stands in the line 'CSeq: INVITE'."),
    (SIPError(505, "This is not SIP/2.0."),
     "505: This is not SIP/2.0."),
    (CSTAError("There is no such device.", "operation", "invalidDeviceID"),
     "There is no such device. CSTA calls it invalidDeviceID (category operation)."),
    (CSTAError("The length is too small.", lost=True),
     "The length is too small. Where the next message begins cannot be told any more, so the connection has to be "
     "closed."),
    (LinkDownError("refused"),
     "The CTI link is not up: it is refused. Nothing can be asked of the switch until the session is started on it."),
    (SwitchError("operation", "invalidDeviceID", "switch has no device 2009."),
     "switch has no device 2009."),
    (LogFileError("s.log", "There is no such file."),
     "s.log: There is no such file."),
    (UnknownCallError("call-1@sp", ["call-1@sip", "b"]),
     "No message here belongs to a call 'call-1@sp'. Did you mean 'call-1@sip'? The calls are: call-1@sip, b."),
    (UnknownCallError("x", []),
     "No message here belongs to a call 'x'."),
    (UnknownParticipantError("sip_servr", ["sip_server", "1001"]),
     "Nobody here is called 'sip_servr'. Did you mean 'sip_server'? Those who take part are: sip_server, 1001."),
    (UnknownParticipantError("x", []),
     "Nobody here is called 'x'."),
    (NoRawMessageError(7, "This step is no message: no bytes were sent."),
     "Nothing raw to show for 7. This step is no message: no bytes were sent."),
    (NotAPhoneError("message_server", ["phone_1001"]),
     "message_server is no phone, so it can neither call nor be called. The phones of this plan are: phone_1001."),
    (NotAPhoneError("message_server", []),
     "message_server is no phone, so it can neither call nor be called. The plan has no phone."),
    (NotAPhoneError("1001", ["phone_1001"], "phone_1001"),
     "1001 is the number of phone_1001. Here its name belongs: 'phone_1001'."),
    (NoCallError("phone_1001", "phone_1001 has no call to hang up."),
     "phone_1001 has no call to hang up."),
    (CallFailedError("phone_1001", "1009", 404, "SIP Server knows no phone with this number."),
     "phone_1001 called 1009, and the call was refused with status 404. SIP Server knows no phone with this number."),
    (NotASwitchError("t_server", ["switch", "switch_2"]),
     "t_server is no switch: it has listening ports, and no ports that carry phone calls. The switches of this plan "
     "are: switch, switch_2."),
    (NotASwitchError("t_server", []),
     "t_server is no switch: it has listening ports, and no ports that carry phone calls. The plan has no switch: an "
     "application of the type 'Switch' is one."),
    (BusyError("2001", "2002", "Station port 03-02 carries a call."),
     "2001 has called 2002 and hears the busy tone. Station port 03-02 carries a call. A port of a switch carries one "
     "call at a time; the next call gets through when a port is free again. A TCP port that is taken is another thing: "
     "a second program that wants to listen on it is refused (EADDRINUSE), while any number of clients can connect to "
     "the program that has it."),
    (SwitchCallError("switch", "Nothing here has the number 2009.", "Its numbers are: 2001."),
     "Nothing here has the number 2009. Its numbers are: 2001."),
    (ConsoleError("switch", "Port 2323/tcp of switch-host: refused."),
     "Port 2323/tcp of switch-host: refused."),
    (PlanFileError("p.csv", "There is no such file."),
     "p.csv: There is no such file."),
    (BadRowsError("p.csv", [ROW]),
     "p.csv: 1 cell cannot be read.\n"
     "  row 3, column Port: '51500x': Write a whole number from 1 to 65535.\n"
     "Correct them in the file and load it again."),
    (BadRowsError("p.xlsx", [SHEET_ROW] * 26),
     "p.xlsx: 26 cells cannot be read.\n"
     + "  sheet 'SITE A', row 14, column Host: '': Name a host.\n" * 24 +
     "  … and 2 more\n"
     "Correct them in the file and load it again."),
    (InvalidPortError(65536),
     "'65536' is not a port number. Write a whole number from 1 to 65535, or a range such as 20000-45000 with the "
     "smaller number first."),
    (InvalidValueError("transport", "sctp", ["tcp", "udp", "tls"]),
     "'sctp' is not a transport. Write one of: tcp, udp, tls."),
    (DuplicateNameError("host", "a"),
     "The plan has two things of the kind host with the name 'a'. Names are how everything else refers to them: give "
     "each its own."),
    (UnknownHostError("Framwork-host", ["framework-host", "sip-host"]),
     "The plan has no host 'Framwork-host'. Did you mean 'framework-host'? Its hosts: framework-host, sip-host."),
    (UnknownHostError("x", [f"h{i}" for i in range(14)]),
     "The plan has no host 'x'. Its hosts: h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, … (14 in all)."),
    (UnknownApplicationError("mesage_server", ["message_server"]),
     "The plan has no application 'mesage_server'. Did you mean 'message_server'? Its applications: message_server."),
    (UnknownNumberError(5155, ["5150/tcp (message_server)", "5160/tcp (stat_server)"]),
     "Nothing in the plan listens on 5155. The nearest that are planned: 5150/tcp (message_server), 5160/tcp "
     "(stat_server)."),
    (UnknownNumberError(5155, []),
     "Nothing in the plan listens on 5155. It plans no port at all."),
    (UnknownPortIdError("sip_server", "sip", ["default", "tls"]),
     "sip_server has no port with the id 'sip'. Its port ids: default, tls."),
    (UnknownPortIdError("urs", "default", []),
     "urs has no port with the id 'default'. It has no listening port at all."),
    (NoFreePortError("framework-host", 5150, 5159),
     "No port from 5150 to 5159 is left to plan on framework-host. Each is planned already, needs administrator "
     "rights, or serves outgoing connections. Choose a larger block, or another host."),
    (WhichHostError("this machine", [], ["fw", "sip"]),
     "Which host of the plan is this machine? No address and no name of a planned host tells. The plan's hosts: fw, "
     'sip. Say which:  --host fw  on the command line,  host="fw"  in Python.'),
    (WhichHostError("ports.txt", ["fw", "sip"], ["fw", "sip", "db"]),
     "Which host of the plan is ports.txt? It may be each of these: fw, sip. Say which:  --host fw  on the command "
     'line,  host="fw"  in Python.'),
    (WhichHostError("this machine", [], []), "The plan has no host."),
    (PortKindError(used="voice port", wanted="listening port", what="trunk port 24 of switch"),
     "trunk port 24 of switch is a voice port, and a listening port belongs here. A listening port is a number on a "
     "host: the end point by which a client program finds a server program over TCP or UDP. A voice port is a "
     "physical interface of a switch or an IVR: it carries one phone call. Neither can stand in for the other, even "
     "when both are called 'port 24'."),
    (CatalogError("MESAGE SERVER", ["Message Server", "SIP Server"]),
     "The catalogue has no component 'MESAGE SERVER'. Did you mean 'Message Server'? Type  genesys-ports catalog  for "
     "the whole list."),
    (CatalogError("zzz", ["Message Server"]),
     "The catalogue has no component 'zzz'. Type  genesys-ports catalog  for the whole list."),
    (OutputExistsError("a.svg"),
     "a.svg exists already, and was left as it is. Choose another name, or remove the file first."),
    (OutputFormatError("a.bmp", [".svg", ".txt"]),
     "a.bmp: the ending of the name says what to write, and this ending is not known here. Use one of: .svg, .txt."),
    (OutputWriteError("a.svg", "The disk is full."),
     "a.svg: The disk is full."),
    (UnknownQuestionError("who", ["who-sends", "who-connects"]),
     "The lessons have no question 'who'. Their questions: who-sends, who-connects."),
    (UnknownTaskError("mend", ["mend-the-plan"]),
     "The lessons have no task 'mend'. Their tasks: mend-the-plan."),
    (TaskThingsError("as-planned", {"lab": "a lab", "plan": "a plan"}, ["Lab"]),
     "The check of 'as-planned' looks at a lab (lab), then a plan (plan). It was handed: Lab. "
     'Write  check_task("as-planned", lab, plan)  with the names of your own cells.'),
    (NetworkRangeError("10.0.0.0/8", "A lab listens on loopback only."),
     "A lab listens on loopback only. The range asked for: '10.0.0.0/8'."),
    (DuplicatePortIdError("sip_server", "sip", "5060/udp"),
     "sip_server has a port with the id 'sip' already: 5060/udp. Give the new port an id of its own, or change the "
     "number of this one with plan.move."),
    (OtherHostError("sip_server", "sip-host", "framework-host"),
     "sip_server is on sip-host, and cannot be on framework-host too: an application has one host. A second server of "
     "the same kind is another application, with a name of its own."),
    (InvalidPortError("5152"), "'5152' is not a port number. Write it without quotation marks: 5152."),
    (UnknownApplicationError(cast(str, 3601), ["scs"]),
     "The plan has no application 3601. A name belongs here, in quotation marks. Its applications: scs."),
    (PortInUseError("5150/tcp", "framework-host", "log_server", "message_server", 5151),
     "port 5150/tcp on framework-host is already open: message_server holds it. Two applications on one host cannot "
     "listen on the same port. Next free port on this host: 5151."),
    (PortInUseError("5150/tcp", "framework-host", "log_server"),
     "port 5150/tcp on framework-host is already open: a program outside this lab holds it. log_server cannot listen "
     "there until that program lets go, or the plan gives another number."),
    (PortInUseError("5150/tcp", "framework-host", "log_server", "log_server"),
     "port 5150/tcp on framework-host is already open: log_server holds it itself. An application can use a number "
     "once: for one port id, or for its own end of a connection."),
    (PortInUseError("40000/tcp", "framework-host", "log_server", "urs", outgoing=True),
     "port 40000/tcp on framework-host is already in use: an outgoing connection of urs took it. The number of a "
     "client's own end is fixed in the plan, or handed out by the system from a range of its own; either way it is "
     "gone for servers."),
    (PortInUseError("8090/tcp", "second-host", "feature_server", "web_services", 8091, address="10.0.0.12"),
     "port 8090/tcp on second-host is already open: web_services holds it. Two applications cannot listen on the same "
     "port of the same address, and 0.0.0.0 stands for every address of the host. Next free port on this host: 8091."),
    (NotRunningError("scs"),
     'scs is not running, so it cannot send anything. Start it first:  await lab.start("scs")'),
    (NoConnectionError("scs", "urs"),
     "The plan has no connection between scs and urs, in either direction. A message travels only over a connection "
     "that one of the two has opened: add the server to the client's column 'Connects to'."),
    (OnlySipError("phone_1001", "sip_server", "5060/tcp"),
     "The plan connects phone_1001 with sip_server on port 5060/tcp only, and that is a SIP port. SIP ports carry "
     "calls; messages like this one travel between communication ports. A phone calls so:  "
     'await lab.call("phone_1001", "1002")'),
    (OnlyAgentXError("solution_control_server", "snmp_master_agent", "705/tcp"),
     "The plan connects solution_control_server with snmp_master_agent on port 705/tcp only, and that is AgentX. "
     "AgentX carries questions of a master agent and answers of its sub-agents; messages like this one travel "
     "between communication ports. To see what snmp_master_agent answers for solution_control_server, ask "
     "snmp_master_agent over SNMP."),
    (OnlyCtiLinkError("stat_server", "switch", "7450/tcp"),
     "The plan connects stat_server with switch on port 7450/tcp only, and that is the CTI link. A CTI link carries "
     "CSTA between a T-Server and its switch; messages like this one travel between communication ports. Who wants "
     "something of the switch asks its T-Server, on the T-Server's communication port."),
    (NoLinkError("t_server", "t_server has no CTI link now."), "t_server has no CTI link now."),
    (OnlyUdpError("scs", "agent", "161/udp"),
     "The plan connects scs with agent on port 161/udp only. This lab sends its messages over TCP connections: UDP has "
     "none that could carry the answer back. Plan a TCP port of agent, and connect scs with that one too."),
    (NotConnectedError("message_server", "scs"),
     "message_server has no connection to scs now. In this plan scs is the client: it opens the connection, and "
     "message_server can only answer over it. Start or restart scs, so that it connects."),
    (ConnectionRefusedByPeerError("scs", "message_server", "framework-host", "5150/tcp"),
     "scs called message_server on framework-host, port 5150/tcp, and was refused. The host answered that no program "
     "listens on this port. Is message_server started, and does it listen on the number that scs holds?"),
    (ConnectionLostError("scs", "message_server", "5150/tcp"),
     "The connection between scs and message_server (port 5150/tcp) was lost before the answer came. scs cannot know "
     "whether message_server has read the message."),
    (MessageTooLargeError(70000, 65536),
     "This message takes 70000 bytes on the wire; one message may take 65536. Send less text, or several messages."),
    (TLSMismatchError("stat_server", "message_server", "5151/tls", secure=True),
     "stat_server called port 5151/tls of message_server in plain text, and that port speaks TLS. Take tls=0 away from "
     "the connection, or name a plain port."),
    (TLSMismatchError("stat_server", "message_server", "5150/tcp", secure=False),
     "stat_server called port 5150/tcp of message_server with TLS, and that port speaks plain text. Take tls=1 away "
     "from the connection, or name a secure port."),
    (NoAnswerError("message_server", 2.0),
     "message_server gave no answer within 2 seconds. The other side is reachable but silent: it may be busy, or it "
     "may not speak this protocol."),
    (SnmpSilentError("nms", "message_server", "framework-host", "5161/udp"),
     "nms asked message_server on framework-host, port 5161/udp, and no answer came. Over UDP there is no "
     "connection to refuse, and an SNMP agent says nothing to a wrong community: that, a closed port behind a "
     "firewall, and a program that is stopped or hangs all look the same. Check the community, the number of the "
     "port, and whether message_server is running."),
    (SnmpSilentError("you", "message_server", "framework-host", "5161/udp", unreachable=True),
     "you asked message_server on framework-host, port 5161/udp, and no answer came. The host reported that nobody "
     "listens there: is message_server started, and its port open? Many hosts and firewalls keep that report to "
     "themselves; then a closed port is as silent as any other."),
    (SnmpRefusedError("message_server", "set sysName.0", "notWritable"),
     "message_server refused set sysName.0, with the answer notWritable. Agents here let themselves be read and not "
     "written: monitoring changes nothing."),
    (SnmpRefusedError("message_server", "get sysName.0", "undoFailed"),
     "message_server refused get sysName.0, with the answer undoFailed. RFC 3416 says what this status means."),
    (UnknownObjectError("sysNam.0", ["sysDescr", "sysName", "sysUpTime", "gpAppState"]),
     "No managed object here is called 'sysNam.0'. Did you mean 'sysName'? Names are those of the MIB, such as "
     "sysDescr, sysName, sysUpTime, or numbers, such as 1.3.6.1.2.1.1.5.0."),
    (UnknownObjectError("gpPortNumber", ["gpApplicationTable", "gpPortTable"], no_table=True),
     "'gpPortNumber' is no table. Did you mean 'gpPortTable'? Tables are: gpApplicationTable, gpPortTable."),
    (NoSnmpPortError("message_server", "5150/tcp", "communication", ["5161/udp (management)"]),
     "Port 5150/tcp of message_server is for communication and speaks no SNMP. Network management asks over UDP, on a "
     "management port: a door of its own beside the others. Ports of message_server that speak SNMP: 5161/udp "
     "(management)."),
    (PortStaysOpenError("sip_server", "5060/udp", "sip"),
     "Port 5060/udp of sip_server is for sip, and stays open as long as it runs. To close it, stop the application:  "
     'await lab.stop("sip_server")'),
    (NoSnmpPortError("switch", console="Port 2323/tcp"),
     "switch has no management port over UDP, so nobody can ask it by SNMP. Port 2323/tcp is the console of the "
     'switch, at which an administrator types commands:  await lab.console("switch")'),
    (NoSnmpPortError("stat_server"),
     "stat_server has no management port over UDP, so nobody can ask it by SNMP. Plan one, or ask the SNMP master "
     "agent, which answers for the applications of its site."),
    (TooManyPortsError(1024),
     "The system lets one program have 1024 files and sockets open, and this takes more. Start fewer applications at a "
     "time, or raise the limit (on Linux and macOS: ulimit -n)."),
    (TooManyPortsError(1024, wanted=25001),
     "This would take 25001 open sockets; the system lets one program open 1024. Start fewer applications at a time, "
     "or raise the limit (on Linux and macOS: ulimit -n)."),
    (LabClosedError(),
     "This lab is closed, and its ports are free again. Open it again:  lab = await Lab.open(plan)"),
    (LabElsewhereError(),
     "This lab was opened by another event loop: in another thread, for example. A lab can be used only where it was "
     "opened. Open it again here:  lab = await Lab.open(plan)"),
]
# fmt: on

CLASSES = [
    one for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, PortsError) and not one.__name__.startswith("_")
]  # fmt: skip

#: Classes that only gather others; nothing raises them.
BRANCHES = {one for one in CLASSES if one.__subclasses__() and "sentences" not in vars(one)} | {PortsError}


@pytest.mark.parametrize(("error", "text"), TEXTS, ids=[type(error).__name__ for error, _ in TEXTS])
def test_text(error, text):
    assert str(error) == text


@pytest.mark.parametrize("error", [error for error, _ in TEXTS], ids=lambda error: type(error).__name__)
def test_text_is_short_whole_and_the_same_everywhere(error):
    text = str(error)
    assert text[-1] in '.?)"'
    assert not re.search(r"\bNone\b|Errno|\bpid\b|0x[0-9a-f]+", text)


@pytest.mark.parametrize("error", [error for error, _ in TEXTS], ids=lambda error: type(error).__name__)
def test_pickle_and_copy(error):
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


@pytest.mark.parametrize("error", [error for error, _ in TEXTS], ids=lambda error: type(error).__name__)
def test_a_notebook_shows_the_text_alone_in_short_lines(error):
    lines = error._render_traceback_()
    assert all(len(line) <= WIDTH for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(f"{type(error).__name__}: {error}".split())


def test_a_notebook_shows_notes_too():
    error = LabClosedError()
    error.add_note("On this machine it was open for long.")
    assert error._render_traceback_()[-1] == "On this machine it was open for long."


def test_every_class_has_its_text_here():
    assert {type(error) for error, _ in TEXTS} == set(CLASSES) - BRANCHES


def tree():
    """Each class of the docstring's tree with the class it hangs from."""
    parents: list[str] = []
    for line in errors.__doc__.splitlines():
        found = re.match(r"    ([│├└─ ]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            parents[depth:] = [found[2]]
            yield found[2], parents[depth - 1] if depth else None


def test_the_tree_shows_every_class_once_under_its_parent():
    shown = list(tree())
    assert sorted(name for name, _ in shown) == sorted(one.__name__ for one in CLASSES)
    for name, parent in shown:
        bases = [base for base in getattr(errors, name).__mro__[1:] if not base.__name__.startswith("_")]
        assert bases[0].__name__ == (parent or "Exception")


def test_all_names_every_class_once():
    assert sorted(errors.__all__) == sorted([*(one.__name__ for one in CLASSES), "BadRow"])
    assert errors.__all__ == sorted(errors.__all__)


def test_the_root_alone_says_nothing():
    assert str(PortsError()) == ""


def test_a_long_value_is_cut():
    row = BadRow(file="p.csv", row=1, column="Port", value="9" * 100, message="Write less.")
    assert str(row) == f"row 1, column Port: '{'9' * 59}…': Write less."


def test_data_stays_in_attributes():
    error = PortInUseError("5150/tcp", "framework-host", "log_server", holder="message_server", next_free=5151)
    assert (error.port, error.host, error.application) == ("5150/tcp", "framework-host", "log_server")
    assert (error.holder, error.next_free, error.outgoing) == ("message_server", 5151, False)
