"""Every sentence and word of the port board, whole, with named places for values."""

from __future__ import annotations

# --- buttons; the first word of a label is what fits into the button, a screen reader says all of it
START = "Start {application}"
STOP = "Stop {application}"
CRASH = "Crash {application}"
CRASH_TIP = "Crash {application}: it ends without good-bye, and all its connections break off."
START_ALL = "Start all"
STOP_ALL = "Stop all"
START_ALL_TIP = "Start what does not run yet, in the documented start-up order."
STOP_ALL_TIP = "Stop what runs, in the reverse of the documented start-up order."
START_SHOWN = "Start these"
STOP_SHOWN = "Stop these"
EARLIER = "Earlier"
LATER = "Later"
PAGE = "Applications {first} to {last} of {count}"
SHOW = "Show host or application"
ALL_HOSTS = "all {count} hosts"
NOT_FOUND = "No host or application of the plan has '{wanted}' in its name."

# --- what a button has done
MORE_SAID = "And {count} more changes: the board shows them."
MORE_SAID_ONE = "And 1 more change: the board shows it."
ALL_RUN = "Started in the documented order. Running now: {running} of {count}."
NONE_RUNS = "Nothing to stop: no application is running here."
ALL_STOPPED = "Stopped in the reverse order. Running now: {running} of {count}."

# --- the board
COLUMNS = ("Application", "Its ports", "Its connections to servers")
RUNS = "● running"
RUNS_NOT = "○ not running"
HOST = "{host} · running: {running} of {count}"
HOST_EMPTY = "{host} · no application is planned here"
OUTSIDER = "A program outside the lab listens here on port {port}."
NOTHING = "The plan has no application to show."
NO_PORT = "no listening port"
NO_SERVER = "none planned"
NEW_BOARD = "Then show a new board:  PortBoard(lab)"
OUTDATED = (
    "{application} still runs with the plan it read at its start. Stop it and start it again to read the new one."
)
UNPLANNED = "The plan does not have {application} any more, and it still runs. Stop it."

# --- one port
PORT = "{mark} {port} {state}"
PORT_NAMED = "{mark} {port} {port_id} {state}"
NEXT_FREE = "next free: {number}"
WANTED = "{application} wants it too"
NO_CLIENT = "no client"
ONE_CLIENT = "1 client"
CLIENTS = "{count} clients"
ONE_OUTSIDE = "1 program from outside"
OUTSIDE = "{count} programs from outside"
MORE_PORTS = "and {count} more: {states}"
COUNTED = "{count} {state}"

# --- the connections of an application in one state
#: Round, as ports have squares.
CONNECTION_MARKS = {"closed": "○", "over UDP": "◌", "connected": "●", "refused": "✕", "lost": "⊘"}
#: Closed, but of UDP: nobody connects there.
DATAGRAMS = "over UDP"
SERVERS = "{mark} {state}: {servers}"
#: The two stay together (a space that is never a line's end).
SERVER = "{server}\N{NO-BREAK SPACE}{port}"
MORE_SERVERS = "{servers} and {count} more"

# --- as a table
CAPTION = "Port board"
CAPTION_OF = "Port board: {wanted}"
TABLE = ("Host", "Application", "Port", "Port ID", "Connects to", "State", "Clients", "Held by")
TO = "{server}, port {port}"
STATE = "{mark} {state}"
STRANGER = "another program"
