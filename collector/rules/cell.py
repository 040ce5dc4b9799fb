"""The last values of one gate, device, hour and ambient band, as few bytes: a city has hundreds of thousands. Pure.

    w n c c s s d d  v v  v v  …      little endian, hundredths of a degree
    w    of the values, so many at the end wait: unusual ones, one after the other
    n    values since the level was worked out
    cc   centre, ss  spread: the level that is judged by
    dd   MAD of the last 20 accepted values
    vv   values in the order of their coming, 60 at most, and 19 that wait

At most 166 bytes. The level is worked out anew at each fifth value.
"""

from array import array
from collections.abc import Sequence
from struct import Struct
from sys import byteorder
from typing import NamedTuple

from collector.rules.robust import FULL, Level, level, mad

HEAD = Struct("<BBhhh")
EVERY = 5
LAST = 20
"""So many say whether a gate can be judged at all; so many unusual ones without a usual one between are no cluster of
feverish people, but a new level: a gun was changed, the sun came round."""
MOST = 32_767


class Told(NamedTuple):
    """What a cell says, in hundredths of a degree."""

    level: Level
    scatter: int


def read(cell: bytes | None, parent: Level) -> Told:
    """What there is to judge the next value by; nothing known yet: the parent's level."""
    if cell is None:
        return Told(parent, 0)
    _, _, centre, spread, scatter = HEAD.unpack_from(cell)
    return Told(Level(centre, spread), scatter)


def grown(cell: bytes | None, value: int, parent: Level, *, usual: bool = True) -> bytes:
    """The cell with one value more, in hundredths; an unusual one waits, until so many of them have come."""
    if cell is None:
        waiting, new, centre, spread, scatter = 0, EVERY, 0, 0, 0
        values = b""
    else:
        waiting, new, centre, spread, scatter = HEAD.unpack_from(cell)
        values = cell[HEAD.size :]
    added = value.to_bytes(2, "little", signed=True)
    if not usual:
        waiting += 1
        values += added
        if waiting == LAST:
            # Each so many times that they fill the cell: few would be drawn back to the parent's level.
            waiting, new, values = 0, EVERY, values[-2 * LAST :] * (FULL // LAST)
    else:
        values = (values[: -2 * waiting] if waiting else values) + added
        values = values[-2 * FULL :]
        waiting, new = 0, new + 1
    if new >= EVERY:
        accepted = _numbers(values[: -2 * waiting] if waiting else values)
        new = len(accepted) % EVERY
        found = level(accepted, parent)
        centre, spread = round(found.centre), min(round(found.spread), MOST)
        scatter = round(mad(accepted[-LAST:])) if len(accepted) >= LAST else 0
    return HEAD.pack(waiting, new, centre, spread, scatter) + values


def is_whole(cell: object) -> bool:
    """Whether these bytes can be a cell."""
    if not isinstance(cell, bytes) or len(cell) < HEAD.size or len(cell) % 2:
        return False
    waiting, new = cell[:2]
    return waiting < LAST and new < EVERY and 0 <= (len(cell) - HEAD.size) // 2 - waiting <= FULL


def _numbers(values: bytes) -> Sequence[int]:
    numbers = array("h", values)
    if byteorder == "big":
        numbers.byteswap()
    return numbers
