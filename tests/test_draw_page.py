"""A page of a long ladder: the heads, the steps up to the present one, and the mark at it."""

import xml.etree.ElementTree as ET

import pytest

from genesys_ports.draw.pages import Page
from genesys_ports.draw.runs import gather
from genesys_ports.trace import Kind, Participant, Trace
from tests.a_call import a_call


def page(trace, first=0, last=None, **options):
    lines = gather(trace)[first:last]
    return Page(lines, trace.participants, trace.names(), **options)


def drawn(made):
    html = made.to_html()
    return ET.fromstring(html)


def test_the_page_stands_alone():
    made = page(a_call(), 0, 12, current=3)
    assert drawn(made).get("role") == "img"
    assert made.describe().startswith("Ladder of 12 steps between sip_server, agent_desktop, phone_1001, phone_1002,")
    assert made.describe().endswith("4: sip_server sends the request INVITE to phone_1002, to port 5062/udp. "
                                    "The network loses it on the way.")  # fmt: skip


def test_the_mark_stands_at_one_step_of_the_text():
    marked = [line for line in page(a_call(), 0, 5, current=1).to_text().splitlines() if line.startswith("▶")]
    assert len(marked) == 1
    assert "2 100 Trying" in marked[0]


def test_without_a_present_step_nothing_is_marked():
    made = page(a_call(), 0, 5)
    assert "▶ " not in made.to_text().replace("───▶ ", "")
    assert made.sentence() == ""
    assert "gp-edge" not in made.to_html().partition("</style>")[2]


def test_nothing_was_seen():
    made = page(Trace())
    assert made.describe() == "Nothing was seen yet: no message was sent, and no port was opened."
    assert "Nothing was seen yet" in made.to_html()


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("ends", [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")])
def test_every_kind_can_be_drawn(kind, ends):
    trace = Trace()
    for name in "ab":
        trace.join(Participant(name))
    trace.add(kind, "x", ends[0], ends[1], again=True, dropped=True, text="words " * 40)
    drawn(page(trace, current=0))


def test_life_lines_stay_from_page_to_page():
    first, second = (page(a_call(), at, at + 5, current=4).to_html() for at in (0, 10))

    def heads(html):
        return html.partition("<g><title>")[2].partition("</g>")[0]

    assert heads(first) == heads(second)
