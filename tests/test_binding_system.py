"""What the system keeps for itself: waiting connections, ephemeral numbers, privileged numbers."""

import pytest

from genesys_ports.binding import (
    Outcome,
    Verdict,
    ephemeral_range,
    local_ephemeral_range,
    privileged_below,
    restart_after_close,
)
from genesys_ports.model import Platform

CLASH, FREE, DEPENDS = Outcome.CLASH, Outcome.NO_CLASH, Outcome.DEPENDS
LINUX, WINDOWS, MACOS, FREEBSD = Platform.LINUX, Platform.WINDOWS, Platform.MACOS, Platform.FREEBSD

# --- after a crash

# fmt: off
RESTARTS = [
    # server closed first, old reuses, new reuses, platform, outcome
    (True, True, True, LINUX, FREE),
    (True, True, False, LINUX, CLASH),
    (True, False, True, LINUX, CLASH),
    (True, False, False, LINUX, CLASH),
    (False, False, False, LINUX, FREE),
    (False, True, True, LINUX, FREE),
    (True, False, False, WINDOWS, DEPENDS),
    (True, True, True, WINDOWS, FREE),
    (True, False, True, MACOS, DEPENDS),
    (False, False, False, None, FREE),
    (True, False, False, None, DEPENDS),
]
# fmt: on


@pytest.mark.parametrize(("server_first", "old", "new", "platform", "outcome"), RESTARTS)
def test_restart(server_first, old, new, platform, outcome):
    verdict = restart_after_close(server_first, old, new, platform)
    assert isinstance(verdict, Verdict)
    assert verdict.outcome is outcome
    assert verdict.reason.endswith(".")


# --- numbers the system keeps


@pytest.mark.parametrize(
    ("platform", "first", "last"),
    [
        (LINUX, 32768, 60999),
        (WINDOWS, 49152, 65535),
        (MACOS, 49152, 65535),
        (FREEBSD, 10000, 65535),
        (None, 32768, 65535),
    ],
)
def test_ephemeral(platform, first, last):
    assert ephemeral_range(platform) == range(first, last + 1)


@pytest.mark.parametrize(
    ("platform", "number"), [(LINUX, 1024), (WINDOWS, 0), (MACOS, 1024), (FREEBSD, 1024), (None, 1024)]
)
def test_privileged(platform, number):
    assert privileged_below(platform) == number


def test_this_machine(tmp_path):
    (tmp_path / "ip_local_port_range").write_text("32768\t60999\n")
    assert local_ephemeral_range(tmp_path) == range(32768, 61000)


@pytest.mark.parametrize("text", [None, "", "\n", "many few\n", b"\xff\xfe"])
def test_a_machine_that_does_not_say(tmp_path, text):
    if text is not None:
        (tmp_path / "ip_local_port_range").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert local_ephemeral_range(tmp_path) is None
