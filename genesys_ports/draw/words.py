"""Every word a reader of a picture sees, as whole sentences and phrases with named places for values."""

from __future__ import annotations

from typing import NamedTuple

from ..trace import Kind

__all__ = ["LEGEND", "PHRASES", "SENTENCES", "Wording"]


class Wording(NamedTuple):
    """One text in three cases: the sender is the client; the sender is the server; the port is not known."""

    to: str
    back: str
    bare: str

    def choose(self, port: str, back: bool) -> str:
        """The text for this case."""
        if not port:
            return self.bare
        return self.back if back else self.to


_SENT = ("to {port}", "back from {port}", "")

#: What stands beside the name of a message, so that the port can be read off every arrow.
PHRASES = {
    Kind.REQUEST: Wording(*_SENT),
    Kind.RESPONSE: Wording(*_SENT),
    Kind.EVENT: Wording(*_SENT),
    Kind.CONNECT: Wording("to {port}", "from {port}", ""),
    Kind.ACCEPT: Wording("on {port}", "on {port}", ""),
    Kind.REFUSED: Wording("refused at {port}", "refused at {port}", "refused"),
    Kind.DISCONNECT: Wording("leaves {port}", "closes at {port}", ""),
    Kind.LOST: Wording("lost on {port}", "lost on {port}", "lost"),
    Kind.OPENED: Wording("opens {port}", "opens {port}", "opens a port"),
    Kind.CLOSED: Wording("closes {port}", "closes {port}", "closes a port"),
    Kind.TAKEN: Wording("taken: {port}", "taken: {port}", "port taken"),
    Kind.MEDIA: Wording(*_SENT),
}

#: The same as a whole sentence: for the tool tip, and for who cannot see the picture.
SENTENCES = {
    Kind.REQUEST: Wording(
        "{number}: {sender} sends the request {name} to {receiver}, to port {port}.",
        "{number}: {sender} sends the request {name} to {receiver}, back from its port {port}.",
        "{number}: {sender} sends the request {name} to {receiver}.",
    ),
    Kind.RESPONSE: Wording(
        "{number}: {sender} sends the response {name} to {receiver}, to port {port}.",
        "{number}: {sender} sends the response {name} to {receiver}, back from its port {port}.",
        "{number}: {sender} sends the response {name} to {receiver}.",
    ),
    Kind.EVENT: Wording(
        "{number}: {sender} sends the event {name} to {receiver}, to port {port}.",
        "{number}: {sender} sends the event {name} to {receiver}, back from its port {port}.",
        "{number}: {sender} sends the event {name} to {receiver}.",
    ),
    Kind.CONNECT: Wording(
        "{number}: {sender} opens a connection to {receiver}, to port {port}.",
        "{number}: {sender} opens a connection to {receiver}, from port {port}.",
        "{number}: {sender} opens a connection to {receiver}.",
    ),
    Kind.ACCEPT: Wording(
        "{number}: {sender} accepts the connection with {receiver} on port {port}.",
        "{number}: {sender} accepts the connection of {receiver} on port {port}.",
        "{number}: {sender} accepts the connection of {receiver}.",
    ),
    Kind.REFUSED: Wording(
        "{number}: {sender} calls port {port} of {receiver} and is refused.",
        "{number}: {sender} calls port {port} of {receiver} and is refused.",
        "{number}: {sender} calls {receiver} and is refused.",
    ),
    Kind.DISCONNECT: Wording(
        "{number}: {sender} closes its connection to {receiver}, port {port}.",
        "{number}: {sender} closes the connection that {receiver} had to port {port}.",
        "{number}: {sender} closes the connection with {receiver}.",
    ),
    Kind.LOST: Wording(
        "{number}: the connection between {sender} and {receiver}, port {port}, is lost.",
        "{number}: the connection between {sender} and {receiver}, port {port}, is lost.",
        "{number}: the connection between {sender} and {receiver} is lost.",
    ),
    Kind.OPENED: Wording(
        "{number}: {sender} opens port {port}.",
        "{number}: {sender} opens port {port}.",
        "{number}: {sender} opens a port.",
    ),
    Kind.CLOSED: Wording(
        "{number}: {sender} closes port {port}.",
        "{number}: {sender} closes port {port}.",
        "{number}: {sender} closes a port.",
    ),
    Kind.TAKEN: Wording(
        "{number}: {sender} cannot open port {port}: it is taken.",
        "{number}: {sender} cannot open port {port}: it is taken.",
        "{number}: {sender} cannot open its port: it is taken.",
    ),
    Kind.MEDIA: Wording(
        "{number}: {sender} sends a packet of voice to {receiver}, to port {port}.",
        "{number}: {sender} sends a packet of voice to {receiver}, back from its port {port}.",
        "{number}: {sender} sends a packet of voice to {receiver}.",
    ),
}

