"""A grid that grows over a bent code: from the finder patterns outwards, each part laid where its neighbours point.

A code's own regularity is the measure: where the grid lies right, the centres of the modules are as dark or as light as
they can be; half a module off, they are gray. A part is at most a few modules from one that is known, so that its
place is known to less than half a module before it is looked for: the grid cannot slip by a whole one.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.rescue.finders import Triple, in_turn
from agent.scanner.rescue.symbol import symbol

SPACING = 3
"""Modules between two knots of the grid."""
WINDOW = 3
"""Modules each way around a knot that are looked at."""
FAR, NEAR = np.linspace(-0.6, 0.6, 9), np.linspace(-0.3, 0.3, 5)
"""Modules by which a knot may lie elsewhere than its neighbours say: the first time, and when it is looked at again."""

Contrast = NDArray[np.float32]
Points = NDArray[np.float64]


class Knots(NamedTuple):
    """Where the knots lie: `places` (count) in modules along each edge, `at` (count, count, 2) in pixels, row first."""

    places: Points
    at: Points


@cache
def _around(side: int) -> tuple[Points, NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
    """The knots' places, the offsets (n, 2) of a window, and what each module there must be (-1, 0, 1) and counts."""
    count = max(4, round((side - 1) / SPACING) + 1)
    places = np.rint(np.linspace(0, side - 1, count)) + 0.5
    reach = np.arange(-WINDOW, WINDOW + 1)
    offsets = np.stack(np.meshgrid(reach, reach), -1).reshape(-1, 2)
    known = symbol(side)
    sign = np.pad(np.where(known.fixed, np.where(known.dark, -1.0, 1.0), 0.0), WINDOW).astype(np.float32)
    inside = np.pad(np.ones((side, side), np.float32), WINDOW)
    return places, offsets, sign, inside


def grown(contrast: Contrast, triple: Triple, plane: NDArray[np.float64], side: int) -> Knots:
    """The knots of a code, grown from its three finder patterns; `plane` (3×3) is where a flat code would lie."""
    places, _, _, _ = _around(side)
    count = len(places)
    at, slopes = np.zeros((count, count, 2)), np.zeros((count, count, 2, 2))
    done = np.zeros((count, count), bool)
    far = side - 3.5
    for finder, (u, v) in zip(triple, ((3.5, 3.5), (far, 3.5), (3.5, far)), strict=True):
        if not finder.seen:
            continue
        slope = _slope_at(plane, u, v)
        square = np.array([(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)])
        expected = square @ slope.T
        corners = finder.corners - (finder.x, finder.y)
        # Twelve points of one square: its own slope, which a bent code has otherwise than the plane.
        own = (slope + 2 * (in_turn(corners, expected).T @ square) / (square[:, 0] ** 2).sum()) / 3
        for row in np.flatnonzero(np.abs(places - v) <= 4):
            for column in np.flatnonzero(np.abs(places - u) <= 4):
                at[row, column] = (finder.x, finder.y) + own @ (places[column] - u, places[row] - v)
                slopes[row, column], done[row, column] = own, True
    while not done.all():
        _wave(contrast, side, at, slopes, done)
    return relaxed(contrast, Knots(places, at), side)


def laid(contrast: Contrast, plane: NDArray[np.float64], side: int) -> Knots:
    """The knots of a code that is nearly flat, from the plane itself."""
    places = _around(side)[0]
    u, v = np.meshgrid(places, places)
    out = plane @ np.stack([u.ravel(), v.ravel(), np.ones(u.size)])
    at = (out[:2] / out[2]).T.reshape(len(places), len(places), 2)
    return relaxed(contrast, Knots(places, at), side)


def relaxed(contrast: Contrast, knots: Knots, side: int, rounds: int = 3) -> Knots:
    """Knots moved to where the modules around them stand best, each held by its neighbours, a few times over."""
    places, at = knots
    columns, rows = np.meshgrid(np.arange(len(places)), np.arange(len(places)))
    names = np.stack([columns.ravel(), rows.ravel()], -1)
    for _ in range(rounds):
        at = evened(at)
        down, across = np.gradient(at, places, axis=0), np.gradient(at, places, axis=1)
        slope = np.stack([across, down], -1).reshape(-1, 2, 2)
        at = _placed(contrast, side, names, (at.reshape(-1, 2), slope), NEAR).reshape(at.shape)
    return Knots(places, evened(at))


