import re
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genesys_ports.draw import ladder, port_map
from genesys_ports.draw.style import cells, clean, fit, short, width
from genesys_ports.errors import OutputExistsError, OutputFormatError, OutputWriteError
from genesys_ports.model import Deployment
from genesys_ports.trace import Kind, Participant, Trace
from tests.helpers import outputs_of_two_processes
from tests.test_draw_ladder import LINK, MS, SCS, new_trace, svg_texts, talk, trouble


def crowd(count):
    trace = Trace(clock=lambda: 0.0)
    for index in range(count):
        trace.join(Participant(f"app{index}", "host"))
    return trace


def test_who_took_no_part_is_left_out_of_a_large_plan():
    trace = crowd(8)
    trace.add(Kind.REQUEST, "hello", "app1", "app5")
    text = str(ladder(trace))
    assert text.startswith("6 participants took no part and are left out.")
    assert "app3" not in text
    assert "app0" in str(ladder(crowd(8)))


def test_all_of_a_large_plan_may_take_part():
    trace = crowd(8)
    for index in range(0, 8, 2):
        trace.add(Kind.REQUEST, "hello", f"app{index}", f"app{index + 1}")
    assert "left out" not in str(ladder(trace))


def test_words_that_cross_a_life_line_lie_on_paper():
    trace = crowd(3)
    trace.add(Kind.REQUEST, "hello", "app0", "app2", port="1/tcp")
    assert ladder(trace).to_svg().count('class="gp-paper"') == 3


def test_very_many_life_lines_share_the_last():
    trace = Trace(clock=lambda: 0.0)
    for index in range(100):
        trace.add(Kind.REQUEST, "hello", f"stranger{index}", f"stranger{index + 1}")
    for text in (str(ladder(trace)), ladder(trace).to_mermaid(), ladder(trace).to_svg()):
        assert "78 others" in text
        assert "stranger90<" not in text
    assert "stranger90" in ladder(trace).to_csv()
    assert "max-width:none" in ladder(trace).to_svg()


def busy(count, limit=100_000):
    trace = new_trace(limit=limit)
    for _ in range(count):
        trace.add(Kind.REQUEST, "alarm", SCS, MS, **LINK, text="x")
    return trace


def test_a_notebook_shows_the_newest_and_counts_the_rest():
    one = ladder(busy(500))
    assert "300 earlier steps are not shown here." in str(one)
    assert "300 earlier steps are not shown here." in one._repr_html_()
    assert "500 alarm" in str(one)
    assert "\n│◀─ 300 alarm" not in str(one)
    assert "1 earlier step is not shown here." in ladder(busy(201)).to_text(200)
    assert one.to_svg().count("<g><title>") == 500 + 2
    assert one.to_svg(limit=7).count("<g><title>") == 7 + 2


def test_a_full_trace_says_what_is_gone():
    assert "5 older steps are gone: the trace was full." in str(ladder(busy(10, limit=5)))
    assert "1 older step is gone" in str(ladder(busy(6, limit=5)))
    assert "gone" not in str(ladder(busy(10, limit=5), after=6))


def test_ten_thousand_messages_grow_linearly():
    def seconds(count):
        trace = busy(count)
        start = time.process_time()
        one = ladder(trace)
        one.to_text(), one.to_svg(), one.to_mermaid(), one.to_csv(), one._repr_html_()
        return time.process_time() - start

    seconds(100)
    assert seconds(10_000) < 30 * max(seconds(1_000), 0.02)


def test_names_are_written_again_further_down():
    texts = svg_texts(ladder(busy(30)).to_svg())
    assert texts.count("message_server") == 3


SAME = """
import sys
sys.path[:0] = ["."]
from tests.test_draw_ladder import ladder, trouble
one = ladder(trouble(), title="Same")
forms = one.to_text(), one._repr_html_(), one.to_svg(), one.to_mermaid(), one.to_csv()
sys.stdout.buffer.write("".join(forms).encode())
"""


def test_the_same_bytes_in_two_processes():
    runs = outputs_of_two_processes(SAME)
    assert len(runs) == 1
    assert len(runs.pop()) > 5000


