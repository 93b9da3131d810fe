"""Every sentence of a tap, whole, with named places for values."""

from __future__ import annotations

OPEN = "You are connected with {server}, port {port} of {host}."
OPEN_UDP = "You can send datagrams to {server}, port {port} of {host}."
OPEN_TLS = "You are connected over TLS with {server}, port {port} of {host}."
OVER = "This tap on port {port} of {host} is closed."

# --- what a transcript says
SENT = "→ you to {server}"
CAME = "← {server} to you"
NOTE = "· {sentence}"
HIDDEN_ONE = "(1 older entry is not kept)"
HIDDEN = "({count} older entries are not kept)"
MORE_ONE = "(1 more byte)"
MORE = "({count} more bytes)"
NOTHING_YET = "Nothing was sent, and nothing came."
NOTHING_CAME = "Nothing came within {seconds} s."
NOTHING_MORE = "Nothing came, and nothing more can come: the tap is closed."
EMPTY = "(no bytes)"

# --- what becomes of it
THEY_ENDED = "{server} has ended the connection."
YOU_ENDED = "You have ended the connection."
YOU_ENDED_UDP = "You have closed your socket."
LAB_ENDED = "The lab was closed, and the tap with it."
MADE_ROOM = "Another tap was opened, and a lab has {count} at most: this one, the oldest, was closed."
NOBODY_UDP = (
    "No program listens on port {port} of {host}. Nobody answers, and a real host reports that the port is unreachable."
)
SENT_REPORT_ONE = "Sent 1 byte to {server}."
SENT_REPORT = "Sent {count} bytes to {server}."
CLOSED = "The tap is closed."
CLOSED_ALREADY = "The tap was closed already."
UNREACHABLE = "port unreachable"

# --- what cannot be sent
LINE_END = "line end"
HEX = "row of bytes in hexadecimal digits"
HEX_EXAMPLES = ("00 ff 0d 0a", "00ff0d0a")
TIMES = "time to wait, in seconds"
TIMES_ALLOWED = ("0", "0.5", "5 (the most)")
