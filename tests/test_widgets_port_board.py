"""The port board without a browser: buttons are clicked, the lab changes, and what is shown is read."""

import asyncio
import gc
from html import unescape

import ipywidgets
import pytest

from genesys_ports import Deployment, Lab, load_plan
from genesys_ports.errors import LabClosedError, PortInUseError, UnknownHostError
from genesys_ports.model import Application, Host
from genesys_ports.state import PortStatus
from genesys_ports.widgets import PortBoard
from genesys_ports.widgets.handle import WAITING
from genesys_ports.widgets.handle_words import BUSY
from genesys_ports.widgets.port_board import ROWS
from genesys_ports.widgets.port_board_rows import LETTERS, NAMED
from tests.conftest import ROOT
from tests.helpers import outputs_of_two_processes, until

PLANS = ROOT / "notebooks" / "plans"

EVIL = "<script>alert(1)</script>"


def plan_of_two():
    return (
        Deployment(name="two")
        .add("server", host="first-host", port=5150)
        .add("client", host="second-host", port=5160, connects_to=["server"])
    )


def plan_that_clashes():
    return plan_of_two().add("late", host="first-host", port=5150)


def plan_of_many(hosts, each):
    plan = Deployment(name="many")
    for host in range(hosts):
        for one in range(each):
            plan = plan.add(f"app_{host}_{one}", host=f"host-{host}", port=5100 + one)
    return plan


@pytest.fixture
async def open_board():
    """Opens a lab for a plan; gives its board, which is shown."""
    labs = []

    async def opened(plan, **options):
        lab = await Lab.open(plan, name=f"board {len(labs)}")
        labs.append(lab)
        board = PortBoard(lab, **options)
        board.widget()
        return board

    yield opened
    for lab in labs:
        await lab.close()


def visible(box):
    """What a reader sees: the widgets that are not hidden, nor inside one that is."""
    if box.layout.display != "none":
        yield box
        for child in getattr(box, "children", ()):
            yield from visible(child)


def buttons(board):
    return [one.description for one in visible(board.widget()) if isinstance(one, ipywidgets.Button)]


def click(board, label):
    (button,) = [
        one for one in visible(board.widget()) if isinstance(one, ipywidgets.Button) and one.description == label
    ]
    assert not button.disabled
    button.click()


async def clicked(board, *labels):
    for label in labels:
        click(board, label)
        await board.done()


def values(board):
    return [one.value for one in visible(board.widget()) if isinstance(one, ipywidgets.HTML)]


def read(value):
    """HTML as it reads: without tags, with plain spaces."""
    text = "".join(part.partition(">")[2] if i else part for i, part in enumerate(value.split("<")))
    return unescape(text).replace("\N{NO-BREAK SPACE}", " ")


def row(board, name):
    (found,) = [read(one) for one in values(board) if f"<b>{name}</b>" in one.replace("<wbr>", "")]
    return found


def shown(board):
    return "\n".join(map(read, values(board)))


def facts(board):
    """The table as who, what, state and who is connected or in the way."""
    return [tuple(filter(None, cells[1:])) for cells in board.table().rows]


# --- states


async def test_nothing_runs(open_board):
    board = await open_board(plan_of_two())
    assert row(board, "server") == "server ○ not running□ 5150/tcp closednone planned"
    assert row(board, "client") == "client ○ not running□ 5160/tcp closed○ closed: server 5150/tcp"
    assert "first-host · running: 0 of 1" in shown(board)
    assert buttons(board)[:4] == ["Start all", "Stop all", "Start server", "Crash server"]
    assert facts(board) == [
        ("server", "5150/tcp", "default", "□ closed"),
        ("client", "5160/tcp", "default", "□ closed"),
        ("client", "server, port 5150/tcp", "○ closed"),
    ]


