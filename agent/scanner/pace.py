"""How much slower each stage is on this computer, and on what stands before it now, than where it was measured."""

from agent.scanner.stages import Stage

MOST = 12.0
"""A hiccup of the computer is not taken for its pace."""
UP, DOWN, FORGET = 0.8, 0.1, 0.004
"""How far one run moves what is known: quickly to slower, so that few frames are held; slowly back."""


class Pace:
    """Learnt for each stage by itself: blocky noise makes one engine three times as slow, and leaves another alone."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}

    def seconds(self, stage: Stage, pixels: int) -> float:
        """About how long a stage takes here for so many pixels; what never ran is held to be as slow as the rest."""
        times = self._times.get(stage.name)
        if times is None:
            times = sum(self._times.values()) / len(self._times) if self._times else 1.0
        return stage.seconds(pixels) * times

    def took(self, stage: Stage, pixels: int, seconds: float) -> None:
        """Notes what a run took. Never below 1: on little there is little to do, and the next part may hold much."""
        ratio = min(max(seconds / stage.seconds(pixels), 1.0), MOST)
        known = self._times.get(stage.name, 1.0)
        self._times[stage.name] = known + (UP if ratio > known else DOWN) * (ratio - known)

    def passed_over(self, stage: Stage) -> None:
        """Forgets a little, so that a stage which was slow once has a turn again some day."""
        if stage.name in self._times:
            self._times[stage.name] += FORGET * (1.0 - self._times[stage.name])
