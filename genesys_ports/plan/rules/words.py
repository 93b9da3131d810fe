"""Every sentence the rules say, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ...catalog import Basis
from ..finding_words import listed as listed
from ..finding_words import shown as shown

if TYPE_CHECKING:
    from .ground import Stand

#: Applications, ports or hosts named in a sentence before it only counts the rest.
NAMED = 4

#: Moves spelled out in a proposal before it only counts the rest.
PROPOSED = 3


def named(names: Sequence[str], most: int = NAMED) -> str:
    """Names as a sentence has them: `a and b`, `a, b, c and 7 more`."""
    return listed((shown(name) for name in names), most, len(names))


def port_of(stand: Stand) -> str:
    """An application, with the port id unless it is the usual one: `SIP_P`, `SIP_P:sip`."""
    application, port = stand
    return shown(application.name if port.port_id == "default" else f"{application.name}:{port.port_id}")


def ports_of(stands: Sequence[Stand], most: int = NAMED) -> str:
    """`MS_P 5150/tcp and SIP_P:sip 5060/udp`."""
    return listed((f"{port_of(one)} {one.port}" for one in stands), most, len(stands))


def told_together(sentences: Iterable[str]) -> str:
    """Several sentences, one after the other."""
    return " ".join(one if one.endswith((".", "?")) else f"{one}." for one in sentences)


# --- ports in each other's way

TWICE = "Port {port} on {host} is planned twice: {applications}."
MANY_TIMES = "Port {port} on {host} is planned {count} times: {applications}."
RANGE = "Ports of {host} overlap: {ports}."
SECURE_AND_PLAIN = "Port {port} on {host} is planned as TLS and as plain TCP: {ports}."
DEPENDS = "Port {port} on {host} may not be enough for all of these: {applications}. {reason}"
LCA_PORT = "Port {port} on {host} belongs to its Local Control Agent, and is planned for {applications} too."
LCA = "Local Control Agent"
CLIENT_AND_SERVER = (
    "Port {port} on {host} is fixed as the client port of {clients}, and planned for listening: {applications}."
)
CLIENT_TWICE = "Port {port} on {host} is fixed as the client port of more than one connection: {clients}."
CLIENT_OF_BACKUP = "{connection} (taken over by {backup})"
SAME_APPLICATION = "{application} on {host} has several port ids on port {port}: {ids}."
PAIR_ON_ONE_HOST = "{primary} and its backup {backup} are both planned on port {port} of {host}."

# --- proposals

NEXT_FREE = "{number} for {port} (next free)"
NEXT_FREE_IN = "{number} for {port} (next free in block {block})"
NEXT_FREE_BESIDE = "{number} for {port} (next free outside block {block}, which has none left)"
MOVE_WITH = "With {port} move {ports}, so that they keep one number."
MOVE_TO = "{number} for {port}, as at its partner."
NO_NUMBER_LEFT = "No number is left on {host} for {applications}: plan another host."
BLOCK_FULL = "Block {block} has no number left for {applications}: make it larger."
MAY_BE_OWN_ONE = (
    "If {port} is the service known for this number, say so in the column Type or Purpose; else plan {number} for it."
)
MAY_BE_OWN = (
    "Those that are the service known for their number: say so in the column Type or Purpose. "
    "For the others plan {numbers}."
)
NUMBER_FOR = "{number} for {port}"
KEEPS_ONE = "{ports} has the usual number of its service: give it the right to open this number."
KEEPS = "{ports} have the usual numbers of their services: give them the right to open these numbers."
CLIENT_PROPOSAL = "Fix {number} for {connection}, or let the system hand out a number."
STATE_PLATFORM = "State the platform of the host. Or: {moves}"

#: What may be done instead of a move, by code.
INSTEAD = {
    "GP404": "Or reserve the numbers on the host (Linux: net.ipv4.ip_local_reserved_ports).",
    "GP406": "Or give the program the right to open its number.",
    "GP407": "On the host,  netsh int ipv4 show excludedportrange tcp  shows what is set aside.",
    "GP410": "Or make the block larger.",
}

# --- one server, and pairs

SIP_ONE = "{application} listens on {port} only for SIP: no {missing} is planned beside it."
SIP_ADD = "Plan {missing} for {application} too."
SIP_NONE = "{application} is a SIP Server, and no SIP port is planned for it."
SERVER_INFO = "{application} has port {port} in Server Info, and {default} as the port id {port_id}."
SERVER_INFO_ELSE = "{application} has port {port} in Server Info, and none of its port ids has this number."
SERVER_INFO_MEND = "Write {default} in Server Info."
DRIFTED = "{primary} and its backup {backup} have different numbers for the port id {port_id}: {first} and {second}."
ID_MISSING = "{other} has the port id {ids}, and its HA partner {application} has not."
OTHER_TYPE = "{primary} is a {first}, and its backup {backup} a {second}."
BACKUP_OF_MANY = "{backup} is the backup of {count} primaries: {primaries}."
BACKUP_UNKNOWN = "{application} names {backup} as its backup, and the plan has no such application."
BACKUP_ITSELF = "{application} names itself as its backup."
BACKUP_MUTUAL = "{application} and {backup} each name the other as backup."
BACKUP_CHAIN = "{application} is the backup of {primary}, and names a backup of its own: {backup}."

# --- connections

NO_PORT_ID = "{clients} connect to the port id {port_id} of {server}, which has: {ids}."
NO_PORT_ID_ONE = "{clients} connects to the port id {port_id} of {server}, which has: {ids}."
NO_PORTS = "{clients} connect to {server}, which opens no port."
NO_PORTS_ONE = "{clients} connects to {server}, which opens no port."
NOBODY = "{clients} connect to {server}, and the plan has no such application."
NOBODY_ONE = "{clients} connects to {server}, and the plan has no such application."
MEANT = "Write {guess}, if that is the one meant."
NO_CLIENT = "{client} connects to {servers}, and the plan has no application {client}."
ITSELF = "{application} connects to itself."
PLAIN_TO_SECURE = "{clients}: a plain connection (tls=0) to {server}, port {port}, which is secure."
SECURE_TO_PLAIN = "{clients}: a secure connection (tls=1) to {server}, port {port}, which is plain."
OTHER_PORT_ID = "Name the port id {port_id} ({port})."
CLIENT_EPHEMERAL = "{connection} fixes the client port {number}; {host} hands out {range} itself."

# --- numbers

# What is wrong with such a number stands in the reason and the remedy of its code.
BAD_CELLS = {
    "GP401": "{value!r} in the column {column} is no port.",
    "GP402": "{value!r} in the column {column} asks for port 0.",
    "GP408": "{value!r} in the column {column} is a voice port.",
}
LCA_HOST = "The port of Local Control Agent on {host} is {number}: it will start on 4999."
LCA_APPLICATION = "{application} on {host} is a Local Control Agent on port {number}: it will start on 4999."
#: What a host of unknown system may hand out.
EITHER = "{linux} (Linux) or {windows} (Windows)"
EPHEMERAL = "{host} hands out {range} for outgoing connections, and these are planned there: {ports}."
MEDIA_EPHEMERAL = "{host} hands out {range} for outgoing connections, and media ranges reach into it: {ports}."
WINDOWS = "Windows hands out {range} on {host} or sets parts of it aside, and these are planned there: {ports}."
PRIVILEGED = "On {host} numbers below {bound} need administrator rights: {ports}."
WELL_KNOWN = "On {host}, ports that are well known for {service}: {ports}."
OUTSIDE_HOST = "The block of {host} is {block}, and these are planned outside it: {ports}."
OUTSIDE_TEAM = "The block of team {team} is {block}, and these are planned outside it: {ports}."
BLOCKS = "The blocks of team {one} ({first}) and of team {two} ({second}) overlap."

# --- names and the catalogue

SPECIAL = "Application names with blanks or special characters: {names}."
DASH = "Application names with a dash: {names}."
ONE_DN = "DN {dn} belongs to {count} phones: {names}."
NOT_DNS = "Host names that DNS cannot hold: {names}."
UNKNOWN_TYPE = "The catalogue has no type {type!r}: {names}."
# By the basis of the number.
KNOWN_NUMBER = {
    Basis.EXAMPLE: "{number} is for {component} in an example of the documentation, and not a default: {ports}.",
    Basis.COURSE: "{number} is for {component} in the course, and not a documented default: {ports}.",
    Basis.FIELD: "{number} has been seen for {component} at a site, and is not a documented default: {ports}.",
    Basis.CONVENTION: "{number} for {component} is a convention (RFC, IANA, vendor) and in no Genesys text: {ports}.",
}
OTHERS_DEFAULT = "{number} is the documented default of {component}, and planned for something else: {ports}."

# --- hosts and the sheet

ONE_ADDRESS = "{hosts} have one IP address: {address}."
ONE_NAME = "{hosts} look like one machine."
NO_SUCH_CODE = "The column Ignore names {codes}, and there is no such code."
