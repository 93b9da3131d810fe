"""Every sentence of the switch's console, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

from typing import NamedTuple

# --- the session

GREETING = "{name}: console of the switch\nType  login NAME  to log in, or  help  for the list of commands."
PROMPT_OUT = "{name}> "
PROMPT_IN = "{name}# "
PASSWORD = "Password: "
WELCOME = "Welcome, {user}."
LOGGED_IN_ALREADY = "You are logged in already, as {user}."
LOGIN_FIRST = "Log in first:  login NAME"
NAME_ALONE = "login takes the name alone, and asks for the password on the next line:  login NAME"
WRONG = {
    2: "Wrong name or password. You have two more attempts.",
    1: "Wrong name or password. You have one more attempt.",
    0: "Wrong name or password, for the third time. Goodbye.",
}
GOODBYE = "Goodbye."

# --- what is typed

TOO_LONG = "This line has more than {most} characters. A command is short: type  help  for the list."
UNSEEN = "This line holds characters that cannot be seen. Type the command again."
UNKNOWN = "There is no command {command!r}. Type  help  for the list."
UNKNOWN_GUESS = "There is no command {command!r}. Did you mean  {guess}?"
USAGE = "Type it like this:  {usage}\nFor example:  {example}"


class Help(NamedTuple):
    """A command: how it is typed, what it does, and an example."""

    usage: str
    text: str
    example: str


HELP = {
    "login": Help("login NAME", "Log in; the password is asked for on the next line.", "login admin"),
    "help": Help("help [COMMAND]", "The list of commands, or more about one of them.", "help busy-out"),
    "show ports": Help("show ports", "Every port of the frame, and what it is doing.", "show ports"),
    "show calls": Help("show calls", "The calls of this moment, and the ports they occupy.", "show calls"),
    "show card": Help("show card CARD", "The ports of one card.", "show card 03"),
    "add station": Help("add station PORT", "A further station port, without a DN.", "add station 03-07"),
    "assign": Help("assign DN PORT", "Give a station port its DN: from now on it can be called.", "assign 2005 03-05"),
    "unassign": Help("unassign DN", "Take a DN from its port: it cannot be called any more.", "unassign 2005"),
    "busy-out": Help(
        "busy-out PORT", "Take a port out of service: at once, or when its call has ended.", "busy-out 01-02"
    ),
    "release": Help("release PORT", "Bring a port back into service.", "release 01-02"),
    "quit": Help("quit", "End this session.", "quit"),
}

#: What people type who know other consoles.
SYNONYMS = {"?": "help", "exit": "quit", "logout": "quit", "logoff": "quit", "bye": "quit", "busyout": "busy-out"}

HELP_COLUMNS = ("Command", "What it does")

# --- tables

PORT_COLUMNS = ("Port", "Kind", "DN", "State", "Call", "Carries")
PORTS = "{name}: {every} ports, {seized} with a call, {out} out of service"
CARD = "Card {card} of {name}: {every} ports, {seized} with a call, {out} out of service"
CLOSING = "{status}, then out of service"
CALL_COLUMNS = ("Call", "From", "To", "Party", "Port", "Connection")
CALLS_ONE = "{name}: 1 call"
CALLS_MANY = "{name}: {count} calls"
NO_CALLS = "{name} has no call now. All its ports are free, or out of service."
NO_CARD = "The frame has no card {card!r}. Its cards are: {known}."

# --- what was done

ADDED = "Station port {label} is there now. It has no DN yet:  assign DN {label}"
ASSIGNED = "Port {label} has the DN {dn} now."
UNASSIGNED = "The DN {dn} is free now; port {label} has none."
DN_FIRST = "The DN comes first, then the port:  assign {dn} {label}"
OUT_NOW = "Port {label} is out of service now."
OUT_ALREADY = "Port {label} is out of service already."
OUT_LATER = "Port {label} carries call {call}. It goes out of service when that call has ended."
BACK = "Port {label} is back in service."
STAYS = "Port {label} stays in service when call {call} has ended."
IN_ALREADY = "Port {label} is in service already."
