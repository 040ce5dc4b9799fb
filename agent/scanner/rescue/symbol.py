"""What every QR code of a size looks like, whatever it says: its fixed patterns (ISO/IEC 18004, 6.3 and annex E)."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Symbol(NamedTuple):
    """The fixed modules of one size: where they are, and which of them are dark; both (side, side)."""

    fixed: NDArray[np.bool_]
    dark: NDArray[np.bool_]


def alignments(side: int) -> list[tuple[int, int]]:
    """The centres (column, row) of the alignment patterns of a code of `side` modules; none in version 1."""
    version = (side - 17) // 4
    if version < 2:
        return []
    count = version // 7 + 2
    # Annex E: equal steps, even, counted from the far edge; 32 is the one exception.
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    places = [6, *sorted(side - 7 - step * i for i in range(count - 1))]
    first, last = places[0], places[-1]
    corners = {(first, first), (first, last), (last, first)}
    return [(x, y) for y in places for x in places if (x, y) not in corners]


@cache
def symbol(side: int) -> Symbol:
    """The fixed modules of a code of `side` modules; format and version information are not among them."""
    fixed, dark = np.zeros((side, side), bool), np.zeros((side, side), bool)
    ring = np.maximum(*np.abs(np.indices((7, 7)) - 3))
    fixed[6, :] = fixed[:, 6] = True
    dark[6, ::2] = dark[::2, 6] = True
    for x, y in alignments(side):
        fixed[y - 2 : y + 3, x - 2 : x + 3] = True
        dark[y - 2 : y + 3, x - 2 : x + 3] = ring[1:6, 1:6] != 1
    for rows, columns in ((slice(0, 8), slice(0, 8)), (slice(0, 8), slice(-8, None)), (slice(-8, None), slice(0, 8))):
        fixed[rows, columns], dark[rows, columns] = True, False
    for rows, columns in ((slice(0, 7), slice(0, 7)), (slice(0, 7), slice(-7, None)), (slice(-7, None), slice(0, 7))):
        dark[rows, columns] = ring != 2
    return Symbol(fixed, dark)


def sides() -> range:
    """The sizes that exist: 21 to 177 modules."""
    return range(21, 178, 4)
