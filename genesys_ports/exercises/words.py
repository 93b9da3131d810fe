"""Every sentence of the checks and of the questions' frame, whole, with named places for values."""

from __future__ import annotations

DONE = "Done."
NOT_YET = "Not yet."

# --- about a check
NOT_KEPT = "Your progress is not kept: {file} cannot be written here. The exercises work all the same."

# --- what a check saw
LISTENS = "{application} listens on port {port} of {host}."
CLOSED = "{application} does not listen on port {port} of {host}: the port is closed. Start it."
TAKEN = "{application} could not open port {port} of {host}: {holder} holds it."
TAKEN_OUTSIDE = "{application} could not open port {port} of {host}: a program outside this lab holds it."
WRONG_PORT = "{application} listens on port {port} of {host}; port {wanted} was asked for."
RESTART = "The plan is right, and {application} still runs with the one it read at its start: restart it."
MISSING = "The lab's plan has no application {application}. Give the lab your new plan:  lab.update(plan)"
ALL_OPEN = "{applications} applications, {ports} listening ports, no collision."
SAME_HOST_NUMBER = "In the lab's plan {first} and {second} still share port {port} of {host}."
SAME_NUMBER_TWO_HOSTS = "They share the number {number} and do not collide: each has it on a host of its own."
SAME_NUMBER_TWO_ADDRESSES = "They share the number {number} and do not collide: each has it on an address of its own."
SAME_NUMBER_TWO_TRANSPORTS = (
    "They share the number {number} and do not collide: one has it over TCP, the other over UDP."
)
TWO_NAMES = "This check compares two applications, and {application} was named twice."
NOT_THE_NUMBER = "{application} has the number {seen}; the exercise asks for {wanted} for both."
CONNECTED = "{client} is connected to {server} on port {port}."
NOT_CONNECTED = (
    "The connection from {client} to {server} is {status}; it calls port {port}. The exercise asks for a connection to "
    "port {wanted}."
)
NO_CONNECTION = "The lab's plan has no connection from {client} to {server}."
OTHER_PORT = "{client} is connected to port {port} of {server}; port {wanted} was asked for."
NO_MESSAGE = "No message has gone from {sender} to {receiver} yet."
TRAVELLED = (
    "The message from {sender} to {receiver} travelled over the connection that {client} opened, on port {port}."
)
TRAVELLED_OTHERWISE = (
    "The last message from {sender} to {receiver} travelled over a connection that {client} opened, on port {port}. "
    "The exercise asks for one that {wanted} opened."
)

# --- what a check saw of a plan
UNREAD = "A cell cannot be read: {bad}"
LOST = "{application} is no longer in the plan."
LEFT = "{finding}"
GONE = "{code} is not found: {title}."
CLEAN_PLAN = "{plan}, and no error."

# --- what a check saw of a host beside its plan
AS_PLANNED = "All {count} planned ports of {host} listen, each held by its own application, and nothing else does."
HELD_BY = "Port {port} belongs to {application} in the plan, and {program} holds it."
SILENT = "Port {port} of {application} is planned, and nothing listens there."
UNPLANNED = "Port {port} is open, and the plan does not know it: {program} holds it."
NOT_HELD = "No port of {application} on {host} is held by another program."
HOLDER = "{program} holds port {port} of {host}, which the plan gives to {application}."
OTHER_HOLDER = "{program} does not hold port {port} of {host}. Look once more who listens there."

# --- what a check saw of SIP
NO_CALL = "{caller} has not called {number} yet."
ANSWERED = "{caller} called {number}, and the call was answered with 200."
UNANSWERED = "{caller} called {number}, and the call was not answered: status {status} (0 means that no answer came)."
OVER = "The INVITE went to port {port}."
OVER_OTHER = "The INVITE went to port {port}; a call over {wanted} was asked for."
PHONE_LISTENS = "{phone} listens on port {wanted} of {host}."
LISTENS_ELSEWHERE = (
    "{phone} does not listen on port {wanted}. Its planned ports are {ports}: give it the one that is asked for, hand "
    "the lab the plan, and start {phone}."
)
REGISTERED = "SIP Server has taken its registration, and knows to call it on port {wanted}."
UNREGISTERED = "SIP Server has not taken a registration of {phone} yet."
REGISTERED_ELSEWHERE = (
    "{phone} has registered with another port than {wanted}: it still runs with the plan it read at its start."
)

# --- questions
RIGHT = "Right."
WRONG = "Not quite."
RUN_ME = "(Run this cell to answer.)"

# --- what a task looks at
A_LAB = "a lab"
A_PLAN = "a plan"
A_PLAN_OR_EDITOR = "a plan or its editor"
A_COMPARISON = "a comparison of a plan with a host"
A_NAME = "a name in quotation marks"