def evened(at: Points) -> Points:
    """Of a line of three knots the middle one goes a third of the way to where the outer two would have it."""
    out = at.copy()
    out[:, 1:-1] += (at[:, :-2] + at[:, 2:] - 2 * at[:, 1:-1]) / 6
    out[1:-1] += (at[:-2] + at[2:] - 2 * at[1:-1]) / 6
    return out


def _slope_at(plane: NDArray[np.float64], u: float, v: float) -> Points:
    """How a module's step across (first column) and down leads over the picture, at one place of a plane."""
    x, y, w = plane @ (u, v, 1.0)
    slope: Points = (plane[:2, :2] * w - np.outer((x, y), plane[2, :2])) / w**2
    return slope


def _wave(contrast: Contrast, side: int, at: Points, slopes: Points, done: NDArray[np.bool_]) -> None:
    """Lays every knot that has a known one beside it."""
    import cv2

    places = _around(side)[0]
    near = cv2.filter2D(done.astype(np.uint8), -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero(~done & (near > 0))
    total = np.zeros(len(rows))
    guess, slope = np.zeros((len(rows), 2)), np.zeros((len(rows), 2, 2))
    links = []
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            r, c = np.clip(rows + dy, 0, len(at) - 1), np.clip(columns + dx, 0, len(at) - 1)
            weight = done[r, c] * (2.0 if dx * dy == 0 else 1.0) * ((r == rows + dy) & (c == columns + dx))
            away = np.stack([places[columns] - places[c], places[rows] - places[r]], -1)
            guess += weight[:, None] * (at[r, c] + np.einsum("nij,nj->ni", slopes[r, c], away))
            slope += weight[:, None, None] * slopes[r, c]
            total += weight
            links.append((r, c, weight, away))
    guess, slope = guess / total[:, None], slope / total[:, None, None]
    found = _placed(contrast, side, np.c_[columns, rows], (guess, slope), FAR)
    # The slope follows what was found: the rest between neighbours, spread over the way to them.
    rest, spread = np.zeros_like(slope), np.full((len(rows), 2, 2), 0.0) + 30.0 * np.eye(2)
    for r, c, weight, away in links:
        gap = found - at[r, c] - np.einsum("nij,nj->ni", slope, away)
        rest += weight[:, None, None] * gap[:, :, None] * away[:, None, :]
        spread += weight[:, None, None] * away[:, :, None] * away[:, None, :]
    at[rows, columns] = found
    slopes[rows, columns] = slope + rest @ np.linalg.inv(spread)
    done[rows, columns] = True


def _placed(contrast: Contrast, side: int, knots: NDArray[np.intp], at: tuple[Points, Points], steps: Points) -> Points:
    """Each knot (column, row) moved from its guess to where the modules around it stand best.

    `at`: the guesses (n, 2), and how the grid leads over the picture there (n, 2, 2).
    """
    guess, slope = at
    places, offsets, sign, inside = _around(side)
    columns, rows = (places[knots] - 0.5).astype(np.intp).T
    u, v = columns[:, None] + offsets[:, 0] + WINDOW, rows[:, None] + offsets[:, 1] + WINDOW
    must, counts = sign[v, u], inside[v, u]
    window = guess[:, None] + np.einsum("nij,kj->nki", slope, offsets)
    shifts = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    moves = np.einsum("nij,sj->nsi", slope, shifts)
    where = np.rint(window[:, None] + moves[:, :, None]).astype(np.int32)
    x, y = np.clip(where[..., 0], 0, contrast.shape[1] - 1), np.clip(where[..., 1], 0, contrast.shape[0] - 1)
    here = contrast[y, x]
    worth = np.where(must[:, None] != 0, 1.5 * here * must[:, None], np.abs(here)) * counts[:, None]
    score = worth.sum(-1) / counts.sum(-1)[:, None] - 0.08 * (shifts**2).sum(-1)
    best = score.argmax(1)
    moved: Points = guess + moves[np.arange(len(guess)), best]
    return moved
