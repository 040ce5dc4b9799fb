"""The grid of modules through three finder patterns: how many there are, and where each lies in the picture."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Gray
from agent.scanner.rescue.finders import Finder, Triple, in_turn
from agent.scanner.rescue.symbol import symbol

Points = NDArray[np.float64]


class Grid(NamedTuple):
    """`side` modules each way; `plane` (3×3) leads from modules (column, row) to pixels; `fit` 0…1 of fixed modules."""

    side: int
    plane: NDArray[np.float64]
    fit: float


class Guess(NamedTuple):
    """A grid not yet settled: a triple, how many modules, the plane through its finder patterns, how it stands."""

    triple: Triple
    side: int
    plane: NDArray[np.float64]
    fit: float

    @property
    def size(self) -> float:
        """A module's side in pixels."""
        return float(2 ** (_size(self.triple) / 2.4))

    def moved(self, x: float, y: float) -> "Guess":
        """The same with the origin at (x, y) pixels."""
        shift = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
        return Guess(self.triple.moved(x, y), self.side, shift @ self.plane, self.fit)


Contrasts = dict[int, NDArray[np.float32]]
"""By a module's side as `_size` has it: the picture as `contrast_of` gives it, made once."""


def guesses(gray: Gray, found: Sequence[Triple], contrasts: Contrasts) -> list[Guess]:
    """Grids of all triples in the three likeliest sizes each, the best first: cheap, and good enough to rank."""
    ranked = []
    for triple in found:
        size = _size(triple)
        if size not in contrasts:
            contrasts[size] = contrast_of(gray, 2 ** (size / 2.4))
        middle = _side(triple)
        for side in (middle, middle - 4, middle + 4):
            plane_ = plane_of(triple, side) if 21 <= side <= 177 else None
            if plane_ is not None:
                fit = standing(contrasts[size], plane_, side) + 0.3 * fit_of(gray, plane_, side)
                ranked.append(Guess(triple, side, plane_, fit))
    return sorted(ranked, key=lambda one: -one.fit)


def _size(triple: Triple) -> int:
    """The module's side as a key, in steps of a third."""
    return max(0, round(2.4 * float(np.log2(np.mean([one.module for one in triple])))))


def contrast_of(gray: Gray, module: float) -> NDArray[np.float32]:
    """How much darker (below 0) or lighter each pixel is than some five modules around, in units of their spread."""
    import cv2

    wide = int(5 * module) | 1
    picture = gray.astype(np.float32)
    mean = cv2.blur(picture, (wide, wide))
    spread = np.sqrt(np.maximum(cv2.blur(picture * picture, (wide, wide)) - mean * mean, 9))
    inner = max(1, round(module * 0.5))
    return np.asarray(cv2.blur(np.clip((picture - mean) / spread, -1.5, 1.5), (inner, inner)), dtype=np.float32)


def standing(contrast: NDArray[np.float32], plane_: NDArray[np.float64], side: int) -> float:
    """How well the modules stand: the mean of what is dark or light at their centres, fixed ones as they must be."""
    points, sign = _sampled(side)
    out = plane_ @ points
    out = np.rint(out[:2] / np.where(np.abs(out[2]) < 1e-9, 1e-9, out[2]))
    x, y = np.clip(out, -1, 1e5).astype(np.intp)
    inside = (x >= 0) & (y >= 0) & (x < contrast.shape[1]) & (y < contrast.shape[0])
    if inside.mean() < 0.8:
        return 0.0
    here = np.where(inside, contrast[y * inside, x * inside], 0)
    return float((np.abs(here[sign == 0]).mean() + (here * sign).sum() / np.abs(sign).sum()) / 2)


