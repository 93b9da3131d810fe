"""Every sentence the lab says to a learner, whole, with named places for values."""

from __future__ import annotations

# --- loopback ranges (GENESYS_PORTS_NETWORK)
RANGE_UNREADABLE = "{variable} must name a range of loopback addresses, such as 127.40.0.0/16 or 127.40.7.0/24."
RANGE_NOT_LOOPBACK = "{variable} must lie inside 127.0.0.0/8: a lab opens nothing that other machines could reach."
RANGE_TOO_SMALL = "{variable} must hold at least 32 addresses: write a range of /27 or larger, such as 127.40.7.0/24."
RANGE_FULL = "Every block of this range is held by another lab of yours: close a lab, or give a larger range."
TOO_MANY_HOSTS = (
    "The plan needs more than {count} host addresses, and one lab has no more: leave hosts out of the plan that you "
    "open here, or plan fewer addresses for each."
)
TOO_MANY_HOSTS_SMALL = (
    "The plan needs more than {count} host addresses, and a lab in this range has no more. Let {variable} name a range "
    "of /16 or larger, whose labs have {most} each, or leave hosts out of the plan."
)

# --- notices of a lab
ONE_ADDRESS = (
    "This system has one loopback address only, so the lab opens every port under another number behind the scenes. "
    "You see the planned hosts and ports everywhere."
)
TRANSLATED = (
    "The system keeps port {port} for administrators, so the lab opens it on {host} under another number behind the "
    "scenes. Tables, pictures and errors show the planned number."
)
RESERVED = (
    "Of the range {port} of {application}, port {first} is open; the others are kept for {application} until calls "
    "need them."
)

# --- what a lab tells about itself and about what it has done
NOT_AWAITED = "Nothing has happened yet: write await in front of it, as in  await {name}(…)"
READY = "Lab ready: {hosts}."
CLOSED = "This lab is closed."
NOTHING_LISTENS = "Nothing is listening yet."
LISTENS = "{application} is running and listens on port {port} of {host}."
LISTENS_MANY = "{application} is running and listens on ports {port} of {host}."
RUNS = "{application} is running on {host}; it has no listening port."
ALREADY_RUNNING = "{application} is running already."
ALREADY_RUNNING_OLD = (
    "{application} is running already, with the plan it read at its start. To read the new one: restart it."
)
CONNECTED = "{client} has connected to {server} on port {port}."
REFUSED = (
    "{client} called {server} on port {port} and was refused: nobody listens there. "
    "It tries again when {server} starts."
)
SILENT = "{client} called {server} on port {port}, and whoever listens there gave no answer."
PLAIN_TO_TLS = (
    "{client} called {server} on port {port} in plain text, and that port speaks TLS only: "
    "they did not understand each other."
)
TLS_TO_PLAIN = (
    "{client} called {server} on port {port} with TLS, and that port speaks plain text: "
    "they did not understand each other."
)
NO_TRUST = "{client} called {server} on port {port}, and whoever listens there has no certificate that {client} trusts."
LOST = "{client} has lost its connection to {server}."
STOPPED = "{application} has stopped."
NOT_RUNNING = "{application} is not running."
CRASHED = "{application} has crashed: its connections broke off, and the system closed its ports."
UPDATED = "The lab has the new plan."
UPDATED_RESTART = "These applications still run with the plan they read at their start; restart them: {applications}."
UPDATED_STOP = "The new plan does not have these running applications any more; stop them: {applications}."
CLOSED_NONE = "No port was open. Nothing is left open."
CLOSED_ONE = "1 port closed. Nothing is left open."
CLOSED_MANY = "{count} ports closed. Nothing is left open."
CLOSED_ALREADY = "The lab was closed already. Nothing is left open."
NOBODY = "Port {port} of {host}: refused. Nobody listens there."
SOMEBODY = "Port {port} of {host}: answered. {application} listens there."
OUTSIDER_RUNS = "A program outside the lab now listens on port {port} of {host}."
OUTSIDER_GONE = "The program outside the lab has ended."
OUTSIDER_NONE = "No program of this lab's making was running outside it."
NOT_A_PLAN = 'This is no plan. Load one first, or make one:  plan = load_plan("plans/two-servers.csv")'

# --- what applications say: log events and the alarm of the predefined condition "Connection Failure"
EVENT_CONNECTED = "connected to {server} on {host}, port {port}"
EVENT_LOST = "connection to {server} on {host}, port {port}, lost"
ALARM_RAISED = "Connection Failure: {client} has lost {server}"
ALARM_CLEARED = "Connection Failure is over: {client} is connected to {server} again"
STATUS_STARTED = "{application} has started"
STATUS_STOPPED = "{application} has stopped"

MORE_PORTS = "and {count} more"

# --- titles of tables
PORTS = "Ports"
CONNECTIONS = "Connections"
OVER_UDP = "over UDP"
LOG = "Log events"
OUTSIDER = "outside program {number}"
OUTSIDERS_MORE = "other outside programs"
YOU = "you"
OUTSIDER_NAME = "a program outside this lab"
OWNER = "On this machine it is the program {program}."

# --- what a port answers to somebody who does not speak its language
ANSWER_NOT_JSON = 'This port speaks a teaching format: one JSON object a line, such as {"message": "hello"}'
NOT_TLS = "This port speaks TLS only. The caller sent plain text, or does not trust the certificate of the lab."
ANSWER_NOT_TLS = "This port speaks plain text: connect without TLS."
ANSWER_TOO_LONG = "This line is longer than {limit} bytes; the connection is closed."
ANSWER_TOO_MANY = "Too many programs from outside the lab are connected to this port."

# --- is this machine ready for the lessons?
YES = "yes"
NO = "no"
MACHINE = "Your machine"
MACHINE_READY = "All is well: your machine is ready for every lesson."
MACHINE_TRANSLATES = "Your machine is ready; the lab gets by without what is marked 'no'."
MACHINE_NOT_READY = "Something is in the way; the last column says what to do."
ASK_PYTHON = "Python is 3.11 or newer"
ASK_OWN_HOSTS = "The lab can give each planned host a loopback address of its own"
ASK_PORT = "Port {number} is free"
ASK_WIDGETS = "Buttons and pictures can be shown"
DO_PYTHON = "Install Python 3.11 or newer and start again."
DO_OWN_HOSTS = "Nothing: this system has one loopback address only, and the lab translates ports behind the scenes."
DO_PORT = (
    "A program of yours holds this port on every address. End it, or expect a collision in the lessons that use it."
)
DO_WIDGETS = "Set the lessons up again:  python3 run.py lab"

# --- what is open on a planned host
SEEN_ON = "{host} in the lab"
#: As systems write it.
EVERY_ADDRESS = "0.0.0.0"
