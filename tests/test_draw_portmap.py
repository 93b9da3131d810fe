import base64
import re
import time
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.draw import PortMap, port_map
from genesys_ports.draw.canvas import Canvas, render
from genesys_ports.draw.pictures import Picture
from genesys_ports.errors import OutputExistsError, OutputFormatError, UnknownHostError
from genesys_ports.model import Application, Connection, Deployment, Host, ListeningPort
from genesys_ports.state import PortState, PortStatus


def plan_with(*applications, hosts=("framework-host",), connections=()):
    return Deployment(
        name="plan",
        hosts=tuple(Host(name=host) for host in hosts),
        applications=applications,
        connections=tuple(Connection(client=client, server=server) for client, server in connections),
    )


def app(name, *numbers, host="framework-host", **kind):
    ports = tuple(ListeningPort(number=number, port_id=f"p{number}", **kind) for number in numbers)
    return Application(name=name, host=host, ports=ports)


class Lab:
    """As much of a lab as a port map knows."""

    def __init__(self, plan, **states):
        self.plan, self.states = plan, states

    def port_states(self):
        for one, port in self.plan.ports():
            status, holder = self.states.get(one.name, ("listening", ""))
            yield PortState(application=one.name, host=one.host, port=port, status=PortStatus(status), holder=holder)


def four():
    plan = plan_with(
        app("message_server", 5150),
        app("log_server", 5151),
        app("a", 3600),
        app("b", 2020),
        hosts=("framework-host", "bare"),
    )
    return Lab(plan, log_server=("taken", "message_server"), a=("taken", ""), b=("closed", ""))


TABLE = """\
4 planned ports on framework-host, bare.
Host            Application     Port      Port ID  Purpose        State        Held by
──────────────  ──────────────  ────────  ───────  ─────────────  ───────────  ───────────────
framework-host  message_server  5150/tcp  p5150    communication  ■ listening
framework-host  log_server      5151/tcp  p5151    communication  ☒ taken      message_server
framework-host  a               3600/tcp  p3600    communication  ☒ taken      another program
framework-host  b               2020/tcp  p2020    communication  □ closed"""


def drawn(picture):
    """Every text on the picture."""
    return [text.get_text() for text in picture.draw().figure.axes[0].texts]


def test_table():
    assert str(port_map(four())) == TABLE


def test_picture_says_what_the_table_says():
    texts = drawn(port_map(four()))
    for row in port_map(four()).table().rows:
        assert {row[0], row[1], row[2], row[4]} <= set(texts)
    for outcome in ("■ listening", "☒ taken by message_server", "☒ taken by another program", "□ closed"):
        assert outcome in texts
    longest = Lab(plan_with(app("x", 1)), x=("taken", "solution_control_server"))
    assert "☒ taken by solution_control_server" in drawn(port_map(longest))
    assert "No application listens on this host." in texts


def test_alt_text_says_it_too():
    html = port_map(four())._repr_html_()
    assert 'alt="Port map. framework-host, port 5150/tcp: message_server, listening. ' in html
    assert "framework-host, port 5151/tcp: log_server, taken by message_server." in html
    assert "<td" in html
    assert html.count("4 planned ports on framework-host, bare.") == 2


def test_states_differ_without_colour():
    from genesys_ports.draw.portmaps import STYLES
    from genesys_ports.draw.words import PORT_MARKS, PORT_WORDS

    looks = {(style.line, str(style.dashes), style.hatch, style.band == "#ffffff") for style in STYLES.values()}
    assert len(looks) == len(set(PORT_MARKS.values())) == len(set(PORT_WORDS.values())) == len(STYLES) == 4


def test_a_plan_alone_is_planned():
    one = port_map(plan_with(app("message_server", 5150)))
    assert "◇ planned" in str(one)
    assert one.summary() == "1 planned port on framework-host."
    assert [cell.state for cell in one.cells] == ["planned"]


def test_one_host():
    plan = plan_with(app("x", 1), app("y", 2, host="second"), hosts=("framework-host", "second"))
    assert [cell.application for cell in port_map(plan, "second").cells] == ["y"]
    with pytest.raises(UnknownHostError, match="Did you mean 'second'"):
        port_map(plan, host="secnd")


