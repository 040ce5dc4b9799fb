"""Which roll-ups make up a window: the days that fit, then hours, minutes, and single screenings at the edges. Pure."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.series.days import day_of, start_of_day
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS

EVER_MS = 1 << 60
"""Later, and its negative earlier, than anything measured."""
SCREENING = 0


class Part(NamedTuple):
    """Roll-ups of one length that begin at or after `first_ms` and before `last_ms`; screenings if the length is 0."""

    length_ms: int
    first_ms: int
    last_ms: int


def cover(since_ms: int, until_ms: int, zone: ZoneInfo) -> list[Part]:
    """The parts that have everything measured at or after `since_ms` and before `until_ms` once. In no order."""
    parts: list[Part] = []
    if since_ms < until_ms:
        _split(since_ms, until_ms, zone, (DAY_MS, HOUR_MS, MINUTE_MS, SCREENING), parts)
    return parts


def _split(since_ms: int, until_ms: int, zone: ZoneInfo, lengths: tuple[int, ...], parts: list[Part]) -> None:
    length = lengths[0]
    if length == SCREENING:
        parts.append(Part(length, since_ms, until_ms))
        return
    first = -EVER_MS if since_ms == -EVER_MS else _up(since_ms, length, zone)
    last = EVER_MS if until_ms == EVER_MS else _down(until_ms, length, zone)
    if first >= last:
        _split(since_ms, until_ms, zone, lengths[1:], parts)
        return
    parts.append(Part(length, first, last))
    for start, end in ((since_ms, first), (last, until_ms)):
        if start < end:
            _split(start, end, zone, lengths[1:], parts)


def _down(at_ms: int, length: int, zone: ZoneInfo) -> int:
    return start_of_day(day_of(at_ms, zone), zone) if length == DAY_MS else at_ms - at_ms % length


def _up(at_ms: int, length: int, zone: ZoneInfo) -> int:
    start = _down(at_ms, length, zone)
    if start == at_ms:
        return start
    return start_of_day(day_of(at_ms, zone) + 1, zone) if length == DAY_MS else start + length
