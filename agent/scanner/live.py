"""The search in a camera's frames: a cheap look at each, and costly ones in turn, within a budget."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from agent.scanner.budget import Budget
from agent.scanner.cascade import Cascade, coloured, look_into, parts, thinned, whole
from agent.scanner.found import Found
from agent.scanner.hints import Hint, blank, grainy, hints
from agent.scanner.pace import Pace
from agent.scanner.pictures import Image
from agent.scanner.regions import Box
from agent.scanner.stages import CALM, Picture, Stage, picture_of

FRAME_SECONDS = 0.025
"""What the looks at one frame may take together: a quarter of the time between two frames at 10 a second."""
PLANNED = 0.75
"""The share of it that is planned with: a stage may take longer than foretold, and none can be stopped half-way."""
MOST_PIXELS = 2_100_000
"""A larger frame (above 1920×1080) is made smaller, so that the cheap look keeps within the budget."""
GRID = (80, 45)
"""Cells (across, down) in which movement is looked for: 16×16 pixels each of a 1280×720 frame."""
MOVED = 12
"""Levels of gray (of 255) by which a cell's mean must change; a camera's noise averages out to less than 2."""
HOLD_SECONDS = 2.0
"""How long the search goes on after the last movement: a phone is held still in order to be read."""
IDLE_SECONDS = 0.25
"""While nothing moves, the cheap look is this rare; whatever comes into view moves, and is looked at at once."""
HINTS = Stage("hints", lambda *_: [], 0.0025)
"""Not a look, but it takes its time like one."""
SMALLEST = 160
"""Pixels: a smaller part is widened to this, for a code has a margin that does not move."""


class Live:
    """What is remembered from frame to frame: the last grid, where something moved or was read, and whose turn it is.

    A frame in which nothing moved costs the grid alone (0.3 ms), four times a second the cheap look. After a movement
    the costly stages take turns over the frames, on the part that was read last, that has something like a finder
    pattern, or that moved. The turns see the same phone from slightly different angles, which reads more than all
    stages on one frame would.

    Args:
        cascade: whose stages take turns.
        seconds: for all looks at one frame. A stage that would take longer is put off, or done on a smaller part.
        clock: seconds, of a clock that never goes back, for the budget alone.
    """

    def __init__(
        self,
        cascade: Cascade,
        seconds: float = FRAME_SECONDS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._cascade = cascade
        self._seconds = PLANNED * seconds
        self._clock = clock
        self._grid: NDArray[np.int16] | None = None
        self._box: Box | None = None
        self._moved_at = self._looked_at = self._read_at = self._held_at = -np.inf
        self._read: Box | None = None
        self._turn = 0
        self._pace = Pace()

    @property
    def moved_at(self) -> float:
        """When something moved last (monotonic seconds); minus infinity before the first time."""
        return self._moved_at

    def look(self, frame: Image, now: float) -> list[Found]:
        """The codes of one frame (gray or blue-green-red, corners in its pixels); `now` in monotonic seconds."""
        if frame.size == 0:
            return []
        budget = Budget(self._seconds, self._clock)
        picture = picture_of(frame, MOST_PIXELS)
        self._watch(picture, now)
        active = now - min(self._moved_at, now) <= HOLD_SECONDS and self._box is not None
        if not active and now - self._looked_at < IDLE_SECONDS:
            return []
        self._looked_at = now
        thin = thinned(picture) if now - self._held_at <= HOLD_SECONDS else picture
        found = self._tracked(picture, now, budget) or self._timed(self._cascade.cheap, thin, whole(thin), budget)
        if budget.left < 0 or thin is not picture:
            # A crowd of finder patterns may hold the engine: the next frames are searched for one first.
            self._held_at = now
        elif not found and active:
            found = self._harder(picture, budget)
        if found:
            self._read, self._read_at = _around(found, picture), now
        return coloured(frame, found)

    def _tracked(self, picture: Picture, now: float, budget: Budget) -> list[Found]:
        """What is where a code was read last; every third frame the whole is looked at again, for others beside it."""
        self._turn += 1
        if self._read is None or now - self._read_at > HOLD_SECONDS / 2 or self._turn % 3 == 0:
            return []
        return look_into(self._cascade.cheap, picture, self._read, budget)

    def _harder(self, picture: Picture, budget: Budget) -> list[Found]:
        """Costly stages in turn, for as long as the budget lasts; each at most once a frame."""
        if blank(picture.gray):
            return []
        grain = grainy(picture.gray)
        seen = [] if grain else self._hints(picture, budget)
        boxes = [*parts(picture, seen, ())[:2], *([self._box] if self._box is not None else [])]
        for stage, box in self._turns(boxes):
            if grain and stage.name not in CALM:
                continue
            takes = self._pace.seconds(stage, box.pixels)
            if takes > self._seconds:
                # A part that never fits is left to the other stages.
                self._pace.passed_over(stage)
            elif not budget.allows(takes):
                # Its turn comes again with the next frame.
                self._turn -= 1
                break
            elif found := self._timed(stage, picture, box, budget):
                return found
        return []

    def _hints(self, picture: Picture, budget: Budget) -> list[Hint]:
        """None where the time is short: what moved is looked at without them."""
        if not budget.allows(self._pace.seconds(HINTS, picture.gray.size)):
            self._pace.passed_over(HINTS)
            return []
        before = budget.left
        seen = hints(picture.gray)
        self._pace.took(HINTS, picture.gray.size, before - budget.left)
        return seen

    def _turns(self, boxes: Sequence[Box]) -> Iterator[tuple[Stage, Box]]:
        costly = self._cascade.costly
        for _ in costly:
            self._turn += 1
            for box in boxes[:2]:
                yield costly[self._turn % len(costly)], box

    def _timed(self, stage: Stage, picture: Picture, box: Box, budget: Budget) -> list[Found]:
        before = budget.left
        found = look_into(stage, picture, box, budget)
        self._pace.took(stage, box.pixels, before - budget.left)
        return found

    def _watch(self, picture: Picture, now: float) -> None:
        """Compares the grid with the last frame's; the first frame counts as moved wherever it is not even."""
        import cv2

        grid = np.asarray(cv2.resize(picture.gray, GRID, interpolation=cv2.INTER_AREA), dtype=np.int16)
        last = self._grid if self._grid is not None else np.full_like(grid, int(np.median(grid)))
        self._grid = grid
        rows, columns = np.nonzero(np.abs(grid - last) > MOVED)
        if rows.size:
            box = _box_of(rows, columns, picture.gray.shape)
            recent = self._box is not None and now - self._moved_at <= HOLD_SECONDS
            self._box = self._box.joined(box) if recent and self._box is not None else box
            self._moved_at = now


