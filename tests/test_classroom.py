"""A classroom with the real JupyterHub: eight learners at once, and nothing that one does reaches another."""

import asyncio
import os
import re
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import nbformat
import psutil
import pytest

from tests.helpers import HURRY, ROOT
from tools import build_notebooks

if sys.platform == "win32":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)
pytest.importorskip("jupyterhub")

from classroom import processes, running
from classroom.place import Place
from classroom.processes import marked
from classroom.roll import INSTRUCTOR, Roll
from tests.classroom_client import Room, Visitor, root, told

pytestmark = [
    pytest.mark.skipif(not root(), reason="only root can give each learner a user id of its own"),
    pytest.mark.timeout(500),
]

#: Lessons, and a port of the plan of each.
LESSONS = {"03-port-collisions": 5150, "07-sip-server-ports": 5060}

LEARNERS = 8

#: How much of a call is heard until it is looked at, and to which packet, is a matter of how busy the machine is.
HEARD = re.compile(r"has heard [\d.]+ seconds of voice")


def stored(name):
    """A published lesson: its text, and its cells."""
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    return text, build_notebooks.parse(text)


def as_stored(output):
    """An output as a notebook holds it."""
    kind = output["output_type"]
    fields = {
        "stream": ("name", "text"),
        "error": ("ename", "evalue", "traceback"),
        "display_data": ("data", "metadata"),
        "execute_result": ("data", "metadata", "execution_count"),
    }[kind]
    return nbformat.from_dict({"output_type": kind, **{field: output[field] for field in fields}})


