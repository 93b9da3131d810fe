"""The tasks of the lessons, tried out: for each, the scene its lesson has set, and what a learner may then do.

A scene opens the lab as the lesson has it when the exercise begins. `untouched` runs the starter as it stands, `wrong`
are typical mistakes, `right` are solutions, the lesson's own first. What a task without a lab is handed, each gives back.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from genesys_ports import Lab, load_plan, load_switch
from genesys_ports.errors import BusyError, PortInUseError, SnmpSilentError
from genesys_ports.plan import accept, check, read_plans, read_sockets
from genesys_ports.plan.reality import compare
from genesys_ports.widgets import PlanEditor
from tests.helpers import ROOT

PLANS = ROOT / "notebooks" / "plans"

#: What is done in a lab; without a lab, what is handed over.
Deed = Callable[[Any], Awaitable[Sequence[Any] | None]]


@dataclass
class Case:
    """One task: the plan of its lab, what the lesson does before it, and what learners do."""

    plan: Any
    before: Deed
    untouched: Deed
    wrong: Sequence[Deed]
    right: Sequence[Deed]


CASES: dict[str, Case] = {}


def plan_of(name: str) -> Any:
    return load_plan(PLANS / f"{name}.csv")


async def nothing(lab: Lab | None) -> None:
    pass


# --- 01


async def message_server_runs(lab):
    await lab.start("message_server")


async def the_server_that_runs(lab):
    await lab.restart("message_server")


async def started_and_stopped(lab):
    await lab.start("solution_control_server")
    await lab.stop("solution_control_server")


async def on_another_number(lab):
    lab.update(lab.plan.move("solution_control_server", 3601))
    await lab.start("solution_control_server")


async def by_somebody_else(lab):
    await lab.run_outsider("framework-host", 3600)


async def start_control(lab):
    await lab.start("solution_control_server")


async def start_every_server(lab):
    await lab.start_all()


CASES["open-solution-control-server"] = Case(
    plan_of("first-ports"),
    message_server_runs,
    nothing,
    [the_server_that_runs, started_and_stopped, on_another_number, by_somebody_else],
    [start_control, start_every_server],
)


async def sip_server_runs(lab):
    await lab.start("message_server", "sip_server")


def with_sip(plan, port=5060, transport="tcp", port_id="sip-tcp"):
    return plan.add("sip_server", host="sip-host", port=port, transport=transport, port_id=port_id, purpose="sip")


async def udp_once_more(lab):
    lab.update(with_sip(lab.plan, transport="udp"))


async def udp_and_restarted(lab):
    await udp_once_more(lab)
    with suppress(PortInUseError):
        await lab.restart("sip_server")


async def not_restarted(lab):
    lab.update(with_sip(lab.plan))


async def tcp_on_another_number(lab):
    lab.update(with_sip(lab.plan, port=5061))
    await lab.restart("sip_server")


async def sip_over_tcp(lab):
    lab.update(with_sip(lab.plan))
    await lab.restart("sip_server")


async def sip_over_tcp_only(lab):
    lab.update(with_sip(lab.plan.remove("sip_server", "sip"), port_id="sip"))
    await lab.restart("sip_server")


CASES["open-sip-over-tcp"] = Case(
    plan_of("first-ports"),
    sip_server_runs,
    udp_once_more,
    [udp_and_restarted, not_restarted, tcp_on_another_number],
    [sip_over_tcp, sip_over_tcp_only],
)

# --- 02

CONTROL, MESSAGE = "solution_control_server", "message_server"
ALARM = (MESSAGE, CONTROL, "alarm", "Disk nearly full")


async def message_server_has_moved(lab):
    lab.update(lab.plan.disconnect(MESSAGE, CONTROL))
    await lab.start(CONTROL, MESSAGE)
    lab.update(lab.plan.move(MESSAGE, 5160))
    await lab.restart(MESSAGE)


async def the_server_again(lab):
    await lab.restart(MESSAGE)


async def back_to_the_old_number(lab):
    lab.update(lab.plan.move(MESSAGE, 5150))
    await lab.restart(MESSAGE)


async def another_number_for_both(lab):
    lab.update(lab.plan.move(MESSAGE, 5161))
    await lab.restart(MESSAGE, CONTROL)


async def the_client_again(lab):
    await lab.restart(CONTROL)


async def both_stopped_and_started(lab):
    await lab.stop(MESSAGE)
    await lab.stop(CONTROL)
    await lab.start_all()


CASES["move-message-server"] = Case(
    plan_of("two-servers"),
    message_server_has_moved,
    nothing,
    [the_server_again, back_to_the_old_number, another_number_for_both],
    [the_client_again, both_stopped_and_started],
)


async def alarm_over_the_one_connection(lab):
    lab.update(plan_of("two-servers").disconnect(MESSAGE, CONTROL))
    await lab.start(CONTROL, MESSAGE)
    await lab.restart(MESSAGE, CONTROL)
    await lab.send(*ALARM)


async def only_the_plan(lab):
    await alarm_over_the_one_connection(lab)
    lab.update(plan_of("two-servers"))
    await lab.send(*ALARM)


async def nothing_sent_since(lab):
    await alarm_over_the_one_connection(lab)
    lab.update(plan_of("two-servers"))
    await lab.restart(MESSAGE, CONTROL)


async def sent_the_other_way(lab):
    await nothing_sent_since(lab)
    await lab.send(CONTROL, MESSAGE, "log event")


async def both_connections(lab):
    lab.update(plan_of("two-servers"))
    await lab.restart(MESSAGE, CONTROL)
    await lab.send(*ALARM)


async def turned_round(lab):
    lab.update(plan_of("two-servers").disconnect(CONTROL, MESSAGE))
    await lab.restart(CONTROL, MESSAGE)
    await lab.send(MESSAGE, CONTROL, "log event")


CASES["turn-the-connection"] = Case(
    plan_of("two-servers"),
    alarm_over_the_one_connection,
    alarm_over_the_one_connection,
    [only_the_plan, nothing_sent_since, sent_the_other_way],
    [both_connections, turned_round],
)

# --- 03


async def log_server_has_lost(lab):
    await lab.start(MESSAGE, CONTROL)
    with suppress(PortInUseError):
        await lab.start("log_server")


def log_server_on(number):
    async def moved(lab):
        lab.update(lab.plan.move("log_server", number))
        with suppress(PortInUseError):
            await lab.start("log_server")

    moved.__name__ = f"log_server_on_{number}"
    return moved


async def moved_to_its_own_number(lab):
    lab.update(lab.plan.move("log_server", 5150))


async def not_started(lab):
    lab.update(lab.plan.move("log_server", 5151))


async def the_rival_stopped(lab):
    await lab.stop(MESSAGE)
    await lab.start("log_server")


async def the_plan_not_handed_over(lab):
    lab.plan.move("log_server", 5151)
    with suppress(PortInUseError):
        await lab.start("log_server")


async def the_other_one_moved(lab):
    lab.update(lab.plan.move(MESSAGE, 5152))
    await lab.restart(MESSAGE)
    await lab.start("log_server")


CASES["mend-the-plan"] = Case(
    plan_of("collisions"),
    log_server_has_lost,
    moved_to_its_own_number,
    [not_started, the_rival_stopped, the_plan_not_handed_over, log_server_on(3600)],
    [log_server_on(5151), log_server_on(7000), the_other_one_moved],
)


async def feature_server_has_lost(lab):
    await lab.start("web_services")
    with suppress(PortInUseError):
        await lab.start("feature_server")


def web_services_on(number, address, restart):
    async def moved(lab):
        lab.update(lab.plan.move("web_services", number, address=address))
        with suppress(PortInUseError):
            await lab.restart(*restart)

    moved.__name__ = f"web_services_on_{number}_{address}_{len(restart)}"
    return moved


TWINS = ("web_services", "feature_server")


async def each_has_an_address(lab):
    shared = lab.plan.move("feature_server", 8090, address="10.0.0.11")
    lab.update(shared.move("web_services", 8090, address="10.0.0.12"))
    await lab.restart("web_services", "feature_server")


CASES["one-number-two-servers"] = Case(
    plan_of("collisions"),
    feature_server_has_lost,
    web_services_on(8090, "0.0.0.0", ()),
    [
        web_services_on(8090, "0.0.0.0", TWINS),
        web_services_on(8090, "10.0.0.12", TWINS),
        web_services_on(8091, "0.0.0.0", TWINS),
        web_services_on(8090, "10.0.0.11", ()),
    ],
    [web_services_on(8090, "10.0.0.11", TWINS), each_has_an_address],
)

# --- 04

STAT, MASTER = "stat_server", "snmp_master_agent"


async def stat_server_runs(lab):
    await lab.start("nms", "lca_framework", MESSAGE, STAT)


def with_management(plan, port, transport="udp", purpose="management"):
    return plan.add(
        STAT, host="framework-host", port=port, transport=transport, purpose=purpose, port_id="snmp",
        connects_to="nms:traps",
    )  # fmt: skip


def managed(port, transport="udp", purpose="management", asked=True):
    async def done(lab):
        lab.update(with_management(lab.plan, port, transport, purpose))
        with suppress(PortInUseError, SnmpSilentError):
            await lab.restart(STAT)
            if asked:
                await lab.snmpget(STAT, "sysName.0")

    done.__name__ = f"managed_on_{port}_{transport}_{purpose}_{asked}"
    return done


async def on_a_number_taken(lab):
    lab.update(with_management(lab.plan, 5161))


async def management_planned_only(lab):
    lab.update(with_management(lab.plan, 5162))


async def management_over_tcp(lab):
    lab.update(with_management(lab.plan, 5162, transport="tcp"))
    await lab.restart(STAT)


async def asked_by_the_learner(lab):
    lab.update(with_management(lab.plan, 5162))
    await lab.stop(STAT)
    await lab.start(STAT)
    await lab.snmpwalk(STAT, "system", by="you")


CASES["give-a-management-port"] = Case(
    plan_of("management"),
    stat_server_runs,
    on_a_number_taken,
    [management_planned_only, management_over_tcp, managed(5163), managed(5162, asked=False)],
    [managed(5162), asked_by_the_learner],
)


async def watched(lab):
    await lab.start("nms", "lca_framework", MESSAGE, STAT, MASTER, CONTROL)


async def the_other_one_crashed(lab):
    await lab.crash(MESSAGE)


async def crashed_unwatched(lab):
    await lab.stop(CONTROL)
    await lab.crash(STAT)


async def crashed_without_a_master_agent(lab):
    await lab.stop(MASTER)
    await lab.crash(STAT)


async def crashed(lab):
    await lab.crash(STAT)


async def crashed_twice(lab):
    for _ in range(2):
        await lab.crash(STAT)
        await lab.start(STAT)


async def in_good_order(lab):
    await lab.stop(STAT)


CASES["report-a-crash"] = Case(
    plan_of("management"),
    watched,
    nothing,
    [the_other_one_crashed, crashed_unwatched, crashed_without_a_master_agent],
    [crashed, crashed_twice, in_good_order],
)

# --- 05

CTI = plan_of("cti").with_switch(load_switch(PLANS / "switch-ports.csv"))
T, SWITCH = "t_server", "switch"


async def site_runs(lab):
    await lab.start(SWITCH, T, STAT, "agent_desktop")


async def the_wrong_number(lab):
    lab.update(CTI.move(SWITCH, 7451, port_id="cti-link"))
    await lab.restart(T)


async def mended_and_not_restarted(lab):
    await the_wrong_number(lab)
    lab.update(CTI)


async def the_switch_restarted(lab):
    await the_wrong_number(lab)
    await lab.restart(SWITCH)


async def the_console(lab):
    lab.update(CTI.disconnect(T, SWITCH).connect(T, SWITCH, port_id="management"))
    await lab.restart(T)


async def the_plan_again(lab):
    await the_wrong_number(lab)
    lab.update(CTI)
    await lab.restart(T)


async def moved_back(lab):
    await the_wrong_number(lab)
    lab.update(lab.plan.move(SWITCH, 7450, port_id="cti-link"))
    await lab.stop(T)
    await lab.start(T)


CASES["correct-the-link"] = Case(
    CTI,
    site_runs,
    the_wrong_number,
    [mended_and_not_restarted, the_switch_restarted, the_console],
    [the_plan_again, moved_back],
)


async def link_is_cut(lab):
    await site_runs(lab)
    await lab.cut(T, SWITCH)


async def t_server_restarted(lab):
    await lab.restart(T)


async def t_server_stopped(lab):
    await lab.stop(T)


async def a_client_restarted(lab):
    await lab.restart("agent_desktop")


async def cut_once_more(lab):
    await lab.mend(T, SWITCH)
    await lab.cut(T, SWITCH)


async def mend(lab):
    await lab.mend(T, SWITCH)


CASES["restore-the-link"] = Case(
    CTI,
    link_is_cut,
    nothing,
    [a_client_restarted, t_server_stopped, cut_once_more],
    [mend, t_server_restarted],
)

# --- 06


async def four_calls(lab):
    await lab.start(SWITCH, T, STAT)
    desk = lab.switch(SWITCH)
    await desk.arrive("5551234", "3000")
    await desk.transfer("02-01", "2001")
    await desk.answer("2001")
    await desk.arrive("5550001", "3000")
    await desk.arrive("5550002", "2002")
    await desk.call("2003", "2004")


def arrives(number):
    async def called(lab):
        with suppress(BusyError):
            await lab.switch(SWITCH).arrive("5550004", number)

    called.__name__ = f"arrives_for_{number}"
    return called


async def one_goes_first(lab):
    desk = lab.switch(SWITCH)
    await desk.hang_up("2003")
    await desk.arrive("5550004", "3000")


async def room_made_inside(lab):
    desk = lab.switch(SWITCH)
    await desk.hang_up("2003")
    await desk.arrive("5550004", "2004")
    with suppress(BusyError):
        await desk.arrive("5550005", "3000")


async def two_telephones_more(lab):
    desk = lab.switch(SWITCH)
    await desk.hang_up("2003")
    await desk.arrive("5550004", "3000")
    await desk.call("2003", "2004")


CASES["five-calls-at-once"] = Case(
    CTI,
    four_calls,
    nothing,
    [arrives("2002"), arrives("2001"), one_goes_first, room_made_inside],
    [arrives("3000"), two_telephones_more],
)


async def switch_runs(lab):
    await lab.start(SWITCH, T, STAT)


def typed(*lines, call=None):
    async def done(lab):
        console = await lab.console(SWITCH)
        await console.login("admin", "training")
        for line in lines:
            await console.type(line)
        if call:
            await lab.switch(SWITCH).call(*call)

    done.__name__ = "typed_" + "_".join([*lines, *(call or ())]).replace(" ", "_")
    return done


CASES["a-new-station"] = Case(
    CTI,
    switch_runs,
    nothing,
    [
        typed("assign 2005 03-05"),
        typed("assign 2006 03-05", call=("2001", "2006")),
        typed("assign 2005 03-06", call=("2001", "2005")),
        typed("assign 2005 03-05", call=("2002", "2005")),
    ],
    [
        typed("assign 2005 03-05", call=("2001", "2005")),
        typed("assign 2005 03-06", "unassign 2005", "assign 2005 03-05", call=("2001", "2005")),
    ],
)

# --- 07

SIP = plan_of("sip")
P1, P2, SOFT = "phone_1001", "phone_1002", "softphone"


async def phones_run(lab):
    await lab.start("sip_server", P1, P2)
    await lab.call(P1, "1002")
    await lab.hang_up(P1)


def called_over(port_id, *phones, restart=True, number="1002"):
    async def done(lab):
        plan = SIP
        for phone in phones:
            plan = plan.disconnect(phone, "sip_server").connect(phone, "sip_server", port_id=port_id)
        lab.update(plan)
        if restart:
            await lab.restart(*phones)
        await lab.call(P1, number)
        await lab.hang_up(P1)

    done.__name__ = f"called_{number}_over_{port_id}_{'_'.join(phones)}_{restart}"
    return done


async def the_same_once_more(lab):
    lab.update(SIP.disconnect(P1, "sip_server").connect(P1, "sip_server", port_id="sip"))


CASES["call-over-tcp"] = Case(
    SIP,
    phones_run,
    the_same_once_more,
    [
        called_over("sip", P1),
        called_over("sip-tcp", P1, restart=False),
        called_over("sip-tcp", P2),
    ],
    [called_over("sip-tcp", P1), called_over("sip-tcp", P1, P2)],
)


async def softphone_has_lost(lab):
    await lab.start("sip_server", P1, P2)
    lab.update(
        lab.plan.add(
            SOFT, type="SIP Phone", dn="1003", host="sip-host", port=5060, transport="udp", purpose="sip",
            port_id="sip", connects_to="sip_server:sip",
        )
    )  # fmt: skip
    with suppress(PortInUseError):
        await lab.start(SOFT)


def softphone_on(number, start=True):
    async def moved(lab):
        lab.update(lab.plan.move(SOFT, number, port_id="sip"))
        with suppress(PortInUseError):
            await lab.start(*[SOFT][:start])

    moved.__name__ = f"softphone_on_{number}_{start}"
    return moved


async def sip_server_moved(lab):
    lab.update(lab.plan.move("sip_server", 5090, port_id="sip"))
    await lab.restart("sip_server")


async def on_the_second_try(lab):
    await softphone_on(5062)(lab)
    lab.update(lab.plan.move(SOFT, 5090, port_id="sip"))
    await lab.restart(SOFT)


CASES["register-the-softphone"] = Case(
    SIP,
    softphone_has_lost,
    softphone_on(5060, start=False),
    [softphone_on(5060), softphone_on(5091), softphone_on(5090, start=False), sip_server_moved],
    [softphone_on(5090), on_the_second_try],
)

# --- 08

MESSY = PLANS / "messy-sheet.xlsx"
READING = read_plans(MESSY)
BETTER = accept(READING.plan, check(READING))


def sheet(change):
    async def done(_):
        return change(BETTER), BETTER

    return done


def mended_with(port, transport):
    return sheet(lambda better: with_sip(better, port=port, transport=transport))


CASES["mend-the-sheet"] = Case(
    None,
    nothing,
    mended_with(5061, "udp"),
    [
        sheet(lambda better: better),
        mended_with(5060, "udp"),
        mended_with(5061, "tcp"),
        sheet(lambda better: better.remove("sip_server")),
    ],
    [
        mended_with(5060, "tcp"),
        sheet(lambda better: with_sip(with_sip(better), port=5061, transport="tls", port_id="sip-tls")),
    ],
)

ANSWERS = {(5, "Port"): "8100", (8, "Port"): "8010", (9, "Connects to"): "configuration_server; sip_server"}


def edited(cells, accepting=False):
    async def done(_):
        editor = PlanEditor(MESSY)
        for (row, column), value in cells.items():
            editor.write(row, column, value)
        for finding in editor.findings.by_code("GP101") if accepting else ():
            editor.accept(finding)
        return (editor,)

    return done


CASES["edit-the-plan"] = Case(
    None,
    nothing,
    edited({(5, "Port"): "8100"}),
    [
        edited(ANSWERS),
        edited({**ANSWERS, (4, "Port"): "3600"}),
        edited({**ANSWERS, (8, "Port"): "station 24"}, accepting=True),
        edited({key: value for key, value in ANSWERS.items() if key[0] != 9}, accepting=True),
    ],
    [edited(ANSWERS, accepting=True), edited({**ANSWERS, (4, "Port"): "7700"})],
)

# --- 09

TRAINING = plan_of("training")
ROUTING = "universal_routing_server"
HOST = "routing-host"


async def drifted(lab):
    await lab.start_all()
    await lab.stop(STAT)
    lab.update(TRAINING.move(ROUTING, 2060))
    await lab.restart(ROUTING)
    await lab.run_outsider(HOST, 9099)


def with_plan(*deeds, plan=TRAINING):
    async def done(lab):
        for deed in deeds:
            await deed(lab)
        return lab, plan

    done.__name__ = "_".join(deed.__name__ for deed in deeds) or "nothing"
    return done


async def routing_back(lab):
    lab.update(TRAINING)
    await lab.restart(ROUTING)


async def stat_started(lab):
    with suppress(PortInUseError):
        await lab.start(STAT)


async def outsider_ended(lab):
    await lab.end_outsiders()


async def all_restarted(lab):
    lab.update(TRAINING)
    await lab.end_outsiders()
    await lab.stop(ROUTING)
    await lab.start(STAT, ROUTING)


CASES["as-planned"] = Case(
    TRAINING,
    drifted,
    with_plan(routing_back),
    [
        with_plan(stat_started, outsider_ended),
        with_plan(routing_back, stat_started),
        with_plan(routing_back, outsider_ended),
    ],
    [with_plan(routing_back, stat_started, outsider_ended), with_plan(all_restarted)],
)

FOUND = compare(TRAINING, read_sockets(PLANS / "sip-host-ss.txt"))


def named(program):
    async def done(_):
        return FOUND, program

    return done


CASES["who-holds-the-port"] = Case(
    None,
    nothing,
    named("t_server"),
    [named("sip_server"), named("8010"), named("sshd"), named("")],
    [named("nginx"), named(" Nginx")],
)