async def test_a_server_starts_and_its_client_connects(open_board):
    board = await open_board(plan_of_two())
    await clicked(board, "Start server")
    assert row(board, "server") == "server ● running■ 5150/tcp listening · no clientnone planned"
    assert board.said == "server is running and listens on port 5150/tcp of first-host."
    await clicked(board, "Start client")
    assert row(board, "server") == "server ● running■ 5150/tcp listening · 1 clientnone planned"
    assert row(board, "client") == "client ● running■ 5160/tcp listening● connected: server 5150/tcp"
    assert "Stop server" in buttons(board)
    assert ("client", "server, port 5150/tcp", "● connected") in facts(board)
    assert ("server", "5150/tcp", "default", "■ listening", "1 client") in facts(board)


async def test_a_client_is_refused_and_connects_later(open_board):
    board = await open_board(plan_of_two())
    await clicked(board, "Start client")
    assert "✕ refused: server 5150/tcp" in row(board, "client")
    assert "was refused" in board.said
    await clicked(board, "Start server")
    assert "● connected: server 5150/tcp" in row(board, "client")


@pytest.mark.parametrize("label", ["Stop server", "Crash server"])
async def test_a_server_ends_and_its_client_loses_it(open_board, label):
    board = await open_board(plan_of_two())
    await clicked(board, "Start all", label)
    assert row(board, "server").startswith("server ○ not running□ 5150/tcp closed")
    assert "⊘ lost: server 5150/tcp" in row(board, "client")
    assert "client has lost its connection to server." in board.said
    assert "Start server" in buttons(board)


async def test_a_port_of_a_running_application_closes(open_board):
    board = await open_board(plan_of_two())
    await board.start_all()
    await board.lab.close_port("server")
    await until(lambda: "server ● running□ 5150/tcp closed" in row(board, "server"))
    assert "⊘ lost" in row(board, "client")


async def test_phones_over_udp(open_board):
    board = await open_board(load_plan(PLANS / "sip.csv"))
    assert "◌ over UDP: sip_server 5060/udp" in row(board, "phone_1001")
    await clicked(board, "Start all")
    assert "● connected: sip_server 5060/udp" in row(board, "phone_1001")
    assert " client" in row(board, "sip_server")


async def test_all_start_in_order_and_stop_in_reverse(open_board):
    board = await open_board(load_plan(PLANS / "training.csv"))
    await clicked(board, "Start all")
    assert board.said == "Started in the documented order. Running now: 15 of 15."
    opened = list(dict.fromkeys(one.sender for one in board.lab.trace if one.name == "opens port"))
    assert opened == [one.name for one in board.lab.start_order()]
    await clicked(board, "Stop all")
    assert board.said == "Stopped in the reverse order. Running now: 0 of 15."
    closed = list(dict.fromkeys(one.sender for one in board.lab.trace if one.name == "closes port"))
    assert closed == opened[::-1]
    await clicked(board, "Stop all")
    assert board.said == "Nothing to stop: no application is running here."


async def test_what_runs_without_ports_and_connections(open_board):
    alone = Application(name="silent", host="first-host")
    board = await open_board(Deployment(hosts=(Host(name="first-host"),), applications=(alone,)))
    assert row(board, "silent") == "silent ○ not runningno listening portnone planned"
    await board.lab.start("silent")
    await until(lambda: "● running" in row(board, "silent"))
    assert facts(board) == [("silent", "● running")]


# --- who else changes something


async def test_cells_and_other_boards_are_followed(open_board):
    board = await open_board(plan_of_two())
    other = PortBoard(board.lab)
    other.widget()
    await board.lab.start("server")
    await until(lambda: all("■ 5150/tcp listening" in row(one, "server") for one in (board, other)))
    await clicked(other, "Stop server")
    await until(lambda: "□ 5150/tcp closed" in row(board, "server"))


async def test_programs_from_outside_that_connect_are_counted(open_board):
    board = await open_board(plan_of_two())
    await board.start("server")
    (where,) = board.lab.port_states("server")[0].sockets
    reader, writer = await asyncio.open_connection(where.address, where.number)
    writer.write(b'{"message": "hello"}\n')
    await reader.readline()
    await until(lambda: "no client · 1 program from outside" in row(board, "server"))
    writer.close()
    await writer.wait_closed()
    await until(lambda: "outside" not in row(board, "server"))


