"""Every planned port really opens; what is taken says by whom; nothing is left half open."""

import asyncio
import errno
import socket
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genesys_ports import Deployment, Host, Lab, ListeningPort, Platform, who_blocks
from genesys_ports.binding import Outcome
from genesys_ports.errors import InvalidPortError, NoAnswerError, PortInUseError, TooManyPortsError, UnknownHostError
from genesys_ports.lab import is_open, network, outsider, outsiders, owners, sockets
from genesys_ports.lab.network import RANGE_OPENED
from genesys_ports.model import Application, Transport
from genesys_ports.state import PortStatus, Socket
from tests.helpers import ONE_ADDRESS, PATIENCE, own_address

OWN = own_address("201.1")

MODES = pytest.mark.parametrize("one_address", [False, True], ids=["own addresses", "one address"])


def states(lab):
    return {(one.application, one.port.port_id): one for one in lab.port_states()}


def takes_calls(where):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.settimeout(PATIENCE)
        if not ONE_ADDRESS:
            # Left to the system, the caller's number may be the very one that it calls: then it talks to itself.
            caller.bind((OWN, 0))
        return caller.connect_ex((where.address, where.number)) == 0


async def answers_datagrams(where):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        caller.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()
        await loop.sock_sendto(caller, b'{"id": 1, "message": "hello"}', (where.address, where.number))
        return await asyncio.wait_for(loop.sock_recv(caller, 1000), PATIENCE) == b'{"ack":1}\n'


MANY = (
    Deployment(name="many")
    .add("sip_server", host="sip-host", port=8000)
    .add("sip_server", host="sip-host", port=5060, port_id="sip", transport="udp")
    .add("sip_server", host="sip-host", port=5060, port_id="sip-tcp")
    .add("sip_server", host="sip-host", port=5061, port_id="sip-tls", transport="tls")
    .add("sip_server", host="sip-host", port=8001, port_id="own", address="10.0.0.5")
    .add("other", host="other-host", port=8000)
    .add("other", host="other-host", port=5060, port_id="sip", transport="udp")
)


@MODES
async def test_every_planned_port_opens(one_address):
    async with await Lab.open(MANY, one_address=one_address) as lab:
        assert all(state.sockets == () for state in lab.port_states())
        await lab.start("sip_server", "other")
        for state in lab.port_states():
            assert state.status is PortStatus.LISTENING
            assert state.sockets
            for where in state.sockets:
                udp = state.port.transport is Transport.UDP
                assert await answers_datagrams(where) if udp else takes_calls(where)
        opened = [one for state in lab.port_states() for one in state.sockets]
        numbers = {state.port.number for state in lab.port_states()}
        assert {one.number in numbers for one in opened} == {not one_address}
    assert not any(takes_calls(one) for one in opened)


async def test_each_port_opens_on_its_hosts_address():
    async with await Lab.open(MANY) as lab:
        await lab.start("sip_server", "other")
        here, there, own = (
            {one.address for one in states(lab)[key].sockets}
            for key in [("sip_server", "sip"), ("other", "sip"), ("sip_server", "own")]
        )
        assert len(there) == len(own) == 1
        assert own < here
        assert not here & there


@MODES
async def test_small_ranges_open_and_large_ones_are_kept(one_address):
    ports = (
        ListeningPort(number=20000, last=20009, port_id="small"),
        ListeningPort(number=30000, last=30000 + RANGE_OPENED, port_id="large", transport=Transport.UDP),
        ListeningPort(number=31000, last=30999 + RANGE_OPENED, port_id="full", transport=Transport.UDP),
    )
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="media", host="h", ports=ports),))
    plan = plan.add("rival", host="h", port=30100, transport="udp").add("third", host="h", port=20005)
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("media")
        small, large, full = (states(lab)["media", name] for name in ("small", "large", "full"))
        assert all(takes_calls(one) for one in small.sockets)
        assert [len(one.sockets) for one in (small, large, full)] == [10, 1, RANGE_OPENED]
        assert large.status is PortStatus.LISTENING
        assert await answers_datagrams(large.sockets[0])
        assert lab.notices[-1] == (
            "Of the range 30000-30256/udp of media, port 30000/udp is open; the others are kept for media until calls "
            "need them."
        )
        for name in ("rival", "third"):
            with pytest.raises(PortInUseError) as raised:
                await lab.start(name)
            assert raised.value.holder == "media"


