"""What SIP Server says to T-Library's clients in the lab. One place, to be translated."""

from __future__ import annotations

__all__: list[str] = []

# --- events, beside their fields
ABOUT_DN = "DN {this_dn}"
ABOUT_CALL = "DN {this_dn}, the other party is {other_dn}"

# --- why a request comes to nothing
NO_THIS_DN = 'ThisDN is missing: it says which DN the request is about, such as ThisDN="1001".'
UNKNOWN_REQUEST = "SIP Server in this lab does not know {name}. It knows: {known}."
NO_SIP_PORT = "{application} has no SIP port in the plan, so it has no phones."
