"""The tasks of lessons 01 to 03, tried out."""

from contextlib import suppress

from genesys_ports.errors import PortInUseError
from tests.exercise_case import Case, nothing, plan_of, with_sip

CASES_01_03: dict[str, Case] = {}

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


CASES_01_03["open-solution-control-server"] = Case(
    plan_of("first-ports"),
    message_server_runs,
    nothing,
    [the_server_that_runs, started_and_stopped, on_another_number, by_somebody_else],
    [start_control, start_every_server],
)


async def sip_server_runs(lab):
    await lab.start("message_server", "sip_server")


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


CASES_01_03["open-sip-over-tcp"] = Case(
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


CASES_01_03["move-message-server"] = Case(
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


CASES_01_03["turn-the-connection"] = Case(
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


CASES_01_03["mend-the-plan"] = Case(
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


CASES_01_03["one-number-two-servers"] = Case(
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