async def run_lesson(kernel, name, everyone):
    """Run a lesson; before its last cell, which closes everything, wait for all the others. Gives what differs."""
    text, notebook = stored(name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code[:-1]:
        cell.outputs = [as_stored(one) for one in await kernel.run(cell.source)]
    await everyone.wait()
    # What listens is looked at in between.
    await everyone.wait()
    code[-1].outputs = [as_stored(one) for one in await kernel.run(code[-1].source)]
    found = build_notebooks.differences(name, text, build_notebooks.normalise(notebook))
    return [one for one in found if not HEARD.search(one)]


def listening(network):
    """The port numbers that are open in this loopback network; a connection that is over has no process any more."""
    return {
        one.laddr.port
        for one in psutil.net_connections("inet")
        if one.pid and one.status in ("LISTEN", "NONE") and ip_address(one.laddr.ip) in network
    }


async def passwords_are_asked_for(room):
    begun = time.monotonic()
    guesser = Visitor(room, "learner-01")
    assert await guesser.log_in("wrong") == 403
    assert time.monotonic() - begun >= 1
    assert await guesser.log_in(room.passwords["learner-02"]) == 403
    assert await Visitor(room, "nobody").log_in("x") == 403
    assert await Visitor(room, "../learner-01").log_in("x") == 403
    for path in ("/user/learner-01/api/contents", "/services/progress/", "/hub/home"):
        assert b'name="password"' in (await guesser.ask(path)).body


async def all_hold_the_same_ports(room, learners):
    kernels = await asyncio.gather(*(one.kernel() for one in learners))
    # One kernel a learner: two of each would only take this test the memory and the time of eight more.
    await asyncio.gather(*(one.run(HURRY) for one in kernels))
    roll = Roll.read(room.folder / "roll.json")
    networks = [roll.network(one) for one in roll.learners]
    assert len(set(networks)) == LEARNERS
    for name, port in LESSONS.items():
        everyone = asyncio.Barrier(LEARNERS + 1)
        lessons = [asyncio.ensure_future(run_lesson(one, name, everyone)) for one in kernels]
        ready = asyncio.ensure_future(everyone.wait())
        await asyncio.wait([ready, *lessons], return_when=asyncio.FIRST_COMPLETED)
        for one in lessons:
            # One that broke down would leave the others waiting for it.
            assert not one.done() or one.result()
        await ready
        ports = [listening(network) for network in networks]
        await everyone.wait()
        assert [line for differences in await asyncio.gather(*lessons) for line in differences] == []
        # Beside the plan's, the system has given out some numbers of its own.
        planned = set.intersection(*ports)
        assert port in planned
        assert len(planned) >= 3


async def nobody_reads_anothers_files(room, learners):
    first, second = learners[:2]
    for path in ("api/contents", "lab", "files/00-start-here.ipynb", "api/kernels"):
        answer = await first.ask(f"/user/{second.name}/{path}")
        assert answer.code == 403, path
    assert await first.api("contents/../learner-02") in (403, 404)
    kernel = await first.kernel()
    own, other = room.folder / "learners" / first.name, room.folder / "learners" / second.name
    server = marked(f"{room.folder}/{second.name}")[0].pid
    refused = {
        f"open({str(own / 'mine.txt')!r}, 'w').write('my work')": "",
        f"open({str(other / '00-start-here.ipynb')!r})": "Permission denied",
        f"open({str(other / 'planted.txt')!r}, 'w')": "Permission denied",
        f"__import__('os').listdir({str(other)!r})": "Permission denied",
        f"__import__('os').listdir({str(other.parent)!r})": "Permission denied",
        f"__import__('os').symlink('/etc', {str(other / 'way')!r})": "Permission denied",
        f"open({str(room.folder / 'roll.json')!r})": "Permission denied",
        f"open({room.run_folder() + '/hub.sqlite'!r})": "Permission denied",
        f"open({room.run_folder() + '/cookie_secret'!r})": "Permission denied",
        f"open('/proc/{server}/environ').read()": "Permission denied",
        f"__import__('os').kill({server}, 15)": "Operation not permitted",
        "__import__('os').setuid(0)": "Operation not permitted",
    }
    for source, problem in refused.items():
        assert problem in await kernel.text(f"_ = {source}"), source
    # More than one process may have.
    (output,) = await kernel.run("_ = bytearray(3 * 2**30)")
    assert output["ename"] == "MemoryError"
    assert (own / "mine.txt").read_text() == "my work"
    assert own.stat().st_mode & 0o777 == 0o700


async def the_instructor_sees_who_is_where(room, learners):
    # A link would show the instructor what the learner may not read.
    kernel = await learners[2].kernel()
    other = room.folder / "learners" / learners[0].name / "my-progress.jsonl"
    await kernel.run("import os; file = os.environ['GENESYS_PORTS_PROGRESS']; os.path.exists(file) and os.remove(file)")
    await kernel.run(f"os.symlink({str(other)!r}, file)")
    for one in learners[:2]:
        assert (await one.ask("/services/progress/")).code == 403
        assert (await one.ask("/services/progress/progress.csv")).code == 403
    instructor = Visitor(room, INSTRUCTOR)
    assert await instructor.log_in() == 200
    page = await instructor.ask("/services/progress/")
    assert page.code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    rows = {row.split("<")[0]: row for row in page.body.decode().split('nowrap">')}
    assert {one.name for one in learners} <= set(rows)
    text = page.body.decode()
    assert text.count("nothing yet") == 1
    assert ">03<" in text or ">07<" in text
    table = (await instructor.ask("/services/progress/progress.csv")).body.decode()
    assert table.startswith("Learner,Lesson,")
    assert "learner-08,03," in table


def nothing_is_left(room, run_folder):
    assert marked(f"{room.folder}/") == []
    assert not Path(run_folder).exists()
    assert not (room.folder / "running.json").exists()
    roll = Roll.read(room.folder / "roll.json")
    ids = {roll.user_id(one) for one in roll.people}
    assert [one for one in psutil.process_iter() if one.uids().real in ids] == []
    assert [listening(roll.network(one)) for one in roll.people] == [set()] * (LEARNERS + 1)
    assert not any(one.laddr.port == room.port and one.status == "LISTEN" for one in psutil.net_connections("tcp"))
    assert (room.folder / "learners" / "learner-01" / "mine.txt").read_text() == "my work"
    assert room.process.wait(60) == 0
    assert "The classroom is closed." in room.said


async def test_eight_learners_at_once(tmp_path):
    room = Room(tmp_path, LEARNERS)
    try:
        room.wait()
        assert "running already" in told("start", folder=room.folder, code=2)
        learners = [Visitor(room, name) for name in room.passwords if name != INSTRUCTOR]
        await passwords_are_asked_for(room)
        assert await asyncio.gather(*(one.log_in() for one in learners)) == [200] * LEARNERS
        await asyncio.gather(*(one.spawn() for one in learners))
        await all_hold_the_same_ports(room, learners)
        await nobody_reads_anothers_files(room, learners)
        await the_instructor_sees_who_is_where(room, learners)
        run_folder = room.run_folder()
        for one in learners:
            one.leave()
        # From another window, with everything still open.
        told("stop", folder=room.folder)
        nothing_is_left(room, run_folder)
    finally:
        room.end()


OPEN_161 = """\
import socket
one = socket.socket()
one.bind(("127.0.0.1", 161))
one.listen()
print("open")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")
async def test_a_network_for_each_learners_kernels(tmp_path):
    room = Room(tmp_path, 2, "--namespaces")
    try:
        room.wait()
        learners = [Visitor(room, name) for name in room.passwords if name != INSTRUCTOR]
        for one in learners:
            assert await one.log_in() == 200
        await asyncio.gather(*(one.spawn() for one in learners))
        kernels = await asyncio.gather(*(one.kernel() for one in learners))
        # The same address, and a number that only root may open elsewhere.
        assert [await one.text(OPEN_161) for one in kernels] == ["open\n", "open\n"]
        beside = await learners[0].kernel()
        knock = "import socket; socket.create_connection(('127.0.0.1', {})); print('there')"
        assert await beside.text(knock.format(161)) == "there\n"
        assert "refused" in await beside.text(knock.format(room.port))
        assert not any(one.laddr.port == 161 for one in psutil.net_connections("tcp"))
        for one in learners:
            one.leave()
        what_broke_down_is_cleared_away(room)
    finally:
        room.end()
    assert marked(f"{room.folder}/") == []


def what_broke_down_is_cleared_away(room):
    """The command is killed, with servers and kernels running: `stop` ends them all the same."""
    run_folder = room.run_folder()
    left = running.processes(Place(room.folder))[1:]
    room.process.kill()
    room.process.wait()
    assert processes.alive(left) == left != []
    told("stop", folder=room.folder)
    assert processes.alive(left) == []
    assert not os.path.exists(run_folder)
