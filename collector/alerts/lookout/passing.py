"""How many people each gate has measured in the last ten minutes, in steps of half a minute. Pure."""

from collections import deque

STEP_MS = 30_000
STEPS = 20
MINUTES = STEP_MS * STEPS / 60_000


class Passing:
    """Times in milliseconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._steps: dict[str, deque[list[int]]] = {}
        self._unsigned: dict[str, bool] = {}

    def note(self, gate: str, at_ms: int, *, unsigned: bool = False) -> None:
        """Somebody was measured just now; `unsigned`: and nobody was signed on where people sign on."""
        steps = self._steps.setdefault(gate, deque())
        step = at_ms // STEP_MS
        if steps and steps[-1][0] >= step:
            steps[-1][1] += 1
        else:
            steps.append([step, 1])
        self._unsigned[gate] = unsigned

    def per_minute(self, gate: str, now_ms: int) -> float:
        """Screenings a minute in the last ten."""
        steps = self._steps.get(gate)
        if not steps:
            return 0.0
        first = now_ms // STEP_MS - STEPS
        while steps and steps[0][0] <= first:
            steps.popleft()
        return sum(count for _, count in steps) / MINUTES

    def unsigned(self, gate: str) -> bool:
        """Whether nobody was signed on at the newest."""
        return self._unsigned.get(gate, False)
