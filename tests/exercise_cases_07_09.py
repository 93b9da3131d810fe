"""The tasks of lessons 07 to 09, tried out."""

from contextlib import suppress

from genesys_ports.errors import PortInUseError
from genesys_ports.plan import accept, check, read_plans, read_sockets
from genesys_ports.plan.reality import compare
from genesys_ports.widgets import PlanEditor
from tests.exercise_case import PLANS, Case, nothing, plan_of, with_sip

CASES_07_09: dict[str, Case] = {}

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


CASES_07_09["call-over-tcp"] = Case(
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


CASES_07_09["register-the-softphone"] = Case(
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


CASES_07_09["mend-the-sheet"] = Case(
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


CASES_07_09["edit-the-plan"] = Case(
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
STAT, ROUTING = "stat_server", "universal_routing_server"
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


CASES_07_09["as-planned"] = Case(
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


CASES_07_09["who-holds-the-port"] = Case(
    None,
    nothing,
    named("t_server"),
    [named("sip_server"), named("8010"), named("sshd"), named("")],
    [named("nginx"), named(" Nginx")],
)
