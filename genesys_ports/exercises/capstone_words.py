"""What the capstone says: whole sentences, with named places for values."""

from __future__ import annotations

# --- the stages
TITLES = {
    "capstone-plan": "Plan the site",
    "capstone-findings": "Clear the findings",
    "capstone-running": "Bring it up",
    "capstone-phones": "Register the phones",
    "capstone-call": "Take a call from outside",
    "capstone-watched": "Watch it over SNMP",
    "capstone-failure": "Survive a failed server",
    "capstone-move": "Move a port",
    "capstone-handover": "Hand it over",
}
A_FOLDER = "your folder: Folder(…)"

# --- the plan
EMPTY = "The sheet is empty: no application is planned yet."
MISSING_ONE = "The plan has no {component}. (What an application is stands in the column Type.)"
MISSING_MANY = "The plan has {seen} applications of the type {component}; the brief asks for {wanted}."
PLANNED = "All {count} applications of the brief are planned."
SHARE = "{components} shall stand on one host; the plan has them on: {hosts}."
NOT_FOUR = "The four groups of the brief shall stand on four hosts, one for each; the plan has them on: {hosts}."
PLACED = "The four groups stand on four hosts: {hosts}."
NO_PORT = "{component} ({applications}) shall listen on {wanted}. What is planned: {ports}."
NO_PORTS = "{component} ({applications}) shall listen on {wanted}. No port is planned."
PORTS = "Every port that the brief asks for is planned, in the range that it names."
NO_DN = "{component} ({applications}) shall have {wanted} in the column DN. What is planned: {seen}."
NO_DNS = "{component} ({applications}) shall have {wanted} in the column DN. None is planned."
DN_TWICE = "The number {dn} belongs to two applications: {first} and {second}."
BEHIND_PREFIX = (
    "The number {dn} of {application} begins with {prefix}, the prefix of {gateway}: SIP Server could not tell whether "
    "it lies inside or outside."
)
DNS = "Phones, announcement and gateway have numbers, and no two of them are in each other's way."
NO_CONNECTION = (
    "{client} ({clients}) shall connect to {wanted} of {server} ({servers}). What is planned in Connects to: {seen}."
)
NO_CONNECTIONS = (
    "{client} ({clients}) shall connect to {wanted} of {server} ({servers}). Nothing is planned in Connects to."
)
CONNECTIONS = "Everybody connects to whom the brief names, on a port of the right purpose."
AND = "{first} and {second}"

#: What is wanted of a port.
COMMUNICATION = "a communication port (tcp, purpose communication) between {first} and {last}"
COMMUNICATION_AT = "its communication port {number}/tcp"
SIP_BOTH = "a SIP port (purpose sip) that has the same number over udp and over tcp"
SIP_AT = "{number}/udp and {number}/tcp, both with the purpose sip"
MEDIA_RANGE = "a range of at least {count} numbers over udp, purpose media, between {first} and {last}"
MANAGEMENT = "a management port (udp, purpose management)"
TRAPS_AT = "{number}/udp, purpose management, for traps"
#: What is wanted of a number.
PHONE_DN = "a number of four digits"
IVR_DN = "a number of four digits, which callers dial for the announcement"
PREFIX_DN = "a prefix of one digit"
#: Which port is wanted at the end of a connection.
TO_COMMUNICATION = "the communication port"
TO_SIP = "the SIP port"
TO_MANAGEMENT = "the management port"
TO_TRAPS = "the trap port"

# --- findings
UNREAD = "A cell cannot be read: {bad}"
ROW_OF = "{rows}: {finding}"
CLEAR = "{plan}, and no finding but numbers that the customer has confirmed."
MORE = "… and {count} more."

# --- the lab
LAB_EMPTY = (
    "The lab has no application yet. Plan the site (exercise 1), and give the lab your sheet:  lab.update(editor.plan)"
)
OTHER_PLAN = "The lab has another plan than your sheet. Give it the one of now:  lab.update(editor.plan)"
NOT_RUNNING_ONE = "{applications} does not run. Start it."
NOT_RUNNING = "{count} applications do not run: {applications}. Start them."
OUTDATED_ONE = "{applications} still runs with the plan it read at its start: restart it."
OUTDATED = "These still run with the plan they read at their start, restart them: {applications}."
ALL_LISTEN = "All {ports} planned ports of {applications} applications listen, on {hosts} hosts."
NOT_CONNECTED = "{client} is not connected to {server} on port {port}: {status}."
ALL_CONNECTED = "All {count} planned connections stand, those without a connection (SNMP, traps) apart."

# --- phones
NO_PHONES = "The lab's plan has no SIP Phone."
REGISTERED = "{phone} is registered as {dn}, and reached at {place}."
NOT_REGISTERED = "{phone} is not registered. It needs a DN, a connection to SIP Server's SIP port, and has to run."
NO_INSIDE_CALL = "No phone has called another yet:  await lab.call(…)"
INSIDE_UNANSWERED = "{caller} called {number}, and nobody answered: status {status} (0 means that no answer came)."
INSIDE_CALL = "{caller} called {number}, and the call was answered."

