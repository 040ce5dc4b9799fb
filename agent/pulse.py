"""Whether every part of the gate still turns: what the watchdog is fed by."""

import threading
import time
from collections.abc import Callable, Mapping

LIMITS = {"thermometer": 20.0, "gun": 20.0, "camera": 40.0, "uplink": 20.0}
"""Seconds that a part's thread may take for one turn of its loop. OpenCV gives up opening a stream after 30 s."""
ASKED_EVERY = 2.0
"""Seconds. The main loop asks twice a second; when it does not, the process was stopped, and no part is to blame."""
SLICE = 1.0


class Pulse:
    """The last beat of each part; a part is expected to beat on from its first one.

    Args:
        limits: seconds between two beats, by the part's name; others are not looked after.
        monotonic: seconds.
        excused: whether every part may be held up just now by what no restart would cure, such as a disk that hangs.
    """

    def __init__(
        self,
        limits: Mapping[str, float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        excused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._limits = LIMITS if limits is None else limits
        self._monotonic = monotonic
        self._beats: dict[str, float] = {}
        self._asked_at = monotonic()
        self._excused = 0.0
        self._excuse = excused

    def beat(self, part: str) -> None:
        """This part has just turned; to be called from any thread."""
        if part in self._limits:
            self._beats[part] = self._monotonic() - self._excused

    def late(self) -> list[str]:
        """The parts that hang, by name; to be asked by the main loop at each of its turns."""
        now = self._monotonic()
        since = now - self._asked_at
        self._excused += since if self._excuse() else max(0.0, since - ASKED_EVERY)
        self._asked_at = now
        now -= self._excused
        return sorted(part for part, at in dict(self._beats).items() if now - at > self._limits[part])


class Stop(threading.Event):
    """The word to stop. Every loop asks for it at each turn, and so shows that it turns: its thread's name is the part.

    Args:
        beat: told the name of each thread that asks.
    """

    def __init__(self, beat: Callable[[str], None]) -> None:
        super().__init__()
        self._beat = beat

    def is_set(self) -> bool:
        """Whether to stop."""
        self._beat(threading.current_thread().name)
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the word; whoever waits for a time is alive meanwhile."""
        if timeout is None:
            return super().wait()
        while timeout > SLICE:
            self._beat(threading.current_thread().name)
            if super().wait(SLICE):
                return True
            timeout -= SLICE
        self._beat(threading.current_thread().name)
        return super().wait(timeout)