def _around(found: Sequence[Found], picture: Picture) -> Box | None:
    """The part of a picture around codes, half as large again."""
    points = [(x / picture.shrunk, y / picture.shrunk) for one in found for x, y in one.corners]
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    more = 0.25 * max(max(xs) - min(xs), max(ys) - min(ys), SMALLEST / 2)
    tall, wide = picture.gray.shape
    return Box(
        max(0, int(min(xs) - more)),
        max(0, int(min(ys) - more)),
        min(wide, int(max(xs) + more)),
        min(tall, int(max(ys) + more)),
    )


def _box_of(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, ...]) -> Box:
    """The cells' box in pixels, two cells wider on each side, at least `SMALLEST` pixels each way."""
    tall, wide = shape[:2]
    down, across = tall / GRID[1], wide / GRID[0]
    top, bottom = (int(rows.min()) - 2) * down, (int(rows.max()) + 3) * down
    left, right = (int(columns.min()) - 2) * across, (int(columns.max()) + 3) * across
    more_y, more_x = max(0.0, SMALLEST - (bottom - top)) / 2, max(0.0, SMALLEST - (right - left)) / 2
    return Box(
        max(0, int(left - more_x)),
        max(0, int(top - more_y)),
        min(wide, int(right + more_x)),
        min(tall, int(bottom + more_y)),
    )
