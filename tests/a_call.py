"""A call as a trace has it: both legs through SIP Server, events on the communication port, loss, voice."""

from itertools import count
from struct import pack

from genesys_ports.trace import Kind, Participant, Trace

#: Name, host, address, listening ports.
WHO = (
    ("sip_server", "sip-host", "127.0.1.20", ("7010/tcp", "5060/udp", "5060/tcp")),
    ("agent_desktop", "desk-1001", "127.0.1.40", ()),
    ("phone_1001", "desk-1001", "127.0.1.40", ("5060/udp", "5060/tcp")),
    ("phone_1002", "desk-1002", "127.0.1.41", ("5062/udp", "5062/tcp")),
    ("media_server", "media-host", "127.0.1.30", ("5070/udp", "20000-20010/udp")),
)
FIRST, SECOND = "call-1@phone_1001", "call-1@sip_server"
SIP_SERVER = {"server": "sip_server", "host": "sip-host"}
PHONE_2 = {"client": "sip_server", "client_number": 5060, "server": "phone_1002", "host": "desk-1002"}
CALLER = {"client": "phone_1001", "client_number": 5060, "port": "5060/udp", "call": FIRST, **SIP_SERVER}
CALLED = {"port": "5062/udp", "call": SECOND, **PHONE_2}
DESKTOP = {"client": "agent_desktop", "client_number": 40001, "port": "7010/tcp", "call": FIRST, **SIP_SERVER}


def sip(start, call, method, body=b"", via="127.0.1.40:5060", transport="UDP"):
    """A message of SIP, complete enough for others to read."""
    method_line = f"CSeq: 1 {method}\r\n"
    lines = (
        f"{start}\r\nVia: SIP/2.0/{transport} {via};branch=z9hG4bK-{call}-{method}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:1001@127.0.1.20>;tag=a\r\nTo: <sip:1002@127.0.1.20>\r\n"
        f"Call-ID: {call}\r\n{method_line}Contact: <sip:1001@{via}>\r\n"
    )
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return f"{lines}{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body


def sdp(address, number):
    """A description of where voice shall be sent."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {number} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    ).encode()


def rtp(number):
    """Twenty milliseconds of silence."""
    return pack("!BBHII", 0x80, 0, number, number * 160, 0x1234) + b"\xff" * 160


def new_trace(**options):
    trace = Trace(clock=(tick / 50 for tick in count()).__next__, **options)
    trace.began = 1_700_000_000.0
    for name, host, address, ports in WHO:
        trace.join(Participant(name, host, ports, address))
    return trace


def a_call():
    """1001 calls 1002; the INVITE to 1002 is lost once, its 200 OK too; then both speak."""
    trace = new_trace()

    def say(kind, name, sender, receiver, way, method="INVITE", body=b"", uri="sip:1002@127.0.1.20", **more):
        start = f"{name} {uri} SIP/2.0" if kind is Kind.REQUEST else f"SIP/2.0 {name}"
        # The Via is that of who asked.
        asker = sender if kind is Kind.REQUEST else receiver
        via = {"phone_1001": "127.0.1.40:5060", "phone_1002": "127.0.1.41:5062"}.get(asker, "127.0.1.20:5060")
        payload = sip(start, way["call"], method, body, via)
        return trace.add(kind, name, sender, receiver, **way, payload=payload, protocol="sip", **more)

    def tell(name, **fields):
        payload = b'{"event":"%s"}\n' % name.encode()
        trace.add(
            Kind.EVENT, name, "sip_server", "agent_desktop", **DESKTOP, payload=payload, protocol="teaching", **fields
        )

    caller, server, called = "phone_1001", "sip_server", "phone_1002"
    request, response = Kind.REQUEST, Kind.RESPONSE
    offer, answer = sdp("127.0.1.40", 20000), sdp("127.0.1.41", 20002)
    trace.relate(SECOND, FIRST)
    say(request, "INVITE", caller, server, CALLER, body=offer)
    say(response, "100 Trying", server, caller, CALLER)
    tell("EventDialing", text="ThisDN 1001, OtherDN 1002")
    invite = {"body": offer, "uri": "sip:1002@127.0.1.41:5062"}
    say(request, "INVITE", server, called, CALLED, **invite, dropped=True)
    say(request, "INVITE", server, called, CALLED, **invite, again=True)
    say(response, "180 Ringing", called, server, CALLED)
    tell("EventRinging", text="ThisDN 1002, OtherDN 1001")
    say(response, "180 Ringing", server, caller, CALLER)
    say(response, "200 OK", called, server, CALLED, body=answer, dropped=True)
    say(response, "200 OK", called, server, CALLED, body=answer, again=True, dropped=True)
    say(response, "200 OK", called, server, CALLED, body=answer, again=True)
    say(request, "ACK", server, called, CALLED, "ACK")
    say(response, "200 OK", server, caller, CALLER, body=answer)
    tell("EventEstablished")
    say(request, "ACK", caller, server, CALLER, "ACK")
    for number in range(25):
        trace.add(
            Kind.MEDIA, "RTP", caller, called, caller, called, "desk-1002", "20002/udp", payload=rtp(number),
            protocol="rtp", call=FIRST, client_number=20000, dropped=number in (3, 9),
        )  # fmt: skip
        trace.add(
            Kind.MEDIA, "RTP", called, caller, called, caller, "desk-1001", "20000/udp", payload=rtp(number),
            protocol="rtp", call=FIRST, client_number=20002,
        )  # fmt: skip
    say(request, "BYE", caller, server, CALLER, "BYE")
    say(response, "200 OK", server, caller, CALLER, "BYE")
    say(request, "BYE", server, called, CALLED, "BYE")
    say(response, "200 OK", called, server, CALLED, "BYE")
    tell("EventReleased")
    return trace