@MODES
async def test_a_large_range_listens_on_its_first_number(one_address):
    large = ListeningPort(number=30000, last=30000 + RANGE_OPENED)
    plan = Deployment(hosts=(Host(name="h"),), applications=(Application(name="media", host="h", ports=(large,)),))
    # A second address of the host: the range has one socket all the same.
    plan = plan.add("rival", host="h", port=30000, address="10.0.0.5")
    plan = plan.add("client", host="g", port=7000, connects_to=["media"])
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("media", "client")
        state = states(lab)["media", "default"]
        assert len(state.sockets) == 1
        assert is_open(state)
        assert (await lab.send("client", "media")).name == "ack"
        assert (await lab.knock("h", 30000)).sentences[0].endswith("media listens there.")
        assert (await lab.knock("h", 30001)).sentences[0].endswith("Nobody listens there.")
        for call in (lab.start("rival"), lab.run_outsider("h", 30000), lab.run_outsider("h", 30001)):
            with pytest.raises(PortInUseError) as raised:
                await call
            assert raised.value.holder == "media"


# --- taken


TWO = (
    Deployment(name="two")
    .add("first", host="h", port=5150)
    .add("first", host="h", port=5152, port_id="second")
    .add("rival", host="h", port=7000)
    .add("rival", host="h", port=5152, port_id="second")
    .add("elsewhere", host="g", port=5152)
    .add("over_udp", host="h", port=5152, transport="udp")
)


@MODES
async def test_taken_by_another_application(one_address):
    async with await Lab.open(TWO, one_address=one_address) as lab:
        await lab.start("first", "elsewhere", "over_udp")
        with pytest.raises(PortInUseError) as raised:
            await lab.start("rival")
        assert str(raised.value) == (
            "port 5152/tcp on h is already open: first holds it. Two applications on one host cannot listen on the "
            "same port. Next free port on this host: 5153."
        )
        assert not lab.is_running("rival")
        state = states(lab)["rival", "second"]
        assert (state.status, state.holder, state.sockets) == (PortStatus.TAKEN, "first", ())
        assert states(lab)["rival", "default"].status is PortStatus.CLOSED
        assert not takes_calls(lab.network.reach("h", 7000) or Socket("127.0.0.1", 1))
        # The clash has harmed nobody, and is over once the holder has gone.
        assert all(takes_calls(one) for name in ("first", "elsewhere") for one in states(lab)[name, "default"].sockets)
        assert (await lab.knock("h", 5152)).sentences == ("Port 5152/tcp of h: answered. first listens there.",)
        await lab.stop("first")
        await lab.start("rival")
        assert states(lab)["rival", "second"].holder == ""


@MODES
async def test_taken_by_itself(one_address):
    plan = Deployment().add("one", host="h", port=5150).add("one", host="h", port=5150, port_id="again")
    async with await Lab.open(plan, one_address=one_address) as lab:
        with pytest.raises(PortInUseError, match="one holds it itself") as raised:
            await lab.start("one")
        assert (raised.value.holder, raised.value.next_free) == ("one", 5151)
        assert not takes_calls(lab.network.reach("h", 5150) or Socket("127.0.0.1", 1))


@MODES
async def test_taken_by_a_program_of_ours_outside(one_address):
    async with await Lab.open(TWO, one_address=one_address) as lab:
        assert str(await lab.run_outsider("h", 5150)) == "A program outside the lab now listens on port 5150/tcp of h."
        assert str(await lab.run_outsider("h", 5151)) == "A program outside the lab now listens on port 5151/tcp of h."
        with pytest.raises(PortInUseError) as raised:
            await lab.start("first")
        assert str(raised.value) == (
            "port 5150/tcp on h is already open: a program outside this lab holds it. first cannot listen there until "
            "that program lets go, or the plan gives another number. Next free port on this host: 5153."
        )
        assert states(lab)["first", "default"].holder == ""
        assert states(lab)["first", "default"].status is PortStatus.TAKEN
        # The same cell once more: one program is enough.
        assert str(await lab.run_outsider("h", 5150)) == "A program outside the lab now listens on port 5150/tcp of h."
        assert (await lab.knock("h", 5150)).sentences[0].endswith("a program outside this lab listens there.")
        assert str(await lab.end_outsiders()) == "The program outside the lab has ended."
        assert str(await lab.end_outsiders()) == "No program of this lab's making was running outside it."
        await lab.start("first")
        with pytest.raises(PortInUseError) as raised:
            await lab.run_outsider("h", 5150)
        assert raised.value.holder == "first"


