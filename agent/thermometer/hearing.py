"""Which driver understands what a line says. Pure: bytes in, a ranking out; nothing is ever asked of a device."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agent.thermometer.sample import Driver, Parser

Verdict = Literal["one", "several", "none", "quiet"]
"""`one` driver understands it, `several` do, `none` does, or the line was `quiet`."""

ENOUGH_FRAMES = 2
ENOUGH_SHARE = 0.5
"""Of the bytes, in good frames: below it a driver understands by chance."""

CLEAR = 0.8
"""A driver with less than this part of the best one's share is no rival of it."""

TEXT_SHARE = 0.9
SHAPE_LETTERS = 60


class Understood(Struct, frozen=True):
    """One driver's part.

    Attributes:
        driver: its name.
        title: what the device is called in a shop.
        frames: good ones.
        bad: frames refused, whichever way they failed.
        share: the part of all bytes that stood in good frames, 0…1.
    """

    driver: str
    title: str
    frames: int
    bad: int
    share: float

    @property
    def enough(self) -> bool:
        """Whether this is more than chance."""
        return self.frames >= ENOUGH_FRAMES and self.share >= ENOUGH_SHARE


class Heard(Struct, frozen=True):
    """What a line said.

    Attributes:
        size: bytes.
        understood: the drivers that made at least one frame of it, the likeliest first.
        verdict: in a word.
        looks: `text` or `binary`, empty without bytes.
        shape: of the first line of a text: digits as 9, letters as A or 中, so that no person's code is shown.
    """

    size: int
    understood: tuple[Understood, ...]
    verdict: Verdict
    looks: Literal["text", "binary", ""]
    shape: str = ""

    @property
    def best(self) -> Understood | None:
        """The likeliest driver."""
        return self.understood[0] if self.understood else None


class Listener:
    """Gives the same bytes to a parser of each driver that listens on a serial port."""

    def __init__(self, drivers: Sequence[Driver]) -> None:
        self._parsers: list[tuple[Driver, Parser]] = [
            (driver, driver.make_parser()) for driver in drivers if driver.open is None
        ]
        self._size = 0
        self._first = bytearray()

    def feed(self, data: bytes) -> int:
        """Takes what has come (nothing means that the line is quiet); the frames of whoever has the most so far."""
        self._size += len(data)
        self._first += data[: 512 - len(self._first)]
        for _, parser in self._parsers:
            if data:
                parser.feed(data)
            else:
                parser.settle()
        return max((parser.counts.good for _, parser in self._parsers), default=0)

    def heard(self) -> Heard:
        """What was understood so far; ends the listening."""
        found = []
        for driver, parser in self._parsers:
            parser.settle()
            parser.reset()
            counts = parser.counts
            share = max(0.0, 1 - counts.skipped / self._size) if self._size else 0.0
            if counts.good:
                found.append(Understood(driver.name, driver.title, counts.good, counts.bad, round(share, 3)))
        found.sort(key=lambda one: (one.enough, one.share, one.frames), reverse=True)
        looks: Literal["text", "binary", ""] = ""
        if self._size:
            looks = "text" if _is_text(bytes(self._first)) else "binary"
        shape = _shape(bytes(self._first)) if looks == "text" else ""
        return Heard(self._size, tuple(found), _verdict(found, self._size), looks, shape)


def _verdict(found: Sequence[Understood], size: int) -> Verdict:
    if not size:
        return "quiet"
    enough = [one for one in found if one.enough]
    if not enough:
        return "none"
    rivals = [one for one in enough if one.share >= CLEAR * enough[0].share]
    return "several" if len(rivals) > 1 else "one"


def _is_text(data: bytes) -> bool:
    text = data.decode("utf-8", "ignore")
    printable = sum(len(letter.encode()) for letter in text if letter.isprintable() or letter in "\r\n\t")
    return printable >= TEXT_SHARE * len(data)


def _shape(data: bytes) -> str:
    lines = [line for line in data.decode("utf-8", "ignore").splitlines() if line.strip()]
    # The first line may have begun before the listening did.
    line = lines[1 if len(lines) > 1 else 0][:SHAPE_LETTERS] if lines else ""
    return "".join(
        "9" if one.isdigit() else "A" if one.isascii() and one.isalpha() else "中" if one.isalpha() else one
        for one in line
    )
