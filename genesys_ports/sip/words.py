"""Every sentence about a SIP message, whole, with named places for values, and SIP's own reason phrases."""

from __future__ import annotations

from ..errors import SIPError

__all__ = ["REASONS", "refused"]

# --- the message as a whole
NOTHING = "These bytes are empty: nothing was sent but blank lines."
NO_END = "The headers do not end: the empty line after the last of them is missing."
LONG_HEAD = "The headers are longer than {limit} bytes, which is more than this program takes."
MANY_HEADERS = "There are more than {limit} header lines, which is more than this program takes."
LONG_BODY = "The body has {length} bytes, which is more than the {limit} this program takes."
SHORT_BODY = "Content-Length promises {length} bytes of body, and {have} came."
NO_LENGTH = "Content-Length is missing: over TCP nothing else tells where a message ends."
WHICH_LENGTH = "Content-Length tells no number, or two: where this message ends cannot be told."

# --- its first line
NO_REQUEST = "The first line of a request is METHOD URI SIP/2.0, with one blank between them and no other."
HTTP = "This is HTTP and no SIP: the first line of a request is METHOD URI SIP/2.0."
NO_STATUS = "The first line of a response is SIP/2.0, a status of three digits from 100 to 699, a blank and a reason."
VERSION = "This is SIP/{version}; only SIP/2.0 is spoken here."
URI_HEADERS = "A request is sent to an address that carries no headers: nothing may follow a question mark."

# --- its headers
NO_HEADER = "This is no header line: it has to be a name, a colon and a value, and to end in CR LF."
MISSING = "The header {header} is missing; no message does without it."
TWICE = "The header {header} stands here {count} times; it may stand here once."
BAD_VALUE = "The value of {header} cannot be understood."
BAD_NUMBER = "The value of {header} is not a whole number from 0 to {highest}."
BAD_CSEQ = "The value of CSeq is not a whole number below 2147483648 and a method."
BAD_DATE = "A date in SIP is in GMT, as in: Sat, 13 Nov 2010 23:29:00 GMT."
OTHER_METHOD = "The method of CSeq is {other}, and that of the request is {method}."
STAR = "Contact: * stands for all contacts, so no other may stand beside it."

# --- addresses
BAD_URI = "{uri!r} is no SIP address, such as sip:1001@sip-host:5060."
SCHEME = "Addresses that begin with {scheme!r} are not known here: use sip: or sips:."
BAD_PORT = "{number} is no port number: they go from 1 to 65535."

# --- writing
CANNOT_WRITE = "A line of a message must not hold a line end or half a character: one of these values does."

# --- what a body says of the media
BAD_SDP = "This body is no session description (SDP): a line is a letter, an equals sign and a value."
BAD_MEDIA = "A media line is a kind, a port number, a protocol and formats, as in: m=audio 20000 RTP/AVP 0."

#: The reason phrases of RFC 3261 21, and of the RFCs that added a status.
REASONS: dict[int, str] = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}

#: Characters of an offending line, or of a value, that an error shows.
SHOWN = 80


def refused(status: int, sentence: str, line: str = "", **values: object) -> SIPError:
    """The error for a message that is refused; `sentence` is one of those above, `line` the line to blame."""
    cut = {name: shortened(value) if isinstance(value, str) else value for name, value in values.items()}
    return SIPError(status, sentence.format_map(cut), shortened(line))


def shortened(text: str) -> str:
    """The beginning of a text from the wire, as much of it as an error shows."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
