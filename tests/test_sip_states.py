"""State machines as tables: they are whole, and they draw themselves."""

from enum import StrEnum

import pytest

from genesys_ports.errors import InvalidValueError
from genesys_ports.machine import LOOK, Machine
from genesys_ports.sip.states import MACHINES, Action, Event, State, diagram, state_table

NAMES = ["INVITE client", "non-INVITE client", "INVITE server", "non-INVITE server"]


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "out of order"


class Seen(StrEnum):
    BUTTON = "button"
    FAILURE = "failure; at once: now"


class Done(StrEnum):
    SWITCH = "switch"
    TELL = "tell"


LIGHT: Machine[Light, Seen, Done] = Machine(
    "traffic light",
    {
        (None, Seen.BUTTON): (Light.RED, (Done.SWITCH,)),
        (Light.RED, Seen.BUTTON): (Light.GREEN, (Done.SWITCH, Done.TELL)),
        (Light.RED, Seen.FAILURE): (Light.GREEN, (Done.TELL,)),
        (Light.GREEN, Seen.BUTTON): (Light.GREEN, ()),
        (Light.GREEN, Seen.FAILURE): (Light.OFF, ()),
        (Light.OFF, Seen.BUTTON): (Light.OFF, (Done.TELL,)),
    },
    Light.OFF,
    labels={"switch": "switch the light"},
)


def test_a_machine_as_mermaid():
    assert LIGHT.to_mermaid() == (
        "stateDiagram-v2\n"
        "  accTitle: State diagram of traffic light\n"
        "  accDescr: The states are red, green, out of order. The table of this state machine has every step.\n"
        '  state "red" as red\n'
        '  state "green" as green\n'
        "  green : button / absorbed\n"
        '  state "out of order" as out_of_order\n'
        "  out_of_order : button / tell\n"
        "  [*] --> red : button / switch the light\n"
        "  red --> green : button / switch the light, tell<br/>failure#59; at once#58; now / tell\n"
        "  green --> out_of_order : failure#59; at once#58; now\n"
        "  out_of_order --> [*]\n"
    )


def test_a_machine_as_mermaid_without_what_is_done():
    assert LIGHT.to_mermaid(actions=False) == diagram(LIGHT, actions=False)
    assert LIGHT.to_mermaid(actions=False) == (
        "stateDiagram-v2\n"
        "  accTitle: State diagram of traffic light\n"
        "  accDescr: The states are red, green, out of order. The table of this state machine has every step.\n"
        '  state "red" as red\n'
        '  state "green" as green\n'
        "  green : button\n"
        '  state "out of order" as out_of_order\n'
        "  out_of_order : button\n"
        "  [*] --> red : button\n"
        "  red --> green : button<br/>failure#59; at once#58; now\n"
        "  green --> out_of_order : failure#59; at once#58; now\n"
        "  out_of_order --> [*]\n"
    )


def test_a_machine_as_a_table():
    table = LIGHT.table()
    assert table.caption == "traffic light"
    assert table.columns == ("State", "What happens", "Next state", "What is done")
    assert table.rows == (
        ("", "button", "red", "switch the light"),
        ("red", "button", "green", "switch the light, tell"),
        ("red", "failure; at once: now", "green", "tell"),
        ("green", "button", "green", "absorbed"),
        ("green", "failure; at once: now", "out of order", ""),
        ("out of order", "button", "out of order", "tell"),
    )


def test_a_machine_knows_its_states():
    assert LIGHT.states == (Light.RED, Light.GREEN, Light.OFF)


def test_a_machine_in_a_notebook():
    bundle = LIGHT._repr_mimebundle_()
    assert bundle == {"text/plain": str(LIGHT.table()), "text/vnd.mermaid": LOOK + LIGHT.to_mermaid(actions=False)}
    assert str(LIGHT) == str(LIGHT.table())


def test_a_machine_in_a_terminal_of_ipython():
    from IPython.lib.pretty import pretty

    assert pretty(LIGHT) == str(LIGHT.table())


# --- the machines of transactions


