"""Every sentence of the command line, whole, with named places for values."""

from __future__ import annotations

__all__: list[str] = []

DESCRIPTION = "Learn, plan and check the network ports of a Genesys contact centre."
EPILOG = """\
exit codes: 0 all is well · 1 the plan has problems, or differs, or nothing was found
            2 the input cannot be used · 3 the output cannot be written

examples:
  genesys-ports lab                                  open the lessons in the browser
  genesys-ports check Ports.xlsx                     what is wrong in a plan, and what to write instead
  genesys-ports firewall Ports.xlsx -o rules.xlsx    who connects to whom, for the network team
  genesys-ports compare Ports.xlsx                   the plan against what listens on this machine
  genesys-ports diff Old.xlsx New.xlsx               what changed between two plans
  genesys-ports ripple Ports.xlsx SIP_P --to 5070    who must change if this port moves
  genesys-ports serve plans/two-servers.csv          bring a plan up on this machine
  genesys-ports catalog 5060                         who uses port 5060, and how well that is known
  genesys-ports ladder SIP_P.log                     the calls of a SIP Server log, and each as a ladder
  genesys-ports progress ~/lessons                   how far learners have come

genesys-ports COMMAND --help  tells more of one command.
"""
VERSION = "genesys-ports {version}"
COMMAND = "COMMAND"
NO_OUTPUT = "The output could not be written to its end. Is the disk full?"
UNKNOWN_ARGUMENTS = "unrecognized arguments: {arguments}"

#: What a plan can be, in the help of every command that takes one.
PLAN_FILE = "a plan: a sheet (.xlsx, .csv) with the columns Host, Application and Port, or an export (.json)"

# --- reading plans, for every command that does

READING = "Reading"
READING_UNIT = "rows"
NOT_READ_ONE = "1 cell cannot be read, and what it says is left out here. To see it:  genesys-ports check {files}"
NOT_READ = "{count} cells cannot be read, and what they say is left out here. To see them:  genesys-ports check {files}"
ROWS_LEFT_OUT = "… and {count} more rows. For all of them, send the output to a file: add  > list.txt"
COLUMNS_LEFT_OUT = "Columns that have no room here: {columns}. A wider window shows them, and so does a file."

# --- check

CHECK = "check a plan: what is wrong, in which row, and what to write instead"
CHECK_USAGE = """\
genesys-ports check FILE ... [--suggest OUT.xlsx] [--platform SYSTEM] [--ignore CODE] [--json]"""
CHECK_DESCRIPTION = """\
Reads one plan from one or more files, and says what is wrong with it: ports in each other's way, connections
to nothing, HA pairs that drifted apart, numbers that the system keeps for itself. Each finding has its rows,
why it matters, a proposal, and a code. No file of yours is changed.
"""
CHECK_EPILOG = """\
exit codes: 0 no error (warnings and infos do not count) · 1 a finding of severity error
            2 a file, a sheet or a row cannot be read

examples:
  genesys-ports check Ports.xlsx
  genesys-ports check Ports.xlsx --suggest Ports_checked.xlsx
  genesys-ports check SiteA.xlsx SiteB.csv --platform windows
  genesys-ports check Ports.xlsx --ignore GP404,GP5
  genesys-ports check Ports.xlsx --json > findings.json
"""
CHECK_FILES = f"{PLAN_FILE}; several files are one plan"
CHECK_SUGGEST = "write a new workbook in the same layout, with findings and proposals in columns of their own"
CHECK_PLATFORM = "the system of hosts that name none: {systems}"
CHECK_IGNORE = "leave out findings of this code, or of a family of them (GP5); several with commas, or once more"
CHECK_JSON = "one JSON object: files, errors (what cannot be read), findings"
CHECKING = "Checking"
CHECKING_UNIT = "ports"

