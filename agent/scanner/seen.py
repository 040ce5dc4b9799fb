"""One appearance of a code, however many frames show it."""

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
