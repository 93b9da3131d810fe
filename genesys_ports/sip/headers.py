"""The headers of a message, in order; names compare without case, and their compact forms are known (RFC 3261 7.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .grammar import TOKEN

__all__ = ["COMPACT", "LINE", "NAMES", "Headers", "key_of"]

#: One header line: its name, and its value without blanks around it.
LINE = re.compile(rf"^({TOKEN})[ \t]*+:[ \t]*+((?:.*[^ \t\r\n])?)[ \t]*+\r\n", re.MULTILINE)

#: RFC 3261 7.3.3, and the registry of the headers that came later.
COMPACT = {
    "c": "Content-Type",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
}

_KNOWN = [
    *COMPACT.values(),
    *("Accept", "Allow", "CSeq", "Date", "Expires", "Max-Forwards", "Min-Expires", "Record-Route", "Require", "Route"),
    *("Server", "User-Agent", "Warning", "Unsupported", "Timestamp", "Authorization", "WWW-Authenticate"),
]

#: How a header is looked up, by the ways it is mostly written: that saves making small letters of each.
_KEYS = {
    **{short: name.lower() for short, name in COMPACT.items()},
    **{short.upper(): name.lower() for short, name in COMPACT.items()},
    **{name: name.lower() for name in _KNOWN},
}

#: How a header is written, by the way it is looked up.
NAMES = {name.lower(): name for name in _KNOWN}


def key_of(name: str) -> str:
    """The one name, in small letters, that all ways of writing a header share."""
    return _KEYS.get(name) or name.lower()


class Headers:
    """Headers in the order of their lines; changing them gives new ones.

    `headers["Via"]` is the value of the first line of that name, `headers.all("Via")` has those of all.
    """

    __slots__ = ("_caught", "_groups", "_index", "_pairs", "_small")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs: tuple[tuple[str, str], ...] | None = tuple(pairs)
        self._caught: re.Match[str] | None = None
        self._groups: Mapping[str, int] = {}
        self._small = ""
        self._index: dict[str, list[str]] | None = None

    @classmethod
    def of_match(cls, caught: re.Match[str], groups: Mapping[str, int]) -> Headers:
        """The headers that a pattern has caught: its group "lines" has all of them, valid and none in its compact form.

        `groups` tells which others have the values of those that stand there once or not at all, by their names in
        small letters. The lines are taken apart when something else is asked for.
        """
        headers = cls()
        headers._caught, headers._groups, headers._pairs = caught, groups, None
        return headers

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names and values, one pair for each line."""
        if self._pairs is None:
            self._pairs = tuple(LINE.findall(self._caught["lines"])) if self._caught else ()
        return self._pairs

    def by_key(self) -> dict[str, list[str]]:
        """The values by their names in small letters, compact ones in full. Not to be changed."""
        if self._index is None:
            index: dict[str, list[str]] = {}
            for name, value in self.pairs():
                key = _KEYS.get(name) or name.lower()
                if key in index:
                    index[key].append(value)
                else:
                    index[key] = [value]
            self._index = index
        return self._index

    def _values(self, name: str) -> Sequence[str]:
        key = _KEYS.get(name) or name.lower()
        caught = self._caught
        if caught is not None:
            if key in self._groups:
                value = caught[self._groups[key]]
                return () if value is None else (value,)
            # Most of what is asked for is not there, and to see that no line has to be taken apart.
            self._small = self._small or caught["lines"].lower()
            if key not in self._small:
                return ()
        return self.by_key().get(key, ())

    def __getitem__(self, name: str) -> str:
        values = self._values(name)
        if not values:
            raise KeyError(name)
        return values[0]

    def get(self, name: str, default: str = "") -> str:
        """The value of the first line of that name, or `default`."""
        values = self._values(name)
        return values[0] if values else default

    def all(self, name: str) -> tuple[str, ...]:
        """The values of all lines of that name."""
        return tuple(self._values(name))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._values(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs())

    def __len__(self) -> int:
        return len(self.pairs())

    def __eq__(self, other: object) -> bool:
        return self.pairs() == other.pairs() if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs())

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs())!r})"

    def with_first(self, name: str, value: str) -> Headers:
        """These headers with one more before all others."""
        return Headers(((name, value), *self.pairs()))

    def with_last(self, name: str, value: str) -> Headers:
        """These headers with one more after all others."""
        return Headers((*self.pairs(), (name, value)))

    def replaced(self, name: str, value: str) -> Headers:
        """These headers with one line of that name, where its first stood or else at the end."""
        key = key_of(name)
        if key not in self.by_key():
            return self.with_last(name, value)
        first = next(at for at, (other, _) in enumerate(self) if key_of(other) == key)
        rest = [pair for pair in self.pairs()[first + 1 :] if key_of(pair[0]) != key]
        return Headers((*self.pairs()[:first], (name, value), *rest))

    def without(self, name: str) -> Headers:
        """These headers without the lines of that name."""
        key = key_of(name)
        return Headers(pair for pair in self if key_of(pair[0]) != key)
