"""Lines of text as terminals send them: telnet, nc, or a program.

Telnet's negotiation bytes are taken out and not answered: whoever gets no answer goes on line by line with its own
echo, which is what a console of lines wants (RFC 854, "The Network Virtual Terminal").
"""

from __future__ import annotations

__all__ = ["LINE_LIMIT", "Lines", "to_wire"]

#: Bytes of the longest line; nobody types so many.
LINE_LIMIT = 512

# RFC 854, "Telnet command structure".
_IAC, _DONT, _WILL, _SB, _SE = 255, 254, 251, 250, 240
_CR, _LF, _NUL = b"\r\n\0"
#: BS and DEL of a terminal that sends each key at once.
_RUBOUT = b"\b\x7f"


class Lines:
    """Cuts what comes into lines, without their ends (CR LF, CR NUL, LF or CR); `too_long` tells that one was."""

    def __init__(self) -> None:
        self.too_long = False
        self._line = bytearray()
        self._after_return = False
        # What of a telnet command has come: nothing, IAC, IAC and a verb, or anything up to IAC SE.
        self._command = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete now. After one that is too long nothing is taken any more."""
        found: list[str] = []
        for byte in data:
            if self.too_long:
                break
            if self._is_command(byte):
                continue
            ended, self._after_return = self._after_return, byte == _CR
            if ended and byte in (_LF, _NUL):
                continue
            if byte in (_CR, _LF):
                found.append(_text(self._line))
                self._line.clear()
            elif byte in _RUBOUT:
                del self._line[-1:]
            else:
                self._line.append(byte)
                self.too_long = len(self._line) > LINE_LIMIT
        return found

    def _is_command(self, byte: int) -> bool:
        before, self._command = self._command, b""
        if not before:
            if byte == _IAC:
                self._command = b"\xff"
            return byte == _IAC
        if before == b"\xff":
            if byte == _IAC:
                # IAC IAC is the byte 255 itself.
                return False
            if byte == _SB or _WILL <= byte <= _DONT:
                self._command = bytes((_IAC, byte))
            return True
        if before[1] == _SB and not (before[2:] and byte == _SE):
            # Of what is negotiated only its end matters.
            self._command = before[:2] + (b"\xff" if byte == _IAC and not before[2:] else b"")
        return True


def to_wire(text: str) -> bytes:
    """Text with line ends as terminals want them."""
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


def _text(line: bytes | bytearray) -> str:
    text = line.decode("utf-8", "replace").replace("\t", " ")
    return "".join(letter for letter in text if letter.isprintable())
