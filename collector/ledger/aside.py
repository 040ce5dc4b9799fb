"""Screenings that a remote series store refused: set aside, so that the others go on, and listed.

Each entry is one screening, or a range of them: `count` screenings between two positions of the ledger. The newest
`MOST` entries of a store are kept as they came; what is older is told by one range, so that a store that refuses for
months fills no disk.
"""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Select, delete, func, select

from collector.ledger.insertion import or_ignore
from collector.ledger.measured import Measured
from collector.ledger.series_tables import series_aside

MOST = 10_000
REASON_LENGTH = 500
ASIDE = series_aside.c


class Aside(msgspec.Struct, frozen=True):
    """What the store `backend` refused, for a `reason` in its own words. Times in ms since 1970.

    `gate` and `at_ms` are those of the screening at `position`. `last`: where a range ends; None for one screening.
    """

    backend: str
    position: int
    gate: str
    at_ms: int
    reason: str
    aside_ms: int
    last: int | None = None
    count: int = 1

    @property
    def end(self) -> int:
        """The last position that it may be about."""
        return self.position if self.last is None else self.last


def of(backend: str, rows: Sequence[Measured], reason: str, aside_ms: int) -> Aside:
    """One entry for all of `rows`, at least one, in the ledger's order."""
    first, last = rows[0], rows[-1].position
    reason = reason[:REASON_LENGTH]
    through = None if last == first.position else last
    return Aside(backend, first.position, first.gate, first.at_ms, reason, aside_ms, through, len(rows))


def put(connection: Connection, refused: Sequence[Aside]) -> None:
    """Keep what was refused, of one store and in the ledger's order; what is listed already changes nothing."""
    if not refused:
        return
    backend, lowest, highest = refused[0].backend, refused[0].position, refused[-1].end
    overlapping = _entries(backend).where(
        ASIDE.position <= highest, func.coalesce(ASIDE.last, ASIDE.position) >= lowest
    )
    known = [Aside(**row) for row in connection.execute(overlapping.order_by(ASIDE.position)).mappings()]
    fresh = [one for one in refused if not _covered(known, one)]
    if not fresh:
        return
    fresh[0] = _longer(connection, fresh[0])
    swallowed = [old.position for old in known if _covered(fresh, old)]
    connection.execute(delete(series_aside).where(ASIDE.backend == backend, ASIDE.position.in_(swallowed)))
    connection.execute(or_ignore(connection, series_aside), [msgspec.structs.asdict(one) for one in fresh])
    _fold(connection, backend)


def listing(connection: Connection, backend: str, limit: int) -> list[Aside]:
    """At most `limit` entries, the newest first."""
    query = _entries(backend).order_by(ASIDE.aside_ms.desc(), ASIDE.position.desc()).limit(limit)
    return [Aside(**row) for row in connection.execute(query).mappings()]


def count(connection: Connection, backend: str) -> int:
    """How many screenings there are."""
    return connection.scalar(select(func.sum(ASIDE.count)).where(ASIDE.backend == backend)) or 0


def clear(connection: Connection, backend: str) -> None:
    """Forget them: the store is filled anew."""
    connection.execute(delete(series_aside).where(ASIDE.backend == backend))


def _entries(backend: str) -> Select[tuple[object, ...]]:
    return select(series_aside).where(ASIDE.backend == backend)


def _covered(by: Sequence[Aside], one: Aside) -> bool:
    """Whether an entry of `by`, which is in order, is about all that `one` is about."""
    place = bisect_right(by, one.position, key=lambda entry: entry.position)
    return place > 0 and by[place - 1].end >= one.end


def _longer(connection: Connection, one: Aside) -> Aside:
    """A range that goes on where the last one ended, for the same reason, together with that one."""
    if one.last is None:
        return one
    query = _entries(one.backend).where(ASIDE.position < one.position).order_by(ASIDE.position.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    before = None if row is None else Aside(**row)
    if before is None or before.last is None or before.last >= one.position or before.reason != one.reason:
        return one
    connection.execute(delete(series_aside).where(ASIDE.backend == one.backend, ASIDE.position == before.position))
    return msgspec.structs.replace(before, last=one.last, count=before.count + one.count, aside_ms=one.aside_ms)


def _fold(connection: Connection, backend: str) -> None:
    """Tell the oldest entries by one range, where there are more than `MOST`."""
    surplus = (connection.scalar(select(func.count()).where(ASIDE.backend == backend)) or 0) - MOST
    if surplus <= 0:
        return
    query = _entries(backend).order_by(ASIDE.position).limit(surplus + 1)
    old = [Aside(**row) for row in connection.execute(query).mappings()]
    end, total = max(one.end for one in old), sum(one.count for one in old)
    told = msgspec.structs.replace(old[0], last=end, count=total, aside_ms=old[-1].aside_ms)
    connection.execute(delete(series_aside).where(ASIDE.backend == backend, ASIDE.position <= old[-1].position))
    connection.execute(series_aside.insert(), msgspec.structs.asdict(told))
