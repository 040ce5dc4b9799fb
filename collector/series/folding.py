"""Folds the fresh minutes of hours that are over into minutes, hours and days by gate, a bounded step at a time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from collector.ledger import Ledger, cursors
from collector.ledger.addition import add_many
from collector.ledger.insertion import or_renew
from collector.ledger.series_tables import VERDICTS, fresh_minutes, rollups
from collector.series.days import day_of, start_of_day
from collector.series.fresh import ripe_hour
from collector.series.hundredths import counted, packed, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.tally import Tally

ROWS_A_STEP = 3_000
"""Of minutes in one transaction: nobody else waits for long."""
FRESH, FOLDED = fresh_minutes.c, rollups.c


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
        few = max(1, ROWS_A_STEP // len(self._starts))
        gates, self._gates = self._gates[:few], self._gates[few:]
        inside = FRESH.start_ms.in_(self._starts), FRESH.gate.in_(gates)
        columns = FRESH.gate, FRESH.start_ms, FRESH.hundredths, *(FRESH[name] for name in VERDICTS)
        try:
            with self._ledger.begin() as connection:
                cursors.lock(connection, self._cursor)
                rows = connection.execute(select(*columns).where(*inside)).all()
                if rows:
                    self._write(connection, gates, rows)
                    connection.execute(delete(fresh_minutes).where(*inside))
        except BaseException:
            self._gates = []  # look again
            raise
        return len(rows)

    def _write(self, connection: Connection, gates: Sequence[str], rows: Sequence[Any]) -> None:
        minutes = [(MINUTE_MS, gate, start, *verdicts, text) for gate, start, text, *verdicts in rows]
        add_many(connection, rollups, VERDICTS, ("hundredths",), minutes)
        found = self._longer(rows)
        there = select(rollups).where(
            FOLDED.length_ms.in_((HOUR_MS, DAY_MS)),
            FOLDED.gate.in_(gates),
            FOLDED.start_ms.in_({start for _, _, start in found}),
        )
        for length, gate, start, *verdicts, hundredths in connection.execute(there):
            # At a midnight an hour and a day begin together, and only one of them may be in hand.
            if (length, gate, start) in found:
                found[length, gate, start].add(verdicts, unpacked(hundredths))
        renewed = [_row(key, tally) for key, tally in sorted(found.items())]
        connection.execute(or_renew(connection, rollups, (*VERDICTS, "hundredths")), renewed)

    def _longer(self, rows: Sequence[Any]) -> dict[tuple[int, str, int], Tally]:
        """What the minutes add to their hours and days, by length, gate and start."""
        together: defaultdict[tuple[str, int, int], list[Any]] = defaultdict(list)
        for row in rows:
            day = start_of_day(day_of(row[1], self._zone), self._zone)
            together[row[0], row[1] - row[1] % HOUR_MS, day].append(row)
        found: defaultdict[tuple[int, str, int], Tally] = defaultdict(Tally)
        for (gate, hour, day), minutes in together.items():
            values = counted(b"".join(row[2] for row in minutes))
            verdicts = [sum(counts) for counts in zip(*(row[3:] for row in minutes), strict=True)]
            found[HOUR_MS, gate, hour].add(verdicts, values)
            found[DAY_MS, gate, day].add(verdicts, values)
        return found


def _row(key: tuple[int, str, int], tally: Tally) -> dict[str, object]:
    counts = {name: getattr(tally, name) for name in VERDICTS}
    return {"length_ms": key[0], "gate": key[1], "start_ms": key[2], **counts, "hundredths": packed(tally.hundredths)}