async def test_a_new_plan(open_board):
    board = await open_board(plan_of_two())
    await board.start_all()
    board.lab.update(plan_of_two().add("third", host="third-host", port=5170).move("client", 5161))
    await until(lambda: "third-host" in shown(board))
    assert "□ 5170/tcp closed" in row(board, "third")
    told = "client still runs with the plan it read at its start. Stop it and start it again to read the new one."
    assert told in row(board, "client")
    assert told in str(board)
    await clicked(board, "Stop client", "Start client")
    assert "■ 5161/tcp listening" in row(board, "client")
    assert "still runs" not in shown(board)


async def test_a_plan_without_what_runs(open_board):
    board = await open_board(plan_of_two())
    await board.start_all()
    board.lab.update(plan_of_two().remove("client"))
    gone = "The plan does not have client any more, and it still runs. Stop it."
    await until(lambda: gone in row(board, "client"))
    await clicked(board, "Stop client")
    assert "client" not in [name for name, *_ in facts(board)]
    assert "Start client" not in buttons(board)


async def test_an_empty_plan(open_board):
    board = await open_board(plan_of_two())
    board.lab.update(Deployment(name="none"))
    await until(lambda: "The plan has no application to show." in shown(board))
    assert str(board) == "The plan has no application to show."
    await clicked(board, "Start all", "Stop all")


# --- clashes


async def test_a_clash_says_where_and_why(open_board):
    board = await open_board(plan_that_clashes())
    await clicked(board, "Start server", "Start late")
    clash = (
        "port 5150/tcp on first-host is already open: server holds it. "
        "Two applications on one host cannot listen on the same port. Next free port on this host: 5151."
    )
    assert board.said == clash
    assert row(board, "late") == (f"late ○ not running☒ 5150/tcp taken by server · next free: 5151none planned{clash}")
    assert "■ 5150/tcp listening · no client · late wants it too" in row(board, "server")
    assert clash in str(board)
    assert ("late", "5150/tcp", "default", "☒ taken", "server") in facts(board)
    # It stays until the start succeeds.
    await clicked(board, "Stop server")
    assert clash in row(board, "late")
    await clicked(board, "Start late")
    assert row(board, "late") == "late ● running■ 5150/tcp listeningnone planned"
    assert "wants" not in shown(board)


async def test_a_clash_that_a_cell_meets(open_board):
    board = await open_board(plan_that_clashes())
    with pytest.raises(PortInUseError):
        await board.lab.start("server", "late")
    await until(lambda: "taken by server · next free: 5151" in row(board, "late"))
    board.lab.update(plan_that_clashes().move("late", 5151))
    await until(lambda: "□ 5151/tcp closed" in row(board, "late"))
    assert "already open" not in shown(board)


async def test_code_meets_the_error_too(open_board):
    board = await open_board(plan_that_clashes())
    await board.start("server")
    with pytest.raises(PortInUseError) as caught:
        await board.start("late")
    assert board.said == str(caught.value)


async def test_all_start_until_one_cannot(open_board):
    board = await open_board(plan_that_clashes())
    await clicked(board, "Start all")
    assert board.said.startswith("port 5150/tcp on first-host is already open")
    assert board.lab.port_states("late")[0].status is PortStatus.TAKEN


async def test_an_outsider_holds_a_port(open_board):
    board = await open_board(plan_of_two())
    await board.lab.run_outsider("first-host", 5150)
    await until(lambda: "A program outside the lab listens here on port 5150/tcp." in shown(board))
    await clicked(board, "Start server")
    assert "☒ 5150/tcp taken by another program · next free: 5151" in row(board, "server")
    assert ("server", "5150/tcp", "default", "☒ taken", "another program") in facts(board)
    # Whose program it is differs from machine to machine.
    assert "On this machine" not in str(board)
    await board.lab.end_outsiders()
    await until(lambda: "A program outside the lab" not in shown(board))
    await clicked(board, "Start server")
    assert "■ 5150/tcp listening" in row(board, "server")


