"""`save_plan`: what is written reads the same again, is no formula, and replaces nothing."""

from __future__ import annotations

import csv
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports import output
from genesys_ports.errors import (
    OutputExistsError,
    OutputFormatError,
    OutputWriteError,
    PlanFileError,
    PortsError,
)
from genesys_ports.model import (
    Application,
    Block,
    Connection,
    Deployment,
    Host,
    ListeningPort,
    Platform,
    Purpose,
    Switch,
    Transport,
)
from genesys_ports.plan import load_plan, save_plan

PLANS = Path(__file__).parent.parent / "notebooks" / "plans"

# Names as a sheet can hold them: no : or ;, one blank at a time, nothing unseen. Formula marks and quotes are welcome.
NAMES = (
    st.text(st.sampled_from("ab_-.=+@' \",ãç→"), min_size=1, max_size=8)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and text.casefold() != "none")
)
PORTS = st.none() | st.integers(1, 65535)
PORT_IDS = NAMES | st.just("default")


@st.composite
def listening_ports(draw, port_id: str) -> ListeningPort:
    first, last = sorted(draw(st.tuples(st.integers(1, 65535), st.integers(1, 65535))))
    return ListeningPort(
        number=first,
        last=draw(st.sampled_from([None, last])),
        transport=draw(st.sampled_from(Transport)),
        purpose=draw(st.sampled_from(Purpose)),
        port_id=port_id,
        address=draw(st.sampled_from(["", "0.0.0.0", "10.0.0.2", "::", "fe80::1%eth0"])),
    )


@st.composite
def plans(draw) -> Deployment:
    hosts = tuple(
        Host(
            name=name,
            address=draw(st.sampled_from([None, "10.0.0.2", "::1"])),
            platform=draw(st.sampled_from([None, *Platform])),
            lca_port=draw(PORTS),
        )
        for name in draw(st.lists(NAMES, unique=True, max_size=4))
    )
    applications = []
    for name in draw(st.lists(NAMES, unique=True, max_size=5)) if hosts else ():
        ids = draw(st.lists(PORT_IDS, unique=True, max_size=3))
        applications.append(
            Application(
                name=name,
                host=draw(st.sampled_from(hosts)).name,
                type=draw(st.just("") | NAMES),
                ports=tuple(draw(listening_ports(port_id)) for port_id in ids),
                backup=draw(st.just("") | NAMES),
                server_info_port=draw(PORTS),
                team=draw(st.just("") | NAMES),
                dn=draw(st.sampled_from(["", "1001", "+5511", "0800", "gcti::conf", "*9#"])),
            )
        )
    connections = [
        Connection(
            client=one.name,
            server=server,
            port_id=port_id,
            client_port=draw(PORTS),
            backup_client_port=draw(PORTS),
            client_address=draw(st.sampled_from(["", "10.0.0.2", "::1"])),
            secure=draw(st.sampled_from([None, True, False])),
        )
        for one in applications
        for server, port_id in draw(st.lists(st.tuples(NAMES, PORT_IDS), unique=True, max_size=3))
    ]
    owners = [*({"host": one.name} for one in hosts), *({"team": one.team} for one in applications if one.team)]
    blocks = [
        Block(first=first, last=last, **owner)
        for owner in (draw(st.lists(st.sampled_from(owners), max_size=3)) if owners else ())
        for first, last in [sorted(draw(st.tuples(st.integers(1, 65535), st.integers(1, 65535))))]
    ]
    return Deployment(
        hosts=hosts,
        applications=tuple(applications),
        connections=tuple(connections),
        blocks=tuple(dict.fromkeys(blocks)),
    )


@settings(deadline=None)
@given(plans())
def test_loaded_again_it_is_the_same_plan(plan):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "saved.csv"
        save_plan(plan, file)
        loaded = load_plan(file)
        assert set(loaded.blocks) == set(plan.blocks)
        assert loaded == replace(plan, name="saved", blocks=loaded.blocks)
        with open(file, encoding="utf-8-sig", newline="") as opened:
            assert not any(cell.startswith(("=", "+", "-", "@")) for row in csv.reader(opened) for cell in row)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text("Host,Aplictn\n\r\"';:= 0\ufeff\x00\x85é", max_size=200).map(str.encode))
