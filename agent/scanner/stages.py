"""The ways a picture is prepared before an engine looks at it, cheapest first.

What was measured (79 photographs with expected texts, four turns each): zxing-cpp alone 71, on a doubled picture 73.
The global histogram binariser on a doubled picture reads one more, and one wrong text ("photography" for
"photograph"), so it is left out. Contrast, sharpening, blur and morphology added nothing.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from agent.scanner.found import Engine, Found, Gray
from agent.scanner.pictures import Image

MOST_PIXELS = 12_000_000
"""A larger picture is made smaller before the search."""
MOST_DOUBLED = 3_000_000
"""A picture of more pixels is not doubled: it would take 60 ms and more, and its codes are large enough."""


class Picture(NamedTuple):
    """One picture to search: `gray`, the `colour` it came in (or None), and how many times it was shrunk."""

    gray: Gray
    colour: Image | None
    shrunk: float


class Stage(NamedTuple):
    """One try: an engine on a preparation, which gives None where it does not apply. `scale`: how much larger it is."""

    name: str
    engine: Engine
    prepare: Callable[[Picture], Gray | None]
    scale: float

    def read(self, picture: Picture) -> list[Found]:
        """What the engine finds, in the coordinates of the picture as it came in."""
        prepared = self.prepare(picture)
        if prepared is None:
            return []
        return [found.moved(picture.shrunk / self.scale) for found in self.engine.read(prepared)]


def picture_of(image: Image) -> Picture:
    """A gray or blue-green-red picture, made ready: at most 12 megapixels."""
    import cv2

    shrunk = 1.0
    if image.shape[0] * image.shape[1] > MOST_PIXELS:
        shrunk = float(np.sqrt(image.shape[0] * image.shape[1] / MOST_PIXELS))
        size = (max(1, round(image.shape[1] / shrunk)), max(1, round(image.shape[0] / shrunk)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if image.ndim == 2:
        return Picture(image, None, shrunk)
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return Picture(gray, image, shrunk)


def plain(picture: Picture) -> Gray:
    """As it is."""
    return picture.gray


def doubled(picture: Picture) -> Gray | None:
    """Twice as large, cubic: small codes get modules that an engine can count."""
    import cv2

    if not 0 < picture.gray.size <= MOST_DOUBLED:
        return None
    return np.asarray(cv2.resize(picture.gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def least(picture: Picture) -> Gray | None:
    """The smallest of red, green and blue: an amber code on white has little contrast in gray."""
    if picture.colour is None:
        return None
    blue, green, red = (picture.colour[:, :, channel] for channel in range(3))
    return np.asarray(np.minimum(np.minimum(blue, green), red), dtype=np.uint8)


_BRIGHTER = np.round(255 * np.sqrt(np.arange(256) / 255)).astype(np.uint8)


def brighter(picture: Picture) -> Gray:
    """Gamma 0.5: opens dark parts, for a dim screen or deep shade."""
    return np.asarray(_BRIGHTER[picture.gray], dtype=np.uint8)


def cheap(engines: Sequence[Engine]) -> Stage:
    """The try that every frame can afford."""
    return Stage("plain", engines[0], plain, 1.0)


def costly(engines: Sequence[Engine]) -> list[Stage]:
    """The further tries, in the order of what they gave for their time."""
    first = engines[0]
    return [
        Stage("doubled", first, doubled, 2.0),
        Stage("least", first, least, 1.0),
        Stage("brighter", first, brighter, 1.0),
        *(Stage("plain", other, plain, 1.0) for other in engines[1:]),
    ]
