"""The call desk in JupyterLab: worked by mouse and by keyboard, read by axe, in both themes."""

import pytest
from playwright.sync_api import expect

from tests.browser import Lesson, cut_off, violations_of, written

pytestmark = pytest.mark.timeout(400)

SIP = """\
from genesys_ports import Lab, load_plan, load_switch
from genesys_ports.widgets import CallDesk
lab = await Lab.open(load_plan("plans/sip.csv"))
CallDesk(lab)"""

SWITCH = """\
plan = load_plan("plans/cti.csv").with_switch(load_switch("plans/switch-ports.csv"))
site = await Lab.open(plan, name="site")
CallDesk(site)"""

CLOSE = "await lab.close()\nawait site.close()"


def row(cell, name):
    return cell.locator(".genesys-ports-desk-row").filter(has=cell.page.get_by_text(name, exact=True)).first


def button(cell, name, label):
    return row(cell, name).get_by_role("button", name=label, exact=True)


def type_into(page, field, number):
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(number)


def press(page, pressed, key="Enter"):
    """Press a button by keyboard."""
    expect(pressed).to_be_visible()
    pressed.focus()
    page.keyboard.press(key)


def test_calls_are_placed_held_and_released(page, jupyter):
    path = written(jupyter, "call-desk.ipynb", SIP, SWITCH, CLOSE)
    lesson = Lesson(page, jupyter, path)
    phones, stations, close = (lesson.cell(one) for one in lesson.stored.code)
    for cell in (phones, stations):
        cell.locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+Enter")
        cell.get_by_role("button", name="Start what is missing").click()
        expect(cell.get_by_role("status")).to_contain_text("Started:")

    # By mouse: a call of two phones.
    button(phones, "phone_1001", "Call").click()
    expect(phones.get_by_role("status")).to_contain_text("phone_1002 has answered")
    expect(row(phones, "phone_1002")).to_contain_text("talks with 1001")
    drawn = phones.locator("svg.gp-page")
    expect(drawn).to_contain_text("INVITE")
    # By keyboard: it is held. The button keeps the keyboard's place.
    press(page, button(phones, "phone_1002", "Hold"))
    expect(row(phones, "phone_1001")).to_contain_text("is held by 1002")
    expect(button(phones, "phone_1002", "Hold")).to_be_focused()
    expect(button(phones, "phone_1002", "Retrieve")).to_be_visible()
    page.keyboard.press("Tab")
    expect(button(phones, "phone_1002", "Retrieve")).to_be_focused()
    page.keyboard.press("Space")
    expect(row(phones, "phone_1001")).to_contain_text("talks with 1002")
    press(page, button(phones, "phone_1002", "Release"))
    expect(row(phones, "phone_1001")).to_contain_text("idle")
    # The same call by click; it is held by click, too.
    press(page, button(phones, "agent_desktop", "Call"))
    expect(drawn).to_contain_text("RequestMakeCall")
    button(phones, "agent_desktop", "Hold").click()
    expect(row(phones, "phone_1002")).to_contain_text("is held by 1001")
    phones.get_by_label("Steps", exact=True).select_option("since the call began")
    phones.get_by_label("Show", exact=True).select_option("TLib (T-Library)")
    expect(drawn).to_contain_text("EventHeld")
    expect(drawn).not_to_contain_text("INVITE")
    phones.get_by_label("Steps", exact=True).select_option("of the last action")
    phones.get_by_label("Show", exact=True).select_option("all three")

    # A switch: a customer, the IVR, and an agent, by keyboard.
    outside = stations.get_by_label("Number that outside calls")
    type_into(page, outside, "3000")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row(stations, "02-01")).to_contain_text("talks with 5550100")
    type_into(page, stations.get_by_label("Number that 02-01 calls"), "2001")
    press(page, button(stations, "02-01", "Transfer"))
    press(page, button(stations, "2001", "Answer"))
    expect(row(stations, "2001")).to_contain_text("talks with 5550100")
    button(stations, "2002", "Call").click()
    expect(stations.get_by_role("status")).to_contain_text("2001 is busy")
    type_into(page, stations.get_by_label("Number that 2002 calls"), "2003")
    press(page, button(stations, "2002", "Call"))
    expect(row(stations, "2003")).to_contain_text("rings: 2002 calls")
    expect(stations.locator("svg.gp-page")).to_contain_text("DeliveredEvent")

    problems = cut_off(lesson)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        lesson.switch_to(theme)
        lesson.picture(f"call-desk-{theme.split()[-1].lower()}")
        problems += violations_of(page, theme)
    assert "\n".join(problems) == ""

    close.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(row(phones, "phone_1001")).to_contain_text("the lab is closed")
    lesson.leave()
