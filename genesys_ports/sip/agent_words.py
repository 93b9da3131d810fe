"""What a user agent and a registrar say on the wire, for people who read a ladder. One place, to be translated."""

from __future__ import annotations

__all__ = ["WORDS"]

#: Each status with what it means to the one who gets it (RFC 3261 21). The hundreds stand for those without a sentence.
WORDS: dict[int, str] = {
    300: "The number can be reached at another address, which stands in Contact.",
    302: "The number has moved for now; call the address in Contact instead.",
    400: "The request breaks the rules of SIP, so it was not looked at further.",
    401: "The registrar wants a name and a password first.",
    403: "The request was understood, and it is not allowed. Asking again will not help.",
    404: "Nobody here has this number.",
    405: "This address knows the method but does not take it; Allow lists those it takes.",
    406: "The caller takes no kind of body that could be sent back.",
    407: "The server on the way wants a name and a password first.",
    408: "No answer came in time.",
    410: "The number was here once, and is gone for good.",
    413: "The body of the request is larger than this address takes.",
    414: "The address in the first line is longer than this address takes.",
    415: "The body is of a kind that is not read here; Accept lists the kinds that are.",
    416: "The address in the first line begins with a scheme other than sip or sips.",
    420: "Require asks for an extension that is not known here; Unsupported names it.",
    421: "The request has to support an extension that it does not name in Supported.",
    423: "The registration would last shorter than the registrar takes; Min-Expires has the shortest time.",
    480: "The number exists, and cannot be reached now: its phone is not registered, or nobody is there.",
    481: "No call or transaction here fits this request: it has ended, or was never here.",
    482: "This request has been here before: it came by two ways, or goes round in a circle.",
    483: "The request went through too many servers: Max-Forwards has counted down to zero.",
    484: "The number is not complete.",
    485: "The number fits more than one destination.",
    486: "The phone is busy with another call.",
    487: "The call was cancelled before it was answered.",
    488: "The media that was offered cannot be used here: no codec, address or direction that both sides have.",
    489: "NOTIFY tells of an event that is not known here; Allow-Events lists those that are.",
    491: "Both sides asked to change the call at the same moment; ask again a little later.",
    500: "Something does not fit here now, so the request was not carried out.",
    501: "No such method is known here.",
    502: "The next server gave an answer that makes no sense.",
    503: "The way is broken or the server is not ready: nobody listens there, or it is overloaded.",
    504: "The next server did not answer in time.",
    505: "The request is written in a version of SIP other than 2.0.",
    513: "The request is larger than this address takes.",
    600: "The called side is busy everywhere.",
    603: "The called side does not want to take the call.",
    604: "The number does not exist anywhere.",
    606: "The called side would talk, and nothing that was offered can be used.",
}

#: RFC 3261 12.2.2.
TOO_OLD = "CSeq {number} came after CSeq {last} of the same call: the requests were reordered, or the caller miscounts."
#: RFC 3261 14.2.
STILL_ASKING = "The change of the call that was asked for before is not answered yet; wait for its answer first."
#: RFC 3261 8.2.2.1.
NOT_THIS_USER = "This address answers for {user}, not for {other}."
#: RFC 3261 8.2.1.
NO_EVENT = "NOTIFY has no header Event, so nobody can tell what it is about."

#: How the diagram of a call writes its events and actions.
CALL_LABELS: dict[str, str] = {
    # events
    "user INVITE": "the user calls",
    "user rings": "the user lets it ring",
    "user answers": "the user answers",
    "user rejects": "the user rejects",
    "user hangs up": "the user hangs up",
    "user ACK": "the user answers the offer",
    "user change": "the user changes the call",
    "user accepts": "the user takes the change",
    "user refuses": "the user refuses the change",
    "2xx offer": "2xx with the late offer",
    "3xx": "300-699",
    "lost": "no answer",
    "no ACK": "no ACK for 64*T1",
    "BYE over": "answer to BYE, or none",
    # actions
    "send 1xx": "send 180 or 183",
    "send refusal": "send 300-699",
    "send 487": "487 to the INVITE",
    "send 491": "491 to the INVITE",
    "send 500": "500 to the INVITE",
    "confirm BYE": "200 to the BYE",
    "keep request": "keep the INVITE",
    "take dialog": "the dialog is confirmed",
    "forget": "out of the books",
    "tell invited": "tell the user",
    "tell progress": "tell the user",
    "tell answered": "tell the user",
    "tell refused": "tell the user",
    "tell ACK": "tell the user",
    "tell change asked": "tell the user",
    "tell changed": "tell the user",
    "tell ended by us": "tell the user",
    "tell ended by them": "tell the user",
}

#: RFC 3261 10.3, steps 5 and 6, and bounds of our own.
NO_USER = "Only a number with a sip: or sips: address can be registered, and To holds another kind of address."
STAR_EXPIRES = "Contact: * takes back all registrations, so it needs Expires: 0."
OLD_REGISTER = (
    "CSeq {number} came after CSeq {last} of the same registration: an old request that was on its way too long."
)
MANY_CONTACTS = "One number can be registered at {limit} addresses at most."
