"""Every error of the package, and the words it teaches with.

    PortsError
    ├── PlanError                    the plan cannot be used as it is
    │   ├── PlanFileError            a plan file cannot be read at all
    │   ├── BadRowsError             some rows of a plan file cannot be read (all of them, at once)
    │   ├── InvalidPortError         a port number, or a range of them, that cannot exist
    │   ├── InvalidValueError        a value outside the words its field knows
    │   ├── DuplicateNameError       two things of one kind with one name
    │   ├── DuplicatePortIdError     two ports of one application with one port id
    │   ├── OtherHostError           one application on two hosts
    │   ├── UnknownHostError         ┐
    │   ├── UnknownApplicationError  ├ a name the plan does not have
    │   ├── UnknownPortIdError       ┘
    │   ├── UnknownNumberError       a number that nothing in the plan listens on
    │   ├── NoFreePortError          a block of port numbers is used up
    │   ├── WhichHostError           which host of the plan a machine is cannot be told
    │   └── PortKindError            a voice port where a listening port belongs, or the reverse
    ├── CatalogError                 a component the catalogue does not have
    ├── OutputError                  something to show could not be written to a file
    │   ├── OutputExistsError        a file of that name is there already
    │   ├── OutputFormatError        the ending of the file name is none we write
    │   └── OutputWriteError         the system, or the file format, does not let it be written
    ├── UnknownQuestionError         a question the lessons do not have
    ├── UnknownTaskError             a task the lessons do not have
    ├── TaskThingsError              a task was handed something else than what it looks at
    ├── AgentXError                  bytes that are no AgentX, or something that the other end refused
    ├── SwitchError                  the switch refused a call, or a command of its administrator
    ├── SIPError                     bytes that are no SIP, or SIP that has to be refused
    ├── CSTAError                    bytes that are no CSTA, or CSTA that has to be refused
    ├── LinkDownError                something asked of the switch while the CTI link is not up
    ├── LogFileError                 a SIP Server log that cannot be read
    ├── UnknownCallError             a call that the trace does not have
    ├── UnknownParticipantError      a name that nobody in the trace has
    ├── NoRawMessageError            a step of a trace that carried no bytes
    └── LabError                     the plan came alive, and something went wrong
        ├── NetworkRangeError        GENESYS_PORTS_NETWORK, or the range it names, cannot be used
        ├── PortInUseError           the port is already open
        ├── NotRunningError          the application has not been started
        ├── NoConnectionError        the plan has no connection between the two
        ├── OnlyUdpError             the plan connects the two over UDP only
        ├── OnlySipError             the plan connects the two over SIP only
        ├── OnlyAgentXError          the plan connects the two over AgentX only
        ├── OnlyCtiLinkError         the plan connects the two over a CTI link only
        ├── NoLinkError              no connection, or no CTI link, with which that could be done
        ├── NotConnectedError        the other one has to open the connection, and has not
        ├── ConnectionRefusedByPeerError   nobody listens where the client called
        ├── ConnectionLostError      the connection broke before the answer came
        ├── MessageTooLargeError     one message over the limit
        ├── TLSMismatchError         one side speaks TLS, the other plain text
        ├── NoAnswerError            the limit for waiting ran out
        ├── NotAPhoneError           a phone was wanted, and this application is none
        ├── NoCallError              the phone has no call to do that with
        ├── CallFailedError          the other side refused the call, or nobody answered
        ├── SnmpSilentError          no answer came to an SNMP request
        ├── SnmpRefusedError         the SNMP agent answered, and refused
        ├── UnknownObjectError       a name that no managed object has
        ├── NoSnmpPortError          a port that speaks something else was asked by SNMP
        ├── PortStaysOpenError       a port that cannot be closed while its application runs
        ├── NotASwitchError          a switch was wanted, and this application is none
        ├── BusyError                a call that found no free port of the switch
        ├── SwitchCallError          something else that the switch refuses
        ├── ConsoleError             no console session with a switch, or none any more
        ├── TooManyPortsError        more sockets than the system lets one program open
        ├── LabClosedError           the lab is closed
        └── LabElsewhereError        the lab lives in another event loop

An error keeps its data in attributes and computes its text from them, in whole sentences. No text holds an error number
of the operating system, a process number or a translated port: the same mistake reads the same on every machine.
"""

