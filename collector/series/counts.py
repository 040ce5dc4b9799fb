"""How many screenings of each verdict every gate had in a window: exact at any moment, and fast over any window."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, cast, func, not_, or_, select, union_all

from collector.ledger import cursors
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups, tallies
from collector.ledger.tables import screenings
from collector.ledger.whole import rows_at_once
from collector.series.anew import KEPT_MS, KEPT_TO
from collector.series.cover import EVER_MS, SCREENING, Part, cover
from collector.series.embedded import CURSOR
from collector.series.lengths import HOUR_MS, MINUTE_MS

WORDS = ("pass", "recheck", "stop", "none")
TALLIED, FRESH, FOLDED, ROWS = tallies.c, fresh_minutes.c, rollups.c, screenings.c


class Rolled(NamedTuple):
    """Roll-ups of one gate, added up."""

    gate: str
    passed: int
    rechecks: int
    stops: int
    nones: int


class Single(NamedTuple):
    """Screenings of one gate and verdict that were counted one by one."""

    gate: str
    verdict: str
    number: int


def counts(
    connection: Connection, since_ms: int | None, until_ms: int | None, zone: ZoneInfo
) -> dict[str, dict[str, int]]:
    """Of everything measured at or after `since_ms` and before `until_ms` (None: ever), by gate and by verdict.

    Roll-ups up to the series' position, and the ledger's rows behind it: within one snapshot that is every screening
    once. What the ledger no longer keeps is still counted, as far as its roll-ups are kept.

    Args:
        connection: a read or a write of the ledger.
        since_ms: milliseconds since 1970.
        until_ms: likewise.
        zone: the site's.
    """
    since, until = -EVER_MS if since_ms is None else since_ms, EVER_MS if until_ms is None else until_ms
    position = cursors.get(connection, CURSOR)
    found: dict[str, dict[str, int]] = {}
    parts = cover(since, _open_ended(connection, until), zone)
    rolled = [query for part in parts if part.length_ms != SCREENING for query in _rolled(part)]
    if rolled:
        every = union_all(*rolled).subquery()
        sums = (cast(func.sum(every.c[name]), Integer).label(name) for name in VERDICTS)
        query = select(every.c.gate, *sums).group_by(every.c.gate)
        for gate, *verdicts in rows_at_once(connection, query, Rolled):
            found[gate] = {word: count for word, count in zip(WORDS, verdicts, strict=True) if count}
    for condition in _single(parts, position, _counted(connection, position), since, until):
        # A text that is no column: grouped by the gate itself, SQLite walks the whole index that begins with it.
        gate_ = ROWS.gate.concat("").label("of")
        single = select(gate_, ROWS.verdict, func.count().label("number")).where(condition)
        for gate, verdict, count in rows_at_once(connection, single.group_by(gate_, ROWS.verdict), Single):
            of_gate = found.setdefault(gate, {})
            of_gate[verdict] = of_gate.get(verdict, 0) + count
    return found


def _open_ended(connection: Connection, until: int) -> int:
    """The same, or for ever when nothing was measured later: then the present day and hour are whole."""
    newest, hour = connection.execute(
        select(
            select(func.max(ROWS.at_ms)).scalar_subquery(),
            select(func.max(TALLIED.start_ms)).where(TALLIED.length_ms == HOUR_MS).scalar_subquery(),
        )
    ).one()
    # Whatever the ledger no longer keeps is older than what it keeps, to the hour.
    later = newest is None or newest >= until or (hour is not None and hour > newest)
    return until if later else EVER_MS


def _rolled(part: Part) -> list[Select[Any]]:
    """The roll-ups of one part: gate and verdicts."""
    if part.length_ms != MINUTE_MS:
        here = tallies.select().with_only_columns(TALLIED.gate, *(TALLIED[name] for name in VERDICTS))
        inside = TALLIED.start_ms >= part.first_ms, TALLIED.start_ms < part.last_ms
        return [here.where(TALLIED.length_ms == part.length_ms, *inside)]
    fresh = select(FRESH.gate, *(FRESH[name] for name in VERDICTS))
    fresh = fresh.where(FRESH.start_ms >= part.first_ms, FRESH.start_ms < part.last_ms)
    # Folded minutes are kept by gate: the tallies of their hour know which gates to look for.
    hour = TALLIED.start_ms
    theirs = FOLDED.length_ms == MINUTE_MS, FOLDED.gate == TALLIED.gate, FOLDED.start_ms >= hour
    folded = select(FOLDED.gate, *(FOLDED[name] for name in VERDICTS)).where(
        TALLIED.length_ms == HOUR_MS,
        hour > part.first_ms - HOUR_MS,
        hour < part.last_ms,
        *theirs,
        FOLDED.start_ms < hour + HOUR_MS,
        FOLDED.start_ms >= part.first_ms,
        FOLDED.start_ms < part.last_ms,
    )
    return [fresh, folded]


def _counted(connection: Connection, position: int) -> ColumnElement[bool]:
    """Which screenings the roll-ups have: up to the series' position, and those of days that stayed when it began anew.

    The sums tell the database not to look by time for what it finds at once by position, nor the other way round.
    """
    kept_to = cursors.get(connection, KEPT_TO)
    up_to = ROWS.position + 0 <= position
    if kept_to <= position:
        return up_to
    return or_(up_to, and_(ROWS.position + 0 <= kept_to, ROWS.at_ms + 0 < cursors.get(connection, KEPT_MS)))


def _single(
    parts: Iterable[Part], position: int, counted: ColumnElement[bool], since: int, until: int
) -> Iterator[ColumnElement[bool]]:
    """Which screenings are counted one by one: those that no roll-up has, and those at the window's edges."""
    yield and_(ROWS.position > position, not_(counted), ROWS.at_ms + 0 >= since, ROWS.at_ms + 0 < until)
    for part in parts:
        if part.length_ms == SCREENING:
            yield and_(ROWS.at_ms >= part.first_ms, ROWS.at_ms < part.last_ms, counted)