#: Many packets that took one way make one step.
RUN_SENTENCE = Wording(
    "{number}: {sender} sends {count} packets of voice to {receiver}, to port {port}.",
    "{number}: {sender} sends {count} packets of voice to {receiver}, back from its port {port}.",
    "{number}: {sender} sends {count} packets of voice to {receiver}.",
)
RUN = "{name}, {count} packets"
RUN_ONE = "{name}, 1 packet"

#: Beside the name: what became of a datagram, in a word, and in a sentence.
AGAIN = "again"
DROPPED = "lost"
AGAIN_DROPPED = "again, lost"
SOME_DROPPED = "{lost} lost"
AGAIN_SENTENCE = "It was sent before: no answer came, so it is sent again."
DROPPED_SENTENCE = "The network loses it on the way."
SOME_DROPPED_SENTENCE = "The network loses {lost} of them on the way."
ALL_DROPPED_SENTENCE = "The network loses all of them on the way."
AGAIN_LEGEND = "sent again"
DROPPED_LEGEND = "lost on the way"

#: One word for each sort of line; also stands in for a message that has no name.
LEGEND = {
    Kind.REQUEST: "request",
    Kind.RESPONSE: "response",
    Kind.EVENT: "event",
    Kind.CONNECT: "connect",
    Kind.ACCEPT: "accept",
    Kind.REFUSED: "refused",
    Kind.DISCONNECT: "disconnect",
    Kind.LOST: "connection lost",
    Kind.OPENED: "port opened",
    Kind.CLOSED: "port closed",
    Kind.TAKEN: "port taken",
    Kind.MEDIA: "voice",
}

# --- ladders

#: The name of a language on an arrow, where several are spoken; the legend says what is the real thing in it.
PROTOCOLS = {
    "teaching": "teaching",
    "csta": "CSTA",
    "snmp": "SNMP",
    "agentx": "AgentX",
    "console": "console",
    "sip": "SIP",
    "rtp": "RTP",
}
PROTOCOL_LEGEND = {
    "teaching": "teaching: the real names, in a format made for learning",
    "csta": "CSTA: the standard itself, ECMA-323",
    "snmp": "SNMP: the standard itself",
    "agentx": "AgentX: the standard itself, RFC 2741",
    "console": "console: lines that a person types",
    "sip": "SIP: the standard itself, RFC 3261",
}
SPOKEN = "{phrase}, {protocol}"
SPOKEN_SENTENCE = "Its language is {protocol}."
NOTHING_SEEN = "Nothing was seen yet: no message was sent, and no port was opened."
LISTENS = "listens on {ports}"
LISTENS_AND_MORE = "listens on {ports} and {count} more"
LISTENS_NOWHERE = "listens on no port"
OTHERS = "{count} others"
EARLIER_ONE = "1 earlier step is not shown here."
EARLIER = "{count} earlier steps are not shown here."
GONE_ONE = "1 older step is gone: the trace was full."
GONE = "{count} older steps are gone: the trace was full."
QUIET_ONE = "1 participant took no part and is left out."
QUIET = "{count} participants took no part and are left out."
LADDER_ONE = "1 step."
LADDER_MANY = "{count} steps, in order from top to bottom."
LADDER_ALT = "Ladder of {count} steps between {participants}."
LADDER_ALT_ONE = "Ladder of 1 step between {participants}."
ALT_MORE = "And {count} more."
LADDER_WANTED = "A ladder is drawn from a trace, or from what has one, such as a lab; this is a {kind}."


def counted(one: str, many: str, count: int) -> str:
    """The sentence for one, or the sentence for `count`."""
    return one if count == 1 else many.format(count=count)


# --- port maps and topologies

AS_TABLE = "The same as a table"
#: The mark and the word for what became of a planned port.
PORT_MARKS = {"planned": "◇", "closed": "□", "listening": "■", "taken": "☒"}
PORT_WORDS = {"planned": "planned", "closed": "closed", "listening": "listening", "taken": "taken"}
TAKEN_BY = "taken by {holder}"
TAKEN_BY_STRANGER = "taken by another program"
STRANGER = "another program"
PORT_MAP_COLUMNS = ("Host", "Application", "Port", "Port ID", "Purpose", "Address", "State", "Held by")
PURPOSE_AT = "{purpose} · {address}"
PORT_MAP_ALT = "Port map. {ports}"
PORT_MAP_PORT = "{host}, port {port}: {application}, {state}."
PORT_MAP_CAPTION_ONE = "1 planned port on {hosts}."
PORT_MAP_CAPTION = "{count} planned ports on {hosts}."
PORT_MAP_EMPTY = "The plan has no listening port to show."
HOST_EMPTY = "No application listens on this host."
MORE_PORTS = "{count} more ports are in the table only."
MORE_PORTS_ONE = "1 more port is in the table only."
PORT_MAP_WANTED = "A port map is drawn from a plan, or from what has one, such as a lab; this is a {kind}."