SHEETS = ("1 sheet", "{count} sheets")
DATA_ROWS = ("1 row", "{count} rows")
PORTS = ("1 port", "{count} ports")
HOSTS = ("1 host", "{count} hosts")
READ = "{file}: {rows}, {ports} on {hosts}"
READ_SHEETS = "{file}: {sheets}, {rows}, {ports} on {hosts}"

ROWS = ("row {rows}", "rows {rows}")
IN_PLAN = "{rows}"
IN_SHEET = "sheet {sheet!r}, {rows}"
IN_FILE = "{file}, {rows}"
IN_SHEET_OF_FILE = "{file}, sheet {sheet!r}, {rows}"
NOT_READ_CELL = "{where}, column {column}: {value!r} cannot be read   [unreadable]"
NOT_READ_EMPTY = "{where}: the column {column} is empty   [unreadable]"
FOUND = "{where}: {message}   [{code} {severity}]"
FOUND_NOWHERE = "{message}   [{code} {severity}]"
WHY = "{why}"
WHY_PROPOSAL = "{why} Proposal: {proposal}"
PROPOSAL = "Proposal: {proposal}"
MORE_FOUND = "… and {count} more. For all of them, send the output to a file:  genesys-ports check … > report.txt"

SUMMARY = "{counts}."
SUMMARY_WRITTEN = "{counts}. Written: {file} (your file is unchanged)."
SUMMARY_WRITTEN_MANY = "{counts}. Written: {file} (your files are unchanged)."
NOTHING_TO_SUGGEST = "{file} was not written, because no row was read."
NOTHING_FOUND = "No findings"
FILES_UNREADABLE = ("1 file or sheet that cannot be read", "{count} files or sheets that cannot be read")
CELLS_UNREADABLE = ("1 cell that cannot be read", "{count} cells that cannot be read")
ERRORS = ("1 error", "{count} errors")
WARNINGS = ("1 warning", "{count} warnings")
INFOS = ("1 info", "{count} infos")

# --- firewall

FIREWALL = "the firewall list of a plan: who connects to whom, on which port"
FIREWALL_USAGE = "genesys-ports firewall FILE ... [-o OUT | --format FORMAT | --json]"
FIREWALL_DESCRIPTION = """\
Lists every flow that a firewall between the hosts of a plan has to let through: who opens the connection, to
which port, over what, and what for. It comes from the connections of the plan, not from its messages.
"""
FIREWALL_EPILOG = """\
exit codes: 0 done · 2 a file or a row cannot be read, or OUT exists already

examples:
  genesys-ports firewall Ports.xlsx
  genesys-ports firewall Ports.xlsx -o rules.xlsx
  genesys-ports firewall SiteA.xlsx SiteB.csv --format markdown
"""
FIREWALL_FILES = f"{PLAN_FILE}; several files are one plan"
FIREWALL_OUT = "write a new file, by its ending: .csv, .xlsx or .md; a file that is there is never replaced"
FIREWALL_FORMAT = "how to print it: text (the default), csv or markdown"
FIREWALL_JSON = "one JSON object: plan, rows, local (how many inside one host were left out), notes"
WRITTEN_LIST = "Written: {file} ({rows})."

# --- compare

COMPARE = "the plan against what really listens on this machine"
COMPARE_USAGE = "genesys-ports compare PLAN [--host NAME] [--from SAVED] [--json]"
COMPARE_DESCRIPTION = """\
Tells for one host of the plan which ports are planned and listening, planned and silent, listening and not
planned, or held by somebody else. Looks only; opens and stops nothing.

For another machine, save there what listens, and give that file with --from:
on Linux  ss -lntup > gen-fw-01.txt, on Windows  netstat -ano > gen-fw-01.txt
"""
COMPARE_EPILOG = """\
exit codes: 0 every planned port listens · 1 one is silent, or held by another program
            2 the plan or the saved output cannot be read

examples:
  genesys-ports compare Ports.xlsx
  genesys-ports compare Ports.xlsx --host gen-fw-01
  genesys-ports compare Ports.xlsx --host gen-fw-01 --from gen-fw-01.txt
"""
COMPARE_HOST = "the host of the plan to compare (without it: the one that this machine is)"
COMPARE_FROM = "the saved output of  ss -lntup  or  netstat -ano  of another machine"
COMPARE_JSON = "one JSON object: plan, host, clean, rows, notes and counts"

