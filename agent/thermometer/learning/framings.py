"""Where frames may begin, and how long they are: bytes that every measurement has in common, at a common distance."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

SHORTEST, LONGEST = 3, 64
MOST_HEADS = 60
MOST_FRAMINGS = 48
COVERED = 0.25
"""Of all bytes: the rest may be frames of another kind (a greeting, a state)."""


class Framing(Struct, frozen=True):
    """One way to cut all measurements into frames.

    Attributes:
        head: the bytes that each frame begins with.
        length: of a frame.
        starts: for each measurement, where its frames begin.
        rows: for each measurement, its frames.
        covered: the part of all bytes that stands in frames, 0…1.
        first: the part of the measurements that begin with a frame.
    """

    head: bytes
    length: int
    starts: tuple[tuple[int, ...], ...]
    rows: tuple[tuple[bytes, ...], ...]
    covered: float
    first: float

    def every_row(self) -> list[bytes]:
        """The frames of all measurements, as often as they came."""
        return [row for rows in self.rows for row in rows]

    def solid(self) -> list[bytes]:
        """The different frames, without those that came once where others came again: these may be damaged."""
        often = [[row for row, times in Counter(rows).items() if times > 1] or list(rows) for rows in self.rows]
        return list(dict.fromkeys(row for rows in often for row in rows))

    def shown(self) -> list[tuple[int, bytes]]:
        """For each measurement the frame that gives its number, and where it begins: the most frequent, else the last.

        A gun repeats its result; of a stream that still moves the last frame is nearest to what was read off.
        """
        found = []
        for starts, rows in zip(self.starts, self.rows, strict=True):
            row, times = Counter(reversed(rows)).most_common(1)[0]
            chosen = row if times > 1 else rows[-1]
            found.append((starts[len(rows) - 1 - rows[::-1].index(chosen)], chosen))
        return found


def constant(rows: Sequence[bytes], share: float = 1.0) -> list[int | None]:
    """For each place in a frame the byte that stands there in this share of them, or None."""
    usual = [Counter(column).most_common(1)[0] for column in zip(*rows, strict=True)]
    return [byte if times >= share * len(rows) else None for byte, times in usual]


def framings(measurements: Sequence[bytes]) -> list[Framing]:
    """All ways worth a look, those that explain the most bytes first."""
    found = []
    for head in _heads(measurements):
        cut = [_cut(head, length, measurements) for length in _lengths(head, measurements)]
        whole = [one for one in cut if one is not None]
        found += [one for one in whole if not any(_repeats(one, shorter) for shorter in whole)]
    found.sort(key=lambda one: (round(one.covered, 2), one.first, len(one.head)), reverse=True)
    return found[:MOST_FRAMINGS]


def _repeats(one: Framing, shorter: Framing) -> bool:
    """Whether a frame is several shorter ones in a row; repeated bytes would look like a sum of one another."""
    whole = one.length > shorter.length and one.length % shorter.length == 0
    return whole and shorter.covered >= one.covered - 0.02


def _heads(measurements: Sequence[bytes]) -> Iterator[bytes]:
    """Sequences of two and of one byte that every measurement has; those that begin one come first."""
    for size in (2, 1):
        common: set[bytes] = set.intersection(
            *({data[at : at + size] for at in range(len(data) - size + 1)} for data in measurements)
        )
        begin = Counter(data[:size] for data in measurements)
        often = Counter({head: min(data.count(head) for data in measurements) for head in common})
        ranked = sorted(common, key=lambda head: (begin[head], often[head], head), reverse=True)
        yield from ranked[:MOST_HEADS]


def _lengths(head: bytes, measurements: Sequence[bytes]) -> list[int]:
    """Distances from one head to the next; where a measurement has one head alone, from it to the end."""
    distances: Counter[int] = Counter()
    ends = set()
    for data in measurements:
        places = _places(head, data)
        distances.update(later - earlier for earlier, later in pairwise(places))
        ends |= {len(data) - places[-1]} if len(places) == 1 else set()
    lengths = {length for length, _ in distances.most_common(3)} | (ends if len(ends) == 1 else set())
    return sorted(length for length in lengths if SHORTEST <= length <= LONGEST)


def _places(head: bytes, data: bytes) -> list[int]:
    places, at = [], data.find(head)
    while at >= 0:
        places.append(at)
        at = data.find(head, at + 1)
    return places


def _cut(head: bytes, length: int, measurements: Sequence[bytes]) -> Framing | None:
    starts, rows, covered = [], [], 0
    for data in measurements:
        found, at = [], data.find(head)
        while 0 <= at <= len(data) - length:
            found.append(at)
            at = data.find(head, at + length)
        if not found:
            return None
        starts.append(tuple(found))
        rows.append(tuple(data[at : at + length] for at in found))
        covered += len(found) * length
    share = covered / sum(map(len, measurements))
    if share < COVERED:
        return None
    first = sum(found[0] == 0 for found in starts) / len(starts)
    return Framing(head, length, tuple(starts), tuple(rows), share, first)
