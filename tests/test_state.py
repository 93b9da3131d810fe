"""How a plan stands: plain values, equal when their parts are."""

import pickle

from genesys_ports.model import Connection, ListeningPort
from genesys_ports.state import ConnectionState, ConnectionStatus, PortState, PortStatus, Socket


def test_states_are_values():
    port = PortState(
        application="scs",
        host="framework-host",
        port=ListeningPort(number=3600),
        status=PortStatus.LISTENING,
        sockets=(Socket("127.9.0.1", 3600),),
    )
    connection = ConnectionState(
        connection=Connection(client="scs", server="message_server"),
        host="framework-host",
        port="5150/tcp",
        status=ConnectionStatus.CONNECTED,
    )
    for state in (port, connection):
        assert pickle.loads(pickle.dumps(state)) == state
    assert port.holder == ""
    assert f"{port.status}, {connection.status}" == "listening, connected"
