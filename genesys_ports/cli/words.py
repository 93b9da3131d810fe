"""Every sentence of the command line, whole, with named places for values."""

from __future__ import annotations

__all__: list[str] = []

DESCRIPTION = "Learn, plan and check the network ports of a Genesys contact centre."
EPILOG = """\
exit codes: 0 all is well · 1 the plan has problems, or nothing was found · 2 the input cannot be used
            3 the output cannot be written

examples:
  genesys-ports lab                                  open the lessons in the browser
  genesys-ports serve plans/two-servers.csv          bring a plan up on this machine
  genesys-ports catalog 5060                         who uses port 5060, and how well that is known

genesys-ports COMMAND --help  tells more of one command.
"""
VERSION = "genesys-ports {version}"
COMMAND = "COMMAND"
NO_OUTPUT = "The output could not be written to its end. Is the disk full?"
UNKNOWN_ARGUMENTS = "unrecognized arguments: {arguments}"

# --- serve

SERVE = "bring a plan up: every application opens its ports, until Ctrl-C"
SERVE_USAGE = "genesys-ports serve PLAN [--only APP ...] [--json]"
SERVE_DESCRIPTION = """\
Brings a plan up on loopback addresses of this machine: every application opens its planned ports and its
connections. Prints each port as planned and as opened, then stays up. Ctrl-C closes everything.
"""
SERVE_EPILOG = """\
The network is always the same one, so that other tools find the ports, and a second start of the same plan
meets a real clash. GENESYS_PORTS_NETWORK=127.x.y.0/24 chooses another.

exit codes: 0 closed by Ctrl-C or SIGTERM · 2 the plan cannot be read
            1 the plan has problems: a port cannot be opened, Connects to names nothing the plan has, …

examples:
  genesys-ports serve plans/two-servers.csv
  genesys-ports serve plans/two-servers.csv --only message_server
  genesys-ports serve plans/two-servers.csv --json
"""
SERVE_PLAN = "a plan: a CSV file with the columns Host, Application and Port, and more if you like"
SERVE_ONLY = "start these applications only"
SERVE_JSON = "one JSON object a line for each open port: application, host, port_id, transport, planned, address, port"
SERVE_COLUMNS = ("Application", "Port ID", "Planned", "Open on this machine")
SERVE_UP = "Network {network}. These ports are open; Ctrl-C closes them."
SERVE_NOTHING = "No application that was started has a port in this plan, so none is open. Ctrl-C ends this."
SERVE_CLOSED = "Closed."
OTHERS_KEPT = "{first}, the others are kept"
NOT_CONNECTED = "No connection yet: {connection} ({status})."
MORE_SOCKETS = "{first} and {count} more"

# --- catalog

CATALOG = "what is documented of each component: ports, basis, source"
CATALOG_DESCRIPTION = """\
Shows the documented ports of Genesys components, each with the basis of its number (default, example, course,
field, convention, unknown) and its source.
"""
CATALOG_EPILOG = """\
exit codes: 0 something was found · 1 nothing fits the word

examples:
  genesys-ports catalog
  genesys-ports catalog "sip server"
  genesys-ports catalog 5060/udp
  genesys-ports catalog lca --json
"""
CATALOG_WORD = "a component, a number, a transport or a purpose; without it, everything"
CATALOG_JSON = "one JSON object a line for each port"
NOTES_LEFT_OUT = "The notes have no room here. A wider window shows them, and so does --json."
NOTHING_FITS = "Nothing in the catalogue fits {word!r}. Type  genesys-ports catalog  for the whole list."
NOTHING_FITS_GUESS = (
    "Nothing in the catalogue fits {word!r}. Did you mean {guess!r}? Type  genesys-ports catalog  for the whole list."
)

# --- lab

LAB = "open the lessons in JupyterLab"
LAB_USAGE = "genesys-ports lab [FOLDER] [--dry-run] [options of JupyterLab]"
LAB_DESCRIPTION = """\
Opens the lessons in JupyterLab: a copy of your own, without any result, in FOLDER. A file that is there already
is never replaced: your work stays yours. To begin a lesson afresh, rename or delete its file and start again.
"""
LAB_EPILOG = """\
Everything else on the line goes on to JupyterLab: --no-browser, --port=8890; --help-all shows all it knows.

examples:
  genesys-ports lab
  genesys-ports lab ~/lessons
  genesys-ports lab --no-browser --port=8890
  genesys-ports lab --dry-run
"""
LAB_FOLDER = "where your copy of the lessons is, or will be (without it: genesys-ports-lessons)"
LAB_DRY_RUN = "print the command instead of running it; nothing is copied"
LAB_MISSING = "JupyterLab is not installed for this Python. Install it:  python -m pip install jupyterlab"
NO_LESSONS = (
    "This installation holds no lessons. "
    "Install the package again:  python -m pip install --force-reinstall genesys-ports"
)
LAID_OUT = "Lessons laid out in {folder}: {count}."
LAID_OUT_BESIDE = "Lessons laid out in {folder}: {count}. Those that were there are kept as they are."
LESSONS_KEPT = "Your lessons in {folder} are kept as they are."
NOT_A_FOLDER = "The lessons cannot be copied here: it is not a folder, or the system does not let you write in it."
