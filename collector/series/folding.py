"""Folds the fresh minutes of hours that are over into minutes, hours and days by gate, a bounded step at a time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, cast, delete, func, literal, select

from collector.ledger import Ledger, cursors
from collector.ledger.insertion import insert_rows, or_add
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups
from collector.series.days import day_of, start_of_day
from collector.series.fresh import hex_joined, ripe_hour
from collector.series.hundredths import counted, packed, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.tally import Tally

ROWS_A_STEP, GATES_A_STEP = 3_000, 200
"""Of minutes in one transaction, and of gates, each of which has pages of its own: nobody else waits for long."""
FRESH, FOLDED = fresh_minutes.c, rollups.c
COLUMNS = tuple(FOLDED.keys())
SUMS = (*VERDICTS, "hundredths")


class Folding:
    """For the thread that writes. What is left of the hour at hand is remembered from step to step.

    Args:
        ledger: in whose database the tables are.
        cursor: the name of the cursor whose row is locked meanwhile, so that others who count or fold wait.
        zone: the site's.
    """

    def __init__(self, ledger: Ledger, cursor: str, zone: ZoneInfo) -> None:
        self._ledger = ledger
        self._cursor = cursor
        self._zone = zone
        self._starts: list[int] = []
        self._gates: list[str] = []

    @property
    def busy(self) -> bool:
        """Whether an hour is in hand."""
        return bool(self._gates)

    def look(self, now_ms: int) -> bool:
        """Whether there is something to fold: a rest of the hour at hand, or the oldest that was over 10 min ago."""
        if not self._gates:
            with self._ledger.read() as connection:
                self._starts, self._gates = ripe_hour(connection, now_ms)
        return bool(self._gates)

    def step(self) -> int:
        """Fold some gates of the hour at hand; returns how many minutes there were."""
        few = max(1, min(GATES_A_STEP, ROWS_A_STEP // len(self._starts)))
        gates, self._gates = self._gates[:few], self._gates[few:]
        inside = and_(FRESH.start_ms.in_(self._starts), FRESH.gate.in_(gates))
        try:
            with self._ledger.begin() as connection:
                cursors.lock(connection, self._cursor)
                self._to_hours_and_days(connection, gates, inside)
                _to_minutes(connection, inside)
                gone = connection.execute(delete(fresh_minutes).where(inside)).rowcount
        except BaseException:
            self._gates = []  # look again
            raise
        return gone

    def _to_hours_and_days(self, connection: Connection, gates: Sequence[str], inside: ColumnElement[bool]) -> None:
        found: defaultdict[tuple[int, str, int], Tally] = defaultdict(Tally)
        hour = self._starts[0] - self._starts[0] % HOUR_MS
        for gate, day, text, *verdicts in connection.execute(self._by_gate(connection, hour, inside)):
            values = counted(bytes.fromhex(text))
            found[HOUR_MS, gate, hour].add(verdicts, values)
            found[DAY_MS, gate, day].add(verdicts, values)
        there = select(rollups).where(
            FOLDED.length_ms.in_((HOUR_MS, DAY_MS)),
            FOLDED.gate.in_(gates),
            FOLDED.start_ms.in_({start for _, _, start in found}),
        )
        for length, gate, start, *verdicts, hundredths in connection.execute(there):
            # At a midnight an hour and a day begin together, and only one of them may be in hand.
            if (length, gate, start) in found:
                found[length, gate, start].add(verdicts, unpacked(hundredths))
        rows = [_row(key, tally) for key, tally in sorted(found.items())]
        insert_rows(connection, rollups, COLUMNS, rows, renew=SUMS)

    def _by_gate(self, connection: Connection, hour: int, inside: ColumnElement[bool]) -> Select[Any]:
        """One row for each gate, two where the hour has a midnight: gate, day, temperatures in hex, verdicts.

        The database puts the minutes together, so that Python meets one row where there were sixty.
        """
        first, last = (
            start_of_day(day_of(at_ms, self._zone), self._zone) for at_ms in (hour, hour + HOUR_MS - MINUTE_MS)
        )
        day = case((FRESH.start_ms < last, first), else_=last).label("day")
        sums: list[Any] = [cast(func.sum(FRESH[name]), Integer) for name in VERDICTS]
        return (
            select(FRESH.gate, day, hex_joined(connection, FRESH.hundredths), *sums)
            .where(inside)
            .group_by(FRESH.gate, day)
        )


def _to_minutes(connection: Connection, inside: ColumnElement[bool]) -> None:
    minutes = select(literal(MINUTE_MS), FRESH.gate, FRESH.start_ms, *(FRESH[name] for name in SUMS)).where(inside)
    # By gate, as they are kept.
    by_gate = minutes.order_by(FRESH.gate, FRESH.start_ms)
    connection.execute(or_add(connection, rollups, SUMS).from_select(COLUMNS, by_gate))


def _row(key: tuple[int, str, int], tally: Tally) -> tuple[Any, ...]:
    return (*key, *(getattr(tally, name) for name in VERDICTS), packed(tally.hundredths))
