"""A small plan with SIP Server, two phones and a gateway, and a stranger that speaks SIP over raw sockets."""

import asyncio
from dataclasses import replace

from genesys_ports import Application, Deployment, ListeningPort
from genesys_ports.model import Connection, Host, Purpose, Transport

SIP, P1, P2, GATE = "sip_server", "phone_1001", "phone_1002", "media_gateway"


def sip_port(number, transport="udp", port_id=None):
    return ListeningPort(
        number=number,
        transport=Transport(transport),
        purpose=Purpose.SIP,
        port_id=port_id or ("sip" if transport == "udp" else f"sip-{transport}"),
    )


def speaker(name, host, number, kind="SIP Phone", dn="", transports=("udp", "tcp")):
    ports = tuple(sip_port(number, transport) for transport in transports)
    return Application(name=name, host=host, type=kind, ports=ports, dn=dn)


SERVER = Application(
    name=SIP,
    host="sip-host",
    type="SIP Server",
    ports=(ListeningPort(number=8000), sip_port(5060), sip_port(5060, "tcp")),
)

PLAN = Deployment(
    hosts=tuple(Host(name=name) for name in ("sip-host", "agent-host", "gateway-host")),
    applications=(
        SERVER,
        speaker(P1, "agent-host", 5060, dn="1001"),
        speaker(P2, "agent-host", 5062, dn="1002"),
        speaker(GATE, "gateway-host", 5060, "Media Gateway", "9"),
    ),
    connections=tuple(Connection(client=name, server=SIP, port_id="sip") for name in (P1, P2, GATE)),
)


def with_port(plan, client, port_id):
    """The plan with this client at another port of SIP Server."""
    changed = tuple(replace(c, port_id=port_id) if c.client == client else c for c in plan.connections)
    return replace(plan, connections=changed)


def sip_lines(lab, after=0, call=None):
    """What was said in SIP: `sender > receiver name`, with `again` and `dropped`."""
    shown = lab.trace.select(after=after, protocol="sip", call=call)
    return [
        f"{m.sender} > {m.receiver} {m.name}{' again' * m.again}{' dropped' * m.dropped}"
        for m in shown
        if m.kind in ("request", "response")
    ]


def names(lab, after=0):
    return [m.name for m in lab.trace.select(after=after, protocol="sip")]


def address_of(lab, application=SIP, port_id="sip"):
    """Where a program of this machine reaches a port."""
    port = lab.plan.application(application).port(port_id)
    (where, *_) = lab.network.sockets(application, port)
    return where.address, where.number


class Stranger(asyncio.DatagramProtocol):
    """A program outside that sends datagrams."""

    def __init__(self):
        self.heard = []
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.heard.append(data)

    def send(self, data, to):
        self.transport.sendto(data if isinstance(data, bytes) else data.encode(), to)

    @property
    def address(self):
        return self.transport.get_extra_info("sockname")


async def stranger():
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(Stranger, local_addr=("127.0.0.1", 0))
    return protocol


def request(
    method="OPTIONS", uri="sip:sip-host", *, branch="1", via="UDP 127.0.0.1:9;rport", extra="", body="", **changed
):
    """A request as text; `changed` headers by their names with underscores."""
    headers = {
        "Via": f"SIP/2.0/{via};branch=z9hG4bK-{branch}",
        "Max-Forwards": "70",
        "From": "<sip:probe@127.0.0.1>;tag=1",
        "To": f"<{uri}>",
        "Call-ID": f"call-{branch}@outside",
        "CSeq": f"1 {method}",
        **{name.replace("_", "-"): value for name, value in changed.items()},
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {uri} SIP/2.0\r\n{lines}{extra}\r\n{body}"