def test_the_machines():
    assert list(MACHINES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_diagram_and_table_by_name(name):
    machine = MACHINES[name]
    assert diagram(name) == diagram(machine) == machine.to_mermaid()
    assert state_table(name).rows == state_table(machine).rows == machine.table().rows
    assert state_table(name).caption == f"{name} ({machine.source})"


@pytest.mark.parametrize("show", [diagram, state_table])
def test_no_such_machine(show):
    with pytest.raises(InvalidValueError) as refused:
        show("telephone")
    assert str(refused.value) == (
        "'telephone' is not a state machine of SIP transactions. "
        "Write one of: INVITE client, non-INVITE client, INVITE server, non-INVITE server."
    )


STATES = [
    ("INVITE client", ["Calling", "Proceeding", "Accepted", "Completed", "Terminated"]),
    ("non-INVITE client", ["Trying", "Proceeding", "Completed", "Terminated"]),
    ("INVITE server", ["Proceeding", "Accepted", "Completed", "Confirmed", "Terminated"]),
    ("non-INVITE server", ["Trying", "Proceeding", "Completed", "Terminated"]),
]


@pytest.mark.parametrize(("name", "states"), STATES)
def test_the_states_are_those_of_the_rfc(name, states):
    assert sorted(MACHINES[name].states) == sorted(states)


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_reached_and_left_but_the_last(name):
    machine = MACHINES[name]
    assert machine.end is State.TERMINATED
    reached = {following for (state, _), (following, _) in machine.rows.items() if state != following}
    left = {state for (state, _), (following, _) in machine.rows.items() if state != following} - {None}
    assert reached == set(machine.states)
    assert left == set(machine.states) - {State.TERMINATED}


@pytest.mark.parametrize("name", NAMES)
def test_there_is_one_beginning(name):
    assert [state for state, _ in MACHINES[name].rows].count(None) == 1


@pytest.mark.parametrize("name", NAMES)
def test_what_tells_the_user_comes_last(name):
    # The user may act at once, and what it does must find the transaction ready.
    for _, actions in MACHINES[name].rows.values():
        told = [at for at, action in enumerate(actions) if action.startswith("tell")]
        rest = set(actions[told[0] + 1 :]) if told else set()
        assert rest <= {Action.START_100}


@pytest.mark.parametrize("name", NAMES)
def test_timers_are_set_before_anything_is_sent(name):
    # Whatever goes wrong when it is sent, the transaction has an end.
    for _, actions in MACHINES[name].rows.values():
        sent = [at for at, action in enumerate(actions) if action.startswith(("send", "repeat"))]
        assert not sent or not any(action.startswith(("start", "double", "slow")) for action in actions[sent[0] :])


def test_every_event_and_action_is_used():
    rows = [row for machine in MACHINES.values() for row in machine.rows.items()]
    assert {event for (_, event), _ in rows} == set(Event)
    assert {action for _, (_, actions) in rows for action in actions} == set(Action)


def test_every_label_is_used():
    labels = {word for machine in MACHINES.values() for word in machine.labels}
    words = {*Event, *Action}
    # Not every timer is started by a name of its own: what has a letter is spelt by rule.
    assert {label for label in labels if not label.startswith(("start ", "timer "))} <= words


def test_a_diagram_of_the_rfc():
    assert diagram("non-INVITE server") == (
        "stateDiagram-v2\n"
        "  accTitle: State diagram of non-INVITE server\n"
        "  accDescr: The states are Trying, Proceeding, Completed, Terminated. The table of this state machine has "
        "every step.\n"
        '  state "Trying" as Trying\n'
        "  Trying : request / absorbed\n"
        '  state "Proceeding" as Proceeding\n'
        "  Proceeding : request / send the last response again\n"
        "  Proceeding : 1xx from the user / send it\n"
        '  state "Completed" as Completed\n'
        "  Completed : request / send the last response again\n"
        '  state "Terminated" as Terminated\n'
        "  [*] --> Trying : request / tell the user\n"
        "  Trying --> Proceeding : 1xx from the user / send it\n"
        "  Trying --> Completed : 200-699 from the user / start Timer J, send it\n"
        "  Proceeding --> Completed : 200-699 from the user / start Timer J, send it\n"
        "  Completed --> Terminated : Timer J\n"
        "  Terminated --> [*]\n"
    )
