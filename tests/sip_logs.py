"""SIP Server logs for tests, written as SIP Server does. Every name, number and address is made up."""

from pathlib import Path

HEADER = """\
Application name:  SIP_P
Application type:  T-Server (2)
Application version: 8.1.101.58
Command line:      sip_server -host gen-conf-01 -port 2020 -app SIP_P -l 7260@gen-lic-01 -password secret99
Host name:         gen-sip-01
DST:               TIMEB { TIME_T 1398913080 TIMEZONE 180 DSTFLAG 0 }
Time zone:         180, -03, -03
UTC time:          2014-05-02T02:58:00.000
Local time:        2014-05-01T23:58:00.000
Start time (UTC):  2014-05-02T02:57:59.120
Running time:      0:00:00:00
Host info:         Linux gen-sip-01 2.6.32 x86_64
File:              (1) /var/log/genesys/SIP_P.20140501_235800_000.log

"""

#: The address of SIP Server in these logs.
SERVER = "10.0.0.1"

SDP = """\
v=0
o=- 1 1 IN IP4 10.0.0.40
s=-
c=IN IP4 10.0.0.40
t=0 0
m=audio 20000 RTP/SAVP 0 101
a=rtpmap:0 PCMU/8000
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz
"""


def sip(start, *, call, cseq, via, user="1001", caller="1001", more=(), body=""):
    """A SIP message with LF line ends, its Content-Length as it is on the wire."""
    lines = [
        start,
        f"Via: SIP/2.0/UDP {via}",
        f"From: <sip:{caller}@{SERVER}:5060>;tag=F{call[:4]}",
        f"To: <sip:{user}@{SERVER}:5060>",
        f"Call-ID: {call}",
        f"CSeq: {cseq}",
        *more,
    ]
    if body:
        lines.append("Content-Type: application/sdp")
    lines.append(f"Content-Length: {len(body) + body.count(chr(10))}")
    return "\n".join([*lines, "", body])


def on_wire(message):
    """The bytes that it was on the wire."""
    return message.replace("\n", "\r\n").encode()


def received(time, address, message, *, transport="UDP", count=None):
    """A message that SIP Server got, with the line before it."""
    count = len(on_wire(message)) if count is None else count
    return f"{time}: SIPTR: Received [0,{transport}] {count} bytes from {address} <<<<<\n{message}\n"


def sent(time, address, message, *, transport="UDP", count=None):
    """A message that SIP Server sent."""
    count = len(on_wire(message)) if count is None else count
    return f"{time}: Sending  [0,{transport}] {count} bytes to {address} >>>>>\n{message}\n"


def register(time, dn, address, status, *, expires=60):
    """A phone registers, and is answered."""
    call, via = f"reg-{dn}@{address.partition(':')[0]}", f"{address};branch=z9hG4bK-r{dn}-{expires}"
    asked = sip(
        f"REGISTER sip:{SERVER}:5060 SIP/2.0", call=call, cseq=f"{1 + (expires == 0)} REGISTER", via=via, user=dn,
        caller=dn, more=[f"Contact: <sip:{dn}@{address}>", f"Expires: {expires}",
                         f'Authorization: Digest username="{dn}", realm="r", nonce="n0nce", response="d1gest"'],
    )  # fmt: skip
    answer = sip(f"SIP/2.0 {status}", call=call, cseq=f"{1 + (expires == 0)} REGISTER", via=via, user=dn, caller=dn)
    return received(f"{time}.100", address, asked) + sent(f"{time}.101", address, answer)


GATEWAY, PHONE = "10.0.0.40:5060", "10.0.0.11:5060"
LEG_A, LEG_B = "a1b2c3@10.0.0.40", "0044E04E-33A9-13E4-8A2B-1@10.0.0.1"
UUID = "N4J2Q1678T29107HIBVLHE693G000001"