async def test_who_cannot_read_its_configuration_says_so(open_board):
    board = await open_board(load_plan(PLANS / "framework.csv"))
    await clicked(board, "Start message_server")
    assert "message_server called configuration_server" in row(board, "message_server")
    assert board.said in row(board, "message_server")
    await clicked(board, "Start configuration_server", "Start message_server")
    assert "and was refused. The host" not in row(board, "message_server")


async def test_a_port_that_cannot_be_opened_again(open_board):
    board = await open_board(plan_that_clashes())
    await board.start("server")
    await board.lab.close_port("server")
    await board.start("late")
    with pytest.raises(PortInUseError):
        await board.lab.open_port("server")
    await until(lambda: "server ● running☒ 5150/tcp taken by late · next free: 5151" in row(board, "server"))
    assert "server wants it too" in row(board, "late")
    await board.stop("late")
    await board.lab.open_port("server")
    await until(lambda: "■ 5150/tcp listening" in row(board, "server"))
    assert "already open" not in row(board, "server")


# --- the lab is closed


async def test_a_closed_lab(open_board):
    board = await open_board(plan_of_two())
    await board.lab.close()
    told = "Open it again:  lab = await Lab.open(plan)"
    await until(lambda: told in shown(board))
    assert "This lab is closed, and its ports are free again." in str(board)
    assert "Then show a new board:  PortBoard(lab)" in str(board)
    for label in ("Start server", "Crash server", "Start all", "Stop all"):
        board.say("")
        await clicked(board, label)
        assert board.said == str(LabClosedError())


async def test_a_lab_that_is_opened_again(open_board):
    board = await open_board(plan_of_two())
    await board.start_all()
    again = await Lab.open(plan_of_two(), name=board.lab.name)
    await until(lambda: "This lab is closed" in shown(board))
    await again.close()


# --- shown


async def test_every_display_shows_the_same(open_board):
    board = await open_board(plan_of_two())
    first, second = board._repr_mimebundle_(), board._repr_mimebundle_()
    assert first == second
    assert first["text/plain"] == str(board)
    await clicked(board, "Start server")
    assert board._repr_mimebundle_()["text/plain"] != first["text/plain"]


async def test_a_row_keeps_its_widgets(open_board):
    board = await open_board(plan_of_two())
    before = list(visible(board.widget()))
    await clicked(board, "Start all", "Crash server")
    assert list(visible(board.widget())) == before


async def test_a_second_click_does_what_the_label_said(open_board):
    board = await open_board(plan_of_two())
    click(board, "Start server")
    click(board, "Start server")
    await board.done()
    assert board.lab.is_running("server")
    assert board.said == "server is running already."


async def test_without_await(open_board):
    board = await open_board(plan_of_two())
    asked = board.start("server")
    assert "await board.start(…)" in repr(asked)
    asked.close()


async def test_text_alone_needs_no_widgets(open_board):
    board = await open_board(plan_of_two())
    assert str(PortBoard(board.lab)) == str(board)
    assert str(board).splitlines()[0] == "Port board"


def test_text_is_the_same_in_every_process():
    code = """
import asyncio
from genesys_ports import Lab, load_plan
from genesys_ports.widgets import PortBoard

async def main():
    lab = await Lab.open(load_plan("notebooks/plans/training.csv"))
    board = PortBoard(lab)
    await board.start_all()
    await board.crash("configuration_server")
    print(board, board.said)
    await lab.close()

asyncio.run(main())
"""
    (text,) = outputs_of_two_processes(code)
    assert "⊘ lost".encode() in text
    assert b"127." not in text


# --- big plans


async def test_pages(open_board):
    board = await open_board(plan_of_many(3, ROWS))
    assert f"Applications 1 to {ROWS} of {3 * ROWS}" in shown(board)
    click(board, "Later")
    assert f"Applications {ROWS + 1} to {2 * ROWS} of {3 * ROWS}" in shown(board)
    assert "Start app_1_0" in buttons(board)
    assert "Start app_0_0" not in buttons(board)
    await clicked(board, "Later", "Later", "Start app_2_3")
    assert "■ 5103/tcp listening" in row(board, "app_2_3")
    await clicked(board, "Earlier", "Earlier", "Earlier")
    assert "Start app_0_0" in buttons(board)


