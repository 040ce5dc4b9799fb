"""Reading a code module by module where the engines' own detectors give up.

Finder patterns are looked for in several ways, a grid is laid through three of them (or two, where one is hidden), bent
onto the picture where it must be, and its modules are judged dark or light in several ways and drawn anew. The drawing
is given to an engine, so that error correction and text remain the engine's.

Many tries could, in the end, make a wrong text out of nothing. So a text is taken only where a good share of the error
correction was left over, or where two judgements of the modules that differ gave the same with some left over.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from agent.scanner.budget import Budget
from agent.scanner.found import LEAST_SPARE, Found, Gray
from agent.scanner.rescue.finders import Finder, Triple, pairs, together, triples
from agent.scanner.rescue.grid import Contrasts, Grid, Guess, around, contrast_of, guesses, onto, settled
from agent.scanner.rescue.growth import grown, laid
from agent.scanner.rescue.looks import looks
from agent.scanner.rescue.mesh import Mesh, bent, flat, pixels
from agent.scanner.rescue.modules import drawn, levels, readings

GOOD, POOR = 0.72, 0.55
"""How well a guess must stand (see `guesses`; up to 1.3) to be tried at once, or at the end."""
STANDING = 0.5
"""How well its grid must stand once its corners are settled (up to 1)."""
SPARE = 0.3
"""Share of the error correction that must be left over for a text to be believed at once."""
CELL = 6
"""Pixels a module when a code is laid flat."""
LOOK_SECONDS, TRY_SECONDS, BENT_SECONDS = 0.008, 0.014, 0.012
"""What the next step takes at most, nearly always: it begins only where so much of the budget is left."""

Decode = Callable[[Gray], Sequence[Found]]


class Rescue:
    """One search of one picture.

    Args:
        gray: the picture, or the part of it that is worth the time.
        decode: reads a picture that is nothing but a cleanly drawn code.
        budget: between any two tries it is asked.
    """

    def __init__(self, gray: Gray, decode: Decode, budget: Budget) -> None:
        self._gray = gray
        self._decode = decode
        self._budget = budget
        self._contrasts: Contrasts = {}
        self._tried: set[tuple[int, ...]] = set()

    def read(self, most: int = 1) -> list[Found]:
        """Up to `most` codes, corners in the picture's pixels."""
        found: list[Found] = []
        finders: list[Finder] = []
        for look in looks(self._gray):
            if not self._budget.allows(LOOK_SECONDS):
                break
            before = len(finders)
            finders = together([finders, look])
            if len(finders) > before:
                found += self._codes(guesses(self._gray, triples(finders), self._contrasts), GOOD, most - len(found))
            if len(found) >= most:
                return found
        if not found and len(finders) > 1 and self._budget.allows(TRY_SECONDS):
            found += self._codes(guesses(self._gray, [*triples(finders), *pairs(finders)], self._contrasts), POOR, most)
        return found

    def _codes(self, ranked: Sequence[Guess], least: float, most: int) -> list[Found]:
        found: list[Found] = []
        for guess in [one for one in ranked if one.fit >= least][: 6 + 3 * most]:
            key = (guess.side, *(round(part / 4) for one in guess.triple for part in (one.x, one.y)))
            if key in self._tried or any(_inside(guess.triple, one) for one in found):
                continue
            if len(found) >= most or not self._budget.allows(TRY_SECONDS):
                break
            self._tried.add(key)
            code = self._code(guess)
            if code is not None:
                found.append(code)
        return found

    def _code(self, whole: Guess) -> Found | None:
        texts: dict[str, int] = {}
        seen: set[bytes] = set()
        gray, left, top = _part(self._gray, whole)
        guess = whole.moved(-left, -top)
        contrast = contrast_of(gray, guess.size)
        grid = settled(contrast, guess)
        if grid.fit < STANDING:
            return None
        cell = CELL if guess.side < 100 else CELL - 2
        for mesh in _meshes(contrast, guess, grid):
            for dark in readings(levels(pixels(gray, mesh, cell), cell)):
                drawing = drawn(dark)
                # The same modules judged in another way say nothing new.
                if drawing.tobytes() in seen:
                    continue
                seen.add(drawing.tobytes())
                for code in self._decode(drawing):
                    spare = code.spare or 0.0
                    if spare < LEAST_SPARE:
                        continue
                    texts[code.text] = texts.get(code.text, 0) + 1
                    if spare >= SPARE or texts[code.text] > 1:
                        corners = tuple((float(x), float(y)) for x, y in onto(grid.plane, around(grid.side)))
                        return Found(code.text, code.format, code.engine, corners, code.spare).moved(1.0, left, top)
            if not self._budget.allows(BENT_SECONDS):
                break
        return None


def _part(gray: Gray, guess: Guess) -> tuple[Gray, int, int]:
    """The part of a picture around a guess, and where it begins."""
    points = onto(guess.plane, around(guess.side))
    parallel = np.array([(one.x, one.y) for one in guess.triple])
    points = np.r_[points, parallel, [parallel[1] + parallel[2] - parallel[0]]]
    more = 10 * guess.size
    left, top = (max(0, int(part)) for part in points.min(0) - more)
    right, bottom = (int(part) for part in points.max(0) + more)
    return np.ascontiguousarray(gray[top:bottom, left:right]), left, top


def _meshes(contrast: NDArray[np.float32], guess: Guess, grid: Grid) -> Iterator[Mesh]:
    """Flat, then bent a little, then, where it is surely a code, followed over whatever bends it has."""
    yield flat(grid)
    yield bent(laid(contrast, grid.plane, grid.side))
    if guess.fit >= GOOD:
        yield bent(grown(contrast, guess.triple, grid.plane, grid.side))


def _inside(triple: Triple, code: Found) -> bool:
    xs, ys = np.array(code.corners).T
    return any(xs.min() <= one.x <= xs.max() and ys.min() <= one.y <= ys.max() for one in triple)
