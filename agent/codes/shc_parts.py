"""A SMART Health Card that is spread over several codes: what has been seen of it so far."""

import re

PART = re.compile(r"shc:/([1-9]\d?)/([1-9]\d?)/(\d+)", re.ASCII)
"""shc:/C/N/digits: part C of N (SMART Health Cards framework 1.4, "chunking")."""
PREFIX = "shc:/"
MOST_PARTS = 16
LONGEST = 7089
"""Characters of one part: the most digits that a QR code holds."""
FORGET_SECONDS = 60.0


def part_of(text: str) -> tuple[int, int, str] | None:
    """Which part of how many, and its digits; None when the text is no part of several."""
    found = PART.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    number, count = int(found[1]), int(found[2])
    return (number, count, found[3]) if number <= count and 2 <= count <= MOST_PARTS else None


class Parts:
    """The parts of one card, in whatever order and however often they are seen.

    Of each place the newest part counts, so that the next person's card takes over from the last one's part by part; in
    between, what is put together is of two cards and cannot be decoded. A card of another number of parts, or a minute
    without one, begins anew. At most `MOST_PARTS` texts are held.
    """

    def __init__(self) -> None:
        self._count = 0
        self._digits: dict[int, str] = {}
        self._at = float("-inf")

    def add(self, text: str, at: float) -> str | None:
        """Takes a text that `part_of` knows; gives the whole card's text as soon as, and whenever, it is complete.

        Args:
            text: of one part.
            at: when it was seen, in seconds of any one clock.
        """
        part = part_of(text)
        if part is None:
            return None
        number, count, digits = part
        if at - self._at > FORGET_SECONDS or count != self._count:
            self._count, self._digits = count, {}
        self._at = at
        self._digits[number] = digits
        if len(self._digits) < count:
            return None
        return PREFIX + "".join(self._digits[place] for place in range(1, count + 1))
