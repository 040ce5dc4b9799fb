"""The ways a picture is split into dark and light before finder patterns are looked for in it."""

from collections.abc import Iterator

import numpy as np

from agent.scanner.found import Gray
from agent.scanner.rescue.finders import Finder, outlines

MARGIN = 5
"""Levels of gray by which dark must be darker than its surroundings."""


MOST_PIXELS = 450_000
"""A larger picture is looked through at half its size: its outlines would take ten times as long as all the rest."""


def looks(gray: Gray) -> Iterator[list[Finder]]:
    """The finder patterns of each way in turn: wide, middling and small surroundings, one level for all, sharpened."""
    import cv2

    if gray.size > MOST_PIXELS:
        half = np.asarray(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for found in looks(half):
            yield [one.moved(2.0, 0.5, 0.5) for one in found]
        return
    calm = np.asarray(cv2.blur(gray, (3, 3)), dtype=np.uint8)
    for wide in (31, 75, 15):
        yield outlines(_against(calm, wide))
    yield outlines(np.asarray(cv2.threshold(calm, 0, 255, cv2.THRESH_OTSU + cv2.THRESH_BINARY_INV)[1], dtype=np.uint8))
    even = cv2.createCLAHE(4.0, (8, 8)).apply(cv2.addWeighted(gray, 3.0, cv2.GaussianBlur(gray, (0, 0), 3), -2.0, 0))
    yield outlines(_against(np.asarray(even, dtype=np.uint8), 41))


def _against(calm: Gray, wide: int) -> Gray:
    import cv2

    split = cv2.adaptiveThreshold(
        calm, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, min(wide, (min(calm.shape) - 1) | 1), MARGIN
    )
    return np.asarray(split, dtype=np.uint8)
