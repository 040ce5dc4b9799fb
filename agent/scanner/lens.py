"""What the pictures say of the camera: too dark to read, or blurred by a dirty, fogged or wet lens."""

from typing import Literal, NamedTuple

import numpy as np

from agent.scanner.pictures import Image

EVERY_SECONDS = 1.0
DARK = 18.0
"""Mean of a picture in which no code can be told from its surroundings; a covered lens gives less than 10."""
BLURRED = 1.3
"""Levels of gray; 720p drawn sharp has 2.4 and more (a code in view 20), blurred over ten pixels 1.2, an even one 1."""
SETTLE = 0.2
"""How much of a new picture goes into the mean: a person who passes before the lens changes little."""

LensState = Literal["ok", "dark", "blurred"]


class LensReport(NamedTuple):
    """`brightness` 0…255, `sharpness` in levels of gray, and what they mean."""

    brightness: float
    sharpness: float
    state: LensState


class Lens:
    """The mean of one picture a second."""

    def __init__(self) -> None:
        self._at = -np.inf
        self._report: LensReport | None = None

    @property
    def report(self) -> LensReport | None:
        """None before the first picture."""
        return self._report

    def note(self, image: Image, now: float) -> None:
        """Notes a picture (`now` in monotonic seconds); most are passed over, one costs some 0.3 ms."""
        if now - self._at < EVERY_SECONDS or image.size == 0:
            return
        self._at = now
        bright, sharp = measured(image)
        if self._report is not None:
            bright += (self._report.brightness - bright) * (1 - SETTLE)
            sharp += (self._report.sharpness - sharp) * (1 - SETTLE)
        state: LensState = "dark" if bright < DARK else "blurred" if sharp < BLURRED else "ok"
        self._report = LensReport(bright, sharp, state)


def measured(image: Image) -> tuple[float, float]:
    """Mean brightness (0…255) and sharpness (levels of gray) of a picture.

    Sharpness is taken where it is greatest: of a 4×4 grid the second sharpest part, for a wall is no blurred lens.
    """
    import cv2

    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, 320 / max(gray.shape))
    # Grain is gone from the mean of many pixels; edges stay.
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    detail = np.abs(cv2.Laplacian(cv2.blur(small, (3, 3)), cv2.CV_16S))
    parts = [part.mean() for rows in np.array_split(detail, 4) for part in np.array_split(rows, 4, axis=1) if part.size]
    return float(gray.mean()), float(sorted(parts)[-2] if len(parts) > 1 else parts[0])
