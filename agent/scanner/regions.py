"""The parts of a picture that are worth a costly look: around what may be finder patterns, and around what moved."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agent.scanner.found import Found
from agent.scanner.hints import Hint

ALONE, TOGETHER = 42, 9
"""Modules around a single hint (a code of version 6 may lie on any side of it), and around three or more."""
APART = 60
"""Modules between two hints of one code, at most: version 10 and smaller codes, and larger ones by their third."""
MOST_CORNERS = 14
MOST = 8
"""Parts of one picture that are looked at, the ones with most hints first."""


class Box(NamedTuple):
    """A part of a picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def pixels(self) -> int:
        """How many it holds."""
        return (self.right - self.left) * (self.bottom - self.top)

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box(left, top, max(self.right, other.right), max(self.bottom, other.bottom))


def unexplained(hints: Sequence[Hint], found: Sequence[Found]) -> list[Hint]:
    """The hints that lie in no code that was read."""
    boxes = [_around(one) for one in found if one.corners]
    return [
        one
        for one in hints
        if not any(box.left <= one.x <= box.right and box.top <= one.y <= box.bottom for box in boxes)
    ]


def _around(code: Found) -> Box:
    xs, ys = [x for x, _ in code.corners], [y for _, y in code.corners]
    wide = 0.08 * max(max(xs) - min(xs), max(ys) - min(ys))
    return Box(int(min(xs) - wide), int(min(ys) - wide), int(max(xs) + wide), int(max(ys) + wide))


def regions(hints: Sequence[Hint], shape: tuple[int, ...], most: int = MOST, *, whole: bool = False) -> list[Box]:
    """The parts of a picture around hints that may belong to one code each.

    Args:
        hints: in pixels.
        shape: of the picture: height, width …
        most: how many parts, those with the most hints first.
        whole: only parts with three hints that lie as the three corners of a code do.
    """
    groups: list[list[Hint]] = []
    for hint in sorted(hints, key=lambda one: -one.module):
        near = [group for group in groups if any(_beside(hint, other) for other in group)]
        merged = [hint, *(one for group in near for one in group)]
        groups = [group for group in groups if group not in near] + [merged]
    groups.sort(key=lambda group: (-min(len(group), 3), -max(one.module for one in group)))
    boxes: list[Box] = []
    for group in (one for one in groups if not whole or _has_corners(one)):
        box = _box(group, shape)
        if all(box.joined(other) != other for other in boxes):
            boxes.append(box)
    return boxes[:most]


def _has_corners(group: Sequence[Hint]) -> bool:
    """Whether three of some hints are of one size, with two arms alike and at a right angle."""
    if len(group) < 3:
        return False
    seen = np.array([(one.x, one.y, one.module) for one in group[:MOST_CORNERS]])
    arms = seen[None, :, :2] - seen[:, None, :2]
    length = np.hypot(arms[..., 0], arms[..., 1]) + 1e-6
    size = seen[:, 2]
    alike = (np.abs(np.log(size[None] / size[:, None])) < 0.4) & (length > 10 * size[:, None])
    cross = arms[:, :, None, 0] * arms[:, None, :, 1] - arms[:, :, None, 1] * arms[:, None, :, 0]
    sine = np.abs(cross) / (length[:, :, None] * length[:, None, :])
    ratio = np.abs(np.log(length[:, :, None] / length[:, None, :]))
    return bool((alike[:, :, None] & alike[:, None, :] & (sine > 0.8) & (ratio < 0.35)).any())


def _beside(one: Hint, other: Hint) -> bool:
    module = max(one.module, other.module)
    close = max(abs(one.x - other.x), abs(one.y - other.y)) < APART * module
    return close and min(one.module, other.module) > 0.45 * module


def _box(group: Sequence[Hint], shape: tuple[int, ...]) -> Box:
    module = sorted(one.module for one in group)[len(group) // 2]
    more = module * (TOGETHER if len(group) > 2 else ALONE)
    # Three on one line say nothing of how high the code is.
    xs, ys = [one.x for one in group], [one.y for one in group]
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    across, down = more + max(0.0, tall - wide), more + max(0.0, wide - tall)
    return Box(
        max(0, int(min(xs) - across)),
        max(0, int(min(ys) - down)),
        min(shape[1], int(max(xs) + across) + 1),
        min(shape[0], int(max(ys) + down) + 1),
    )
