"""Finder patterns, the three nested squares of a QR code, by their outlines (ISO/IEC 18004, 6.3.3: 1:1:3:1:1)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Gray

SMALLEST_CORE = 5.0
"""Square pixels of the inner square; smaller ones are noise."""
MOST = 40
"""Finder patterns kept of one picture, the largest: a page of fakes must not cost time without end."""
MOST_PAIRED = 14
MOST_OUTLINES = 20_000
"""More outlines than that are noise, and are not looked through."""


class Finder(NamedTuple):
    """One finder pattern: its centre in pixels, a module's side in pixels, and its outer corners (4×2, in turn).

    `seen` is False for one that is only supposed to be there, hidden or torn off.
    """

    x: float
    y: float
    module: float
    corners: NDArray[np.float64]
    seen: bool = True

    def moved(self, scale: float = 1.0, x: float = 0.0, y: float = 0.0) -> "Finder":
        """The same in a picture `scale` times as large, with its origin at (x, y) pixels of that picture."""
        shift = np.array((x, y))
        corners = self.corners * scale + shift
        return Finder(self.x * scale + x, self.y * scale + y, self.module * scale, corners, self.seen)


def outlines(dark: Gray) -> list[Finder]:
    """The finder patterns of a picture of dark (255) and light (0): a light ring that holds one dark square alone."""
    import cv2

    shapes, links = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if links is None or len(shapes) > MOST_OUTLINES:
        return []
    parent, child = links[0][:, 3], links[0][:, 2]
    length = np.array([len(shape) for shape in shapes])
    outer = np.zeros(len(shapes), bool)
    depth = parent
    # Outlines of dark parts and of the holes in them take turns on the way inwards.
    while (inward := depth >= 0).any():
        outer ^= inward
        depth = np.where(inward, parent[depth], -1)
    around = np.where(parent >= 0, length[parent], 0)
    likely = ~outer & (parent >= 0) & (length >= 4) & (1.2 * length < around) & (around < 4.5 * length)
    found = []
    for index in np.flatnonzero(likely).tolist():
        hollow = child[index]
        if hollow >= 0 and length[hollow] > 0.4 * length[index]:
            continue
        finder = _nested(np.asarray(shapes[index], np.int32), np.asarray(shapes[parent[index]], np.int32))
        if finder is not None:
            found.append(finder)
    return sorted(found, key=lambda one: -one.module)[:MOST]


def _nested(core: NDArray[np.int32], ring: NDArray[np.int32]) -> Finder | None:
    import cv2

    inside = cv2.contourArea(core) + len(core) / 2
    outside = cv2.contourArea(ring) - len(ring) / 2
    if inside < SMALLEST_CORE or not 1.5 * inside < outside < 5.0 * inside:
        return None
    middle, around = core.reshape(-1, 2).mean(0), ring.reshape(-1, 2)
    quad = _corners(around.astype(np.float64))
    if quad is None:
        return None
    centre = (quad.mean(0) + middle) / 2
    side = np.sqrt(outside)
    area = cv2.contourArea(quad.astype(np.float32))
    if np.hypot(*(quad.mean(0) - middle)) > 0.16 * side or not 0.75 * area < outside < 1.25 * area:
        return None
    module = side / 5
    return Finder(float(centre[0]), float(centre[1]), float(module), centre + (quad - centre) * 7 * module / (side + 1))


def _corners(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The four corners of a closed outline that is nearly a parallelogram, in turn."""
    first = points[np.argmax(((points - points.mean(0)) ** 2).sum(1))]
    third = points[np.argmax(((points - first) ** 2).sum(1))]
    along = third - first
    off = (points[:, 0] - first[0]) * along[1] - (points[:, 1] - first[1]) * along[0]
    if off.max() <= 0 or off.min() >= 0:
        return None
    return np.array([first, points[np.argmax(off)], third, points[np.argmin(off)]])