@MODES
async def test_an_outside_program_that_somebody_has_ended_can_be_run_again(one_address):
    async with await Lab.open(TWO, one_address=one_address) as lab:
        await lab.run_outsider("h", 5150)
        ((process, _, _),) = lab.outsiders._programs
        process.terminate()
        process.wait()
        await lab.run_outsider("h", 5150)
        assert len(lab.outsiders._programs) == 1
        assert (await lab.knock("h", 5150)).sentences[0].endswith("a program outside this lab listens there.")


async def test_a_stranger_on_the_address_is_named_in_a_note():
    async with await Lab.open(TWO) as lab:
        where = lab.network.reach("h", 5150)
        with socket.create_server((where.address, where.number)):
            with pytest.raises(PortInUseError) as raised:
                await lab.start("first")
            with pytest.raises(PortInUseError):
                await lab.run_outsider("h", 5150)
        assert raised.value.holder is None
        assert "On this machine it is the program" in raised.value.__notes__[0]
        await lab.start("first")


def test_nobody_is_named_where_the_system_does_not_tell(monkeypatch):
    import psutil

    assert owners.owner_sentence(Socket("127.0.0.1", 1)) == ""
    monkeypatch.setattr(psutil, "net_connections", lambda kind: (_ for _ in ()).throw(psutil.AccessDenied()))
    assert owners.owner_sentence(Socket("127.0.0.1", 1)) == ""


@MODES
async def test_taken_by_the_fixed_port_of_a_client(one_address):
    plan = TWO.add("client", host="h", port=7100).connect("client", "first", client_port=21000)
    plan = plan.add("late", host="h", port=21000)
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("first", "client")
        assert {m.client_number for m in lab.trace if m.client} == {21000}
        with pytest.raises(PortInUseError) as raised:
            await lab.start("late")
        assert (raised.value.holder, raised.value.outgoing) == ("client", True)
        assert "an outgoing connection of client took it" in str(raised.value)
        await lab.restart("client")
        await lab.restart("first")
        assert lab.connection_states()[0].status == "connected"
        await lab.stop("client")
        await lab.start("late")
        with pytest.raises(PortInUseError) as raised:
            await lab.start("client")
        assert (raised.value.holder, raised.value.application) == ("late", "client")
        assert not lab.is_running("client")
        assert states(lab)["client", "default"].sockets == ()


@MODES
async def test_a_fixed_client_port_in_the_way_does_not_stop_the_server(one_address):
    plan = TWO.add("client", host="h", port=7100).connect("client", "first", client_port=21000)
    plan = plan.add("late", host="h", port=21000)
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("client", "late")
        said = await lab.start("first")
        assert lab.is_running("first")
        assert "port 21000/tcp on h is already open: late holds it." in str(said)


async def test_a_stranger_on_the_fixed_port_of_a_client():
    plan = TWO.add("client", host="h", port=7100).connect("client", "first", client_port=21000)
    async with await Lab.open(plan) as lab:
        await lab.start("first")
        where = (lab.network.reach("h", 21000).address, 21000)
        with socket.create_server(where), pytest.raises(PortInUseError, match="a program outside this lab"):
            await lab.start("client")
        await lab.start("client")


async def test_the_system_hands_out_numbers_that_servers_then_miss():
    plan = TWO.add("client", host="h", port=7100).connect("client", "first")
    async with await Lab.open(plan) as lab:
        await lab.start("first", "client")
        (link,) = lab._running["client"].outgoing.values()
        number = link.client_number
        lab.update(plan.add("unlucky", host="h", port=number))
        with pytest.raises(PortInUseError) as raised:
            await lab.start("unlucky")
        assert (raised.value.holder, raised.value.outgoing) == ("client", True)


