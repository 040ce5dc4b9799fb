"""How temperatures are kept in the series: whole hundredths of a °C, so that what is merged stays exact. Pure.

A minute keeps each of its temperatures, two bytes each: two such texts joined are the minute of both, so that a
database adds to one without reading it. Hours and days keep each value once and how often it came, six bytes each:
body temperatures fill about 200 values, however many people pass. Numbers are little-endian.
"""

import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate

LOWEST, HIGHEST = -(1 << 15), (1 << 15) - 1


def hundredths_of(celsius: float) -> int:
    """A temperature in hundredths of a °C, held between -327.68 and 327.67."""
    value = round(celsius * 100)
    return value if LOWEST <= value <= HIGHEST else max(LOWEST, min(HIGHEST, value))


def listed(values: Iterable[int]) -> bytes:
    """Temperatures as a minute keeps them."""
    return _bytes(array("h", values))


def counted(text: bytes) -> Counter[int]:
    """How often each value is in the text of a minute, or of several joined."""
    return Counter(_array("h", text))


def packed(counts: Counter[int]) -> bytes:
    """Temperatures as an hour or a day keeps them."""
    values = sorted(counts)
    return _bytes(array("h", values)) + _bytes(array("I", [counts[value] for value in values]))


def unpacked(text: bytes) -> Counter[int]:
    """How often each value is in the text of an hour or a day."""
    ends = len(text) // 3  # two bytes a value, then four bytes a count
    return Counter(dict(zip(_array("h", text[:ends]), _array("I", text[ends:]), strict=True)))


def of_rank(counts: Counter[int], ranks: Iterable[int]) -> list[int]:
    """The values that stand at these ranks when all are sorted; 1 is the smallest."""
    values = sorted(counts)
    ends = list(accumulate(counts[value] for value in values))
    return [values[bisect_left(ends, rank)] for rank in ranks]


def _array(kind: str, text: bytes) -> "array[int]":
    numbers = array(kind, text)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
