"""How many screenings of each verdict every gate had in a window: exact at any moment, and fast over any window."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
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


class Totals(NamedTuple):
    """How many screenings there were, by gate and by verdict; those without any are left out."""

    by_gate: dict[str, int]
    by_verdict: dict[str, int]


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
    rolled, single = _asked(connection, since_ms, until_ms, zone)
    found: dict[str, dict[str, int]] = {}
    if rolled is not None:
        for gate, *verdicts in rows_at_once(connection, rolled, Rolled):
            found[gate] = {word: count for word, count in zip(WORDS, verdicts, strict=True) if count}
    for gate, verdict, count in _counted(connection, single):
        of_gate = found.setdefault(gate, {})
        of_gate[verdict] = of_gate.get(verdict, 0) + count
    return found


def totals(connection: Connection, since_ms: int | None, until_ms: int | None, zone: ZoneInfo) -> Totals:
    """The same as `counts`, added up by the database: of thousands of gates that is several times faster."""
    rolled, single = _asked(connection, since_ms, until_ms, zone)
    by_gate, verdicts = ({}, (0, 0, 0, 0)) if rolled is None else _added_up(connection, rolled)
    by_verdict = dict(zip(WORDS, verdicts, strict=True))
    for gate, verdict, count in _counted(connection, single):
        by_gate[gate] = by_gate.get(gate, 0) + count
        by_verdict[verdict] += count
    return Totals(by_gate, {word: count for word, count in by_verdict.items() if count})


def _asked(
    connection: Connection, since_ms: int | None, until_ms: int | None, zone: ZoneInfo
) -> tuple[Select[Any] | None, list[ColumnElement[bool]]]:
    """What finds the roll-ups of a window by gate, if it has any, and which screenings are counted besides."""
    since, until = -EVER_MS if since_ms is None else since_ms, EVER_MS if until_ms is None else until_ms
    position = cursors.get(connection, CURSOR)
    parts = cover(since, _open_ended(connection, until), zone)
    single = list(_single(parts, position, _rolled_up(connection, position), since, until))
    rolled = [query for part in parts if part.length_ms != SCREENING for query in _rolled(part)]
    if not rolled:
        return None, single
    every = union_all(*rolled).subquery()
    sums = (cast(func.sum(every.c[name]), Integer).label(name) for name in VERDICTS)
    return select(every.c.gate, *sums).group_by(every.c.gate), single


def _added_up(connection: Connection, rolled: Select[Any]) -> tuple[dict[str, int], tuple[int, ...]]:
    """All verdicts of each gate, and each verdict of all gates."""
    gates = rolled.subquery()
    columns = [gates.c[name] for name in VERDICTS]
    if connection.dialect.name != "sqlite":
        rows = connection.execute(rolled).all()
        return {row[0]: sum(row[1:]) for row in rows}, tuple(sum(row[at] for row in rows) for at in range(1, 5))
    every = columns[0] + columns[1] + columns[2] + columns[3]
    query = select(func.json_group_object(gates.c.gate, every), *(func.total(column) for column in columns))
    text, *sums = connection.execute(query).one()
    return msgspec.json.decode(text, type=dict[str, int]), tuple(map(int, sums))


def _counted(connection: Connection, conditions: Iterable[ColumnElement[bool]]) -> Iterator[Single]:
    for condition in conditions:
        # A text that is no column: grouped by the gate itself, SQLite walks the whole index that begins with it.
        gate = ROWS.gate.concat("").label("of")
        single = select(gate, ROWS.verdict, func.count().label("number")).where(condition)
        yield from rows_at_once(connection, single.group_by(gate, ROWS.verdict), Single)


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


def _rolled_up(connection: Connection, position: int) -> ColumnElement[bool]:
    """Which screenings roll-ups have: up to the series' position, and those of days that stayed when it began anew.

    The sums tell the database not to look by time for what it finds at once by position, nor the other way round.
    """
    kept_to = cursors.get(connection, KEPT_TO)
    up_to = ROWS.position + 0 <= position
    if kept_to <= position:
        return up_to
    return or_(up_to, and_(ROWS.position + 0 <= kept_to, ROWS.at_ms + 0 < cursors.get(connection, KEPT_MS)))


def _single(
    parts: Iterable[Part], position: int, rolled_up: ColumnElement[bool], since: int, until: int
) -> Iterator[ColumnElement[bool]]:
    """Which screenings are counted one by one: those that no roll-up has, and those at the window's edges."""
    yield and_(ROWS.position > position, not_(rolled_up), ROWS.at_ms + 0 >= since, ROWS.at_ms + 0 < until)
    for part in parts:
        if part.length_ms == SCREENING:
            yield and_(ROWS.at_ms >= part.first_ms, ROWS.at_ms < part.last_ms, rolled_up)
