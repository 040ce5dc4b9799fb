"""What an engine finds in a picture, and what an engine is."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kadian.messages.screening import Colour

Gray = NDArray[np.uint8]
"""A picture of shape (height, width), 0 black to 255 white."""

Corner = tuple[float, float]
"""x to the right and y downwards, in pixels."""

LEAST_SPARE = 0.1
"""Share of a code's error correction that must be left over. Measured with 24,000 damaged codes: of 145 that came out
with less, 11 were another text; of 2,300 with more, none. A live code has its next frame."""


@dataclass(frozen=True, slots=True)
class Found:
    """One code: its text as written into it, its symbology (`qr`), the engine that read it, and its four corners.

    `spare`: the share (0…1) of the code's error correction that was not needed; None where an engine does not say.
    `colour`: `green`, `amber`, `red`, or `unknown`, with a confidence of 0…1.
    """

    text: str
    format: str
    engine: str
    corners: tuple[Corner, ...]
    spare: float | None = None
    colour: Colour = "unknown"
    colour_confidence: float = 0.0

    def moved(self, scale: float, x: float = 0.0, y: float = 0.0) -> "Found":
        """The same code in a picture `scale` times as large, with its origin at (x, y) pixels of that picture."""
        corners = tuple((a * scale + x, b * scale + y) for a, b in self.corners)
        return replace(self, corners=corners)

    def centre(self) -> Corner:
        """The middle of its corners, in pixels."""
        count = max(1, len(self.corners))
        return sum(x for x, _ in self.corners) / count, sum(y for _, y in self.corners) / count


class Engine(Protocol):
    """What each file of `agent.scanner.engines` is: QR codes alone, one gray picture at a time."""

    @property
    def NAME(self) -> Any: ...  # noqa: N802, D102 - a module's constant, `Any` because modules have plain attributes

    def available(self) -> bool:
        """Whether what it needs is installed here."""

    def read(self, gray: Gray) -> list[Found]:
        """The codes of a picture, in the engine's own order."""
