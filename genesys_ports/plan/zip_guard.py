"""The parts of a workbook, unpacked within bounds: what the archive says of itself is checked before any part is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from ..errors import PlanFileError
from . import xlsx_words as words

__all__ = ["MOST_PARTS", "MOST_RATIO", "MOST_UNPACKED", "Parts", "part_key"]

MOST_PARTS = 5_000
#: Bytes of all parts together; a plan of 500,000 rows fits.
MOST_UNPACKED = 256 * 1024 * 1024
#: How many times its packed size a part may take. Sheets of one value in every row come to about 60.
MOST_RATIO = 300
#: Small parts may be squeezed as they like.
RATIO_FROM = 8 * 1024 * 1024

CHUNK = 128 * 1024

_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: What `zipfile` and `zlib` raise for an archive that is not what it says.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, OverflowError, RuntimeError)


class Parts:
    """The parts of one workbook by name, whatever its case. Raises `PlanFileError`, also while a part is read."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        if not data.startswith(b"PK"):
            raise PlanFileError(file, _what_it_is(data))
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise PlanFileError(file, words.DAMAGED) from None
        self._parts = {part_key(part.filename): part for part in self._archive.infolist()}
        self._check()

    def _check(self) -> None:
        parts = sorted(self._archive.infolist(), key=lambda part: part.header_offset)
        if len(parts) > MOST_PARTS:
            raise PlanFileError(self.file, words.MANY_PARTS.format(most=f"{MOST_PARTS:,}"))
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise PlanFileError(self.file, words.PASSWORD)
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise PlanFileError(self.file, words.UNPACKS.format(megabytes=MOST_UNPACKED // 1024**2))
        if any(part.file_size > max(RATIO_FROM, part.compress_size * MOST_RATIO) for part in parts):
            raise PlanFileError(self.file, words.SQUEEZED.format(times=MOST_RATIO))
        # Two parts of one name, or out of the same bytes, are one trick to show different programs different plans,
        # and one to unpack a few bytes a thousand times.
        overlap = any(
            one.header_offset + _LOCAL_HEADER + one.compress_size > two.header_offset for one, two in pairwise(parts)
        )
        usual = all(part.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts)
        if len(self._parts) < len(parts) or overlap or not usual:
            raise PlanFileError(self.file, words.DAMAGED)

    def __contains__(self, name: str) -> bool:
        return part_key(name) in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, a piece at a time."""
        try:
            with self._archive.open(self._parts[part_key(name)]) as opened:
                # `zipfile` stops at the size the archive has declared, which was checked.
                while chunk := opened.read(CHUNK):
                    yield chunk
        except (*_BROKEN, KeyError):
            raise PlanFileError(self.file, words.DAMAGED) from None


def part_key(name: str) -> str:
    """What tells the parts of a package apart."""
    # Some programs write backslashes, and names compare without case (ECMA-376 part 2, 6.2.2).
    return name.replace("\\", "/").lstrip("/").lower()


def _what_it_is(data: bytes) -> str:
    if data.startswith(_OLE):
        # A workbook with a password is a stream of this name in the old container (MS-OFFCRYPTO 2.3.4.4).
        return words.PASSWORD if "EncryptedPackage".encode("utf-16-le") in data else words.OLD_FORMAT
    if data.startswith(b"%PDF"):
        return words.PDF
    beginning = data[:4096]
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        return words.WEB_PAGE
    return words.NO_WORKBOOK if b"\0" in beginning else words.TEXT