# --- diff

DIFF = "what changed between two plans"
DIFF_DESCRIPTION = "Tells which hosts, applications, ports and connections came, went or changed between two plans."
DIFF_EPILOG = """\
exit codes: 0 the plans are equal · 1 they differ · 2 one of them cannot be read

examples:
  genesys-ports diff Ports_v6.xlsx Ports_v7.xlsx
  genesys-ports diff Ports_v6.xlsx Ports_v7.csv --json
"""
DIFF_OLD = "the plan as it was, in any form that check reads"
DIFF_NEW = "the plan as it is now"
DIFF_JSON = "one JSON object: old, new, changes"

# --- ripple

RIPPLE = "who must change if a port moves"
RIPPLE_USAGE = "genesys-ports ripple PLAN (APPLICATION[:PORT_ID] | PORT) [--to NUMBER] [--json]"
RIPPLE_DESCRIPTION = """\
Tells what has to follow when a listening port gets another number: the application, its backup, every client
that connects to it, the firewall. Changes nothing.
"""
RIPPLE_EPILOG = """\
exit codes: 0 done · 2 the plan cannot be read, or has no such port

examples:
  genesys-ports ripple Ports.xlsx message_server
  genesys-ports ripple Ports.xlsx sip_server:sip --to 5070
  genesys-ports ripple Ports.xlsx 5150 --json
"""
RIPPLE_WHAT = (
    "an application, with a port id after a colon unless it is 'default' or the only one; or a number: every port that "
    "has it"
)
RIPPLE_WHICH = "{application} has several ports, and none with the id 'default'. Say which: {which}."
#: Between the ports that may be meant.
RIPPLE_OR = " or "
RIPPLE_TO = "the number it moves to"
RIPPLE_JSON = "one JSON object: ports, to, steps"

# --- serve

SERVE = "bring a plan up: every application opens its ports, until Ctrl-C"
SERVE_USAGE = "genesys-ports serve PLAN [--only APP ...] [--trace OUT] [--json]"
SERVE_DESCRIPTION = """\
Brings a plan up on loopback addresses of this machine: every application opens its planned ports and its
connections. Prints each port as planned and as opened, then stays up. Ctrl-C hangs up and closes everything.

Phones that the plan connects to a SIP Server register there and answer by themselves: any SIP tool on this
machine can call them through its SIP port. Management ports answer SNMP, and that of a switch is a console: how
to get there is printed for each of them.
"""
SERVE_EPILOG = """\
The network is always the same one, so that other tools find the ports, and a second start of the same plan
meets a real clash. GENESYS_PORTS_NETWORK=127.x.y.0/24 chooses another.

exit codes: 0 closed by Ctrl-C or SIGTERM
            1 the plan has problems: a port cannot be opened, Connects to names nothing the plan has, …
            2 the plan cannot be read, or OUT exists already or cannot be written

examples:
  genesys-ports serve plans/two-servers.csv
  genesys-ports serve plans/two-servers.csv --only message_server
  genesys-ports serve plans/two-servers.csv --json
  genesys-ports serve plans/training.csv --trace calls.pcapng
  genesys-ports serve plans/cti.csv --only switch t_server
"""
SERVE_PLAN = PLAN_FILE
SERVE_ONLY = "start these applications only"
SERVE_JSON = "one JSON object a line for each open port: application, host, port_id, transport, planned, address, port"
SERVE_TRACE_OUT = (
    "keep what was seen in a new file when this ends: .pcapng for Wireshark, or .csv; a file that is there is never "
    "replaced"
)
STEPS = ("1 step", "{count} steps")
SERVE_TRACED = "Written: {file} ({steps})."
SERVE_TRACED_NEWEST = "Written: {file} (the newest {kept} of {count} steps)."
SERVE_COLUMNS = ("Application", "Port ID", "Planned", "Open on this machine")
SERVE_DNS = "Registered with {server}: {dns}. Any SIP tool can call them: sip:{dn}@{address} ({transports})."
SERVE_MORE_DNS = "{dns} and {count} more"
SERVE_SNMP = "Ask {application} by SNMP:  {command}"
SERVE_SNMP_USER = (
    "With version 3, instead of -v2c -c public:  "
    "-v3 -l authPriv -u {user} -a {authentication} -A {password} -x {privacy} -X {privacy_password}"
)
SERVE_CONSOLE = "Program {application} at its console:  {command}  (login {name}, password {password})"
SERVE_UP = "Network {network}. These ports are open; Ctrl-C closes them."
SERVE_NOTHING = "No application that was started has a port in this plan, so none is open. Ctrl-C ends this."
SERVE_CLOSED = "Closed."
OTHERS_KEPT = "{first}, the others are kept"
NOT_CONNECTED = "No connection yet: {connection} ({status})."
MORE_SOCKETS = "{first} and {count} more"

