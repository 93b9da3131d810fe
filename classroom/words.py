"""Every sentence of the classroom that people read, whole, with named places for values."""

from __future__ import annotations

# --- the roll

ROLL_UNREADABLE = (
    "{file} cannot be read, or is not what the classroom wrote. Put a copy of it back, or give another folder with "
    "--folder."
)
BAD_NAME = (
    "{name!r} is no name for an account here: small letters a to z, digits and hyphens, beginning with a letter, 32 at "
    "most."
)
NAME_TAKEN = "{name!r} has an account already. A new password for it:  python3 run.py classroom password {name}"
NOBODY = "Nobody is called {name!r} here. Who is:  python3 run.py classroom users"
CLASSROOM_FULL = "A classroom has {most} accounts for learners at most, and all are given. Nobody was added."
LIST_HEADER = ("Name", "Password")
LIST_REFUSED = "The system does not let you write a file of this name. Give a name in a folder of your own."

# --- folders

FOLDER_REFUSED = "{folder}: the system does not let you keep a classroom here. Give a folder of your own with --folder."
FOLDER_OF_ANOTHER = (
    "{folder} belongs to another user id than this learner's, so it stays as it is. Was the classroom started in "
    "another way before, with or without root? Start it in that way again, or rename the folder."
)

# --- a learner's server

LAID_OUT = "Lessons copied: {new}. Kept as they are: {kept}. New ones laid beside: {beside}."
NOT_LAID_OUT = "The lessons could not be copied: {problem}"

# --- the proxy

NOT_UNDERSTOOD = "This is no request that a browser makes."
SERVER_SILENT = "This server does not answer. Load the page again in a moment, or go to the start page: /hub/home"
PAGE_OF_ONE_SENTENCE = """\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Classroom</title></head>
<body><p>{sentence}</p></body></html>
"""