async def test_the_next_free_port_is_free_on_this_machine():
    async with await Lab.open(TWO) as lab:
        await lab.start("first")
        lab.update(TWO.remove("first").add("new", host="h", port=5152))
        with pytest.raises(PortInUseError) as raised:
            await lab.start("new")
        assert raised.value.next_free == 5153


async def test_a_range_is_sent_where_all_of_it_fits():
    media = Application(name="media", host="h", ports=(ListeningPort(number=5150, last=5153),))
    plan = Deployment().add("first", host="h", port=5152).add("other", host="h", port=5156)
    plan = replace(plan, applications=(*plan.applications, media))
    async with await Lab.open(plan) as lab:
        await lab.start("first")
        with pytest.raises(PortInUseError) as raised:
            await lab.start("media")
        assert raised.value.next_free == 5157


async def test_no_next_free_port_is_better_than_an_endless_search(monkeypatch):
    async with await Lab.open(TWO) as lab:
        await lab.start("first")
        monkeypatch.setattr(network.LoopbackNetwork, "is_free", lambda *_: False)
        with pytest.raises(PortInUseError) as raised:
            await lab.start("rival")
        assert raised.value.next_free is None


# --- addresses of one host


ADDRESSES = [
    "", "*", "0.0.0.0", "::", "::1", "[::1]", "127.0.0.1", "127.0.0.2", "10.0.0.5", "::ffff:10.0.0.5", " 10.0.0.5",
    "10.0.0.6", "fd00::5", "FD00:0::5", "::ffff:0.0.0.0",
]  # fmt: skip


async def clashes(first, second, one_address):
    plan = Deployment(
        hosts=(Host(name="h", platform=Platform.LINUX),),
        applications=(
            Application(name="first", host="h", ports=(first,)),
            Application(name="second", host="h", ports=(second,)),
        ),
    )
    async with await Lab.open(plan, name="pair", one_address=one_address) as lab:
        await lab.start("first")
        (second_ended,) = await asyncio.gather(lab.start("second"), return_exceptions=True)
    if isinstance(second_ended, PortInUseError):
        assert second_ended.holder == "first"
        return Outcome.CLASH
    assert second_ended.sentences
    return Outcome.NO_CLASH