# --- ladder

LADDER = "a SIP Server log: its calls, and each of them as a ladder"
LADDER_USAGE = """\
genesys-ports ladder LOG [--call ID] [--participant NAME] [--protocol P] [--plan PLAN] [-o OUT | --json]"""
LADDER_DESCRIPTION = """\
Reads the SIP messages of a SIP Server log of any size. Without --call it lists the calls; with it, it draws that
call with all its legs, from top to bottom. Dates come from the header of the log. Addresses become names: the
application and the host that wrote the log, and the directory numbers that register. Passwords, credentials and
keys are masked in all that is shown and written.
"""
LADDER_EPILOG = """\
exit codes: 0 done · 1 no call of the log is like that
            2 the log cannot be read, or has no such call, or OUT exists already or cannot be written

examples:
  genesys-ports ladder SIP_P.log
  genesys-ports ladder SIP_P.log --participant 1001
  genesys-ports ladder SIP_P.log --call 0044E04E
  genesys-ports ladder SIP_P.log --call 0044E04E --plan Ports.xlsx -o call.svg
  genesys-ports ladder SIP_P.log -o everything.pcapng
"""
LADDER_LOG = "the log of a SIP Server, as it is on its host"
LADDER_CALL = "the Call-ID of one leg of the call, or the beginning of it"
LADDER_PARTICIPANT = "only what this one sends or gets: a name as the list and the ladder have it"
LADDER_PROTOCOL = "only what speaks this protocol: sip"
LADDER_PLAN = "a port plan: its applications give the addresses their names"
LADDER_OUT = (
    "write a new file, by its ending: .svg, .txt, .mmd (Mermaid), .csv, or .pcapng for Wireshark; a file that is there "
    "is never replaced"
)
LADDER_JSON = (
    "one JSON object: file, application, host, messages (the number read), skipped, notes, calls (call_id, from, to, "
    "messages, first, last, methods, final_status, result, legs)"
)
LADDER_READING = "Reading"
LADDER_UNIT = "bytes"
LOG_MESSAGES = ("1 SIP message", "{count} SIP messages")
LOG_READ = "{file}: {messages}."
LOG_READ_OF = "{file}: {messages}, as {application} saw them."
LOG_READ_ON = "{file}: {messages}, as {application} on {host} saw them."
LADDER_HINT = "To see one of them:  genesys-ports ladder {file} --call {call}"
NO_CALLS = "No call of this log is like that."
SEVERAL_CALLS = "{count} Call-IDs begin with {call!r}. Give more of the one you mean: {ids}."
SEVERAL_CALLS_MORE = "{count} Call-IDs begin with {call!r}. Give more of the one you mean: {ids}, …"
WRITTEN_LADDER = "Written: {file} ({messages})."
NEWEST_ONLY = "These are the newest {kept} of {read} messages. To have all those of one call, name it with --call."

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
LAB_USAGE = "genesys-ports lab [FOLDER] [--dry-run | --copy-only] [options of JupyterLab]"
LAB_DESCRIPTION = """\
Opens the lessons in JupyterLab: a copy of your own, without any result, in FOLDER. A file that is there already
is never replaced: your work stays yours. To begin a lesson afresh, rename or delete its file and start again.
A lesson that is new in a later release comes beside yours, with the number of that release in its name.
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
LAB_COPY_ONLY = "only copy the lessons; JupyterLab is not started"
LAB_MISSING = "JupyterLab is not installed for this Python. Install it:  python -m pip install jupyterlab"
NO_LESSONS = (
    "This installation holds no lessons. "
    "Install the package again:  python -m pip install --force-reinstall genesys-ports"
)
LAID_OUT = "Lessons laid out in {folder}: {count}."
LAID_OUT_BESIDE = "Lessons laid out in {folder}: {count}. Those that were there are kept as they are."
LESSONS_KEPT = "Your lessons in {folder} are kept as they are."
NEW_BESIDE = "New in this release, and laid beside yours: {names}."
NOT_A_FOLDER = "The lessons cannot be copied here: it is not a folder, or the system does not let you write in it."

# --- adapt

ADAPT = "the lessons in a new folder, with hosts, applications and port numbers of your own plan"
ADAPT_DESCRIPTION = """\
Writes the lessons into a new folder, with the names of hosts and applications and the port numbers of your own plan
wherever it has a component of the same type: in cells, texts, sample plans, questions and checks. What your plan does
not have keeps the lesson's name. Lessons 08 to 10 stay as they are: they take any sheet.
"""
ADAPT_EPILOG = """\
examples:
  genesys-ports adapt our-site.csv lessons-for-our-site
  genesys-ports lab lessons-for-our-site