def test_nothing_to_show():
    for nothing in (plan_with(), plan_with(hosts=())):
        one = port_map(nothing)
        assert str(one).startswith("The plan has no listening port to show.")
        assert "<table" not in one._repr_html_()
    assert "The plan has no listening port to show." in drawn(port_map(plan_with(hosts=())))


def test_only_what_has_a_plan():
    with pytest.raises(TypeError, match="this is a int"):
        port_map(5150)


def test_a_large_plan_is_drawn_in_part_and_listed_in_full():
    plan = plan_with(app("x", *range(1, 1001)), app("y", 5, host="second"), hosts=("framework-host", "second"))
    one = port_map(plan)
    texts = drawn(one)
    assert "941 more ports are in the table only." in texts
    assert "60/tcp" in texts
    assert "61/tcp" not in texts
    assert len(one.to_csv().splitlines()) == 1002
    assert "<details><summary>The same as a table</summary>" in one._repr_html_()
    assert "1 more port is in the table only." in drawn(port_map(plan_with(app("x", *range(1, 62)))))


def test_png_is_opaque_and_large():
    png = port_map(four()).to_png()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) >= 1100
    assert b"Software" not in png
    data = re.search('base64,([^"]+)', port_map(four())._repr_html_())
    assert base64.b64decode(data[1]) == png


def test_the_users_own_matplotlib_settings_change_nothing():
    before = port_map(four()).to_png()
    with mpl.rc_context({"figure.facecolor": "black", "font.size": 30, "savefig.bbox": "tight", "text.color": "red"}):
        settings_before = dict(mpl.rcParams)
        assert port_map(four()).to_png() == before
        assert dict(mpl.rcParams) == settings_before


def test_save(tmp_path):
    one = port_map(four())
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".txt", b"4 planned"), (".csv", b"Host,")):
        assert one.save(tmp_path / f"map{ending}").read_bytes().startswith(start)
    with pytest.raises(OutputExistsError):
        one.save(tmp_path / "map.png")
    with pytest.raises(OutputFormatError):
        one.save(tmp_path / "map.jpg")
    assert not (tmp_path / "map.jpg").exists()


HOSTILE = [
    "<script>alert(1)</script>",
    "$x^2$ $",
    'a"b--c>',
    "x\ny",
    "\u202eevil\x00",
    "😀 消息",
    "שלש",
    "n" * 500,
    "=1+1",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name):
    check(name)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_name(name):
    check(name)


def check(name):
    plan = Deployment(hosts=(Host(name=name),), applications=(app(name, 5150, host=name),))
    one = port_map(Lab(plan, **{name: ("taken", name)}) if name.isidentifier() else plan)
    ET.fromstring(one.to_svg())
    assert isinstance(one, PortMap)
    html = one._repr_html_()
    assert "<script" not in html
    ET.fromstring(re.sub("(<img[^>]*)>", r"\1/>", html))
    assert len(str(one).splitlines()) == 4
    assert not re.search(r"(^|,)=", one.to_csv())


def test_a_picture_of_its_own_must_say_what_it_shows():
    bare = Picture()
    for part in (bare.draw, bare.table, bare.summary, bare.describe):
        with pytest.raises(NotImplementedError):
            part()


def test_text_that_fits_nowhere_is_cut():
    def draw():
        canvas = Canvas(100, 50)
        assert canvas.fit("message_server", 10_000) == "message_server"
        cut = canvas.fit("message_server" * 9, 90)
        assert cut.endswith("…")
        assert canvas.width(cut) <= 90
        return canvas

    assert render(draw, "png").startswith(b"\x89PNG")


def test_pretty_printing():
    said = []

    class Printer:
        text = said.append

    port_map(four())._repr_pretty_(Printer, False)
    assert said == [TABLE]


def test_a_plan_of_thousands_of_hosts_takes_a_moment():
    names = [f"h{number}" for number in range(5000)]
    plan = plan_with(*(app(f"a{name}", 5150, 5151, host=name) for name in names), hosts=names)
    # Of the processor's time, whoever else keeps it busy. Searched host by host, it would be minutes.
    started = time.process_time()
    shown = port_map(plan)
    assert time.process_time() - started < 5
    assert [(cell.host, cell.port) for cell in shown.cells[:3]] == [
        ("h0", "5150/tcp"),
        ("h0", "5151/tcp"),
        ("h1", "5150/tcp"),
    ]
    assert len(port_map(plan, "h7").cells) == 2