from .agentx import AgentXError, OnlyAgentXError
from .csta import CSTAError, LinkDownError
from .cti import NoLinkError, OnlyCtiLinkError
from .desk import BusyError, ConsoleError, NotASwitchError, SwitchCallError
from .lab import (
    CallFailedError,
    ConnectionLostError,
    ConnectionRefusedByPeerError,
    LabClosedError,
    LabElsewhereError,
    LabError,
    MessageTooLargeError,
    NetworkRangeError,
    NoAnswerError,
    NoCallError,
    NoConnectionError,
    NotAPhoneError,
    NotConnectedError,
    NotRunningError,
    OnlySipError,
    OnlyUdpError,
    PortInUseError,
    TLSMismatchError,
    TooManyPortsError,
)
from .output import (
    OutputError,
    OutputExistsError,
    OutputFormatError,
    OutputWriteError,
    TaskThingsError,
    UnknownQuestionError,
    UnknownTaskError,
)
from .plan import (
    BadRow,
    BadRowsError,
    CatalogError,
    DuplicateNameError,
    DuplicatePortIdError,
    InvalidPortError,
    InvalidValueError,
    NoFreePortError,
    OtherHostError,
    PlanError,
    PlanFileError,
    PortKindError,
    UnknownApplicationError,
    UnknownHostError,
    UnknownNumberError,
    UnknownPortIdError,
    WhichHostError,
)
from .root import PortsError
from .sip import LogFileError, NoRawMessageError, SIPError, UnknownCallError, UnknownParticipantError
from .snmp import (
    NoSnmpPortError,
    PortStaysOpenError,
    SnmpRefusedError,
    SnmpSilentError,
    UnknownObjectError,
)
from .switch import SwitchError

__all__ = [
    "AgentXError",
    "BadRow",
    "BadRowsError",
    "BusyError",
    "CSTAError",
    "CallFailedError",
    "CatalogError",
    "ConnectionLostError",
    "ConnectionRefusedByPeerError",
    "ConsoleError",
    "DuplicateNameError",
    "DuplicatePortIdError",
    "InvalidPortError",
    "InvalidValueError",
    "LabClosedError",
    "LabElsewhereError",
    "LabError",
    "LinkDownError",
    "LogFileError",
    "MessageTooLargeError",
    "NetworkRangeError",
    "NoAnswerError",
    "NoCallError",
    "NoConnectionError",
    "NoFreePortError",
    "NoLinkError",
    "NoRawMessageError",
    "NoSnmpPortError",
    "NotAPhoneError",
    "NotASwitchError",
    "NotConnectedError",
    "NotRunningError",
    "OnlyAgentXError",
    "OnlyCtiLinkError",
    "OnlySipError",
    "OnlyUdpError",
    "OtherHostError",
    "OutputError",
    "OutputExistsError",
    "OutputFormatError",
    "OutputWriteError",
    "PlanError",
    "PlanFileError",
    "PortInUseError",
    "PortKindError",
    "PortStaysOpenError",
    "PortsError",
    "SIPError",
    "SnmpRefusedError",
    "SnmpSilentError",
    "SwitchCallError",
    "SwitchError",
    "TLSMismatchError",
    "TaskThingsError",
    "TooManyPortsError",
    "UnknownApplicationError",
    "UnknownCallError",
    "UnknownHostError",
    "UnknownNumberError",
    "UnknownObjectError",
    "UnknownParticipantError",
    "UnknownPortIdError",
    "UnknownQuestionError",
    "UnknownTaskError",
    "WhichHostError",
]
