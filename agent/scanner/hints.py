"""Where a finder pattern may be: dark and light in the rhythm 1:1:3:1:1 along rows, and down through its middle.

Cheap enough for every frame (under a millisecond at 1280×720), and only good enough to say where to look harder.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Gray

ROW_STEP = 3
"""Every third row: the inner square of a finder pattern is three modules high."""
MOST_RUNS = 60_000
"""Runs of a frame; more is noise, and nothing is looked for."""
MOST_STARTS = 1500
CROWD_STEP, CROWD_SAMPLE = 7, 512
MOST_PATTERNS = 4000
"""Of one picture: 1,300 codes. zxing-cpp takes 0.1 s for so many, and four times as long for twice as many."""
MOST = 64


CONTRAST = 9
"""Levels of gray between neighbouring means of some pixels without which no code can be there: grain gives 5."""
CELLS = 6
"""How many places of such contrast a code has at least."""


class Hint(NamedTuple):
    """A likely finder pattern: its middle and its module's side in pixels."""

    x: float
    y: float
    module: float


def blank(gray: Gray) -> bool:
    """Whether a picture holds nothing that could be a code: a wall, the sky, a covered lens. Takes 0.2 ms."""
    import cv2

    scale = min(1.0, 320 / max(gray.shape))
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    small = cv2.blur(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), (2, 2)) if scale < 1 else gray
    box = np.ones((5, 5), np.uint8)
    return int((cv2.subtract(cv2.dilate(small, box), cv2.erode(small, box)) > CONTRAST).sum()) < CELLS


def hints(gray: Gray, *, halved: bool = False) -> list[Hint]:
    """The likely finder patterns of a picture, dark on light or light on dark, the most certain first.

    A noisy picture is looked through at half its size (`halved`), where the noise is less.
    """
    import cv2

    if min(gray.shape) < 21:
        return []
    edges = _edges(gray, ROW_STEP)
    if len(edges) > MOST_RUNS and not halved:
        small = np.asarray(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return [Hint(2 * one.x + 0.5, 2 * one.y + 0.5, 2 * one.module) for one in hints(small, halved=True)]
    if not 6 < len(edges) < MOST_RUNS:
        return []
    runs = np.diff(edges).astype(np.float32)
    unit, good = _rhythmic(runs)
    start = np.flatnonzero(good)
    if not len(start):
        return []
    if len(start) > MOST_STARTS:
        start = start[:: len(start) // MOST_STARTS + 1]
    middle = edges[start + 2] + runs[start + 2] / 2
    across = gray.shape[1]
    return _upright(gray, middle % across, (middle // across) * ROW_STEP + ROW_STEP // 2, unit[start])


def grainy(gray: Gray) -> bool:
    """Whether so much noise is in a picture that runs of dark and light say little."""
    return min(gray.shape) >= ROW_STEP and len(_edges(gray, ROW_STEP)) > MOST_RUNS


def crowd(gray: Gray) -> int:
    """About how many finder patterns are in a picture: every seventh row is looked at, and some of them upright."""
    if min(gray.shape) < 21:
        return 0
    edges = _edges(gray, CROWD_STEP, 1)
    if len(edges) < 7:
        return 0
    runs = np.diff(edges).astype(np.float32)
    unit, good = _rhythmic(runs)
    start = np.flatnonzero(good)
    # The inner square, three modules high, is met by so many of the rows that were looked at.
    count = float((CROWD_STEP / (3 * unit[start])).sum())
    if count <= MOST_PATTERNS:
        return round(count)
    start = start[:: len(start) // CROWD_SAMPLE + 1]
    middle = edges[start + 2] + runs[start + 2] / 2
    across = gray.shape[1]
    upright = _is_upright(gray, middle % across, (middle // across) * CROWD_STEP + CROWD_STEP // 2, unit[start])
    return round(count * float(upright.mean()))


def _edges(gray: Gray, step: int, calm: int = 3) -> NDArray[np.intp]:
    """Where dark and light change along the rows `step` apart, counted through those; `calm`: pixels of blur."""
    import cv2

    rows = np.ascontiguousarray(gray[step // 2 :: step])
    wide = min(max(31, gray.shape[1] // 16), 91) | 1
    mean = cv2.blur(rows, (wide, 5))
    sign = cv2.subtract(mean, cv2.blur(rows, (calm, 1))) > 4
    return np.flatnonzero(sign.ravel()[1:] != sign.ravel()[:-1]) + 1


def _rhythmic(runs: NDArray[np.float32]) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """The module's side that five runs from each on would give, and whether they are 1:1:3:1:1 of it."""
    a, b, c, d, e = (runs[i : len(runs) - 4 + i] for i in range(5))
    unit = (a + b + c + d + e) / 7
    slack = 0.55 * unit + 0.4
    good = (np.abs(c - 3 * unit) < 1.6 * slack) & (np.abs(b - unit) < slack) & (np.abs(d - unit) < slack)
    return unit, good & (np.abs(a - unit) < slack) & (np.abs(e - unit) < slack)


_STEPS = np.array([-4.0, -3.0, -2.0, -0.8, 0.0, 0.8, 2.0, 3.0, 4.0])
_RHYTHM = np.array([1, 0, 1, 0, 0, 0, 1, 0, 1], bool)
"""Light around, dark ring, light ring, dark middle, and back; in modules from the middle."""
_TRIES = [(stretch, sway) for stretch in (1.0, 0.75, 1.35) for sway in (0.0, -0.7, 0.7)]
"""How much taller than wide a pattern may be, and how far (in modules) a row may be from its middle."""


def _is_upright(
    gray: Gray, x: NDArray[np.floating], y: NDArray[np.floating], unit: NDArray[np.floating]
) -> NDArray[np.bool_]:
    """Which of some middles (pixels) have the rhythm from top to bottom too."""
    places = np.concatenate([(_STEPS * stretch + sway)[None] for stretch, sway in _TRIES]).ravel()
    rows = np.rint(y[:, None] + places * unit[:, None]).astype(np.intp)
    columns = np.clip(np.rint(x).astype(np.intp), 0, gray.shape[1] - 1)[:, None]
    seen = gray[np.clip(rows, 0, gray.shape[0] - 1), columns].reshape(len(x), len(_TRIES), -1)
    low, high = seen.min(2).astype(np.int16), seen.max(2).astype(np.int16)
    above = seen > ((low + high) // 2)[..., None]
    return np.asarray((((above == _RHYTHM).all(2) | (above != _RHYTHM).all(2)) & (high - low > 8)).any(1))


def _upright(gray: Gray, x: NDArray[np.floating], y: NDArray[np.floating], unit: NDArray[np.floating]) -> list[Hint]:
    """Those of some middles (pixels) that have the rhythm from top to bottom too, one for each pattern."""
    right = _is_upright(gray, x, y, unit)
    if not right.any():
        return []
    x, y, unit = x[right], y[right], unit[right]
    cell = np.exp2(np.rint(np.log2(np.maximum(unit, 1)))) * 6
    key = (np.rint(x / cell) * 4096 + np.rint(y / cell)).astype(np.int64) * 16 + np.rint(np.log2(cell)).astype(np.int64)
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    # A third of the inner square's rows at least agree.
    sure = count * ROW_STEP >= unit[first]
    order = np.argsort(-count[sure], kind="stable")[:MOST]
    return [Hint(float(x[i]), float(y[i]), float(unit[i])) for i in first[sure][order]]
