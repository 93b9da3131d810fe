"""What is open on a planned host of a lab, and how it compares with a plan: the same on every machine."""

from dataclasses import replace

import pytest

from genesys_ports import Application, Deployment, Lab, ListeningPort, Purpose, Transport, load_plan
from genesys_ports.errors import UnknownHostError
from genesys_ports.plan.comparison import Group
from genesys_ports.plan.reality import compare
from tests.conftest import ROOT

PLAN = load_plan(ROOT / "notebooks" / "plans" / "training.csv")


@pytest.fixture(params=[None, True], ids=["own addresses", "one address"])
async def lab(request):
    async with await Lab.open(PLAN, name="seen", one_address=request.param) as opened:
        yield opened


def seen(lab, host):
    return [(str(one), one.address, one.program) for one in lab.sockets(host)]


async def test_nothing_runs_nothing_is_open(lab):
    assert seen(lab, "sip-host") == []
    assert {row.group for row in compare(PLAN, lab.sockets("sip-host"), "sip-host").rows} == {Group.SILENT}


async def test_planned_numbers_under_the_names_of_applications(lab):
    await lab.start("configuration_server", "message_server", "lca_framework")
    assert seen(lab, "framework-host") == [
        ("2020/tcp", "0.0.0.0", "configuration_server"),
        ("4999/tcp", "0.0.0.0", "lca_framework"),
        ("5150/tcp", "0.0.0.0", "message_server"),
        ("5161/udp", "0.0.0.0", "message_server"),
    ]
    assert seen(lab, "sip-host") == []


async def test_what_listens_compares_as_planned(lab):
    await lab.start_all()
    for host in PLAN.hosts:
        comparison = compare(PLAN, lab.sockets(host.name), host.name)
        assert comparison.clean
        assert {row.group for row in comparison.rows} == {Group.LISTENING}


async def test_another_application_on_the_port(lab):
    changed = PLAN.move("stat_server", 2080).move("universal_routing_server", 2060)
    lab.update(changed)
    await lab.start("configuration_server", "universal_routing_server")
    comparison = compare(PLAN, lab.sockets("routing-host"), "routing-host")
    (held,) = comparison.group(Group.HELD)
    assert (held.application, held.programs) == ("stat_server", ("universal_routing_server",))


async def test_a_program_outside_the_lab_while_it_runs(lab):
    await lab.run_outsider("sip-host", 9099)
    assert seen(lab, "sip-host") == [("9099/tcp", "0.0.0.0", "a program outside this lab")]
    assert seen(lab, "framework-host") == []
    await lab.end_outsiders()
    assert seen(lab, "sip-host") == []


async def test_one_address_and_ranges(lab):
    whole = ListeningPort(number=20000, last=20002, transport=Transport.UDP, purpose=Purpose.OTHER)
    # Of a range for voice the calls open what they need.
    voice = ListeningPort(number=30000, last=30002, transport=Transport.UDP, purpose=Purpose.MEDIA, port_id="voice")
    two = Application(name="two", host="a", ports=(whole, voice))
    plan = Deployment().add("one", host="a", port=8090, address="10.0.0.12")
    lab.update(replace(plan, applications=(*plan.applications, two)))
    await lab.start("one", "two")
    assert seen(lab, "a") == [
        ("8090/tcp", "10.0.0.12", "one"),
        *((f"{number}/udp", "0.0.0.0", "two") for number in (20000, 20001, 20002, 30000)),
    ]


async def test_no_such_host(lab):
    with pytest.raises(UnknownHostError):
        lab.sockets("siphost")