def test_save_by_ending_and_never_over_a_file(tmp_path):
    one = ladder(talk())
    for ending, start in ((".txt", "message_server"), (".svg", "<svg"), (".mmd", "sequenceDiagram"), (".CSV", "No.")):
        saved = one.save(tmp_path / f"ladder{ending}")
        assert saved.read_text(encoding="utf-8").startswith(start)
    before = (tmp_path / "ladder.svg").read_bytes()
    with pytest.raises(OutputExistsError, match="exists already"):
        ladder(trouble()).save(tmp_path / "ladder.svg")
    assert (tmp_path / "ladder.svg").read_bytes() == before
    with pytest.raises(OutputFormatError, match=r"\.txt, \.svg, \.mmd, \.csv"):
        one.save(str(tmp_path / "ladder.gif"))


CANNOT_BE_WRITTEN = [
    ("no/ladder.svg", "The folder for this file does not exist."),
    ("file/ladder.svg", "The system does not let you write a file of this name."),
    ("a" * 5000 + ".svg", "The system does not let you write a file of this name."),
    ("a\0b.svg", "The system does not let you write a file of this name."),
    pytest.param(
        "/proc/ladder.svg",
        "The system does not let you write a file of this name.",
        marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a folder"),
    ),
]


@pytest.mark.parametrize(("name", "problem"), CANNOT_BE_WRITTEN)
@pytest.mark.parametrize("picture", [ladder, lambda _: port_map(Deployment().add("a", host="h", port=1))])
def test_what_cannot_be_written(picture, name, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(OutputWriteError) as caught:
        picture(talk()).save(name)
    assert str(caught.value).startswith(f"{name}: {problem}")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


HOSTILE = [
    "<script>alert(1)</script>",
    "a\"b'c&d",
    "x\ny\r\nz\u2028w",
    "end; #1 %% -->",
    "\u202eevil",
    "\x00\x07\ud800",
    "😀",
    "消息" * 90,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name):
    check_every_form(name, name)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=())), st.text(max_size=30))
def test_any_text(one, two):
    check_every_form(one, two)


def check_every_form(one, two):
    trace = Trace(clock=lambda: 0.0)
    trace.join(Participant(one, two, (one,)))
    trace.add(Kind.REQUEST, two, one, "peer", client=one, server="peer", port=two, text=one)
    trace.add(Kind.TAKEN, one, "peer", "peer", port=one, text=two)
    picture = ladder(trace, title=two)
    for svg in (picture.to_svg(), re.sub("^<figure[^>]*>|</?fig[^>]*>", "", picture._repr_html_())):
        assert "<script" not in svg
        if svg.startswith("<svg"):
            ET.fromstring(svg)
    ET.fromstring(picture._repr_html_())
    heads = 1 + len({one, "peer"})
    source = picture.to_mermaid()
    assert len([line for line in source.splitlines() if not line.startswith("  title ")]) == heads + 2
    assert not re.search(r"[;#](?!\d)(?<!\d;)", re.sub(r"#\d+;", "", source))
    source.encode()
    assert len(str(picture).splitlines()) < 12
    str(picture).encode()


def test_clean():
    assert clean("plain") == "plain"
    assert clean("  two\n lines\t") == "two lines"
    assert clean("\ufdd0\U0001fffe") == "\ufdd0\ufffd"
    assert clean("x" * 3000) == "x" * 1999 + "…"
    assert clean("é") == "é"


def test_shortening():
    assert short("abcdef", 4) == "abc…"
    assert short("消息服务器", 5) == "消息…"
    assert cells("e\u0301") == 1
    assert fit("abc", 1000, 15) == "abc"
    assert fit("M" * 50, 200, 15, bold=True).endswith("…")
    assert width(fit("M" * 50, 200, 15), 15) <= 200
    assert short("\u2068שלשלשלשל\u2069", 5).endswith("…\u2069")


def test_a_port_stays_readable_where_room_is_short():
    trace = crowd(5)
    trace.add(
        Kind.REQUEST,
        "a very long name of a message indeed",
        "app0",
        "app1",
        client="app0",
        server="app1",
        port="5150/tcp",
    )
    assert ", to 5150/tcp" in str(ladder(trace))