# --- the call from outside
NO_GATEWAY = "The lab's plan has no {component}, so no call can come in through it."
NO_IVR_CALL = "No call has come from {gateway} to the announcement yet. Call {number}."
IVR_UNANSWERED = "{gateway} called {number}, and {ivr} did not answer: status {status} (0 means that no answer came)."
IVR_CALL = "{gateway} called {number}, and {ivr} answered."
NO_VOICE = "No voice has come from {ivr} to {gateway} yet. Listen to the announcement:  await lab.listen(…)"
VOICE = "{gateway} heard {ivr}: {count} packets of voice, from port {port}."
NO_AGENT_CALL = "No call has come from {gateway} to an agent's phone yet. Call one of: {numbers}."
AGENT_UNANSWERED = (
    "{gateway} called {number}, and nobody has answered: status {status} (0 means that no answer came). Does it still "
    "ring?"
)
AGENT_CALL = "{gateway} called {number}, and the call was answered."
NO_DESKTOP = "No agent desktop was told of this call. Does {desktop} run, and is it connected to SIP Server?"
DESKTOP = "{desktop} saw it: {event}, on port {port}."

# --- watching
NO_NMS = "The lab's plan has no Network Management System."
NOT_ASKED = '{nms} has asked no server yet whether it runs:  await lab.snmpget(…, "gpApplicationState")'
NO_ANSWER = "{nms} asked {server} on port {port}, and no answer has said that it runs. The last one: {said}."
NO_ANSWER_AT_ALL = "{nms} asked {server} on port {port}, and no answer came."
ANSWERED = "{nms} asked {server} on port {port}, and it answered: {said}."
NO_TRAP = (
    "{nms} has heard no trap yet. A server sends one when it starts, if it is connected to the trap port and {nms} "
    "runs by then."
)
TRAP = "{nms} heard a trap of {server}: {text}."

# --- a failed server
NO_CRASH = "No server has crashed yet:  await lab.crash(…)"
ONLY_STOPPED = "{server} was stopped in an orderly way, and said so. The exercise asks for a crash:  await lab.crash(…)"
NOBODY_LOST = "{server} has crashed, and nobody was connected to it: choose a server that has clients."
LOST = "{server} crashed, and its clients noticed: {clients} lost the connection."
ALARM = "Message Server raised the alarm: {text}."
STILL_DOWN = "{server} is still down. Start it."
UP_AGAIN = "{server} listens again on port {port}."
NOT_BACK = "{client} has not come back to {server}: {status}."
ALL_BACK = "All its clients are back: {clients}."

# --- a moved port
NOT_MOVED = (
    "No server has moved to another number yet. Write the new one into your sheet, give the lab the plan, and restart "
    "whoever has to know."
)
MOVED = "{server} has moved from port {old} to {new}, and listens there."
NOT_FOLLOWED = "{client} does not follow: its connection to {server} is {status}, on port {port}."
FOLLOWED = "All its clients have followed: {clients}."
NO_CLIENTS = "{server} has moved, and nobody connects to it: move the port of a server that has clients."

# --- handing over
FOLDER_EMPTY = "Nothing is in the folder {folder} yet."
NO_LIST = "There is no firewall list in {folder}: a .csv or .md file that firewall_list(…).write(…) has written."
LIST_LACKS = "{file} lacks {missing} of {count} rules of the plan as it is now. The first: {rule}."
LIST = "{file} has all {count} rules of the plan as it is now."
RULE = "{source} to {destination}, {protocol} {port}"
NO_DOCUMENT = (
    "There is no port document in {folder}: a file with the plan of your sheet, such as folder.keep(editor) makes."
)
OLD_DOCUMENT = "{file} is a plan, and not that of your sheet as it is now."
DOCUMENT = "{file} is the port document: {plan}."

# --- the folder
NOTHING_KEPT = "{folder}: nothing is kept here yet."
KEPT_HERE = "{folder}: {files}"
NOTHING_TO_KEEP = "The sheet is empty: there is nothing to keep yet."
KEPT = "Kept: {file} in {folder}."
NO_FOLDER = "The folder cannot be made: a file has its name, or the system does not let you."
KEPT_ALREADY = "{file} in {folder} has this plan already."

# --- the score
STAGE, POINTS, SEEN, MISSING = "Stage", "Points", "What was seen", "What is missing"
SEEN_AND_MISSING = "What was seen (✓) and what is missing (○)"
OF = "{points} of {most}"
NAMED = "{number} {title}"
TOTAL = "Capstone: {points} of {most} points"

# --- the report
REPORT_TITLE = "Capstone: a contact centre from an empty sheet"
REPORT_OF = "{learner}: {points} of {most} points"
REPORT_PLAIN = "{points} of {most} points"
MADE_ON = "Made on {day} with genesys-ports {version}."
REPORT_SCORE = "The stages"
REPORT_PLAN = "The port document"
REPORT_MAP = "The ports of each host"
REPORT_TOPOLOGY = "Who connects to whom"
REPORT_IVR = "The call from outside to the announcement"
REPORT_AGENT = "The call from outside to the agent"
REPORT_FIREWALL = "The firewall list"
REPORT_NO_CALL = "This call has not been made."
REPORT_EMPTY = "The sheet is empty."
REPORT_DONE, REPORT_NOT_YET = "✓ done", "○ not yet"
REPORT_TEXT = "{head}. Keep it:  report.save(…)"
REPORT_SAVED = "Written: {file}. Open it in a browser; print it from there."