# --- the instructor's page

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Progress of the class</title>
{refresh}
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0 2rem; }}
caption {{ font-weight: bold; text-align: left; }}
th, td {{ border-bottom: 1px solid; padding: .25rem .75rem; text-align: left; vertical-align: top; }}
td {{ overflow-wrap: anywhere; }}
a {{ color: #0550ae; }}
html {{ background: #fff; color: #1a1a1a; }}
@media (prefers-color-scheme: dark) {{
html {{ background: #121212; color: #f0f0f0; }}
a {{ color: #8ab4f8; }}
}}
</style>
</head>
<body>
<main>
<h1>Progress of the class</h1>
<p>As of {when}. {switch} ·
<a href="{address}progress.csv">Everything as CSV</a> · <a href="/hub/home">Start page</a></p>
{content}
</main>
</body>
</html>
"""
REFRESH = '<meta http-equiv="refresh" content="{seconds}">'
STILL = '<a href="?still=1">Hold the page still</a>'
MOVING = '<a href="?">Let the page load itself anew</a>'

# --- the command

USAGE = "python3 run.py classroom [start | stop | learners NUMBER | add NAME … | password NAME | users] [options]"
DESCRIPTION = """\
A classroom on this machine: JupyterHub with an account, a folder and a loopback network of its own for each learner.
Work is kept in the folder genesys-ports-classroom, and nothing there is ever overwritten. docs/classroom.md tells more.
"""
EPILOG = """\
examples:
  sudo python3 run.py classroom learners 30          thirty accounts; names and passwords in learners.csv
  sudo python3 run.py classroom                      start; Ctrl-C ends everything
  sudo python3 run.py classroom stop                 end it from another window
  sudo python3 run.py classroom start --address 0.0.0.0 --certificate hub.crt --key hub.key
"""
HELP_START = "start the classroom (also without any word)"
HELP_STOP = "end the classroom: hub, servers, kernels"
HELP_LEARNERS = "make so many accounts, learner-01 and on, with random passwords"
HELP_ADD = "make accounts with these names and random passwords"
HELP_PASSWORD = "give someone a new random password"
HELP_USERS = "who has an account"
HELP_FOLDER = "where the classroom keeps its work (genesys-ports-classroom in the project)"
HELP_ADDRESS = "the address to listen on (127.0.0.1: this machine only); 0.0.0.0 is every network it is in"
HELP_PORT = "the port browsers come to (8000)"
HELP_CERTIFICATE = "a TLS certificate, in PEM; with --key"
HELP_KEY = "its private key, in PEM"
HELP_ONE_USER = "without root: all learners as your own user, their files not protected from each other"
HELP_NAMESPACES = "Linux: each learner's kernels and terminals in a network of their own"
HELP_MEMORY = "MiB that one process of a learner may have (2048); 0: no limit"
HELP_CULL = "end kernels that have done nothing for so many minutes while no page is open for them (120); 0: never"
HELP_AT_ONCE = "how many learners may have a server at the same time (30)"
HELP_NODE_PROXY = "use this program, JupyterHub's proxy for Node.js, instead of our own"
HELP_LIST = "the new file for names and passwords (learners.csv)"
HELP_NUMBER = "how many"
HELP_NAME = "small letters, digits, hyphens"

WRONG_SYSTEM = (
    "JupyterHub does not run on Windows. Start the classroom on Linux or macOS, or in WSL; what learners need is a "
    "browser."
)
NO_HUB = "JupyterHub is not installed for this Python. Start the classroom with:  python3 run.py classroom"
ROOT_NEEDED = (
    "Only root can give each learner a user id of its own, so that none can read another's files. Start it with sudo, "
    "or, where learners may see each other's work, add --one-user."
)
NOT_ONE_USER_AS_ROOT = "As root, --one-user would make every learner root. Leave it away, or start as another user."
OPEN_FILES_WARNING = "All learners run as your own user: each can read, and change, the files of the others and yours."
CLOSED_FOLDERS = (
    "Learners' programs cannot get to {path}: the folder {closed} lets only its owner in, and this system does not let "
    "even root open a way for them. Move the project, and Python, to a folder that all may enter, such as /opt."
)
UNREACHABLE = (
    "A program with a learner's user id cannot use this Python ({python}) with the project's packages. Are they in "
    "folders, and files, that all may read? It said: {problem}"
)
NO_NAMESPACES = (
    "This system does not let ordinary users make networks of their own (user namespaces), so --namespaces cannot be "
    "used. Without it each learner has a range of loopback addresses of its own all the same."
)
NOT_ON_LINUX = "Only Linux has network namespaces. Start without --namespaces."
BAD_CERTIFICATE = (
    "Certificate and key cannot be used: {problem}. Both are wanted, in PEM, and the key without a password."
)
BAD_ADDRESS = "{address!r} is no address of this machine. Give one, such as 127.0.0.1, or 0.0.0.0 for all."
PORT_TAKEN = "Port {port} at {address} is open already: another program has it. Give another one with --port."
PORT_REFUSED = "The system does not let you open port {port} at {address}. Give one from 1024 on with --port."
NOT_NODE_PROXY = (
    "{program} is not JupyterHub's proxy for Node.js, version 4 or later. (A Python program has the same name.) Get it "
    "with:  npm install -g configurable-http-proxy"
)
IS_RUNNING = "The classroom in {folder} is running already. End it with:  {command}"
NOT_RUNNING = "No classroom is running in {folder}."
NOT_YOURS = "The classroom in {folder} was started by another user. End it as that user, or with sudo."
DID_NOT_START = "The classroom did not start. The last lines of {log}:"
ENDED_BY_ITSELF = "The hub has ended by itself. The last lines of {log}:"

PREPARING = "Preparing the lessons' packages, once …"
INSTRUCTOR_PASSWORD = "The instructor's account:  {name}  {password}\nWrite it down; it is not shown again."
STARTED = "The classroom is open: {url}"
OTHER_MACHINES = "From other machines, with an address of this one in place of 0.0.0.0: {addresses}"
COUNT = "{learners} learners have an account; {at_once} may be there at once."
NO_LEARNERS = "Nobody has an account yet. Make some:  {command}"
PAGE_AT = "The instructor's page: {url}services/progress/"
WITHOUT_TLS = (
    "Passwords and work cross the network unencrypted. In a network that is not yours alone, give --certificate and "
    "--key."
)
LIMITS = (
    "One process of a learner may have {memory} MiB. A kernel that rests for {cull} minutes with no page open ends."
)
HOW_TO_END = "Ctrl-C here, or  {command}  in another window, ends everything. Work is kept in {folder}."
ENDING = "Ending servers and kernels …"
ENDED = "The classroom is closed. Work is kept in {folder}."

LEARNERS_MADE = "{count} accounts made. Names and passwords: {file}. They are not shown again."
PASSWORD_OF = "{name}  {password}"
USER_WITH_ID = "{name}  network {network}  user id {user_id}"
