"""The look at the machine, and what the lab's answers look like in a notebook."""

import errno
import socket

import pytest

from genesys_ports.lab import Lab, Report, check_machine, machine
from genesys_ports.lab.network import open_network
from genesys_ports.model import Deployment


def answers(table):
    return {row[0]: row[1] for row in table.rows}


def test_a_machine_that_is_ready():
    table = check_machine()
    assert set(answers(table).values()) == {"yes"}
    assert table.caption == "All is well: your machine is ready for every lesson."
    assert "What to do" not in str(table)


def test_a_port_in_the_way():
    network = open_network()
    address = network.probe_address
    network.close()
    with socket.create_server((address, 5150)):
        table = check_machine()
    assert answers(table)["Port 5150 is free"] == "no"
    assert table.caption.startswith("Something is in the way")
    assert "A program of yours holds this port" in str(table)


def test_a_port_the_system_keeps_is_not_in_the_way(monkeypatch):
    def refuse(*_):
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr(machine, "listening_socket", refuse)
    assert set(answers(check_machine()).values()) == {"yes"}


def test_a_system_with_one_loopback_address(monkeypatch):
    monkeypatch.setattr(machine, "has_own_addresses", lambda _: False)
    table = check_machine()
    assert answers(table)["The lab can give each planned host a loopback address of its own"] == "no"
    assert table.caption == "Your machine is ready; the lab gets by without what is marked 'no'."


def test_a_missing_library(monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    assert answers(check_machine())["Buttons and pictures can be shown"] == "no"


class Printer:
    def __init__(self):
        self.said = ""

    def text(self, said):
        self.said += said


@pytest.mark.parametrize("sentences", [(), ("One.",), ("One.", "Two <b>.")])
def test_a_report(sentences):
    report = Report(iter(sentences))
    printer = Printer()
    report._repr_pretty_(printer, False)
    assert printer.said == str(report) == repr(report) == "\n".join(sentences)
    assert "<b>" not in report._repr_html_()


async def test_a_lab_in_a_notebook():
    async with await Lab.open(Deployment().add("a", host="h", port=5150)) as lab:
        printer = Printer()
        lab._repr_pretty_(printer, False)
        assert printer.said == repr(lab)
