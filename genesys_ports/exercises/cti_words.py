"""What a check saw of the CTI link: whole sentences, with named places for values."""

from __future__ import annotations

NO_LINK = "The lab's plan has no connection from {client} to {server}: T-Server is the client of the CTI link."
LINK_DOWN = "The CTI link from {client} to {server} is {status}; it calls port {port}."
WRONG_PORT = (
    "The connection from {client} to {server} is {status}: it calls port {port}, and the CTI-link port of {server} is "
    "{right}."
)
LINK_UP = "{client} has its CTI link with {server}, on port {port}."
OTHER_PORT = "The exercise asks for a link on port {wanted}."

NOT_ASKED = "No client of T-Server has asked for a call from {caller} to {number} yet."
DIALLED = (
    "The switch has carried a call from {caller} to {number}, and it was dialled at the phone: the exercise asks for "
    "one that a client of T-Server asks for."
)
ASKED = "{client} asked {server} on port {port} for a call from {caller} to {number}."
REFUSED = "{server} answered with EventError: {problem}"
FAILED = "{switch} could not carry the call: {number} was busy, or no port was free."
NOT_CARRIED = "{server} has not passed it on: the switch has told of no such call."
CARRIED = "{server} passed it on over the CTI link, port {port}, and {switch} carried the call to {number}."

NEVER_LOST = "The CTI link of {client} has not been lost yet."
WAS_LOST = "The CTI link from {client} to {server} was lost."
STILL_LOST = "It is still down: {client} has no session with {server}."
UP_AGAIN = "It is up again: {client} has a session with {server}."
CLIENTS_TOLD = "{client} told its clients with EventLinkConnected: {clients}."
