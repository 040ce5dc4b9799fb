"""How long a search may take: looked at between its parts, for no part can be stopped half-way."""

import time
from collections.abc import Callable


class Budget:
    """Seconds that may be spent from now on, by a clock that is passed in."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; below 0 when overdrawn."""
        return self._end - self._clock()

    def allows(self, seconds: float = 0.0) -> bool:
        """Whether a part that takes about so long may still begin."""
        return self.left > seconds
