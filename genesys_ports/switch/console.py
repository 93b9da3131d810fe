"""The line console of a switch's management port, on which an administrator programs the switch."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from ..errors import PortsError
from ..errors.root import listed, short
from ..model import must_be_voice
from ..table import Table, one_line
from . import console_words as words
from .calls import VoicePortState
from .states import PortStatus
from .switching import Switching

__all__ = ["LONGEST_LINE", "Console"]

#: Characters of one line; the longest command has some twenty.
LONGEST_LINE = 200

#: Passwords that may be wrong before the session ends.
ATTEMPTS = 3

#: The lab's administrator. Every switch has its own.
USERS: Mapping[str, str] = MappingProxyType({"admin": "training"})

#: What may be asked before a login.
_OPEN_TO_ALL = ("login", "help", "quit")


class Console:
    """One session at the console: a line in, an answer of some lines out.

    Real switches have consoles of their own making; these commands are ours. `over` is true when the session has ended:
    after `quit`, or after three wrong passwords.
    """

    def __init__(self, switching: Switching, name: str, users: Mapping[str, str] = USERS) -> None:
        self._switching = switching
        self._name = one_line(name)
        self._users = users
        self._user = ""
        self._asked = ""
        self._left = ATTEMPTS
        self._waits = False
        self.over = False

    @property
    def prompt(self) -> str:
        """What stands before the next line: `switch> `, `Password: `, or `switch# ` after the login."""
        if self._waits:
            return words.PASSWORD
        return (words.PROMPT_IN if self._user else words.PROMPT_OUT).format(name=self._name)

    def greeting(self) -> str:
        """What is shown first."""
        return words.GREETING.format(name=self._name)

    def line(self, text: str) -> str:
        """The answer to one line, without its end; it may have several lines, or be empty. Raises nothing."""
        if self.over:
            return ""
        text = text.rstrip("\r\n")
        if self._waits:
            return self._password(text)
        if len(text) > LONGEST_LINE:
            return words.TOO_LONG.format(most=LONGEST_LINE)
        text = text.replace("\t", " ").strip()
        if not text.isprintable():
            return words.UNSEEN
        if not text:
            return ""
        return self._command(text.split())

    def _command(self, typed: list[str]) -> str:
        name, arguments = _command_of(typed)
        if not name:
            return _unknown(typed)
        if not self._user and name not in _OPEN_TO_ALL:
            return words.LOGIN_FIRST
        fewest, most, run = _COMMANDS[name]
        if name == "login" and len(arguments) > most:
            # What stands behind the name may be a password: it is not shown.
            return words.NAME_ALONE
        if not fewest <= len(arguments) <= most:
            return words.USAGE.format(usage=words.HELP[name].usage, example=words.HELP[name].example)
        try:
            return run(self, *arguments)
        except PortsError as error:
            return "\n".join(map(one_line, error.sentences()))

    # --- the session

    def _login(self, name: str) -> str:
        if self._user:
            return words.LOGGED_IN_ALREADY.format(user=self._user)
        self._asked, self._waits = name, True
        return ""

    def _password(self, text: str) -> str:
        self._waits = False
        # An unknown name is asked too, and compared: nobody learns which names there are.
        known = self._users.get(self._asked)
        right = hmac.compare_digest(text[:LONGEST_LINE].encode("utf-8", "replace"), (known or "").encode())
        if right and known is not None:
            self._user, self._left = self._asked, ATTEMPTS
            return words.WELCOME.format(user=self._user)
        self._left -= 1
        self.over = not self._left
        return words.WRONG[self._left]

    def _quit(self) -> str:
        self.over = True
        return words.GOODBYE

    def _help(self, *typed: str) -> str:
        if not typed:
            return str(Table(words.HELP_COLUMNS, [(one.usage, one.text) for one in words.HELP.values()]))
        name, _ = _command_of(list(typed))
        if not name:
            return _unknown(list(typed))
        told = words.HELP[name]
        return f"{told.text}\n{words.USAGE.format(usage=told.usage, example=told.example)}"

    # --- looking

    def _show_ports(self) -> str:
        return str(_ports(self._switching.ports(), words.PORTS, name=self._name))

    def _show_card(self, card: str) -> str:
        must_be_voice(card)
        every = self._switching.ports()
        cards = dict.fromkeys(one.port.card for one in every if one.port.card)
        # Whoever has no card "3" in front of them means card 03.
        card = next((one for one in (card, card.zfill(2)) if one in cards), card)
        found = [one for one in every if one.port.card == card]
        if not found:
            return words.NO_CARD.format(card=short(card), known=one_line(listed(cards)))
        return str(_ports(found, words.CARD, name=self._name, card=card))

    def _show_calls(self) -> str:
        calls = self._switching.calls()
        if not calls:
            return words.NO_CALLS.format(name=self._name)
        rows = [
            (call.call_id, call.calling, call.called, one.number, one.port, one.state)
            for call in calls
            for one in call.parties
        ]
        caption = words.CALLS_ONE if len(calls) == 1 else words.CALLS_MANY
        return str(Table(words.CALL_COLUMNS, rows, caption.format(name=self._name, count=len(calls))))

    def _port(self, label: str) -> VoicePortState | None:
        return next((one for one in self._switching.ports() if one.port.label == label), None)

    # --- programming

    def _add_station(self, label: str) -> str:
        self._switching.add_station(label)
        return words.ADDED.format(label=label)

    def _assign(self, dn: str, label: str) -> str:
        if self._port(dn) is not None and self._port(label) is None:
            return words.DN_FIRST.format(dn=label, label=dn)
        self._switching.assign(dn, label)
        return words.ASSIGNED.format(dn=dn, label=label)

    def _unassign(self, dn: str) -> str:
        label = next((one.port.label for one in self._switching.ports() if one.port.dn == dn), "")
        self._switching.unassign(dn)
        return words.UNASSIGNED.format(dn=dn, label=one_line(label))

    def _busy_out(self, label: str) -> str:
        before = self._port(label)
        self._switching.busy_out(label)
        if before is not None and before.status is PortStatus.OUT_OF_SERVICE:
            return words.OUT_ALREADY.format(label=label)
        if before is not None and before.call_id:
            return words.OUT_LATER.format(label=label, call=before.call_id)
        return words.OUT_NOW.format(label=label)

    def _release(self, label: str) -> str:
        before = self._port(label)
        self._switching.release(label)
        if before is not None and before.status is PortStatus.OUT_OF_SERVICE:
            return words.BACK.format(label=label)
        if before is not None and before.closing:
            return words.STAYS.format(label=label, call=before.call_id)
        return words.IN_ALREADY.format(label=label)


#: Each command: how many arguments it takes, and who answers it.
_COMMANDS: dict[str, tuple[int, int, Callable[..., str]]] = {
    "login": (1, 1, Console._login),
    "help": (0, LONGEST_LINE, Console._help),
    "show ports": (0, 0, Console._show_ports),
    "show calls": (0, 0, Console._show_calls),
    "show card": (1, 1, Console._show_card),
    "add station": (1, 1, Console._add_station),
    "assign": (2, 2, Console._assign),
    "unassign": (1, 1, Console._unassign),
    "busy-out": (1, 1, Console._busy_out),
    "release": (1, 1, Console._release),
    "quit": (0, 0, Console._quit),
}


def _command_of(typed: list[str]) -> tuple[str, list[str]]:
    """The command that a line begins with, and what is behind it; "" for none."""
    for length in (2, 1):
        name = " ".join(typed[:length]).lower()
        if len(typed) >= length and name in _COMMANDS:
            return name, typed[length:]
    return "", []


def _unknown(typed: list[str]) -> str:
    guess = _nearest(typed)
    # Behind a mistyped login there may be a password.
    command = short(" ".join(typed[:1] if guess == "login" else typed))
    return (words.UNKNOWN_GUESS if guess else words.UNKNOWN).format(command=command, guess=guess)


def _nearest(typed: list[str]) -> str:
    """The command that somebody meant who typed this: an abbreviation, a word of other consoles, or a slip."""
    first = [word.lower() for word in typed[:2]]
    if first[0] in words.SYNONYMS:
        return words.SYNONYMS[first[0]]
    for shown in (first, first[:1]):
        for name in _COMMANDS:
            if all(part.startswith(word) for part, word in zip(name.split(), shown, strict=False)):
                return name
    for wanted in (" ".join(first), first[0]):
        close: list[str] = get_close_matches(wanted, _COMMANDS, n=1, cutoff=0.7)
        if close:
            return close[0]
    return ""


def _ports(ports: Iterable[VoicePortState], caption: str, **places: str) -> Table:
    every = list(ports)
    rows = [
        (
            one.port.label,
            one.port.kind,
            one.port.dn,
            words.CLOSING.format(status=one.status) if one.closing else one.status,
            one.call_id,
            one.party,
        )
        for one in every
    ]
    seized = sum(bool(one.call_id) for one in every)
    out = sum(one.status is PortStatus.OUT_OF_SERVICE for one in every)
    return Table(words.PORT_COLUMNS, rows, caption.format(every=len(every), seized=seized, out=out, **places))
