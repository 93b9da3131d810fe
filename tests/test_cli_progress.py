"""The progress bar of the command line: for a person, after a second, and gone at the end."""

from __future__ import annotations

import io
import os
import sys

import pytest

from genesys_ports.cli.progress import DELAY, progress


class Terminal(io.StringIO):
    """Standard error as a person sees it."""

    def isatty(self) -> bool:
        return True


class Wide(Terminal):
    """A terminal that the system can ask for its width."""

    def fileno(self) -> int:
        return 2


class HungUp(Terminal):
    """A terminal whose line was cut."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The time in its only element."""
    now = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("ticks", "drawn"),
    [
        ([0.0, 0.1, 0.2], False),
        ([DELAY * 0.9], False),
        ([DELAY * 1.2], True),
        ([0.5, 0.5, 0.5], True),
    ],
)
def test_the_bar_comes_after_a_second(ticks, drawn, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress("Reading", "rows") as told:
        for count, seconds in enumerate(ticks, start=1):
            clock[0] += seconds
            told(count * 1000)
    assert ("Reading" in terminal.getvalue()) is drawn
    assert bool(terminal.getvalue()) is drawn


def test_the_bar_says_how_far_and_leaves_nothing(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress("Checking", "ports", 4000) as told:
        clock[0] += 2
        told(3000)
        shown = terminal.getvalue()
    assert "Checking:  75%" in shown
    assert "3000/4000" in shown
    assert terminal.getvalue().endswith("\r")
    assert terminal.getvalue().split("\r")[-2].strip() == ""


def test_the_bar_goes_when_the_work_breaks(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())

    def work():
        with progress("Reading", "rows") as told:
            clock[0] += 2
            told(1000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert terminal.getvalue().split("\r")[-2].strip() == ""


def test_no_bar_where_nobody_watches(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    with progress("Reading", "rows") as told:
        clock[0] += 2
        told(1000)
    assert file.getvalue() == ""


def test_a_terminal_that_has_hung_up_does_not_stop_the_work(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", HungUp())
    with progress("Reading", "rows") as told:
        for count in (1000, 2000):
            clock[0] += 2
            told(count)


@pytest.mark.parametrize(("told", "widest"), [(0, 79), (50, 50), (200, 200)])
def test_the_bar_keeps_to_the_width(told, widest, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Wide())
    monkeypatch.setattr("os.get_terminal_size", lambda *_: os.terminal_size((told, 24)))
    # tqdm asks the system by itself, and takes one line off.
    monkeypatch.setattr("tqdm.std._screen_shape_wrapper", lambda: lambda _: (told, 23 if told else -1))
    with progress("Checking", "ports", 4000) as go_on:
        clock[0] += 2
        go_on(3000)
        bar = terminal.getvalue().split("\r")[-1]
    assert widest - 2 <= len(bar) <= widest
