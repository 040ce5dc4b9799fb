"""What several frames or showings say of one code: its appearance, its colour, whether it was shown before."""

from collections import deque

from kadian.messages.screening import Colour

FORGET_SECONDS = 3.0
"""A code that was out of sight for longer is a new appearance: the next person may show the same one."""


class Seen:
    """Which texts were in sight lately; nothing older than `FORGET_SECONDS` is kept."""

    def __init__(self, forget_seconds: float = FORGET_SECONDS) -> None:
        self._forget = forget_seconds
        self._last: dict[str, float] = {}

    def note(self, text: str, now: float) -> bool:
        """Notes one find (`now` in monotonic seconds); True when it is a new appearance."""
        self._last = {known: at for known, at in self._last.items() if now - at <= self._forget}
        new = text not in self._last
        self._last[text] = now
        return new


AGAIN_MINUTES = 10.0
"""A health code is made anew each minute or so; a text that is shown after so long is an old picture of one."""


class ShownAgain:
    """Hints that a code that should change all the time was shown before: a screenshot, or a print of one.

    A hint and no proof: some apps change their code seldom. The texts themselves are not kept, only a keyed hash that
    the caller makes of each.

    Args:
        minutes: how long a text may honestly be shown.
        forget_minutes: how long a text is remembered; a day by default.
        most: how many are remembered, the newest.
    """

    def __init__(self, minutes: float = AGAIN_MINUTES, forget_minutes: float = 24 * 60, most: int = 20_000) -> None:
        self._seconds = minutes * 60
        self._forget = forget_minutes * 60
        self._most = most
        self._first: dict[str, float] = {}

    def note(self, hashed: str, now: float) -> bool:
        """Notes that a dynamic code was shown (`now` in monotonic seconds); True when it is older than it can be."""
        while self._first:
            oldest = next(iter(self._first))
            if now - self._first[oldest] <= self._forget and len(self._first) <= self._most:
                break
            del self._first[oldest]
        return now - self._first.setdefault(hashed, now) > self._seconds


FRAMES, AGREED = 5, 2
"""A live colour is told when of the last frames so many say so and none says another."""


class Agreed:
    """The colour of one code over some frames: told only when frames agree."""

    def __init__(self) -> None:
        self._seen: deque[Colour] = deque(maxlen=FRAMES)

    def note(self, colour: Colour) -> Colour:
        """Notes what one frame says; the colour that at least two of the last five say, if none says another."""
        self._seen.append(colour)
        said = [one for one in self._seen if one != "unknown"]
        return said[0] if len(said) >= AGREED and len(set(said)) == 1 else "unknown"
