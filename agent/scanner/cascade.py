"""The engines and ways of looking one after another, within a budget: what a still picture holds."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module

from agent.scanner.budget import Budget
from agent.scanner.colour import colour_of
from agent.scanner.found import Engine, Found
from agent.scanner.hints import MOST_PATTERNS, Hint, blank, crowd, hints
from agent.scanner.pictures import Image
from agent.scanner.regions import Box, regions, unexplained
from agent.scanner.stages import MODULES, TRIPLED, Picture, Stage, cheap, costly, glance_of, halved, part, picture_of
from kadian.errors import KadianError

AUTOMATIC = ("zxing", "zbar")
"""In this order: zbar first would garble Chinese that zxing-cpp reads."""
STILL_SECONDS = 0.15
"""For one still picture that gives nothing, or not all."""
REST = ("doubled", TRIPLED, MODULES)
REST_SECONDS = 0.02
"""For what else may be in a picture of which a code was read."""
LARGE, SMALLER = 3_000_000, 1_500_000
"""A picture of more pixels is looked at in so many first: the codes of a phone's photograph mostly fill it."""
PAGE, PAGE_SECONDS = 4, 0.08
"""So many codes make a page of them, on which those that are left are smaller than a hint can be had of."""


def engine(name: str) -> Engine:
    """The engine in the file `agent/scanner/engines/<name>.py`.

    Raises:
        KadianError: K0252 what it needs is not installed here.
    """
    chosen: Engine = import_module(f"agent.scanner.engines.{name}")
    if not chosen.available():
        raise KadianError("K0252", name)
    return chosen


def automatic() -> list[Engine]:
    """The engines that are installed here, of those that the gate uses.

    Raises:
        KadianError: K0252 not even the first is installed.
    """
    first = engine(AUTOMATIC[0])
    others: list[Engine] = [import_module(f"agent.scanner.engines.{name}") for name in AUTOMATIC[1:]]
    return [first, *(other for other in others if other.available())]


class Cascade:
    """All stages for a still picture; `agent.scanner.live` spreads the same stages over a camera's frames.

    Args:
        engines: the first reads every picture, the others are asked at the end.
        seconds: for one picture; looked at between stages.
        clock: seconds, of a clock that never goes back.
    """

    def __init__(
        self,
        engines: Sequence[Engine] | None = None,
        seconds: float = STILL_SECONDS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.engines = list(engines) if engines is not None else automatic()
        self.cheap = cheap(self.engines)
        self.costly = costly(self.engines)
        self._seconds = seconds
        self._clock = clock

    def read(self, image: Image) -> list[Found]:
        """The codes of a still picture, gray or blue-green-red, corners in its own pixels.

        The further stages run while nothing is found, or where a finder pattern stands that belongs to no code that
        was read: a page of many codes has small ones.
        """
        if image.size == 0:
            return []
        budget = Budget(self._seconds, self._clock)
        if image.shape[0] * image.shape[1] > LARGE:
            small = thinned(glance_of(image, SMALLER))
            found = self.cheap.read(small, budget)
            if found and not parts(small, hints(small.gray), found, whole=True):
                return coloured(image, found)
            if not budget.allows():
                return coloured(image, found)
        picture = thinned(picture_of(image))
        before = budget.left
        found = self.cheap.read(picture, budget)
        if not found and blank(picture.gray):
            return []
        # A page of fakes, or a slow computer: what the cheap look takes too long for, the others do as well.
        slow = max(1.0, (before - budget.left) / self.cheap.seconds(picture.gray.size) / 2)
        if found:
            rest = REST_SECONDS if len(found) < PAGE else PAGE_SECONDS
            budget = Budget(min(rest, self._seconds), self._clock)
        seen = hints(picture.gray)
        for stage, box in self.plan(picture, seen, found):
            if 0 < len(found) < PAGE and not parts(picture, seen, found, whole=True):
                break
            if budget.allows(stage.seconds(box.pixels) * slow):
                found += fresh(look_into(stage, picture, box, budget), found)
        return coloured(image, found)

    def plan(self, picture: Picture, seen: Sequence[Hint], found: Sequence[Found]) -> Iterator[tuple[Stage, Box]]:
        """What to try on which part, in order: on the parts with hints, else on the whole picture."""
        everything = whole(picture)
        # Three hints that lie as those of a code are one; others may be chance, in grain above all.
        sure = parts(picture, seen, found, whole=True)
        rest = [stage for stage in self.costly if stage.name in REST]
        if len(found) >= PAGE:
            yield from ((stage, everything) for stage in rest if stage.name != MODULES)
            # By now `found` has grown, and what is left may be bent or torn.
            left = parts(picture, seen, found, whole=True)
            yield from ((stage, box) for stage in rest if stage.name == MODULES for box in left[:2])
        elif found:
            yield from ((stage, box) for stage in rest for box in sure)
        else:
            boxes = parts(picture, seen, found) + ([] if sure else [everything])
            # Modules that a hint was had of are seldom too small.
            stages = sorted(self.costly, key=lambda stage: bool(sure) and stage.name == TRIPLED)
            yield from ((stage, box) for stage in stages for box in boxes)


def thinned(picture: Picture) -> Picture:
    """The picture, halved until it holds no crowd of finder patterns: no engine can be stopped half-way through one.

    Tens of thousands side by side are no page of codes; zxing-cpp would hold on to 12 megapixels of them for 24 s.
    """
    while crowd(picture.gray) > MOST_PATTERNS:
        picture = halved(picture)
    return picture


def whole(picture: Picture) -> Box:
    """All of a picture."""
    return Box(0, 0, picture.gray.shape[1], picture.gray.shape[0])


def parts(picture: Picture, seen: Sequence[Hint], found: Sequence[Found], *, whole: bool = False) -> list[Box]:
    """The parts of a picture with hints that belong to no code of `found`; `whole`: as many as a whole code has."""
    scaled = [one.moved(1 / picture.shrunk) for one in found]
    return regions(unexplained(seen, scaled), picture.gray.shape, whole=whole)


def look_into(stage: Stage, picture: Picture, box: Box, budget: Budget) -> list[Found]:
    """What a stage finds in a part of a picture, in the coordinates of the picture as it came in."""
    inside = stage.read(part(picture, box), budget)
    return [found.moved(1.0, box.left, box.top).moved(picture.shrunk) for found in inside]


def coloured(image: Image, found: Sequence[Found]) -> list[Found]:
    """The same codes with the colours of their dark modules."""
    told = []
    for one in found:
        colour, confidence = colour_of(image, one.corners)
        told.append(replace(one, colour=colour, colour_confidence=round(confidence, 2)))
    return told


def fresh(new: Sequence[Found], found: Sequence[Found]) -> list[Found]:
    """Of `new`, those that are not among `found`: neither the same text without a place, nor one in the same place."""
    return [other for other in new if not _is_known(other, found)]


def _is_known(other: Found, found: Sequence[Found]) -> bool:
    """Whether a code with this text, or whose box holds this one's centre, is already among `found`."""
    x, y = other.centre()
    for known in found:
        xs, ys = [a for a, _ in known.corners], [b for _, b in known.corners]
        if known.text == other.text and not known.corners:
            return True
        if xs and min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys):
            return True
    return False