ports = st.builds(
    ListeningPort,
    number=st.sampled_from([5150, 5151]),
    last=st.sampled_from([None, 5152]),
    address=st.sampled_from(ADDRESSES),
    transport=st.sampled_from(list(Transport)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=ports, second=ports, one_address=st.booleans())
def test_the_lab_clashes_where_the_verdict_says_so(first, second, one_address):
    outcome = asyncio.run(clashes(first, second, one_address))
    assert outcome is who_blocks(first, second, Platform.LINUX).outcome


@MODES
@pytest.mark.parametrize("first", ["", "::", "10.0.0.5"])
@pytest.mark.parametrize("second", ["", "::", "10.0.0.5"])
async def test_wildcard_and_exact_address_collide_in_either_order(one_address, first, second):
    assert (
        await clashes(
            ListeningPort(number=5150, address=first), ListeningPort(number=5150, address=second), one_address
        )
        is Outcome.CLASH
    )


@MODES
async def test_an_address_that_joins_later_is_covered_too(one_address):
    plan = Deployment().add("wide", host="h", port=5150)
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("wide")
        lab.update(plan.add("exact", host="h", port=5150, address="10.0.0.9"))
        with pytest.raises(PortInUseError) as raised:
            await lab.start("exact")
        assert raised.value.holder == "wide"


@MODES
async def test_a_port_on_the_planned_address_of_its_host(one_address):
    plan = Deployment(hosts=(Host(name="h", address="10.0.0.5"),)).add("one", host="h", port=5150, address="10.0.0.5")
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("one")
        assert (await lab.knock("h", 5150)).sentences[0].endswith("one listens there.")
        with pytest.raises(PortInUseError) as raised:
            await lab.run_outsider("h", 5150)
        assert raised.value.holder == "one"
        await lab.stop("one")
        await lab.run_outsider("h", 5150)
        with pytest.raises(PortInUseError, match="a program outside this lab"):
            await lab.start("one")


@MODES
async def test_a_loopback_only_port_is_reached_from_its_own_host_only(one_address):
    plan = Deployment().add("inner", host="h", port=5150, address="127.0.0.1")
    plan = plan.add("near", host="h", port=7000, connects_to=["inner"])
    plan = plan.add("far", host="g", port=7000, connects_to=["inner"])
    async with await Lab.open(plan, one_address=one_address) as lab:
        await lab.start("inner", "near", "far")
        assert [one.status for one in lab.connection_states()] == ["connected", "refused"]


# --- what the system refuses


def low_ports_refused(address, number, carrier, real=sockets.listening_socket):
    if 0 < number < 1024:
        raise PermissionError(errno.EACCES, "no")
    return real(address, number, carrier)


LOW = (
    Deployment()
    .add("agent", host="h", port=161, transport="udp")
    .add("web", host="h", port=80)
    .add("rival", host="h", port=80)
    .add("browser", host="h", port=7000, connects_to=["web"])
)


async def test_a_port_that_may_not_be_opened_is_translated(monkeypatch):
    monkeypatch.setattr(network, "listening_socket", low_ports_refused)
    async with await Lab.open(LOW) as lab:
        await lab.start("agent", "web", "browser")
        for name in ("agent", "web"):
            assert all(one.number > 1024 for one in states(lab)[name, "default"].sockets)
        assert lab.notices[-1] == (
            "The system keeps port 80/tcp for administrators, so the lab opens it on h under another number behind the "
            "scenes. Tables, pictures and errors show the planned number."
        )
        assert await answers_datagrams(states(lab)["agent", "default"].sockets[0])
        with pytest.raises(PortInUseError, match="port 80/tcp on h is already open: web holds it"):
            await lab.start("rival")
        assert (await lab.send("browser", "web")).name == "ack"
        assert (await lab.knock("h", 80)).sentences == ("Port 80/tcp of h: answered. web listens there.",)
        await lab.restart("web")
        assert (await lab.send("browser", "web")).name == "ack"
        await lab.stop("web")
        assert lab.network.reach("h", 80).number == 80


async def test_windows_says_not_allowed_of_a_port_that_a_stranger_holds(monkeypatch):
    monkeypatch.setattr(network, "listening_socket", low_ports_refused)
    monkeypatch.setattr(network, "owner_sentence", lambda where: "somebody")
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    async with await Lab.open(LOW) as lab:
        with pytest.raises(PortInUseError) as raised:
            await lab.start("web")
        assert raised.value.holder is None


async def test_a_fixed_client_port_that_may_not_be_opened(monkeypatch):
    def refused(address, number, real=sockets.calling_socket):
        if number is not None:
            raise PermissionError(errno.EACCES, "no")
        return real(address, number)

    monkeypatch.setattr(network, "calling_socket", refused)
    plan = LOW.connect("agent", "web", client_port=600)
    async with await Lab.open(plan) as lab:
        await lab.start("web", "agent")
        assert lab.connection_states()[1].status == "connected"
        assert lab.network.holder("h", 600).outgoing
        assert "The system keeps port 600/tcp" in str(lab.notices)
        await lab.stop("agent")
        assert lab.network.holder("h", 600) is None


@pytest.mark.parametrize("name", ["listening_socket", "calling_socket"])
async def test_other_refusals_of_the_system_are_not_hidden(monkeypatch, name):
    def broken(*_):
        raise OSError(errno.ENOBUFS, "no")

    plan = TWO.connect("rival", "first", client_port=21000)
    async with await Lab.open(plan) as lab:
        await lab.start("elsewhere")
        monkeypatch.setattr(network, name, broken)
        if name == "calling_socket":
            with pytest.raises(OSError, match="no"):
                lab.network.dial("rival", "h", "h", plan.application("first").port(), 21000)
        else:
            with pytest.raises(OSError, match="no"):
                await lab.start("first")
        assert not lab.is_running("first")


async def test_an_outsider_gets_another_number_where_it_may_not_have_its_own():
    async with await Lab.open(LOW) as lab:
        lab.network.admit_outsider("h", 80)
        lab.network.outsider_listens("h", 80, 18080)
        assert lab.network.reach("h", 80).number == 18080
        assert "The system keeps port 80/tcp" in lab.notices[-1]
        lab.network.forget_outsider("h", 80)
        assert lab.network.reach("h", 80).number == 80


@pytest.mark.parametrize(("host", "number", "error"), [("x", 5150, UnknownHostError), ("h", 0, InvalidPortError)])
async def test_an_outsider_on_nothing(host, number, error):
    async with await Lab.open(TWO) as lab:
        with pytest.raises(error):
            await lab.run_outsider(host, number)


async def test_an_outsider_that_does_not_come_up(monkeypatch, tmp_path):
    silent = tmp_path / "silent.py"
    silent.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(outsiders, "WAIT_LIMIT", 0.1)
    monkeypatch.setattr(outsider, "__file__", str(silent))
    async with await Lab.open(TWO) as lab:
        with pytest.raises(NoAnswerError, match="a program outside this lab gave no answer"):
            await lab.run_outsider("h", 5150)
        await lab.start("first")


@pytest.mark.parametrize(("number", "error"), [(errno.EMFILE, TooManyPortsError), (errno.ENOENT, OSError)])
async def test_an_outsider_that_cannot_be_started(monkeypatch, number, error):
    def refuse(*_, **__):
        raise OSError(number, "no")

    async with await Lab.open(TWO) as lab:
        monkeypatch.setattr(subprocess, "Popen", refuse)
        with pytest.raises(error):
            await lab.run_outsider("h", 5150)
        await lab.start("first")


class _Closed:
    def read(self):
        return ""


@pytest.mark.parametrize("exclusive", [False, True])
def test_the_outside_program_itself(monkeypatch, capsys, exclusive):
    import signal

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "stdin", _Closed())
    if exclusive:
        monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    assert outsider.main(OWN, 5150) == 0
    assert capsys.readouterr().out == "5150\n"
    with socket.create_server((OWN, 5150)):
        assert outsider.main(OWN, 5150) == 1
    assert capsys.readouterr().out == "taken\n"

    class Limited(socket.socket):
        def bind(self, address):
            if address[1]:
                raise PermissionError
            super().bind(address)

    monkeypatch.setattr(socket, "socket", Limited)
    assert outsider.main(OWN, 80) == 0
    assert int(capsys.readouterr().out) > 1024


