"""What is proposed where a port cannot stay, or had better not: which one moves, and to which number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import NamedTuple

from ...errors import NoFreePortError
from ...model import Application, number_text
from ..findings import Change
from ..free import FreePorts
from . import words
from .choices import keeps, may_be_own, wrong
from .ground import Ground, Stand
from .system import outgoing_numbers, rights_below

__all__ = ["Moves", "Proposal"]


class Proposal(NamedTuple):
    """The sentence of a proposal, and the moves it makes."""

    text: str
    changes: tuple[Change, ...]


class Moves:
    """The proposals of one check: a port moves once, and no number is proposed twice."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._moved: dict[tuple[str, str], int] = {}
        #: What is only told, with an if, since the plan does not say what the application is.
        self._named: dict[tuple[str, str], int] = {}
        #: Hosts and blocks that have no number left, so that they are not searched again.
        self._full: set[tuple[str, str, str, range | None, int]] = set()
        #: Of each machine, a number beside which to look for ports whose own says nothing.
        self._usual: dict[str, int] = {}

    @cached_property
    def _free(self) -> FreePorts:
        return FreePorts(self._ground.plan, self._ground.platform)

    def apart(self, stands: Sequence[Stand], *, all_move: bool = False) -> Proposal:
        """Moves all of these but one, or all, to numbers of their own.

        It stays: what has moved away for another finding already leaves; of the others the one whose number is its own
        by documentation stays, else the widest range, else the one most clients know, else the first of the plan.
        """
        waiting = [one for one in stands if one.key not in self._moved]
        moving = [one for one in stands if one.key in self._moved]
        if waiting and not all_move:
            stays = max(range(len(waiting)), key=lambda i: (*self._weight(waiting[i]), -i))
            waiting.pop(stays)
        changes: list[Change] = []
        sentences: list[str] = []
        for one in moving:
            changes.append(self._change(one))
        for one in waiting:
            changes += self._move(one, sentences)
        moved = [one for one in (*moving, *waiting) if one.key in self._moved]
        left = [one for one in waiting if one.key not in self._moved]
        told = [words.listed(map(self._told, moved), words.PROPOSED, len(moved))] if moved else []
        told += sentences[: words.PROPOSED]
        if left:
            names = words.named([one.application.name for one in left])
            told.append(words.NO_NUMBER_LEFT.format(applications=names, host=words.shown(left[0].application.host)))
        return Proposal(words.told_together(told), tuple(dict.fromkeys(changes)))

    def away(self, code: str, stands: Sequence[Stand]) -> Proposal:
        """Moves all of these to numbers with which nothing is wrong, so that the finding `code` is mended.

        A number that is the application's own stays, by documentation or as that of a service; where it may be, a
        number is only told. Nobody leaves a block for that.
        """
        group = {one.key for one in stands}
        changes: list[Change] = []
        sentences: list[str] = []
        moved: list[Stand] = []
        left: dict[tuple[str, range | None], list[Stand]] = {}
        own: list[Stand] = []
        perhaps: list[Stand] = []
        for one in stands:
            if keeps(self._ground, one):
                own.append(one)
                continue
            if not self._movable(one):
                continue
            if one.key not in self._moved and may_be_own(self._ground, one):
                made = []
                if self._name(one):
                    perhaps.append(one)
                    continue
            elif one.key not in self._moved:
                made = self._move(one, sentences, group, choice=True)
            else:
                # It moves for a graver reason: whether there it is better is to be seen.
                mended = code not in wrong(self._ground, self._at(one, self._moved[one.key]))
                made = [self._change(one)] if mended else []
            if made:
                moved.append(one)
                changes += made
            else:
                block = self._ground.block_of(one.application)
                left.setdefault(("" if block else one.application.host, block), []).append(one)
        told = [words.listed(map(self._told, moved), words.PROPOSED, len(moved))] if moved else []
        told += sentences[: words.PROPOSED]
        if perhaps:
            told.append(self._told_perhaps(perhaps))
        for (host, block), those in list(left.items())[: words.PROPOSED]:
            names = words.named([words.port_of(one) for one in those])
            if block is None:
                told.append(words.NO_NUMBER_LEFT.format(applications=names, host=words.shown(host)))
            else:
                told.append(words.BLOCK_FULL.format(applications=names, block=_numbers(block.start, len(block))))
        # Of a full block it has been said.
        if told and code in words.INSTEAD and not (left and code == "GP410"):
            told.append(words.INSTEAD[code])
        if own and code == "GP406":
            sentence = words.KEEPS_ONE if len(own) == 1 else words.KEEPS
            told.append(sentence.format(ports=words.named([words.port_of(one) for one in own])))
        return Proposal(words.told_together(told), tuple(dict.fromkeys(changes)))

    def to_number(self, stand: Stand, number: int) -> Proposal | None:
        """Moves a port to just this number, if it is free there and a good choice."""
        # The search begins above a number, and there is none below 1.
        if not self._movable(stand) or number < 2 or wrong(self._ground, self._at(stand, number)):
            return None
        length = len(stand.port.numbers)
        try:
            self._free.take_for_all([_place(stand)], number - 1, block=range(number, number + length), length=length)
        except NoFreePortError:
            return None
        self._moved[stand.key] = number
        return Proposal(
            words.MOVE_TO.format(
                number=_numbers(number, length), port=words.port_of(stand), transport=stand.port.transport.carrier
            ),
            (self._change(stand),),
        )

    def client_port(self, client: Application, number: int) -> int | None:
        """A free number for a client's own end."""
        try:
            return self._free.take_for_all([(client.host, "tcp", "")], number, block=self._ground.block_of(client))
        except NoFreePortError:
            return None

    def is_moved(self, stand: Stand) -> bool:
        """Whether a proposal moves this port."""
        return stand.key in self._moved

    # --- how

    def _weight(self, stand: Stand) -> tuple[bool, bool, int, int]:
        ground = self._ground
        return keeps(ground, stand), may_be_own(ground, stand), len(stand.port.numbers), ground.clients[stand.key]

    def _movable(self, stand: Stand) -> bool:
        # Two ports with one port id: a change can name the first of them only.
        return self._ground.port_ids(stand.application)[stand.port.port_id] is stand.port

    def _change(self, stand: Stand) -> Change:
        return Change(*stand.key, self._moved[stand.key])

    def _told(self, stand: Stand) -> str:
        number = _numbers(self._moved[stand.key], len(stand.port.numbers))
        block = self._ground.block_of(stand.application)
        told = {"number": number, "port": words.port_of(stand)}
        if block is None:
            return words.NEXT_FREE.format(**told)
        where = f"{block.start}-{block.stop - 1}"
        if self._moved[stand.key] in block:
            return words.NEXT_FREE_IN.format(block=where, **told)
        return words.NEXT_FREE_BESIDE.format(block=where, **told)

    def _at(self, stand: Stand, number: int) -> Stand:
        return Stand(stand.application, stand.port.at(number))

    def _move(
        self, stand: Stand, sentences: list[str], told: Collection[tuple[str, str]] = (), *, choice: bool = False
    ) -> list[Change]:
        """Moves a port and what goes with it; nothing when no number is left.

        `told` are those of which the caller tells. Where it is a `choice`, nobody moves to a number that is a bad one.
        """
        if stand.key in self._moved or not self._movable(stand):
            return []
        number, ports = self._found(stand, choice=choice)
        if number is None:
            return []
        for one in ports:
            self._moved[one.key] = number
        others = [words.port_of(one) for one in ports[1:] if one.key not in told]
        if others:
            sentences.append(words.MOVE_WITH.format(port=words.port_of(stand), ports=words.named(others)))
        return [self._change(one) for one in ports]

    def _name(self, stand: Stand) -> bool:
        """Finds a number for a port that may be right where it is, and for what goes with it; moves nothing."""
        if stand.key not in self._named:
            number, ports = self._found(stand, choice=True)
            if number is None:
                return False
            self._named.update((one.key, number) for one in ports)
        return True

    def _told_perhaps(self, stands: Sequence[Stand]) -> str:
        told = [
            (_numbers(self._named[one.key], len(one.port.numbers)), words.port_of(one))
            for one in stands[: words.PROPOSED]
        ]
        if len(stands) == 1:
            ((number, port),) = told
            return words.MAY_BE_OWN_ONE.format(port=port, number=number)
        each = [words.NUMBER_FOR.format(number=number, port=port) for number, port in told]
        return words.MAY_BE_OWN.format(numbers=words.listed(each, words.PROPOSED, len(stands)))

    def _found(self, stand: Stand, *, choice: bool) -> tuple[int | None, list[Stand]]:
        """A number for a port and those that go with it, from now on taken; None when there is none left."""
        block = self._ground.block_of(stand.application)
        together = self._with_it(stand)
        # All of them to one number, in its block or a partner's; where that cannot be, the port alone; where its block
        # is full, beside the block.
        blocks = list(dict.fromkeys([block, *(self._ground.block_of(one.application) for one in together)]))
        tries = [
            (together, block, choice),
            *((together, other, True) for other in blocks[1:]),
            ([stand], block, choice),
        ]
        for ports, numbers, good in tries if choice else [*tries, ([stand], None, False)]:
            number = self._take(ports, numbers)
            if number is None or (good and any(wrong(self._ground, self._at(one, number)) for one in ports)):
                continue
            return number, ports
        return None, []

    def _take(self, stands: Sequence[Stand], block: range | None) -> int | None:
        port = stands[0].port
        key = (*_place(stands[0]), block, len(port.numbers))
        if len(stands) == 1 and key in self._full:
            return None
        try:
            return self._free.take_for_all(
                [_place(one) for one in stands], self._near(stands[0]), block=block, length=len(port.numbers)
            )
        except NoFreePortError:
            if len(stands) == 1:
                self._full.add(key)
            return None

    def _near(self, stand: Stand) -> int:
        """The number beside which to look: its own, or one of the host's where nobody may have any beside its own."""
        number = stand.port.number
        machine = self._ground.machine_of[stand.application.host]
        platform = self._ground.platform_of[machine]
        lowest, taken = rights_below(platform), outgoing_numbers(platform)
        if number >= lowest and number not in taken:
            return number
        if machine not in self._usual:
            self._usual[machine] = next(
                (
                    port.number
                    for one in self._ground.on_machine[machine]
                    for port in one.ports
                    if lowest <= port.number < taken.start and port.last is None
                ),
                0,
            )
        # A host that has no such port: the nearest that anybody may have.
        return self._usual[machine] or (lowest if number < lowest else taken.start) - 1

    def _with_it(self, stand: Stand) -> list[Stand]:
        """The port with those that should keep its number: TCP beside UDP, and both at the HA partner elsewhere."""
        ground = self._ground
        application, port = stand
        own = [
            Stand(application, other)
            for other in ground.on_number(application, port)
            if other.transport.carrier is not port.transport.carrier
        ]
        partner = ground.partner(application)
        theirs: list[Stand] = []
        if partner is not None and not self._one_machine(application, partner):
            ids = ground.port_ids(partner)
            for one in (stand, *own):
                other = ids.get(one.port.port_id)
                # A documented default stays where nothing is in its way.
                if other is None or ground.is_default(Stand(partner, other)):
                    continue
                if other.numbers == port.numbers or self._comes_along(one, Stand(partner, other)):
                    theirs.append(Stand(partner, other))
        # Of each application one for TCP and one for UDP: two of a kind cannot have one number wherever they go.
        kinds = {(application.name, port.transport.carrier)}
        together = [stand]
        for one in (*own, *theirs):
            kind = one.application.name, one.port.transport.carrier
            settled = one.key in self._moved or one.key in self._named
            if kind not in kinds and not settled and self._movable(one):
                kinds.add(kind)
                together.append(one)
        return together

    def _comes_along(self, stand: Stand, other: Stand) -> bool:
        """Whether two of a pair that have drifted apart meet on a new number, now that one moves: else it would be
        asked to follow next time.
        """
        ground = self._ground
        if len(stand.port.numbers) != len(other.port.numbers) or ground.silent("GP221", ground.rows((stand, other))):
            return False
        return ground.is_pair(stand.application, other.application) and not (
            keeps(ground, other) or may_be_own(ground, other)
        )

    def _one_machine(self, one: Application, two: Application) -> bool:
        machine_of = self._ground.machine_of
        return machine_of[one.host] == machine_of[two.host]


def _place(stand: Stand) -> tuple[str, str, str]:
    return stand.application.host, str(stand.port.transport), stand.port.address


def _numbers(number: int, length: int) -> str:
    return number_text(number, None if length == 1 else number + length - 1)
