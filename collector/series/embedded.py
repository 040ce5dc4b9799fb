"""The series store that comes with the box: roll-ups by minute, hour and day, in the ledger's own database."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, delete, select

from collector.ledger import Ledger, cursors
from collector.ledger.insertion import or_add
from collector.ledger.measured import Batch
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups, tallies
from collector.series.days import day_of, start_of_day
from collector.series.fresh import fresh_of
from collector.series.hundredths import counted, listed, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.steps import Steps, steps_of
from collector.series.store import Bucket
from collector.series.tally import Tally, bucket, minutes_of

CURSOR = "series"


class EmbeddedSeries:
    """Counts and the ledger's position in one transaction: a kill between any two steps changes both or neither.

    Args:
        ledger: the ledger, in whose database the numbers are kept.
        zone: the site's, whose days the days are.
        now_ms: the office's clock, milliseconds since 1970.
    """

    def __init__(self, ledger: Ledger, zone: ZoneInfo, now_ms: Callable[[], int]) -> None:
        self._ledger = ledger
        self._zone = zone
        self._now_ms = now_ms

    def write(self, batch: Batch) -> None:
        """Count a batch; see `store.Series.write`. What can be done outside the transaction is."""
        minutes = minutes_of(batch.rows)
        fresh = [_row(start, gate, found[0], listed(found[1])) for (start, gate), found in sorted(minutes.items())]
        totals = self._totals(minutes)
        with self._ledger.begin() as connection:
            if not cursors.move(connection, CURSOR, batch.behind, batch.last):
                return
            connection.execute(or_add(connection, fresh_minutes, VERDICTS, ("hundredths",)), fresh)
            connection.execute(or_add(connection, tallies, VERDICTS), totals)

    def position(self) -> int:
        """The ledger's position up to which everything is counted."""
        with self._ledger.read() as connection:
            return cursors.get(connection, CURSOR)

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """At most `points` buckets of the window; see `store.Series.chart`."""
        steps = steps_of(start_ms, end_ms, points, self._zone)
        found: defaultdict[int, Tally] = defaultdict(Tally)
        with self._ledger.read() as connection:
            for at_ms, verdicts, hundredths in _pieces(connection, gate, steps):
                found[bisect_right(steps.edges, at_ms) - 1].add(verdicts, hundredths)
        return [bucket(steps.edges[number], found[number]) for number in sorted(found)]

    def clear(self) -> None:
        """Forget all that was counted, and stand at position 0."""
        with self._ledger.begin() as connection:
            cursors.put(connection, CURSOR, 0)
            for table in (tallies, fresh_minutes, rollups):
                connection.execute(delete(table))

    def close(self) -> None:
        """Nothing is open: the ledger is closed by whoever opened it."""

    def _totals(self, minutes: dict[tuple[int, str], tuple[list[int], list[int]]]) -> list[dict[str, object]]:
        sums: defaultdict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for (minute, gate), (verdicts, _values) in minutes.items():
            day = start_of_day(day_of(minute, self._zone), self._zone)
            for length, start in ((HOUR_MS, minute - minute % HOUR_MS), (DAY_MS, day)):
                total = sums[length, start, gate]
                for place, count in enumerate(verdicts):
                    total[place] += count
        keys = sorted(sums)
        return [{"length_ms": key[0], **_row(key[1], key[2], sums[key])} for key in keys]


def _row(start_ms: int, gate: str, verdicts: Sequence[int], hundredths: bytes | None = None) -> dict[str, object]:
    row: dict[str, object] = {"start_ms": start_ms, "gate": gate, **dict(zip(VERDICTS, verdicts, strict=True))}
    return row if hundredths is None else {**row, "hundredths": hundredths}


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
