"""The codes of findings: what each means, how grave it is, why it matters, where that is written, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import InvalidValueError
from ..table import Table, Tabled
from . import code_words
from .findings import Severity

__all__ = ["CODES", "FAMILIES", "Code", "covers", "markdown", "switched_off", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Tabled):
    """One kind of finding. `why` and `remedy` are whole sentences; `example` is a plan, in few words, that has it."""

    code: str
    severity: Severity
    title: str
    why: str
    source: str
    example: str
    remedy: str

    def table(self) -> Table:
        """What it means, one line each."""
        names = ("severity", "title", "why", "source", "example", "remedy")
        return Table((self.code, ""), [(code_words.FIELDS[name], getattr(self, name)) for name in names])


def _severity_of(code: str) -> Severity:
    return next(severity for severity in Severity if code in code_words.SEVERITIES[severity])


#: Every code there is.
CODES: dict[str, Code] = {
    code: Code(
        code=code,
        severity=_severity_of(code),
        title=title,
        why=why,
        source=source,
        example=example,
        remedy=remedy,
    )
    for code, (title, why, source, example, remedy) in code_words.CODES.items()
}

#: What the first digit of a code stands for.
FAMILIES: dict[str, str] = code_words.FAMILIES


def switched_off(words: Iterable[str]) -> frozenset[str]:
    """The codes that these words name: a code (`GP101`) or a family of codes (`GP5`), in any case.

    Raises `InvalidValueError`, with every code there is, for anything else.
    """
    # One code alone is a str, and a str is an iterable of letters too.
    every = (words,) if isinstance(words, str) else words
    return frozenset(code for word in every for code in _named(word))


def covers(words: Iterable[str], code: str) -> bool:
    """Whether these words, of the column Ignore of a row, name this code or its family."""
    return any(_fold(word) in (code, code[:3]) for word in words)


def unknown(words: Iterable[str]) -> list[str]:
    """Those of these words that name no code and no family."""
    return sorted(word for word in words if _fold(word) not in CODES and _fold(word) not in FAMILIES)


def _named(word: str) -> list[str]:
    folded = _fold(word)
    found = [code for code in CODES if folded in (code, code[:3])]
    if not found:
        raise InvalidValueError("finding code", word, [*FAMILIES, *CODES])
    return found


def _fold(word: str) -> str:
    return str(word).strip().upper()


def markdown() -> str:
    """The page `docs/findings.md`: every code with its example and its remedy."""
    lines = [code_words.PAGE.rstrip()]
    for family, meaning in FAMILIES.items():
        lines += ["", f"## {family}xx · {meaning}"]
        for one in CODES.values():
            if not one.code.startswith(family):
                continue
            lines += ["", f"### {one.code} · {one.title}", "", f"*{one.severity}*: {one.why}", ""]
            for name in ("example", "remedy", "source"):
                lines.append(f"- **{code_words.FIELDS[name]}**: {getattr(one, name)}")
    return "\n".join(lines) + "\n"
