"""The series store that comes with the box: roll-ups by minute, hour and day, in the ledger's own database."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Select, func, select

from collector.ledger import Ledger, cursors
from collector.ledger.follower import Overtaken
from collector.ledger.insertion import insert_rows
from collector.ledger.measured import Batch, Measured
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups, tallies
from collector.series.anew import KEPT_TO, clear, uncounted
from collector.series.days import day_of, is_start, start_of_day
from collector.series.folding import Folding
from collector.series.fresh import fresh_of
from collector.series.hundredths import counted, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.steps import Steps, steps_of
from collector.series.store import Bucket
from collector.series.tally import MinuteOfGate, Tally, bucket, minutes_of, verdicts_of
from kadian.errors import KadianError

log = structlog.get_logger(__name__)

CURSOR = "series"
MINUTE, TALLY = (tuple(table.c.keys()) for table in (fresh_minutes, tallies))
FOLD_AT_ONCE = 10_000
"""Minutes after each batch, while there are any: an hour of 12,600 gates takes a minute so, and nobody notices."""


class EmbeddedSeries:
    """Counts and the ledger's position in one transaction: a kill between any two steps changes both or neither.

    Args:
        ledger: the ledger, in whose database the numbers are kept.
        zone: the site's, whose days the days are.
        now_ms: the office's clock, milliseconds since 1970.
    """

    trouble: KadianError | None = None
    """It stands and falls with the ledger, which says so itself."""

    def __init__(self, ledger: Ledger, zone: ZoneInfo, now_ms: Callable[[], int]) -> None:
        self._ledger = ledger
        self._zone = zone
        self._now_ms = now_ms
        self._folding = Folding(ledger, CURSOR, zone)
        self._looked = 0
        self._settled = False

    def write(self, batch: Batch) -> None:
        """Count a batch; see `store.Series.write`. What can be done outside the transaction is.

        Raises:
            Overtaken: what was counted before was of another zone, and is counted again from the begin.
        """
        if not self._settled and self.settle():
            raise Overtaken
        fresh, totals = self._prepared(batch.rows)
        with self._ledger.begin() as connection:
            if not cursors.move(connection, CURSOR, batch.behind, batch.last):
                return
            if batch.behind < cursors.get(connection, KEPT_TO):
                fresh, totals = self._prepared(uncounted(connection, batch))
            insert_rows(connection, fresh_minutes, MINUTE, fresh, add=(*VERDICTS, "hundredths"))
            insert_rows(connection, tallies, TALLY, totals, add=VERDICTS)
        minute = self._now_ms() // MINUTE_MS
        if self._folding.busy or minute != self._looked:
            self._looked = minute
            self.fold(FOLD_AT_ONCE)

    def fold(self, at_most: int) -> None:
        """Fold minutes of hours that are over, `at_most` of them or a few more: charts find them faster."""
        while at_most > 0 and self._folding.look(self._now_ms()):
            at_most -= self._folding.step()

    def position(self) -> int:
        """The ledger's position up to which everything is counted."""
        with self._ledger.read() as connection:
            return cursors.get(connection, CURSOR)

    def begins_ms(self) -> int:
        """It is never emptied of what the ledger cannot give again."""
        return 0

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """At most `points` buckets of the window; see `store.Series.chart`."""
        steps = steps_of(start_ms, end_ms, points, self._zone)
        found: defaultdict[int, Tally] = defaultdict(Tally)
        with self._ledger.read() as connection:
            for at_ms, verdicts, hundredths in _pieces(connection, gate, steps):
                found[bisect_right(steps.edges, at_ms) - 1].add(verdicts, hundredths)
        return [bucket(steps.edges[number], found[number]) for number in sorted(found)]

    def clear(self) -> None:
        """Forget what was counted, and stand at position 0; days that the ledger cannot give again stay as they are."""
        with self._ledger.begin() as connection:
            clear(connection, CURSOR, self._zone)
        self._settled = True

    def settle(self) -> bool:
        """Begin anew, and say so, when what was counted has days of another zone than the site's.

        For whoever writes: an office that stands by, or somebody who looks, must not empty what others fill.
        """
        newest = select(func.max(tallies.c.start_ms)).where(tallies.c.length_ms == DAY_MS)
        with self._ledger.read() as connection:
            day = connection.scalar(newest)
        anew = day is not None and not is_start(day, self._zone)
        if anew:
            log.warning("series_of_another_zone", zone=str(self._zone), what="counted again from the ledger")
            self.clear()
        self._settled = True
        return anew

    def close(self) -> None:
        """Nothing is open: the ledger is closed by whoever opened it."""

    def _prepared(self, screened: Sequence[Measured]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The rows that go into `fresh_minutes` and into `tallies`."""
        minutes = minutes_of(screened)
        fresh = [(start, gate, *verdicts_of(count), text) for (start, gate), (count, text) in minutes.items()]
        return fresh, self._totals(minutes)

    def _totals(self, minutes: dict[MinuteOfGate, tuple[int, bytes]]) -> list[tuple[Any, ...]]:
        days = {start: start_of_day(day_of(start, self._zone), self._zone) for start in {key[0] for key in minutes}}
        hours_and_days: tuple[dict[MinuteOfGate, int], dict[MinuteOfGate, int]] = {}, {}
        of_hours, of_days = hours_and_days
        for (start, gate), (count, _text) in minutes.items():
            hour, day = (start - start % HOUR_MS, gate), (days[start], gate)
            of_hours[hour] = of_hours.get(hour, 0) + count
            of_days[day] = of_days.get(day, 0) + count
        return [
            (length, start, gate, *verdicts_of(count))
            for length, found in zip((HOUR_MS, DAY_MS), hours_and_days, strict=True)
            for (start, gate), count in found.items()
        ]


def _pieces(connection: Connection, gate: str, steps: Steps) -> Iterator[tuple[int, Sequence[int], Counter[int]]]:
    """What the chart is made of: start, verdicts, temperatures."""
    first, last = steps.edges[0], steps.edges[-1]
    columns = [rollups.c.start_ms, rollups.c.hundredths, *(rollups.c[name] for name in VERDICTS)]
    inside = rollups.c.start_ms >= first, rollups.c.start_ms < last
    folded: Select[Any] = select(*columns).where(rollups.c.length_ms == steps.unit_ms, rollups.c.gate == gate, *inside)
    decode = counted if steps.unit_ms == MINUTE_MS else unpacked
    for row in connection.execute(folded):
        yield row[0], row[2:], decode(row[1])
    for row in fresh_of(connection, gate, first, last):
        yield row[0], row[2:], counted(row[1])
