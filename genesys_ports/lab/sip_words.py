"""Every sentence the lab says about SIP, whole, with named places for values."""

from __future__ import annotations

# --- a network that loses datagrams
SHARE = "share of lost datagrams"
SHARES = ("0 (none)", "0.3 (three of ten)", "1 (all)")
LOSES = (
    "From now on this network loses about {percent} of 100 datagrams. SIP over UDP has to repeat itself; over TCP "
    "nothing changes."
)
LOSES_NOTHING = "This network loses nothing any more."

# --- names of life lines and of what is no message
OUTSIDE_PHONE = "outside phone {dn}"
UNREADABLE = "unreadable ({status})"

# --- registering
REGISTERED = "{phone} has registered number {dn} with {server} on port {port}."
NOT_REGISTERED = (
    "{phone} wanted to register number {dn} with {server} on port {port}, and was refused: {status} {reason}."
)
NO_NUMBER = "{phone} has no directory number in the plan, so it does not register with {server}."
REACHED = "{client} has asked {server} on port {port} whether it is there, and got an answer."
REFUSED = (
    "{client} called {server} on port {port} and was refused: nobody listens there. It tries again when {server} "
    "starts."
)
SILENT = "{client} has asked {server} on port {port}, again and again, and got no answer."
NOT_ASKED = "{client} has nothing to ask {server} on port {port}."

# --- calls
NUMBER = "number that can be dialled"
NUMBERS = ("1002", "95550100", "service")
NAME_DIALLED = '{name} is a name, and phones dial numbers. Its number is {dn}:  await lab.call("{caller}", "{dn}")'
ANSWERED_BY = "{caller} has called {number}, and {called} has answered."
ANSWERED = "{caller} has called {number}, and the call was answered."
RINGS = '{caller} has called {number}, and {called} rings. Nobody has lifted the receiver: await lab.answer("{called}")'
LIFTED = "{phone} has answered the call from {other}."
HUNG_UP = "{phone} has hung up; the call with {other} is over."
HELD = "{phone} has put the call with {other} on hold."
HELD_ALREADY = "{phone} has the call with {other} on hold already."
RETRIEVED = "{phone} talks with {other} again."
TALKS_ALREADY = "{phone} talks with {other} already."
NO_CALL = "{phone} has no call."
NO_RINGING_CALL = "No call is ringing at {phone}."
NOT_ESTABLISHED = "The call of {phone} is not established yet, so it cannot be changed."
CHANGE_REFUSED = "The other side did not agree to the change ({status} {reason}), so the call of {phone} is as it was."
CHANGE_UNANSWERED = "The other side did not answer, so the call of {phone} is over."
NO_SERVER = "{phone} is connected to no SIP Server in the plan: whom should it call?"
NOT_CONNECTED = (
    "{phone} is not registered, so it has no way to call anybody. What keeps it from registering is told by:  "
    'await lab.restart("{phone}")'
)
UNKNOWN_STATUS = "The status is not one that this lab has a sentence for."
NO_ANSWER = "Nobody answered within {seconds:g} seconds, so the caller has given up."


# --- tables
CALLS = "Calls"
CALLS_COLUMNS = ("From", "To", "Number", "State", "Call-ID")
ON_HOLD = "on hold"
REGISTRATIONS = "Registrations"
REGISTRATIONS_COLUMNS = ("DN", "Phone", "Registered with", "Reached at", "Over")
