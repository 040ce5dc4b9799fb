"""The engines one after another: the first answer wins."""

from collections.abc import Sequence
from importlib import import_module

from agent.scanner.found import Engine, Found
from agent.scanner.pictures import Image
from agent.scanner.stages import cheap, costly, picture_of
from kadian.errors import KadianError

AUTOMATIC = ("zxing", "zbar")
"""In this order: zbar first would garble Chinese that zxing-cpp reads."""


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
    """All stages for a still picture; `agent.scanner.live` spreads the same stages over a camera's frames."""

    def __init__(self, engines: Sequence[Engine] | None = None) -> None:
        self.engines = list(engines) if engines is not None else automatic()
        self.cheap = cheap(self.engines)
        self.costly = costly(self.engines)

    def read(self, image: Image) -> list[Found]:
        """The codes of a still picture, gray or blue-green-red, corners in its own pixels.

        The further stages run only while nothing is found. Where the first finds two or more codes, the doubled
        picture is searched as well and what is new is added: a page of many codes has small ones.
        """
        if image.size == 0:
            return []
        picture = picture_of(image)
        found = self.cheap.read(picture)
        if len(found) == 1:
            return found
        for stage in self.costly[:1] if found else self.costly:
            found += [other for other in stage.read(picture) if not _is_known(other, found)]
            if found:
                return found
        return found


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