def test_any_bytes_give_a_plan_or_one_of_our_errors(data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.csv"
        for content in (data, b"Host,Application,Port,Type,Connects to\n" + data):
            file.write_bytes(content)
            started = time.process_time()
            given_back: object
            try:
                given_back = load_plan(file)
            except PortsError as error:
                given_back = error
            assert isinstance(given_back, Deployment) or str(given_back).startswith(file.as_posix())
            assert time.process_time() - started < 5


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_name_comes_back_or_is_refused(host, application, port_id):
    plan = Deployment(
        name="saved",
        hosts=(Host(name=host),),
        applications=(Application(name=application, host=host, ports=(ListeningPort(number=1, port_id=port_id),)),),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "saved.csv"
        try:
            save_plan(plan, file)
        except OutputWriteError:
            assert not file.exists()
        else:
            assert load_plan(file) == plan


@pytest.mark.parametrize("name", ["two-servers", "framework", "collisions"])
def test_a_sample_plan_is_written_as_it_stands(name, tmp_path):
    save_plan(load_plan(PLANS / f"{name}.csv"), tmp_path / f"{name}.csv")
    assert (tmp_path / f"{name}.csv").read_bytes() == (PLANS / f"{name}.csv").read_bytes()


@pytest.fixture
def plan() -> Deployment:
    return Deployment(name="p").add("a", host="h", port=1)


def test_connections_come_back_by_client_and_once(tmp_path):
    plan = Deployment(name="p").add("a", host="h", port=1).add("b", host="h", port=2).add("c", host="h", port=3)
    b_a, a_c, b_c = (Connection(client=client, server=server) for client, server in ("ba", "ac", "bc"))
    save_plan(replace(plan, connections=(b_a, a_c, b_c, b_a)), tmp_path / "p.csv")
    assert load_plan(tmp_path / "p.csv") == replace(plan, connections=(a_c, b_a, b_c))


def test_only_other_letters_bring_a_byte_order_mark(plan, tmp_path):
    save_plan(plan, tmp_path / "a.csv")
    save_plan(plan.add("ação", host="h", port=2), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"Host,")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbfHost,")


def test_it_never_replaces_a_file(plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"^mine\.csv "):
        save_plan(plan, "mine.csv")
    assert Path("mine.csv").read_text() == "mine"


def test_the_ending_is_csv(plan):
    with pytest.raises(OutputFormatError, match=r"^plan\.xlsx: .*\.csv\.$"):
        save_plan(plan, "plan.xlsx")


CANNOT = "plan.csv: A CSV sheet cannot hold this plan as it is. "
CANNOT_BE_SAVED = [
    (
        Deployment(switches=(Switch(name="PBX"),)),
        "plan.csv: A CSV sheet cannot hold the voice ports of a switch. Take the switches out of the plan that is "
        "saved.",
    ),
    (
        Deployment().add("a;b", host="h", port=1),
        CANNOT + "Its row 2, column Application: 'a;b': A name holds neither : nor ; because the column Connects to "
        "uses them. Write an underscore instead.",
    ),
    (
        Deployment().add("a", host=" h", port=1),
        CANNOT + "This would read differently: Host(name=' h').",
    ),
    (
        Deployment().add("none", host="h", port=1),
        CANNOT + "Its row 2, column Port ID: 'default': The row says that the host has no application, so nothing "
        "belongs here. Empty this cell, or write the application.",
    ),
    (
        Deployment(connections=(Connection(client="x", server="y"),)),
        CANNOT + "This would read differently: Connection(client='x', server='y').",
    ),
    (Deployment().add("a\0", host="h", port=1), CANNOT + "This is not text."),
    (
        Deployment().add("\ud800", host="h", port=1),
        r"plan.csv: A CSV sheet cannot hold this plan: 'h,\ud800' has half a character. Type the text again.",
    ),
    (
        Deployment(blocks=(Block(first=1, last=2, team="t"),)),
        CANNOT + "Its row 2, column Host: '': No host stands here. Write the name of the host.",
    ),
]


@pytest.mark.parametrize(("plan", "text"), CANNOT_BE_SAVED)
def test_nothing_is_dropped_without_a_word(plan, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputWriteError) as caught:
        save_plan(plan, "plan.csv")
    assert str(caught.value).startswith(text)
    assert not Path("plan.csv").exists()


def test_no_such_folder(plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        OutputWriteError, match=r"^no/plan\.csv: The folder for this file does not exist\. Make it first"
    ):
        save_plan(plan, "no/plan.csv")


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 5000 + ".csv"])
def test_a_name_no_system_takes(plan, name):
    with pytest.raises(OutputWriteError, match="The system does not let you write a file of this name"):
        save_plan(plan, name)


def test_a_full_disk_leaves_no_half_a_plan(plan, tmp_path, monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def write(self, data):
            raise OSError

    def half(path, _):
        Path(path).touch()
        return Full()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output, "open", half, raising=False)
    with pytest.raises(OutputWriteError, match=r"^plan\.csv: The file could not be written to its end"):
        save_plan(plan, "plan.csv")
    assert not Path("plan.csv").exists()


def test_what_is_saved_can_be_loaded_or_is_refused_for_its_size(tmp_path, monkeypatch):
    from genesys_ports.plan import rows

    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    plan = Deployment(name="p").add("a", host="h", port=1).add("b", host="h", port=2)
    with pytest.raises(OutputWriteError, match="The sheet has more than 2 rows"):
        save_plan(plan, tmp_path / "p.csv")
    with pytest.raises(PlanFileError):
        load_plan(tmp_path / "p.csv")