def in_turn(corners: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four corners from the one, and in the direction, that brings them nearest to the four that are expected."""
    orders = [np.roll(order, -k) for order in (np.arange(4), np.arange(3, -1, -1)) for k in range(4)]
    return corners[min(orders, key=lambda order: float(np.hypot(*(corners[order] - expected).T).sum()))]


def together(lists: Sequence[Sequence[Finder]]) -> list[Finder]:
    """Finder patterns of several looks at one picture; one that was found before is not listed again."""
    kept: list[Finder] = []
    for one in (finder for found in lists for finder in found):
        near = any(
            abs(one.x - other.x) + abs(one.y - other.y) < 1.5 * other.module and 0.7 < one.module / other.module < 1.4
            for other in kept
        )
        if not near:
            kept.append(one)
    return kept[:MOST]


class Triple(NamedTuple):
    """Three finder patterns as the corners of one code: the top left, the top right and the bottom left one."""

    corner: Finder
    right: Finder
    below: Finder

    def moved(self, x: float, y: float) -> "Triple":
        """The same with the origin at (x, y) pixels."""
        return Triple(*(one.moved(1.0, x, y) for one in self))


def triples(finders: Sequence[Finder], most: int = 12) -> list[Triple]:
    """The likeliest codes of some finder patterns: sizes alike, two arms alike, a right angle; the best first."""
    if len(finders) < 3:
        return []
    found: list[tuple[float, Triple]] = []
    at = np.array([(one.x, one.y) for one in finders])
    size = np.array([one.module for one in finders])
    for corner in range(len(finders)):
        arms, lengths = at - at[corner], np.hypot(*(at - at[corner]).T)
        alike = (size / size[corner] > 0.5) & (size / size[corner] < 2.0)
        # 14 modules between two centres in version 1, 170 in version 40.
        likely = np.flatnonzero(alike & (lengths > 9 * size[corner]) & (lengths < 190 * size[corner]))
        near = likely[np.argsort(lengths[likely])][:16].tolist()
        for first in near:
            for second in near:
                turn = arms[first][0] * arms[second][1] - arms[first][1] * arms[second][0]
                if first == second or turn <= 0:
                    continue
                long, short = max(lengths[first], lengths[second]), min(lengths[first], lengths[second])
                sine = turn / (long * short)
                if sine < 0.6 or long > 1.8 * short:
                    continue
                sizes = size[np.array((corner, first, second))]
                cost = 2 * (1 - sine) + np.log(long / short) + np.log(sizes.max() / sizes.min())
                cost += 0.1 * np.log(long / size[corner])
                found.append((cost, Triple(finders[corner], finders[first], finders[second])))
    found.sort(key=lambda one: one[0])
    return [triple for _, triple in found[:most]]


def pairs(finders: Sequence[Finder], most: int = 10) -> list[Triple]:
    """Codes of which one finder pattern is hidden: two that are seen, and the third where it could be."""
    found: list[tuple[float, Triple]] = []
    for i, one in enumerate(finders[:MOST_PAIRED]):
        for other in finders[i + 1 : MOST_PAIRED]:
            length = float(np.hypot(other.x - one.x, other.y - one.y))
            if not (0.6 < one.module / other.module < 1.6 and 9 * one.module < length < 80 * one.module):
                continue
            cost = abs(np.log(one.module / other.module)) + 0.1 * np.log(length / one.module)
            found += [(cost, triple) for triple in _completed(one, other)]
    found.sort(key=lambda one: one[0])
    return [triple for _, triple in found[: 4 * most]]


def _completed(one: Finder, other: Finder) -> list[Triple]:
    """The triples of two finder patterns and a third, by the slopes of the first: side by side, or across."""
    edges = [(one.corners[1] - one.corners[0]) / 7, (one.corners[3] - one.corners[0]) / 7]
    edges = [
        (edge + (edge_ if edge @ edge_ > 0 else -edge_)) / 2
        for edge, edge_ in zip(edges, _matched(edges, other), strict=True)
    ]
    a, b = np.array((one.x, one.y)), np.array((other.x, other.y))
    try:
        along, aside = np.linalg.solve(np.stack(edges, -1), b - a)
    except np.linalg.LinAlgError:
        return []
    if abs(along) < abs(aside):
        along, aside, edges = aside, along, edges[::-1]
    if abs(aside) < 0.3 * abs(along):
        thirds = [
            (corner, far, corner + sign * edges[1] * abs(along)) for corner, far in ((a, b), (b, a)) for sign in (1, -1)
        ]
    elif abs(aside) > 0.6 * abs(along):
        thirds = [(a + edges[0] * along, a, b), (a + edges[1] * aside, a, b)]
    else:
        return []
    square = [-edges[0] - edges[1], edges[0] - edges[1], edges[0] + edges[1], edges[1] - edges[0]]
    found = []
    for corner, *arms in thirds:
        points = [corner, *arms]
        turn = (arms[0] - corner)[0] * (arms[1] - corner)[1] - (arms[0] - corner)[1] * (arms[1] - corner)[0]
        if turn < 0:
            points[1:] = points[:0:-1]
        found.append(Triple(*(_at(point, one, other, np.array(square) * 3.5) for point in points)))
    return found


def _at(point: NDArray[np.float64], one: Finder, other: Finder, square: NDArray[np.float64]) -> Finder:
    for known in (one, other):
        if np.hypot(*(point - (known.x, known.y))) < 1e-6:
            return known
    module = (one.module + other.module) / 2
    return Finder(float(point[0]), float(point[1]), module, point + square, seen=False)


def _matched(edges: Sequence[NDArray[np.float64]], other: Finder) -> list[NDArray[np.float64]]:
    """The two edges (a module long) of another finder pattern that run as these two do."""
    own = [(other.corners[1] - other.corners[0]) / 7, (other.corners[3] - other.corners[0]) / 7]
    straight = abs(own[0] @ edges[0]) / (np.hypot(*own[0]) * np.hypot(*edges[0]))
    turned = abs(own[1] @ edges[0]) / (np.hypot(*own[1]) * np.hypot(*edges[0]))
    return own if straight >= turned else own[::-1]