async def test_one_host(open_board):
    board = await open_board(plan_of_many(3, 4), host="host-1")
    assert [one for one in buttons(board) if one.startswith("Start app")] == [f"Start app_1_{n}" for n in range(4)]
    await clicked(board, "Start these")
    assert board.said == "Started in the documented order. Running now: 4 of 4."
    assert not board.lab.is_running("app_0_0")
    await board.lab.start("app_0_0")
    await clicked(board, "Stop these")
    assert board.lab.is_running("app_0_0")
    assert str(board).splitlines()[0] == "Port board: host-1"
    board.show()
    assert "Start all" in buttons(board)


async def test_an_unknown_host(open_board):
    with pytest.raises(UnknownHostError):
        await open_board(plan_of_two(), host="nowhere")


async def test_part_of_a_name(open_board):
    board = await open_board(plan_of_many(3, 4))
    (field,) = [one for one in visible(board.widget()) if isinstance(one, ipywidgets.Combobox)]
    assert field.options == ("host-0", "host-1", "host-2")
    field.value = "APP_2_"
    assert [one for one in buttons(board) if one.startswith("Start app")] == [f"Start app_2_{n}" for n in range(4)]
    field.value = "2_1"
    assert facts(board) == [("app_2_1", "5101/tcp", "default", "□ closed")]
    field.value = "nobody "
    assert "No host or application of the plan has 'nobody' in its name." in shown(board)
    assert str(board) == "No host or application of the plan has 'nobody' in its name."
    await clicked(board, "Stop these")
    field.value = ""
    assert len(facts(board)) == 12
    board.show("host-1")
    assert field.value == "host-1"
    assert len(facts(board)) == 4


async def test_many_ports_and_servers_are_counted(open_board):
    plan = Deployment(name="many")
    for one in range(NAMED + 3):
        plan = plan.add(f"server_{one}", host="first-host", port=6000 + one)
    plan = plan.add("client", host="second-host", port=5100, connects_to=[f"server_{n}" for n in range(NAMED + 3)])
    for one in range(1, NAMED + 3):
        plan = plan.add("client", host="second-host", port=5100 + one, port_id=f"id-{one}")
    board = await open_board(plan, host="second-host")
    assert "and 3 more: 3 closed" in row(board, "client")
    assert "and 3 more" in row(board, "client").partition("○ closed")[2]
    assert len(facts(board)) == 2 * (NAMED + 3)


# --- hostile names


@pytest.mark.parametrize(
    "name",
    [EVIL, "long_" * 60, "\u202eevil", "'\"&", "{application}", "=1+1"],
    ids=["script", "long", "rtl", "quotes", "braces", "formula"],
)
async def test_hostile_names(open_board, name):
    plan = Deployment(name="evil").add("server", host="first-host", port=5150)
    plan = plan.add(name, host=f"{name} host", port=5150, port_id=name, connects_to=["server"])
    plan = plan.add("late", host=f"{name} host", port=5150)
    board = await open_board(plan)
    await board.start("server", name)
    with pytest.raises(PortInUseError):
        await board.start("late")
    board.refresh()
    html = "".join(values(board))
    assert "<script" not in html
    assert "\u202e" not in html
    assert "connected: server" in html
    assert max(len(label) for label in buttons(board)) <= LETTERS + len("Crash ")
    assert "\u202e" not in "".join(buttons(board))
    assert "\u202e" not in str(board.table())
    await board.stop(name)
    assert not board.lab.is_running(name)


async def test_clicks_that_are_too_many_leave_nothing_behind():
    """A coroutine that nobody awaits would be warned of, and here a warning is an error."""
    plan = Deployment(name="one").add("a", host="h", port=5000)
    async with await Lab.open(plan) as lab:
        board = PortBoard(lab)
        board.widget()
        for _ in range(WAITING + 5):
            board._slots[0]._crash.click()
            board._stop_all.click()
        assert board.said == BUSY
        await board.done()
        gc.collect()
