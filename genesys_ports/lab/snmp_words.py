"""Sentences and names about SNMP in the lab, whole, with named places for values."""

from __future__ import annotations

# --- the agent on a management port (snmp_agent.py, snmp_side.py)
#: sysDescr and sysContact of an application.
DESCRIPTION = "{type} {name} in a lab of genesys-ports"
NO_TYPE = "Application"
CONTACT = "you"

#: Names of datagrams in the trace.
DATAGRAM = "datagram"
REQUEST_OF = "request of {user}"
REQUEST_OF_NOBODY = "request without a user"

#: What became of a request that gets no answer, or a report.
WRONG_COMMUNITY = "Wrong community: there is no answer."
NO_ANSWER = "no answer: wrong community"
TOO_LARGE = "More than {most} bytes: nobody reads on, and there is no answer."
UNREADABLE = "This is no SNMP request: there is no answer."
DISCOVERED = "Whoever asks wants to know the ID and the clock of this agent first."
UNKNOWN_USER = "This agent has no user of that name."
WRONG_KEY = "Signed with another password than this user has."
WRONG_LEVEL = "This user has to prove more, or can prove less."
WRONG_TIME = "Signed for another time: perhaps a copy of an old request."
WRONG_CIPHER = "It cannot be decrypted with the password of this user."
NO_CONTEXT = "This agent has one context only, the one without a name."
SECURED = "version 3, user {user}, {level}"
