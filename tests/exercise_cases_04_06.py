"""The tasks of lessons 04 to 06, tried out."""

from contextlib import suppress

from genesys_ports import load_switch
from genesys_ports.errors import BusyError, PortInUseError, SnmpSilentError
from tests.exercise_case import PLANS, Case, nothing, plan_of

CASES_04_06: dict[str, Case] = {}

# --- 04

MESSAGE, CONTROL = "message_server", "solution_control_server"
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


CASES_04_06["give-a-management-port"] = Case(
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


CASES_04_06["report-a-crash"] = Case(
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


CASES_04_06["correct-the-link"] = Case(
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


CASES_04_06["restore-the-link"] = Case(
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


CASES_04_06["five-calls-at-once"] = Case(
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


CASES_04_06["a-new-station"] = Case(
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
