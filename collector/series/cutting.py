"""Makes the roll-ups that reach over a moment end there: what comes after it is about to be counted again.

An hour reaches over a day's begin where that is at half past an hour of UTC, and a day over another day's begin where
the site's zone has changed. What they had before the moment is put together again from shorter roll-ups.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Integer, and_, cast, delete, func, select

from collector.ledger.insertion import insert_rows
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups, tallies
from collector.series.days import is_start
from collector.series.hundredths import counted, packed, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.tally import Tally

LONGEST_DAY_MS = 25 * HOUR_MS
GATES_AT_ONCE = 500
FOLDED, FRESH, TALLIED = rollups.c, fresh_minutes.c, tallies.c


def cut(connection: Connection, at_ms: int, zone: ZoneInfo) -> None:
    """Leave in no roll-up both what was measured before `at_ms` and what was measured later.

    Args:
        connection: a write of the ledger.
        at_ms: where a day begins at the site, or began in the zone that it had before.
        zone: the site's.
    """
    if at_ms % HOUR_MS:
        _again(connection, HOUR_MS, at_ms - at_ms % HOUR_MS, at_ms)
    before = TALLIED.start_ms > at_ms - LONGEST_DAY_MS, TALLIED.start_ms < at_ms
    starts = connection.scalars(select(TALLIED.start_ms).where(TALLIED.length_ms == DAY_MS, *before).distinct()).all()
    if starts and not all(is_start(moment, zone) for moment in (*starts, at_ms)):
        _again(connection, DAY_MS, min(starts), at_ms)


def _again(connection: Connection, length_ms: int, first: int, last: int) -> None:
    """One roll-up a gate, of what was measured from `first` until before `last`, instead of those that begin there."""
    theirs = and_(TALLIED.length_ms == length_ms, TALLIED.start_ms >= first, TALLIED.start_ms < last)
    names = sorted(connection.scalars(select(TALLIED.gate).where(theirs).distinct()))
    for start in range(0, len(names), GATES_AT_ONCE):
        gates = names[start : start + GATES_AT_ONCE]
        found = _folded(connection, gates, length_ms, first, last)
        rows = [(length_ms, gate, first, *_verdicts(tally), packed(tally.hundredths)) for gate, tally in found.items()]
        old = FOLDED.gate.in_(gates), FOLDED.start_ms >= first, FOLDED.start_ms < last
        connection.execute(delete(rollups).where(FOLDED.length_ms == length_ms, *old))
        insert_rows(connection, rollups, tuple(FOLDED.keys()), rows)
        fresh = FRESH.gate.in_(gates), FRESH.start_ms >= first, FRESH.start_ms < last
        sums = (cast(func.sum(FRESH[name]), Integer) for name in VERDICTS)
        for gate, *verdicts in connection.execute(select(FRESH.gate, *sums).where(*fresh).group_by(FRESH.gate)):
            found[gate].add(verdicts, Counter())
        connection.execute(delete(tallies).where(theirs, TALLIED.gate.in_(gates)))
        counts = [(length_ms, first, gate, *_verdicts(tally)) for gate, tally in found.items()]
        insert_rows(connection, tallies, tuple(TALLIED.keys()), counts)


def _folded(
    connection: Connection, gates: Sequence[str], length_ms: int, first: int, last: int
) -> defaultdict[str, Tally]:
    """What was folded of each gate: from hours, and from minutes up to the first whole hour."""
    whole = last if length_ms == HOUR_MS else -(-first // HOUR_MS) * HOUR_MS
    found: defaultdict[str, Tally] = defaultdict(Tally)
    for part, begin, end, decode in ((MINUTE_MS, first, whole, counted), (HOUR_MS, whole, last, unpacked)):
        inside = FOLDED.length_ms == part, FOLDED.gate.in_(gates), FOLDED.start_ms >= begin, FOLDED.start_ms < end
        query = select(FOLDED.gate, FOLDED.hundredths, *(FOLDED[name] for name in VERDICTS)).where(*inside)
        for gate, text, *verdicts in connection.execute(query):
            found[gate].add(verdicts, decode(text))
    return found


def _verdicts(tally: Tally) -> tuple[Any, ...]:
    return tuple(getattr(tally, name) for name in VERDICTS)
