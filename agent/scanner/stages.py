"""The ways a picture is prepared before an engine looks at it, cheapest first.

What was measured (79 photographs with expected texts, four turns each): zxing-cpp alone 71, on a doubled picture 73.
The global histogram binariser on a doubled picture reads one more, and one wrong text ("photography" for
"photograph"), so it is left out. Contrast, sharpening, blur and morphology added nothing.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from agent.scanner.budget import Budget
from agent.scanner.found import LEAST_SPARE, Engine, Found, Gray
from agent.scanner.pictures import Image
from agent.scanner.regions import Box
from agent.scanner.rescue.rescue import Rescue

MODULES, TRIPLED = "modules", "tripled"
"""The stages that sample a code module by module, and that look at a picture three times as large."""
CALM = frozenset(("calmer", "calmer least"))
"""The stages that blur first: grain does not make them slower, and they are the ones that see through it."""
MOST_PIXELS = 12_000_000
"""A larger picture is made smaller before the search."""
MOST_ENLARGED = 12_000_000
"""A picture is not made larger than that: it would take 60 ms and more, and its codes are large enough."""


class Picture(NamedTuple):
    """One picture to search: `gray`, the `colour` it came in (or None), and how many times it was shrunk."""

    gray: Gray
    colour: Image | None
    shrunk: float


class Stage(NamedTuple):
    """One try: `look` gives the codes of a picture within a budget.

    `cost`: seconds a megapixel, with `least_cost` for the smallest picture; measured, on the generous side; how much
    slower this very computer is, `agent.scanner.pace` learns.
    """

    name: str
    look: Callable[[Picture, Budget], list[Found]]
    cost: float
    least_cost: float = 0.0005

    def seconds(self, pixels: int) -> float:
        """About how long it takes for so many pixels."""
        return max(self.least_cost, self.cost * pixels / 1e6)

    def read(self, picture: Picture, budget: Budget) -> list[Found]:
        """What is found, in the coordinates of the picture as it came in."""
        return [found.moved(picture.shrunk) for found in self.look(picture, budget)]


def picture_of(image: Image, most: int = MOST_PIXELS) -> Picture:
    """A gray or blue-green-red picture, made ready: at most so many pixels."""
    import cv2

    shrunk = 1.0
    if image.shape[0] * image.shape[1] > most:
        shrunk = float(np.sqrt(image.shape[0] * image.shape[1] / most))
        size = (max(1, round(image.shape[1] / shrunk)), max(1, round(image.shape[0] / shrunk)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Picture(_gray(image), image if image.ndim == 3 else None, shrunk)


def halved(picture: Picture) -> Picture:
    """Half as large each way."""
    import cv2

    gray, colour = (
        None
        if one is None
        else np.asarray(cv2.resize(one, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for one in (picture.gray, picture.colour)
    )
    return picture if gray is None else Picture(gray, colour, picture.shrunk * 2)


def glance_of(image: Image, most: int) -> Picture:
    """The same without its colour, made smaller by a whole number, which takes a tenth of the time."""
    import cv2

    times = int(np.ceil(np.sqrt(image.shape[0] * image.shape[1] / most)))
    tall, wide = max(1, image.shape[0] // times), max(1, image.shape[1] // times)
    gray = _gray(image)[: tall * times, : wide * times]
    return Picture(np.asarray(cv2.resize(gray, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8), None, times)


def _gray(image: Image) -> Gray:
    import cv2

    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def plain(picture: Picture) -> Gray:
    """As it is."""
    return picture.gray


def larger(times: int, picture: Picture) -> Gray | None:
    """Twice or three times as large, cubic: small codes get modules that an engine can count."""
    import cv2

    if not 0 < picture.gray.size * times * times <= MOST_ENLARGED:
        return None
    wide = cv2.resize(picture.gray, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide, dtype=np.uint8)


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


def calmer(picture: Picture) -> Gray:
    """Blurred a little: grain, the stripes of a screen and the marks of compression go, modules stay."""
    import cv2

    return np.asarray(cv2.GaussianBlur(picture.gray, (0, 0), 1.6), dtype=np.uint8)


def calmer_least(picture: Picture) -> Gray | None:
    """The smallest of red, green and blue after a little blur: in grain the smallest alone would be the grain's."""
    import cv2

    if picture.colour is None:
        return None
    calm = np.asarray(cv2.GaussianBlur(picture.colour, (0, 0), 1.2), dtype=np.uint8)
    return least(Picture(picture.gray, calm, 1.0))


def part(picture: Picture, box: Box) -> Picture:
    """A part of a picture, in its own pixels."""
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    colour = None if picture.colour is None else picture.colour[rows, columns]
    return Picture(np.ascontiguousarray(picture.gray[rows, columns]), colour, 1.0)


def by_engine(
    engine: Engine, prepare: Callable[[Picture], Gray | None], scale: float, picture: Picture, _: Budget
) -> list[Found]:
    """What an engine finds in a prepared picture that is `scale` times as large, and may be believed."""
    prepared = prepare(picture)
    found = [] if prepared is None else engine.read(prepared)
    return [one.moved(1 / scale) for one in found if one.spare is None or one.spare >= LEAST_SPARE]


def by_modules(prepare: Callable[[Picture], Gray | None], picture: Picture, budget: Budget) -> list[Found]:
    """What `agent.scanner.rescue` finds."""
    from agent.scanner.engines import zxing

    prepared = prepare(picture)
    return [] if prepared is None or min(prepared.shape) < 25 else Rescue(prepared, zxing.read_drawn, budget).read(3)


def cheap(engines: Sequence[Engine]) -> Stage:
    """The try that every frame can afford."""
    return Stage("plain", partial(by_engine, engines[0], plain, 1.0), 0.002)


def costly(engines: Sequence[Engine]) -> list[Stage]:
    """The further tries, in the order of what they gave for their time."""
    first = engines[0]
    stages = [
        Stage("least", partial(by_engine, first, least, 1.0), 0.003),
        Stage("calmer", partial(by_engine, first, calmer, 1.0), 0.004),
        Stage("calmer least", partial(by_engine, first, calmer_least, 1.0), 0.007),
        Stage("brighter", partial(by_engine, first, brighter, 1.0), 0.003),
        Stage("doubled", partial(by_engine, first, partial(larger, 2), 2.0), 0.012),
        Stage(TRIPLED, partial(by_engine, first, partial(larger, 3), 3.0), 0.026),
    ]
    if first.NAME == "zxing":
        # The smallest of three channels is wanted where colour takes contrast away, and tried after gray.
        stages += [Stage(MODULES, partial(by_modules, plain), 0.030, 0.008)]
        stages += [Stage("least modules", partial(by_modules, calmer_least), 0.030, 0.008)]
    stages += [Stage(other.NAME, partial(by_engine, other, plain, 1.0), 0.030) for other in engines[1:]]
    return stages
