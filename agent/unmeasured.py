"""People pass and nobody is measured: a gun left in a pocket or a dead sensor, where a camera sees movement."""

import threading

WINDOW = 300.0
"""Seconds looked back on."""
BUSY = 60.0
"""Seconds with movement in the window that count as people passing."""


class Unmeasured:
    """Movement before the camera held against readings; moments are monotonic seconds, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved: dict[int, None] = {}

    def moved(self, at: float) -> None:
        """Something moved before the camera."""
        with self._lock:
            self._moved[int(at)] = None

    def measured(self) -> None:
        """A reading of a person was made."""
        with self._lock:
            self._moved.clear()

    def now(self, at: float) -> bool:
        """Whether people have been passing for a while without a single reading."""
        with self._lock:
            self._moved = {second: None for second in self._moved if second > at - WINDOW}
            return len(self._moved) >= BUSY
