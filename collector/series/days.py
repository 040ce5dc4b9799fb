"""The site's local days, in milliseconds since 1970. Pure."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from collector.series.lengths import DAY_MS

_BEGIN = date(1970, 1, 1)
# Outside these years a day is one of UTC: older offsets are no whole minutes, and a clock that says so is wrong.
_FIRST, _LAST = 1972, 9000
_FIRST_DAY, _LAST_DAY = ((date(year, 1, 1) - _BEGIN).days for year in (_FIRST, _LAST))


@lru_cache(maxsize=4096)
def start_of_day(number: int, zone: ZoneInfo) -> int:
    """When day `number` (0 is 1 January 1970) begins at the site.

    A midnight that the clocks leap over is the moment of the leap; one that comes twice is the first.
    """
    if not _FIRST_DAY <= number < _LAST_DAY:
        return number * DAY_MS
    midnight = datetime.combine(_BEGIN + timedelta(days=number), datetime.min.time(), zone)
    return int(midnight.timestamp()) * 1000


def day_of(at_ms: int, zone: ZoneInfo) -> int:
    """The number of the day to which a moment belongs: the last one that has begun by then."""
    number = at_ms // DAY_MS
    # No clock is more than a day from UTC, so it is this day, the one before or the one after.
    while start_of_day(number, zone) > at_ms:
        number -= 1
    while start_of_day(number + 1, zone) <= at_ms:
        number += 1
    return number


def is_start(at_ms: int, zone: ZoneInfo) -> bool:
    """Whether a day begins at this moment."""
    return start_of_day(day_of(at_ms, zone), zone) == at_ms
