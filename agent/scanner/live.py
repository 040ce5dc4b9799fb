"""The search in a camera's frames: one cheap stage each frame, and one costly stage in turn where something moved."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.cascade import Cascade
from agent.scanner.found import Found
from agent.scanner.pictures import Image
from agent.scanner.stages import Picture, Stage, picture_of

GRID = (80, 45)
"""Cells (across, down) in which movement is looked for: 16x16 pixels each of a 1280x720 frame."""
MOVED = 12
"""Levels of gray (of 255) by which a cell's mean must change; a camera's noise averages out to less than 2."""
HOLD_SECONDS = 2.0
"""How long the search goes on after the last movement: a phone is held still in order to be read."""
SMALLEST = 160
"""Pixels: a smaller part is widened to this, for a code has a margin that does not move."""


class Box(NamedTuple):
    """A part of a frame, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class Live:
    """What is remembered from frame to frame: the last grid, where something moved and when, and whose turn it is.

    An empty frame costs the cheap stage and 0.2 ms for the grid. A costly stage runs at most once a frame, only
    within `HOLD_SECONDS` of a movement, and only on the part that moved. The turns over successive frames see the same
    phone from slightly different angles, which reads more than all stages on one frame would.
    """

    def __init__(self, cascade: Cascade) -> None:
        self._cheap = cascade.cheap
        self._costly = cascade.costly
        self._grid: NDArray[np.int16] | None = None
        self._box: Box | None = None
        self._moved_at = -np.inf
        self._turn = 0

    def look(self, frame: Image, now: float) -> list[Found]:
        """The codes of one frame (gray or blue-green-red, corners in its pixels); `now` in monotonic seconds."""
        if frame.size == 0:
            return []
        picture = picture_of(frame)
        self._watch(picture, now)
        found = self._cheap.read(picture)
        if found or self._box is None or now - self._moved_at > HOLD_SECONDS:
            return found
        return self._next().read(picture) if picture.shrunk > 1 else self._look_into(picture, self._box)

    def _next(self) -> Stage:
        stage = self._costly[self._turn % len(self._costly)]
        self._turn += 1
        return stage

    def _look_into(self, picture: Picture, box: Box) -> list[Found]:
        part = (slice(box.top, box.bottom), slice(box.left, box.right))
        colour = None if picture.colour is None else picture.colour[part]
        inside = Picture(np.ascontiguousarray(picture.gray[part]), colour, 1.0)
        return [found.moved(1.0, box.left, box.top) for found in self._next().read(inside)]

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
            self._box = _joined(self._box, box) if recent and self._box is not None else box
            self._moved_at = now


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


def _joined(a: Box, b: Box) -> Box:
    return Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
