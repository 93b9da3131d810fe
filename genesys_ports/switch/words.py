"""Every sentence with which a switch refuses something, whole, with named places for values."""

from __future__ import annotations

# --- devices and numbers

UNKNOWN_DEVICE = "The switch has no device {device!r}. {guess}"
UNKNOWN_NUMBER = "The switch knows no way to the number {number!r}. {guess}"
NO_SUCH_PLACE = "The switch has no port {label!r}. {guess}"
DN_IS_NO_PORT = "{dn} is a DN, and a port belongs here. The DN {dn} is on port {label}: write {label}."
GROUP_IS_NO_PORT = (
    "{dn} is the number of a group of ports, and one port belongs here. The ports of the group: {labels}."
)
NOT_TEXT = "A DN, the number of a group, or the label of a port belongs here, in quotation marks: '2001'."
NOT_DIALLED = (
    "{number!r} cannot be dialled. A number behind a trunk has 1 to {most} characters: digits, and also * and # and +."
)
ONLY_INSIDE = (
    "{number} leads out over a trunk, and this call has just come in over one. Call a station, or an IVR group."
)
TRUNK_CANNOT = "{device} is a trunk channel: behind it is the network, and nobody who could do this on the switch."

# --- calls

UNKNOWN_CALL = "The switch has no call {call!r} now."
NO_PART = "{device} has no part in call {call}. Its parties are: {parties}."
CALLER_BUSY = (
    "{device} cannot begin a call: its port {label} carries call {call} already. A voice port carries one call at a "
    "time; a listening port serves many connections."
)
CALLER_OUT = "{device} cannot begin a call: its port {label} is out of service. Bring it back first: release {label}."
BUSY = (
    "{number} is busy: every port that leads to it carries a call. The caller hears busy, and no port is left seized."
)
OUT_OF_ORDER = (
    "{number} is out of service: no port that leads to it works. The caller hears that the call cannot go on."
)
TRUNKS_BUSY = (
    "No trunk channel is free: of {every}, {seized} carry a call and {out} are out of service. The caller hears busy. "
    "No TCP port has anything to do with it."
)
NOTHING_TO_ANSWER = "{device} has nothing to answer in call {call}: its connection there is in the state {state!r}."
NOBODY_TO_HOLD = "{device} cannot put call {call} on hold: it talks to nobody there now."
NOT_HELD = "{device} has not put call {call} on hold, so there is nothing to take back."
NOBODY_TO_TRANSFER = "{device} cannot transfer call {call}: it talks to nobody there now."
SAME_DEVICE = "{device} cannot transfer call {call} to itself. Name another device."
TRANSFER_BUSY = "Call {call} is not transferred: {number} is busy. Nothing has changed for {device}."
TRANSFER_OUT_OF_ORDER = "Call {call} is not transferred: {number} is out of service. Nothing has changed for {device}."
TRANSFER_TRUNKS_BUSY = "Call {call} is not transferred: no trunk channel is free. Nothing has changed for {device}."
NO_TRUNK = "Call {call} runs over no trunk, so nobody outside can hang up."

# --- what the administrator changes

BAD_LABEL = "{label!r} is no place in the frame. Write card and port, two digits each: 03-07."
PLACE_TAKEN = "Port {label} is there already: it is a {kind} port."
OTHER_CARD = "Card {card} has {kind} ports. A card has ports of one kind: choose a card of stations, or a new one."
BAD_DN = "{dn!r} is no DN. Write 2 to {most} digits: 2005."
NOT_A_STATION = "Port {label} is a {kind} port. A DN is assigned to a station port."
HAS_DN = "Port {label} has the DN {old} already. Take it away first: unassign {old}."
DN_TAKEN = "The DN {dn} is on port {label} already. A DN leads to one port."
NUMBER_TAKEN = "{dn} is the number of a group of ports already. Choose another DN."
ACCESS_TAKEN = "{dn} begins with {access}, which leads to the trunk channels. Choose a DN that begins otherwise."
CARRIES_CALL = "Port {label} carries call {call} now. Wait until the call has ended."
NO_SUCH_DN = "No port has the DN {dn!r}. {guess}"

# --- guesses

DEVICES_ARE = "Its devices are: {known}."
NUMBERS_ARE = "Its numbers are: {known}."
PORTS_ARE = "Its ports are: {known}."
DNS_ARE = "Its DNs are: {known}."
OUTSIDE_BEGINS = "An outside number begins with {access}."
