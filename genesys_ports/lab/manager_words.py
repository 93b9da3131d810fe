"""Every sentence about managing applications: traps, ports that close while their application runs, overload."""

from __future__ import annotations

# --- the tables
TRAPS = "Traps heard by {manager}"
TRAPS_NONE = "Traps: nobody has heard any yet"
READING = "{application}, port {port}"
WHO_ARE_YOU = "get (who are you?)"
FOR_TRAPS = "traps that others send"
NO_TRAP = "no SNMP trap: dropped"

# --- the texts of traps (docs.genesys.com, FR/latest/MLUG/SNMPtraps)
SERVER_UP = "{name}:server is UP"
SERVER_DOWN = "{name}:server is DOWN"
LINK_STATUS = "server {name} ({number}) - link {link} status changed - {status}"

# --- ports that close and open while their application runs
PORT_CLOSED = "{application} has closed port {port} and goes on running; its other ports are as before."
PORT_CLOSED_ALREADY = "Port {port} of {application} is closed already."
PORT_OPENED = "{application} listens on port {port} of {host} again."
PORT_OPEN_ALREADY = "Port {port} of {application} is open already."

# --- overload
OVERLOADED = (
    "{application} is overloaded: it reads nothing any more of what its communication connections bring. "
    "Its management port still answers."
)
OVERLOADED_SILENT = (
    "{application} is overloaded: it reads nothing any more of what its communication connections bring. "
    "It has no port for SNMP, so nothing tells why it is silent."
)
OVERLOADED_ALREADY = "{application} is overloaded already."
RELIEVED = "{application} reads its communication connections again, beginning with what has waited."
RELIEVED_ALREADY = "{application} is not overloaded."

# --- what somebody writes who asks, and nobody could send: "'…' is not a {…}. Write one of: …."
AUTHENTICATION = "protocol that proves who asks"
PRIVACY = "protocol that encrypts"
USER_NAME = "name of a user of SNMP"
USER_NAMES = "a printable name of 1 to {most} bytes"
PASSWORD = "password of SNMP version 3"
PASSWORDS = "a password of {least} bytes or more (RFC 3414, section 11.2)"
#: Completes "… is not a …", and "Write one of: …".
VERSION = "version of SNMP with a community"
VERSION_3 = 'user="trainee" for version 3, which has users'
INTEGER = "whole number of 32 bits"
INTEGERS = "-2147483648 to 2147483647"
