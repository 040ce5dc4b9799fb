"""People pass and nobody is measured: a gun left in a pocket or a dead sensor, where a camera sees movement. Pure."""

WINDOW = 300.0
"""Seconds looked back on."""
BUSY = 60.0
"""Seconds with movement in the window that count as people passing."""


class Unmeasured:
    """Movement before the camera held against readings; moments are monotonic seconds."""

    def __init__(self) -> None:
        self._moved: dict[int, None] = {}
        self._measured_at: float | None = None

    def moved(self, at: float) -> None:
        """Something moved before the camera."""
        self._moved[int(at)] = None

    def measured(self, at: float) -> None:
        """A reading of a person was made."""
        self._measured_at = at
        self._moved.clear()

    def now(self, at: float) -> bool:
        """Whether people have been passing for a while without a single reading."""
        self._moved = {second: None for second in self._moved if second > at - WINDOW}
        return len(self._moved) >= BUSY
