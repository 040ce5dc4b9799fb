"""What a code gun sends, cut into texts: bytes in, texts out.

A gun ends a text with CR, LF, CRLF or TAB, as it is set up; some end it with nothing, and then a quiet line is the end.
A gun that has just ended a text properly is expected to do so again: what it leaves without an end is torn, and is
thrown away once, because half a code is a wrong code.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

ENDS = re.compile(rb"[\r\n\t]")
ACKNOWLEDGED = bytes.fromhex("02000001003331")
"""What a GM65 or GM805 answers to a command, in the same stream as the codes (its manual, with CRC-CCITT 3331)."""

FRAME = b"\x02\x03"
"""STX and ETX, which some guns are set up to put around a text."""

MOST_BYTES = 4096
"""A QR code holds 2,953 bytes."""


class Scanned(Struct, frozen=True):
    """One text, and the bytes that it came as."""

    text: str
    raw: bytes


class TextCounts(Struct):
    """How many texts were good, and in which way the others failed.

    Attributes:
        good: given out.
        torn: without its end, or cut by the opening of the port.
        too_long: more than `MOST_BYTES` without an end.
        undecodable: neither UTF-8 nor GB18030.
    """

    good: int = 0
    torn: int = 0
    too_long: int = 0
    undecodable: int = 0

    @property
    def bad(self) -> int:
        """Texts thrown away, whichever way they failed."""
        return self.torn + self.too_long + self.undecodable


class Texts:
    """A parser of a gun's bytes; unfinished input is bounded, and no bytes make it raise."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._counts = TextCounts()
        self._cut = False
        self._ended = False

    @property
    def counts(self) -> TextCounts:
        """A copy of the counts since the parser was made; `reset` leaves them."""
        return replace(self._counts)

    def reset(self) -> None:
        """A line was opened: what comes before the first quiet, up to an end, may be the rest of a text."""
        self._buffer.clear()
        self._cut = True
        self._ended = False

    def feed(self, data: bytes) -> list[Scanned]:
        """The texts that these bytes complete, oldest first."""
        *whole, rest = ENDS.split(bytes(self._buffer) + data)
        self._buffer = bytearray(rest)
        if whole:
            self._ended = True
        if whole and self._cut:
            self._cut = False
            self._counts.torn += bool(whole[0])
            whole = whole[1:]
        if len(self._buffer) > MOST_BYTES:
            self._counts.too_long += not self._cut
            self._buffer.clear()
            self._cut = True
        return [one for raw in whole if (one := self._text(raw)) is not None]

    def settle(self) -> list[Scanned]:
        """The line is quiet: the text without an end, if this gun sends such; at most one."""
        rest, cut, ended = bytes(self._buffer), self._cut, self._ended
        self._buffer.clear()
        self._cut = False
        if not rest.replace(ACKNOWLEDGED, b""):
            return []
        if cut or ended:
            self._ended = False
            self._counts.torn += 1
            return []
        found = self._text(rest)
        return [found] if found else []

    def _text(self, raw: bytes) -> Scanned | None:
        raw = raw.replace(ACKNOWLEDGED, b"").strip(FRAME)
        if not raw:
            return None
        if len(raw) > MOST_BYTES:
            self._counts.too_long += 1
            return None
        text = decode(raw)
        if text is None:
            self._counts.undecodable += 1
            return None
        self._counts.good += 1
        return Scanned(text, raw)


def decode(raw: bytes) -> str | None:
    """UTF-8 if it is valid, else GB18030 (GBK among it), else None.

    One exception: pairs of bytes alone that give a mixture of rare letters in UTF-8 and ideographs of GB 2312's first
    level in GBK are GBK; the one sign 证 would otherwise be a Hebrew accent.
    """
    chinese = _strict(raw, "gb18030")
    text = _strict(raw, "utf-8-sig")
    if text is None or (chinese is not None and _is_rare(text) and _is_frequent(chinese)):
        return chinese
    return text


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_rare(text: str) -> bool:
    """Whether all letters above ASCII are two bytes each, none of them Latin-1, not all Greek and not all Cyrillic."""
    wide = [letter for letter in text if letter > "\x7f"]
    if not wide or any(letter < "\u0100" or letter > "\u07ff" for letter in wide):
        return False
    return not any(
        all(low <= one <= high for one in wide) for low, high in (("\u0370", "\u03ff"), ("\u0400", "\u045f"))
    )


def _is_frequent(chinese: str) -> bool:
    """Whether all that is above ASCII is of GB 2312's first level (lead bytes B0 to D7): its 3,755 frequent signs."""
    codes = [sign.encode("gb18030") for sign in chinese if sign > "\x7f"]
    return bool(codes) and all(len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1 for code in codes)
