"""Times in questions and answers. Pure."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

from fastapi import Query

from collector.api.problems import Failed, both

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
LOST_PLUS = re.compile(r"(:\d\d(?:[.,]\d+)?) (\d\d:?\d\d)$", re.ASCII)
"""A `+` that was not written `%2B` in a query arrives as a space."""

TimeText = Annotated[
    str | None,
    Query(
        max_length=40,
        description="ISO 8601 (without an offset: the site's own time), or milliseconds since 1970",
        examples=["2026-11-23T07:00:00+08:00"],
    ),
]


def ms_of(text: str | None, name: str, zone: tzinfo) -> int | None:
    """A time of a query in milliseconds since 1970; None when it is not given.

    Raises:
        Failed: 422, it is neither ISO 8601 nor a whole number, or beyond the years 1 to 9999.
    """
    if text is None:
        return None
    try:
        if WHOLE.fullmatch(text):
            ms = int(text)
        else:
            moment = datetime.fromisoformat(LOST_PLUS.sub(r"\1+\2", text))
            ms = ((moment if moment.tzinfo else moment.replace(tzinfo=zone)) - BEGIN) // timedelta(milliseconds=1)
        iso(ms, zone)
    except (ValueError, OverflowError, TypeError):
        raise Failed(422, both("http.bad_time", name=name)) from None
    return ms


def iso(ms: int, zone: tzinfo) -> str:
    """Milliseconds since 1970 as ISO 8601 with the zone's offset."""
    return (BEGIN + timedelta(milliseconds=ms)).astimezone(zone).isoformat(timespec="milliseconds")


def day_start_ms(now_ms: int, zone: tzinfo) -> int:
    """When the day of `now_ms` began in the zone."""
    today = (BEGIN + timedelta(milliseconds=now_ms)).astimezone(zone)
    return (today.replace(hour=0, minute=0, second=0, microsecond=0) - BEGIN) // timedelta(milliseconds=1)
