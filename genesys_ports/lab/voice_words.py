"""Every sentence the lab says about voice, whole, with named places for values."""

from __future__ import annotations

# --- what a phone has heard
HEARD = "{phone} has heard {seconds} seconds of voice: {count} packets, which came to port {port} of {host}."
HEARD_LOSSY = (
    "{phone} has heard {seconds} seconds of voice: {count} packets, which came to port {port} of {host}; {lost} more "
    "were lost on the way, and nobody sends them again."
)
HEARD_NOTHING = "{phone} has heard nothing."

# --- why a media server refuses a call
USED_UP = "Every number of {application} for voice is in use: {numbers}. Plan a larger range, or call again later."
NO_FORMAT = "This server plays G.711 mu-law (PCMU) over RTP/AVP, to an IP address of this machine, and nothing else."
NOT_PLANNED = "none is planned"
