"""Random call storms: no port ever carries two calls, every event has its call, and nothing is left at the end."""

import gc
import time
import tracemalloc

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from genesys_ports.errors import SwitchError
from genesys_ports.switch import ConnectionState, PortStatus, Switching, default_switch

DEVICES = ("2001", "2002", "2003", "2004", "2005", "02-01", "02-02", "03-05")
NUMBERS = ("2001", "2002", "2003", "2004", "2005", "3000", "95551234", "9*21#", "2999", "9")
LABELS = ("01-01", "01-02", "01-03", "01-04", "02-01", "02-02", "03-01", "03-02", "03-05", "03-07")
ACTIONS = ("answer", "clear", "hold", "retrieve")

#: The state of a connection after each event.
AFTER = {
    "Originated": {"connected"},
    "Delivered": {"alerting"},
    "Established": {"connected"},
    "NetworkReached": {"connected"},
    "Held": {"hold"},
    "Retrieved": {"connected"},
    "Failed": {"fail"},
    "Transferred": {"null"},
    "ConnectionCleared": {"null"},
    "OutOfService": {"null"},
    "BackInService": {"null"},
}


class Storm(RuleBasedStateMachine):
    """Everything that people, T-Server, the network and the administrator can do, in any order."""

    @initialize()
    def begin(self):
        self.switching = Switching(default_switch("switch"), self.told)
        self.live = {}
        self.ended = set()

    def told(self, event):
        assert event.state in AFTER[event.name]
        assert event.state_of(event.device) is event.state
        assert len(event.devices) == len(event.states) == len(set(event.devices))
        if not event.call_id:
            assert event.name in ("OutOfService", "BackInService")
            return
        assert event.call_id not in self.ended
        if event.name == "Transferred":
            assert event.old_call_id in self.live
            self.live[event.call_id] = self.live.pop(event.old_call_id)
            self.ended.add(event.old_call_id)
        elif event.call_id not in self.live:
            # A call is told of for the first time by who begins it, or by whom it reaches.
            assert event.name in ("Originated", "Delivered", "Failed")
            self.live[event.call_id] = {}
        self.live[event.call_id] = dict(zip(event.devices, event.states, strict=True))
        if event.name == "ConnectionCleared" and len(event.devices) == 1:
            self.ended.add(event.call_id)
            del self.live[event.call_id]

    def tries(self, act, *arguments):
        """Do it; a refusal changes nothing but what a call from outside has told on its way."""
        before = self.switching.ports(), self.switching.calls()
        try:
            act(*arguments)
        except SwitchError:
            assert (self.switching.ports(), self.switching.calls()) == before

    @rule(device=st.sampled_from(DEVICES), number=st.sampled_from(NUMBERS))
    def call(self, device, number):
        self.tries(self.switching.make_call, device, number)

    @rule(number=st.sampled_from(NUMBERS))
    def arrive(self, number):
        self.tries(self.switching.arrive, "5559876", number)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), action=st.sampled_from(ACTIONS))
    def act(self, data, action):
        call = data.draw(st.sampled_from(sorted(self.live)))
        party = data.draw(st.sampled_from([one.device for one in self.call_of(call).parties] + ["2003"]))
        self.tries(getattr(self.switching, action), call, party)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), to=st.sampled_from(NUMBERS))
    def transfer(self, data, to):
        call = data.draw(st.sampled_from(sorted(self.live)))
        party = data.draw(st.sampled_from([one.device for one in self.call_of(call).parties]))
        self.tries(self.switching.transfer, call, party, to)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def outside_clears(self, data):
        self.tries(self.switching.outside_clears, data.draw(st.sampled_from(sorted(self.live))))

    @rule(label=st.sampled_from(LABELS), act=st.sampled_from(("busy_out", "release")))
    def service(self, label, act):
        self.tries(getattr(self.switching, act), label)

    @rule(label=st.sampled_from(LABELS), dn=st.sampled_from(DEVICES))
    def program(self, label, dn):
        self.tries(self.switching.add_station, label)
        self.tries(self.switching.assign, dn, label)

    @rule(dn=st.sampled_from(DEVICES))
    def unassign(self, dn):
        self.tries(self.switching.unassign, dn)

    def call_of(self, call_id):
        return next(one for one in self.switching.calls() if one.call_id == call_id)

    @invariant()
    def a_port_is_seized_exactly_while_its_one_call_lives(self):
        if not hasattr(self, "switching"):
            return
        parties = [(one.port, call.call_id, one.number) for call in self.switching.calls() for one in call.parties]
        seized = [(one.port.label, one.call_id, one.party) for one in self.switching.ports() if one.call_id]
        assert sorted(parties) == sorted(seized)
        assert len({label for label, *_ in parties}) == len(parties)
        for one in self.switching.ports():
            assert bool(one.call_id) == (one.status not in (PortStatus.IDLE, PortStatus.OUT_OF_SERVICE))
            assert one.call_id or not one.closing

    @invariant()
    def what_was_told_is_what_there_is(self):
        if not hasattr(self, "switching"):
            return
        there = {call.call_id: {one.device: one.state for one in call.parties} for call in self.switching.calls()}
        assert there == self.live
        for call in self.switching.calls():
            states = [one.state for one in call.parties]
            assert ConnectionState.NULL not in states
            assert (len(states) == 1) == (states == [ConnectionState.FAIL])
            # Nobody talks alone, and nobody who still rings talks.
            talking = [port.status for port in self.switching.ports() if port.call_id == call.call_id]
            assert PortStatus.TALKING not in talking or ConnectionState.ALERTING not in states

    def teardown(self):
        if not hasattr(self, "switching"):
            return
        for call in self.switching.calls():
            self.switching.clear(call.call_id, call.parties[-1].device)
        for one in self.switching.ports():
            self.switching.release(one.port.label)
        assert self.live == {}
        assert self.switching.calls() == ()
        assert all(one[1:] == (PortStatus.IDLE, "", "", False) for one in self.switching.ports())


TestStorm = Storm.TestCase
TestStorm.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)


def many_calls(switching, count):
    """Calls of all kinds, each ended before the next begins."""
    for _ in range(count // 4):
        call = switching.make_call("2001", "2002")
        switching.answer(call, "2002")
        switching.clear(call, "2001")
        call = switching.arrive("5551234", "3000")
        call = switching.transfer(call, "02-01", "2003")
        switching.answer(call, "2003")
        switching.outside_clears(call)
        switching.clear(switching.make_call("2001", "9555"), "2001")
        busy = switching.make_call("2001", "2001")
        switching.clear(busy, "2001")


def test_a_thousand_calls_take_less_than_half_a_second():
    switching = Switching(default_switch("switch"), lambda event: None)
    many_calls(switching, 400)
    times = []
    for _ in range(5):
        begin = time.process_time()
        many_calls(switching, 1000)
        times.append(time.process_time() - begin)
    # Some forty milliseconds on a usual machine.
    assert min(times) < 0.5


def test_memory_stays_flat():
    switching = Switching(default_switch("switch"), lambda event: None)
    many_calls(switching, 400)
    tracemalloc.start()
    try:
        many_calls(switching, 400)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        many_calls(switching, 1200)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 4096
    finally:
        tracemalloc.stop()
