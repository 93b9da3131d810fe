"""RFC 4475's torture messages, bit-exact (`data/rfc4475`), and what the RFC says of each.

`REFUSED`: these are not valid, and so are refused as they are read, with this status; a response that is not valid is
dropped. Where the RFC also allows to guess what was meant, we do not.

`ANSWERED`: these are valid, and read; the statuses are those that whoever the request is for may answer with, the first
of them if it knows the user, the method and the body. A response has none.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "rfc4475"

#: 3.1.2 and the invalid ones of 3.3.
REFUSED = {
    "badinv01": 400,  # separators with nothing between them
    "clerr": 400,  # Content-Length larger than the datagram
    "ncl": 400,  # a negative Content-Length
    "scalar02": 400,  # numbers too large: CSeq decides
    "scalarlg": 400,  # the same in a response, which is dropped
    "quotbal": 400,  # a quotation mark that is not closed
    "ltgtruri": 400,  # the address of the request in angle brackets
    "lwsruri": 400,  # a blank in it
    "lwsstart": 400,  # two blanks behind the method
    "trws": 400,  # blanks behind SIP/2.0
    "escruri": 400,  # headers in the address of the request
    "baddate": 400,  # a date that is not in GMT
    "regbadct": 400,  # a contact with headers and no angle brackets
    "badaspec": 400,  # blanks inside angle brackets
    "baddn": 400,  # a comma in a display name without quotation marks
    "badvers": 505,  # SIP/7.0
    "mismatch01": 400,  # another method in CSeq
    "mismatch02": 400,  # the same, and a method that nobody knows (501 would do too)
    "bigcode": 400,  # a status of ten digits in a response, which is dropped
    "insuf": 400,  # no From, To and Call-ID
    "multi01": 400,  # From, To, Call-ID, CSeq, Max-Forwards twice
    "mcl01": 400,  # Content-Length twice
}

#: 3.1.1, 3.2, 3.3 and 3.4.
ANSWERED: dict[str, tuple[int, ...]] = {
    "wsinv": (481,),  # its To has a tag: it belongs to a dialog that nobody here knows
    "intmeth": (501,),
    "esc01": (200, 404),
    "escnull": (200, 404),
    "esc02": (501,),  # RE%47IST%45R is no REGISTER
    "lwsdisp": (200, 404),
    "longreq": (200, 404),
    "dblreq": (200, 404),
    "semiuri": (200, 404),
    "transports": (200, 404),
    "mpart01": (405, 415, 501),  # MESSAGE
    "unreason": (),
    "noreason": (),
    "badbranch": (200, 404),  # a branch that is nothing but the magic word: RFC 2543 tells its transaction
    "unkscm": (416,),
    "novelsc": (416,),
    "unksm2": (400, 404, 416),  # a registrar that has no such users
    "bext01": (420,),
    "invut": (415,),
    "regaut01": (200, 401, 404),
    "bcast": (),  # of no request of ours: dropped
    "zeromf": (200, 404, 483),  # 483 is the answer of whoever would pass it on
    "cparam01": (200, 404),
    "cparam02": (200, 404),
    "regescrt": (200, 404),
    "sdp01": (200, 404, 406, 488),  # the sender takes no SDP back
    "inv2543": (200, 404),  # from before RFC 3261: no Max-Forwards, no branch, no From tag
}


def torture(name: str) -> bytes:
    """The message of this name."""
    return (FOLDER / f"{name}.dat").read_bytes()