@cache
def _sampled(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Some 700 module centres (3, n) and what each must be: -1 dark, 1 light, 0 unknown."""
    known = symbol(side)
    sign = np.where(known.fixed, np.where(known.dark, -1.0, 1.0), 0.0)
    rows, columns = np.indices((side, side))
    step = max(1, round(side * side / 700))
    chosen = known.fixed | ((rows * 7 + columns * 3) % step == 0)
    return np.stack([columns[chosen] + 0.5, rows[chosen] + 0.5, np.ones(int(chosen.sum()))]), sign[chosen]


def settled(contrast: NDArray[np.float32], guess: Guess) -> Grid:
    """A guess with its far corner moved to where the modules stand best: three finder patterns leave that one open."""
    triple, side, start, _ = guess
    far = side - 3.5
    model = np.array([(3.5, 3.5), (far, 3.5), (3.5, far), (far, far)])
    pixels = np.r_[np.array([(one.x, one.y) for one in triple]), onto(start, model[3:])]
    # What a parallelogram would have, where the start went astray.
    even = pixels[1] + pixels[2] - pixels[0]
    arms = np.array([pixels[1] - pixels[0], pixels[2] - pixels[0]]) / (side - 7)
    if np.hypot(*(pixels[3] - even)) > 0.5 * np.hypot(*(pixels[1] - pixels[2])):
        pixels[3] = even
    open_ = [3, *(i for i, one in enumerate(triple) if not one.seen)]
    # A corner that is only supposed moves too, and the far one after it once more.
    best = -1.0
    for corner in [3, *open_[1:], 3] if len(open_) > 1 else open_:
        for step, reach in ((1.0, 4), (0.5, 1), (0.25, 1)):
            middle = place = pixels[corner].copy()
            for i in range(-reach, reach + 1):
                for j in range(-reach, reach + 1):
                    pixels[corner] = middle + (arms[0] * i + arms[1] * j) * step
                    value = standing(contrast, exact(model, pixels), side)
                    if value > best:
                        best, place = value, pixels[corner].copy()
            pixels[corner] = place
    return Grid(side, exact(model, pixels), best)


def exact(model: Points, pixels: Points) -> NDArray[np.float64]:
    """The plane through four points."""
    import cv2

    return np.asarray(cv2.getPerspectiveTransform(model.astype(np.float32), pixels.astype(np.float32)), np.float64)


def _side(triple: Triple) -> int:
    """How many modules: the arms' lengths in modules as long as they are along that arm at each end."""
    total = 0.0
    for other in (triple.right, triple.below):
        arm = np.array((other.x - triple.corner.x, other.y - triple.corner.y))
        length = float(np.hypot(*arm))
        width = (_across(triple.corner, arm / length) + _across(other, arm / length)) / 2
        total += 7 * length / width
    return int(np.clip(round((total / 2 + 7 - 17) / 4) * 4 + 17, 21, 177))


def _across(finder: Finder, way: Points) -> float:
    """How wide a finder pattern is along a direction, through its centre, in pixels."""
    quad = finder.corners - (finder.x, finder.y)
    sides = [(quad[i], quad[(i + 1) % 4]) for i in range(4)]
    reach = []
    for a, b in sides:
        edge = b - a
        cross = way[0] * edge[1] - way[1] * edge[0]
        if abs(cross) > 1e-9:
            reach.append(abs((a[0] * edge[1] - a[1] * edge[0]) / cross))
    return 2 * min(reach) if reach else 7 * finder.module


def plane_of(triple: Triple, side: int) -> NDArray[np.float64] | None:
    """The plane through a triple's twelve outer corners and three centres, modules to pixels, in least squares."""
    far = side - 3.5
    centres = np.array([(3.5, 3.5), (far, 3.5), (3.5, far)])
    pixels = np.array([(one.x, one.y) for one in triple])
    rough = _affine(centres, pixels)
    model, seen = [*centres], [*pixels]
    for middle, finder in zip(centres, triple, strict=True):
        square = middle + np.array([(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)])
        expected = square @ rough[:, :2].T + rough[:, 2]
        model += [*square]
        seen += [*in_turn(finder.corners, expected)]
    return plane(np.array(model), np.array(seen))


def _affine(model: Points, pixels: Points) -> NDArray[np.float64]:
    return np.asarray(np.linalg.solve(np.c_[model, np.ones(3)], pixels).T, dtype=np.float64)


def plane(model: Points, pixels: Points) -> NDArray[np.float64] | None:
    """The projective plane (3×3) from model points to pixels in least squares; both (n, 2), n at least 4."""
    scale, shift = max(1e-9, float(np.abs(pixels - pixels.mean(0)).mean())), pixels.mean(0)
    size = float(model.max()) or 1.0
    uv, xy = model / size, (pixels - shift) / scale
    one, nil = np.ones(len(uv)), np.zeros((len(uv), 3))
    left = np.c_[uv, one, nil, -xy[:, :1] * uv]
    right = np.c_[nil, uv, one, -xy[:, 1:] * uv]
    rows, values = np.r_[left, right], np.r_[xy[:, 0], xy[:, 1]]
    solved = np.append(np.linalg.lstsq(rows, values, rcond=None)[0], 1.0).reshape(3, 3)
    back = np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]])
    whole: NDArray[np.float64] = back @ solved @ np.diag([1 / size, 1 / size, 1.0])
    return whole if np.isfinite(whole).all() else None


def onto(plane_: NDArray[np.float64], points: Points) -> Points:
    """Model points (n, 2) in pixels."""
    out = np.c_[points, np.ones(len(points))] @ plane_.T
    flat: Points = out[:, :2] / np.where(np.abs(out[:, 2:]) < 1e-9, 1e-9, out[:, 2:])
    return flat


def fit_of(gray: Gray, plane_: NDArray[np.float64], side: int) -> float:
    """How well the two timing patterns stand: the share of steps between neighbours that go the right way."""
    places = np.arange(7, side - 7) + 0.5
    rows = [
        onto(plane_, np.c_[places, np.full(len(places), 6.5)]),
        onto(plane_, np.c_[np.full(len(places), 6.5), places]),
    ]
    good = 0.0
    for row in rows:
        x, y = np.rint(row).astype(np.intp).T
        if x.min() < 0 or y.min() < 0 or x.max() >= gray.shape[1] or y.max() >= gray.shape[0]:
            return 0.0
        steps = np.diff(gray[y, x].astype(np.float64))
        # Modules 8, 10, 12 … are dark; the step from an odd one to an even one goes down.
        expected = np.where(np.arange(7, side - 8) % 2 == 1, -1.0, 1.0)
        strength = np.abs(steps) + 1e-6
        good += float(((steps * expected > 0) * strength).sum() / strength.sum())
    return good / 2


def around(side: int) -> Points:
    """The four corners of the whole code, in modules."""
    return np.array([(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)])
