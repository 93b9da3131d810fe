"""What a check saw of management ports: whole sentences, with named places for values."""

from __future__ import annotations

#: How an answer names the state of an application that reads no more of what comes in.
OVERLOADED = "overloaded"

NOT_ASKED = "Nobody has asked {application} over SNMP yet:  await lab.snmpget(…)"
SILENT = (
    "{asker} asked {application} on port {port}, and no answer came: the community was wrong, or the agent could not "
    "answer."
)
ANSWERED = "{asker} asked {application} over SNMP on port {port}, and it answered: {said}."
OTHER_OBJECT = "{application} has answered, and {wanted} was not in it. It said: {said}."
WHILE_CLOSED = "It answered while nobody could talk to it on its communication port: that is what a second port is for."
WHILE_OPEN = "It answered while its communication port was open. The exercise asks for an answer while that is closed."

NO_MANAGEMENT_PORT = (
    "In the lab's plan {application} has no management port over UDP. Its ports are {ports}: give it port {wanted} for "
    "management, hand the lab the plan, and start {application}."
)
OTHER_NUMBER = "{application} has a management port, and not on {wanted}. Its planned ports are {ports}."
SAME_NUMBER = "{other} is planned to listen on {wanted} of the same host, too: one of the two cannot start."
MANAGEMENT_LISTENS = "{application} listens on its management port {wanted} of {host}."
NOT_STARTED = "{application} is planned with the management port {wanted}, and does not listen there: start it."
ASK_IT = "Nobody has got an answer from {wanted} yet. Ask it:  await lab.snmpget(…)"

NO_TRAPS = "No network management system has heard a trap yet."
TRAP_HEARD = "{trap} was heard, sent by {sender}: {text}."
TRAP_BY_ANOTHER = (
    "{trap} about {about} was heard, sent by {sender}. The exercise asks for one that {by} sends, because {about} has "
    "crashed and can send none itself."
)
OTHER_TRAPS = "Traps about {about} were heard, and no {trap}: {seen}."
NOT_ABOUT_ONE = "1 trap was heard, and it is not about {about}."
NOT_ABOUT = "{count} traps were heard, and none is about {about}."