CONNECTION_WORDS = {
    "planned": "planned",
    "closed": "not connected",
    "datagrams": "over UDP",
    "connected": "connected",
    "refused": "refused",
    "lost": "lost",
}
TOPOLOGY_COLUMNS = ("Client", "Client's host", "Server", "Server's host", "Port", "State")
TOPOLOGY_ALT = "Topology: who connects to whom. {connections}"
TOPOLOGY_CONNECTION = "{client} connects to {server}, port {port}: {state}."
TOPOLOGY_CAPTION_ONE = "1 connection. The arrow leads from the client to the port of its server."
TOPOLOGY_CAPTION = "{count} connections. Each arrow leads from a client to the port of its server."
NO_PORT = "?"
TOPOLOGY_NONE = "The plan has no connection."
TOPOLOGY_EMPTY = "The plan has no application to show."
UNDRAWN = "{count} connections are in the table only."
UNDRAWN_ONE = "1 connection is in the table only."
MORE_APPLICATIONS = "{count} more applications are not drawn."
MORE_APPLICATIONS_ONE = "1 more application is not drawn."
TOPOLOGY_WANTED = "A topology is drawn from a plan, or from what has one, such as a lab; this is a {kind}."

# --- frames of switches

#: What a voice port connects to, on its card and in the table.
VOICE_KINDS = {"station": "station", "trunk": "trunk channel", "ivr": "IVR port"}
CARD_KINDS = {"station": "stations", "trunk": "trunk channels", "ivr": "IVR ports", "": "several kinds"}
#: How the number of a port reads: a telephone's own; what is dialled for a free trunk channel; a group of IVR ports.
NUMBERS = {"station": "DN {dn}", "trunk": "access {dn}", "ivr": "group {dn}"}
#: The mark for what a voice port does; round, as TCP ports have squares.
VOICE_MARKS = {
    "planned": "◇", "idle": "○", "waiting": "◌", "ringing": "◔", "talking": "●", "held": "◑", "out of service": "⊗",
}  # fmt: skip
OUT_OF_SERVICE = "out of service"
CARRIES = "{state} · {party}"
CLOSING = "{state}, then out of service"
CARD = "Card {card}"
CARDLESS = "Ports"
SWITCH_NAME = "switch of this plan"
FRAME_COLUMNS = ("Card", "Port", "Kind", "DN", "State", "Call", "With")
BESIDE_COLUMNS = ("Where", "Port", "Kind", "DN", "State", "Call", "With")
TCP_KIND = "TCP port, {purpose}, of {application}"
VOICE_PORTS = "{switch} has {count} voice ports."
VOICE_PORTS_ONE = "{switch} has 1 voice port."
FRAME_PLANNED = "This is its plan: the switch does not run."
FRAME_QUIET = "No call is on."
FRAME_CALL = "1 call takes {busy} of them."
FRAME_CALLS = "{calls} calls take {busy} of them."
BESIDE_CAPTION = "Beside them the TCP ports of {host}: a call opens none."
FRAME_EMPTY = "The plan has no switch with voice ports to show."
FRAME_ALT = "Frame of a switch. {sentences}"
CALL_TAKES = "Call {mark} takes {ports}."
OUT_ALT = "Out of service: {ports}."
WITH_CLIENTS = "{state}, connected: {clients}"
ONE_CLIENT = "from {client}"
CLIENTS = "from {count} clients"
CALL_AT = "call {mark}: {ports}"
AND_MORE = "{first} and {count} more"
VOICE_SIDE = "Voice ports"
VOICE_SIDE_OF = "of {switch}"
VOICE_SIDE_RULE = "physical: one call each"
TCP_SIDE = "TCP ports"
TCP_SIDE_OF = "of {host}"
TCP_SIDE_RULE = "many clients each"
NO_HOST = "The plan has no host for this switch."
OTHER_SWITCHES = "More switches here: {names}. Choose one with name=."
UNDRAWN_VOICE = "{count} more voice ports are in the table only."
UNDRAWN_VOICE_ONE = "1 more voice port is in the table only."
UNDRAWN_CALLS = "More calls are on: the table has them all."
FRAME_WANTED = "A frame is drawn from a switch, or from what has one, such as a plan or a lab; this is a {kind}."
FRAME_BESIDE_WANTED = "The TCP ports beside a frame are those of a plan or a lab: write frame(lab, beside=True)."