def test_more_ports_than_the_system_lets_one_program_open():
    code = """
        import asyncio, gc, os, resource
        from genesys_ports import Deployment, Host, Lab, ListeningPort
        from genesys_ports.errors import TooManyPortsError
        from genesys_ports.model import Application

        def opened():
            return len(os.listdir("/dev/fd"))

        async def main():
            ports = tuple(ListeningPort(number=20000 + n, port_id=str(n)) for n in range(200))
            big = Application(name="big", host="h", ports=ports)
            plan = Deployment(hosts=(Host(name="h"),), applications=(big,)).add("small", host="h", port=5150)
            plan = plan.add("client", host="h", port=5151, connects_to=["small"])
            async with await Lab.open(plan) as lab:
                resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
                before = opened()
                for _ in range(3):
                    try:
                        await lab.start("big")
                    except TooManyPortsError as error:
                        print(error)
                    assert opened() == before, (opened(), before)
                await lab.start("small")
                # One number is left, for the client's port; none for its call.
                kept = [os.dup(0) for _ in range(100 - opened())]
                try:
                    await lab.start("client")
                except TooManyPortsError as error:
                    print(error)
                for one in kept:
                    os.close(one)
                await lab.start("client")
                assert lab.connection_states()[0].status == "connected"

        asyncio.run(main())
        gc.collect()
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    sentence = "The system lets one program have 100 files and sockets open, and this takes more. Start fewer"
    assert done.stdout.count(sentence) == 4


async def test_an_application_that_moved_host_and_one_that_left_the_plan():
    async with await Lab.open(TWO) as lab:
        await lab.start("first", "elsewhere")
        moved = replace(TWO.application("first"), host="g")
        lab.update(replace(TWO.remove("first").remove("elsewhere"), applications=(moved,)))
        shown = {(one.application, one.host): one.status for one in lab.port_states()}
        assert shown == {("first", "h"): "listening", ("elsewhere", "g"): "listening"}
        assert str(await lab.close()) == "3 ports closed. Nothing is left open."
