"""Lines of text: which of the numbers in a line is the one shown."""

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from agent.thermometer.learning.capture import Capture, shows_fahrenheit
from agent.thermometer.learning.fits import Fit, fits
from agent.thermometer.learning.numbers import DIGIT_SCALES

NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?")
ANY_NUMBER = r"[-+]?\d+(?:\.\d+)?"
ENDS = b"\r\n"
PRINTABLE = 0.95


class Line(Struct, frozen=True):
    """One hypothesis: lines like this one, with the number shown at place `field` among its numbers.

    `pieces`: the text between the numbers, one more than there are numbers.
    """

    pieces: tuple[bytes, ...]
    field: int
    fit: Fit

    def pattern(self) -> str:
        """The regular expression of the whole line, with the number as group `value`."""
        parts = [re.escape(piece.decode("latin-1")) for piece in self.pieces]
        groups = [f"(?P<value>{ANY_NUMBER})" if n == self.field else ANY_NUMBER for n in range(len(parts) - 1)]
        return "".join(part + group for part, group in zip(parts, [*groups, ""], strict=True))

    def rank(self) -> tuple[int, int]:
        """The smaller, the likelier."""
        return self.fit.tier, self.field


def is_text(captures: Sequence[Capture]) -> bool:
    """Whether what came is lines of text."""
    data = b"".join(capture.data for capture in captures)
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t\xb0\xa1\xe6\xc2" for byte in data)
    return bool(data) and printable >= PRINTABLE * len(data) and any(end in data for end in ENDS)


def hypotheses(captures: Sequence[Capture]) -> list[Line]:
    """All that fit every measurement, the likeliest first."""
    cut = [_lines(capture.data) for capture in captures]
    shapes = [{_pieces(line) for line in lines} for lines in cut]
    found: list[Line] = []
    for pieces in set.intersection(*shapes) if shapes else set():
        shown = [_shown([line for line in lines if _pieces(line) == pieces]) for lines in cut]
        for field in range(len(pieces) - 1):
            texts = [NUMBER.findall(line)[field] for line in shown]
            # Behind a point stands a number as it is meant; without one it may be in tenths.
            scales = (1.0,) if all(b"." in text for text in texts) else DIGIT_SCALES
            numbers = [float(text) for text in texts]
            fahrenheit = shows_fahrenheit(list(captures))
            found += [Line(pieces, field, fit) for fit in fits(numbers, captures, scales, fahrenheit=fahrenheit)]
    return sorted(found, key=Line.rank)


def _lines(data: bytes) -> list[bytes]:
    """Whole lines; a first one whose beginning may be missing is left to the others to contradict."""
    return [line for line in re.split(rb"[\r\n]+", data)[:-1] if line]


def _pieces(line: bytes) -> tuple[bytes, ...]:
    return tuple(NUMBER.split(line))


def _shown(lines: Sequence[bytes]) -> bytes:
    line, times = Counter(reversed(lines)).most_common(1)[0]
    return line if times > 1 else lines[-1]
