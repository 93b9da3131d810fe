"""The timers of SIP: their values, and the clockwork that runs them."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesys_ports.sip.timers import Alarms, Timers
from tests.helpers import only_new_objects

# RFC 3261, table 4, with T1 = 500 ms and T4 = 5 s; L and M: RFC 6026.
TABLE_4 = [
    ("A", 0.5, 0),
    ("B", 32, 32),
    ("C", 181, 181),
    ("D", 32, 0),
    ("E", 0.5, 0),
    ("F", 32, 32),
    ("G", 0.5, 0),
    ("H", 32, 32),
    ("I", 5, 0),
    ("J", 32, 0),
    ("K", 5, 0),
    ("L", 32, 32),
    ("M", 32, 32),
]


@pytest.mark.parametrize(("letter", "udp", "tcp"), TABLE_4)
def test_table_4(letter, udp, tcp):
    assert Timers().seconds(letter, reliable=False) == udp
    assert Timers().seconds(letter, reliable=True) == tcp


def test_everything_follows_from_three_values():
    small = Timers(t1=0.01, t4=0.1)
    assert small.longest == 0.64
    assert [small.seconds(letter, reliable=False) for letter in "ABDFHIK"] == [0.01, 0.64, 0.64, 0.64, 0.64, 0.1, 0.1]


def test_no_such_timer():
    with pytest.raises(KeyError):
        Timers().seconds("N", reliable=False)


@pytest.mark.parametrize("name", ["t1", "t2", "t4", "c", "trying"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_timer_takes_time(name, value):
    with pytest.raises(
        ValueError, match=r"^Every timer of SIP takes some time: give each a number of seconds above 0\.$"
    ):
        Timers(**{name: value})


def test_the_table_for_a_lesson():
    table = Timers().table()
    assert table.columns == ("Timer", "UDP", "TCP", "What it is for")
    assert [row[0] for row in table.rows] == [letter for letter, _, _ in TABLE_4]
    assert table.rows[0][1:3] == ("0.5 s", "not needed")
    assert table.rows[1][1:3] == ("32 s", "32 s")


# --- the clockwork


class Clock:
    def __init__(self):
        self.now = 100.0
        self.rung = []
        self.alarms = Alarms(lambda: self.now)

    def set(self, seconds, what):
        return self.alarms.set(seconds, self.rung.append, what)

    def at(self, now):
        self.now = now
        self.alarms.advance()
        rung, self.rung[:] = list(self.rung), []
        return rung


def test_alarms_ring_in_order_of_time():
    clock = Clock()
    for seconds in (3, 1, 2):
        clock.set(seconds, seconds)
    assert clock.alarms.due() == 101
    assert clock.at(100.9) == []
    assert clock.at(102) == [1, 2]
    assert clock.at(200) == [3]
    assert clock.alarms.due() is None


def test_alarms_of_one_moment_ring_in_the_order_they_were_set():
    clock = Clock()
    for what in "abc":
        clock.set(1, what)
    assert clock.at(101) == ["a", "b", "c"]


def test_a_cancelled_alarm_does_not_ring():
    clock = Clock()
    alarm, _ = clock.set(1, "a"), clock.set(2, "b")
    clock.alarms.cancel(alarm)
    assert len(clock.alarms) == 1
    assert clock.alarms.due() == 102
    assert clock.at(200) == ["b"]


def test_cancelling_twice_or_after_it_rang_does_nothing():
    clock = Clock()
    alarm, _ = clock.set(1, "a"), clock.set(3, "b")
    assert clock.at(102) == ["a"]
    clock.alarms.cancel(alarm)
    clock.alarms.cancel(alarm)
    assert len(clock.alarms) == 1


def test_an_alarm_may_set_and_cancel_others():
    clock = Clock()
    later = clock.set(2, "never")

    def ring(what):
        clock.rung.append(what)
        clock.alarms.cancel(later)
        clock.alarms.set(0.5, clock.rung.append, "set by an alarm")

    clock.alarms.set(1, ring, "first")
    assert clock.at(101) == ["first"]
    assert clock.at(110) == ["set by an alarm"]


def test_a_cancelled_alarm_lets_go_at_once():
    class Thing:
        def ring(self, argument):
            raise AssertionError

    def things():
        gc.collect()
        return sum(isinstance(one, Thing) for one in gc.get_objects())

    with only_new_objects():
        clock = Clock()
        thing = Thing()
        alarm = clock.alarms.set(1000, thing.ring, thing)
        del thing
        assert things() == 1
        clock.alarms.cancel(alarm)
        assert things() == 0


def test_cancelled_alarms_do_not_pile_up():
    clock = Clock()
    clock.set(1, "kept")
    for _ in range(10_000):
        clock.alarms.cancel(clock.set(1000, "gone"))
    assert len(clock.alarms) == 1
    assert len(clock.alarms._heap) < 250
    assert clock.at(10_000) == ["kept"]


@given(st.lists(st.tuples(st.floats(0.001, 50), st.booleans()), max_size=300), st.lists(st.floats(0, 20), max_size=8))
def test_every_alarm_rings_once_unless_it_was_cancelled(alarms, steps):
    clock = Clock()
    wanted = []
    for number, (seconds, cancelled) in enumerate(alarms):
        alarm = clock.set(seconds, number)
        if cancelled:
            clock.alarms.cancel(alarm)
        else:
            wanted.append((100 + seconds, number))
    rung = []
    for step in [*steps, 1000]:
        before, now = clock.now, clock.now + step
        came = clock.at(now)
        assert all(before - 1e-9 <= 100 + alarms[number][0] <= now for number in came)
        rung += came
    assert rung == [number for _, number in sorted(wanted)]
    assert len(clock.alarms) == 0
    assert clock.alarms._heap == []
