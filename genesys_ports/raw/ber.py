"""A small reader of BER (ITU-T X.690), as much of it as SNMP needs: tag, length, content; never past the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Element", "NotBER", "elements", "integer", "oid", "one"]


class NotBER(ValueError):
    """Bytes that are no BER, or not what was expected."""


class Element(NamedTuple):
    """One tag with its content."""

    tag: int
    content: bytes


def elements(data: bytes) -> Iterator[Element]:
    """The elements that stand one after another. Raises `NotBER`."""
    at = 0
    while at < len(data):
        if len(data) - at < 2:
            raise NotBER
        tag, length = data[at], data[at + 1]
        at += 2
        # Tags of more than one byte (8.1.2.4) and lengths without end (8.1.3.6) do not occur in SNMP (RFC 3417, 8).
        if tag & 0x1F == 0x1F or length == 0x80:
            raise NotBER
        if length > 0x80:
            count = length & 0x7F
            if count > 4 or len(data) - at < count:
                raise NotBER
            length = int.from_bytes(data[at : at + count])
            at += count
        if len(data) - at < length:
            raise NotBER
        yield Element(tag, data[at : at + length])
        at += length


def one(data: bytes, tag: int) -> bytes:
    """The content of the only element, which must have this tag. Raises `NotBER`."""
    found = list(elements(data))
    if len(found) != 1 or found[0].tag != tag:
        raise NotBER
    return found[0].content


def integer(content: bytes, *, signed: bool = True) -> int:
    """A whole number (8.3). Raises `NotBER`."""
    # Counter64 takes nine bytes at most.
    if not 1 <= len(content) <= 9:
        raise NotBER
    return int.from_bytes(content, signed=signed)


def oid(content: bytes) -> tuple[int, ...]:
    """An object identifier (8.19); 128 numbers of 32 bits at most (RFC 2578, section 3.5). Raises `NotBER`."""
    numbers: list[int] = []
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if number >= 2**32 + 80 or len(numbers) >= 128:
            raise NotBER
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers or content[-1] & 0x80:
        raise NotBER
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])