"""
ADAPT_FOLDER = "the new folder"
NOTHING_TO_ADAPT = (
    "{plan} has no component that the lessons have: they would stay as they are. Does its column Type name the "
    "components?  genesys-ports catalog  lists what they are called."
)
ADAPTED = "Written: {folder}, the lessons in the names of your plan."
ADAPTED_NEXT = "Open them:  genesys-ports lab {folder}"

# --- progress

PROGRESS = "how far learners have come, and which exercise stops people"
PROGRESS_USAGE = "genesys-ports progress FILE|FOLDER ... [--csv OUT.csv] [--json]"
PROGRESS_DESCRIPTION = """\
Reads what the lessons keep of their learners, my-progress.jsonl, and tells for an instructor who is where, who
is stuck, and at what. A learner is called as the folder of that file, or as the file if it has another name.
Nothing is changed.
"""
PROGRESS_EPILOG = """\
exit codes: 0 done · 1 no such file was found in the folder · 2 a name is wrong, or OUT.csv exists already

examples:
  genesys-ports progress ~/lessons
  genesys-ports progress ana/my-progress.jsonl ben/my-progress.jsonl
  genesys-ports progress /home --csv class.csv
"""
PROGRESS_FILES = "a learner's progress (.jsonl), or a folder: of one learner, of many, or of such files"
PROGRESS_CSV = "write a new file too: a row for each learner and each question or exercise; no file is ever replaced"
PROGRESS_JSON = "one JSON object: learners, items"
PROGRESS_MISSING = "{file}: there is no such file or folder."
PROGRESS_NONE = "No progress was found there. The lessons keep it in my-progress.jsonl, beside themselves."
PROGRESS_WRITTEN = "Written: {file}."