def call():
    """A call from outside to DN 1001, with both of its legs, across midnight."""
    outside = {"call": LEG_A, "caller": "2125550100", "via": f"{GATEWAY};branch=z9hG4bK-a"}
    inside = {"call": LEG_B, "caller": "2125550100", "via": f"{SERVER}:5060;branch=z9hG4bK-b"}
    uuid = [f"X-Genesys-CallUUID: {UUID}"]
    here, gateway = f"<sip:1001@{PHONE}>", f"Contact: <sip:2125550100@{GATEWAY}>"
    bye = {"call": LEG_B, "via": f"{PHONE};branch=z9hG4bK-c", "user": "2125550100", "cseq": "1 BYE"}
    bye_out = {"call": LEG_A, "via": f"{SERVER}:5060;branch=z9hG4bK-d", "user": "2125550100", "cseq": "1 BYE"}
    return "".join(
        [
            received("23:59:50.001", GATEWAY, sip(f"INVITE sip:1001@{SERVER}:5060 SIP/2.0", cseq="1 INVITE",
                                                  more=[gateway], body=SDP, **outside)),
            f"23:59:50.002: CID:UUID>{LEG_A}:{UUID}:\n",
            sent("23:59:50.003", GATEWAY, sip("SIP/2.0 100 Trying", cseq="1 INVITE", **outside)),
            sent("23:59:50.010", PHONE, sip(f"INVITE sip:1001@{PHONE} SIP/2.0", cseq="1 INVITE", more=uuid, body=SDP,
                                            **inside)),
            "23:59:50.011: SIPCONN(1001): state e=0,p=0,s=2\n",
            received("23:59:50.020", PHONE, sip("SIP/2.0 180 Ringing", cseq="1 INVITE", **inside)),
            sent("23:59:50.021", GATEWAY, sip("SIP/2.0 180 Ringing", cseq="1 INVITE", **outside)),
            received("23:59:55.000", PHONE, sip("SIP/2.0 200 OK", cseq="1 INVITE", body=SDP,
                                                more=[f"Contact: {here}"], **inside)),
            sent("23:59:55.001", PHONE, sip(f"ACK sip:1001@{PHONE} SIP/2.0", cseq="1 ACK", **inside)),
            sent("23:59:55.002", GATEWAY, sip("SIP/2.0 200 OK", cseq="1 INVITE", body=SDP, **outside)),
            received("23:59:55.020", GATEWAY, sip(f"ACK sip:1001@{SERVER} SIP/2.0", cseq="1 ACK", **outside)),
            received("00:00:05.000", PHONE, sip(f"BYE sip:x@{SERVER}:5060 SIP/2.0", **bye)),
            sent("00:00:05.001", PHONE, sip("SIP/2.0 200 OK", **bye)),
            sent("00:00:05.002", GATEWAY, sip(f"BYE sip:2125550100:tr4nk@{GATEWAY} SIP/2.0", **bye_out)),
            received("00:00:05.030", GATEWAY, sip("SIP/2.0 200 OK", **bye_out)),
        ]
    )  # fmt: skip


def subscribe():
    """A request that nobody answers: sent again after 0.5, 1, 2 and 4 seconds (RFC 3261, timer E)."""
    message = sip("SUBSCRIBE sip:10.0.0.30:5060 SIP/2.0", call="sub@10.0.0.1", cseq="1 SUBSCRIBE",
                  via=f"{SERVER}:5060;branch=z9hG4bK-s", more=["Event: presence"])  # fmt: skip
    return "".join(
        sent(f"23:59:{second}", "10.0.0.30:5060", message)
        for second in ("10.000", "10.500", "11.500", "13.500", "17.500")
    )


TLIB = """\
@23:59:50.0120 [0] 8.1.101.58 distribute_event: message EventRinging
\tAttributeEventSequenceNumber\t00000000000000a7
\tAttributeConnID\t006b01f2a3b4c5d6
\tAttributeThisDN\t'1001'
"""


def sample():
    """A log with a bit of everything."""
    return "".join(
        [
            HEADER,
            "23:58:00.100 Std 05060 Application started\n",
            register("23:58:10", "1001", PHONE, "200 OK"),
            register("23:58:11", "1999", "10.0.0.19:5060", "404 Not Found"),
            register("23:58:12", "1002", "10.0.0.12:5062", "200 OK"),
            subscribe(),
            TLIB,
            call(),
            register("00:01:00", "1001", PHONE, "200 OK", expires=0),
            "00:01:02.000: the end of this file\n",
        ]
    )


if __name__ == "__main__":
    (Path(__file__).parent / "data" / "sip_server.log").write_text(sample(), newline="\n")
