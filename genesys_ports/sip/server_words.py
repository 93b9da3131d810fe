"""What SIP Server says to people, beside the refusals that every user agent has. One place, to be translated."""

from __future__ import annotations

__all__: list[str] = []

# --- why a call comes to nothing, to its caller
MOVED = "The called side answered {status}: call me at another address. SIP Server does not look for it there."
BETWEEN_US = (
    "SIP Server tried to reach the called side, and it came to {status}, which the caller can do nothing about."
)

# --- why a request of a T-Library client comes to nothing
NO_DN = "{dn} is no DN of this switch."
NOT_REGISTERED = "The phone of DN {dn} is not registered, so nobody can call with it."
NO_NUMBER = "OtherDN says whom to call: digits, letters and * # + . _ -, at most {limit} of them."
NO_CALL = "DN {dn} has no call that this request could be about."
NOT_RINGING = "The phone of DN {dn} is not ringing, so there is nothing to answer."
NOT_CONNECTED = "DN {dn} has no call that could be held."
NOT_HELD = "DN {dn} has put no call on hold."
NO_DIALOG = "The phone of DN {dn} rings without a tag in To, so no request can reach it inside this call."
DID_NOT_ANSWER = "The phone of DN {dn} did not take the call that was to be made for it: status {status}."

# --- the state diagram of a DN in a call
PARTY = "T-Library party"
PARTY_SOURCE = "after the Unified Call-Party States of Genesys Events and Models"
PARTY_LABELS = {
    "dial": "it calls",
    "reach": "the trunk has taken the call",
    "busy": "the called side is busy or unknown",
    "ring": "its phone rings",
    "connect": "the call is answered",
    "hold": "it puts the other on hold",
    "retrieve": "it takes the other off hold",
    "abandon": "the caller gives up",
    "release": "the call ends",
}
