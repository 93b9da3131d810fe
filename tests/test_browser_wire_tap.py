"""The wire tap in JupyterLab: by mouse and by keyboard, live, read by axe, in both themes."""

import pytest
from playwright.sync_api import expect

from tests.browser import Lesson, cut_off, violations_of, written

pytestmark = pytest.mark.timeout(240)

CELLS = (
    'from genesys_ports import Lab, load_plan\nlab = await Lab.open(load_plan("plans/training.csv"))',
    'await lab.start("configuration_server", "message_server", "sip_server", "lca_framework")\nNone',
    "from genesys_ports.widgets import WireTap\nwire_tap = WireTap(lab)\nwire_tap",
    'await lab.stop("message_server")',
)


def run(lesson, cell):
    lesson.cell(cell).locator(".cm-content").click()
    lesson.page.keyboard.press("ControlOrMeta+Enter")


def test_the_wire_tap(page, jupyter):
    lesson = Lesson(page, jupyter, written(jupyter, "tap.ipynb", *CELLS))
    *_, shows, stops = lesson.stored.code
    for cell in lesson.stored.code[:-1]:
        run(lesson, cell)
        lesson.wait_until_idle()
    tap = lesson.cell(shows).locator(".genesys-ports-handle")
    said = tap.get_by_role("status")

    def button(name):
        return tap.get_by_role("button", name=name, exact=True)

    def field(name):
        return tap.get_by_label(name, exact=True).locator("visible=true")

    # By mouse: a port, a connection, an example, and what comes.
    field("Port").select_option("message_server 5150/tcp on framework-host: listening")
    button("Connect").click()
    expect(said).to_have_text("You are connected with message_server, port 5150/tcp of framework-host.")
    field("Example").select_option("a message")
    expect(field("Text")).to_have_value('{"id": 1, "message": "hello", "text": "from a learner"}')
    button("Send").click()
    expect(tap.locator("pre.gp-came")).to_contain_text('{"ack":1}␊')
    # By keyboard: Enter sends, and the field keeps the focus.
    text = field("Text")
    text.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("<b>hello</b>")
    page.keyboard.press("Enter")
    expect(tap.locator("pre.gp-sent").last).to_contain_text("<b>hello</b>␊")
    expect(tap.locator("pre.gp-came").last).to_contain_text("This port speaks a teaching format")
    expect(text).to_be_focused()
    page.keyboard.press("Tab")
    expect(button("Send")).to_be_focused()
    page.keyboard.press("Space")
    expect(tap.locator("pre.gp-sent")).to_have_count(3)
    expect(button("Send")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(tap.locator("pre.gp-came").first).to_contain_text("0000  7b 22 61 63 6b 22")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(tap.locator(".gp-wire")).to_be_focused()
    # The other side ends it, and the handle tells so by itself; the list knows, too.
    run(lesson, stops)
    expect(tap).to_contain_text("message_server has ended the connection.")
    expect(field("Port").locator("option:checked")).to_have_text("message_server 5150/tcp on framework-host: closed")
    button("Send").click()
    expect(said).to_have_text("You are not connected, so nothing can be sent. Connect first.")
    # SIP takes several lines.
    field("Port").select_option("sip_server 5060/udp on sip-host: listening")
    field("Example").select_option("SIP OPTIONS: are you there?")
    button("Connect").focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("You can send datagrams to sip_server")
    expect(button("Connect")).to_be_focused()
    button("Send").click()
    expect(tap.locator("pre.gp-came")).to_contain_text("SIP/2.0 200 OK␍␊")
    # The newest line is to be seen.
    assert tap.locator(".gp-wire").evaluate("it => Math.abs(it.scrollTop) < 2 && it.scrollHeight > it.clientHeight")
    problems = cut_off(lesson)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lesson.switch_to(theme)
        lesson.picture(f"wire-tap-{theme.split()[-1].lower()}")
        problems += violations_of(page, theme)
    lesson.switch_to("JupyterLab Light")
    assert "\n".join(problems) == ""
    lesson.leave()
