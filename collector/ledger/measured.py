"""The numbers of screenings, read in the order of storing: what a series needs, and nothing of any person."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from collector.ledger.tables import screenings
from collector.ledger.whole import rows_at_once


class Measured(NamedTuple):
    """One screening as a series counts it. `life` and `seq` name it for ever within this ledger.

    `celsius`, `surface` and `ambient` are °C; without a temperature they are None, as are `kind` and `quality`.
    """

    position: int
    gate: str
    life: int
    seq: int
    at_ms: int
    verdict: str
    celsius: float | None
    kind: str | None
    quality: str | None
    surface: float | None
    ambient: float | None


class Batch(msgspec.Struct, frozen=True):
    """All that is stored behind the position `behind`, up to the last of `rows`: in order, none left out."""

    behind: int
    rows: Sequence[Measured]

    @property
    def last(self) -> int:
        """The position up to which it goes."""
        return self.rows[-1].position if self.rows else self.behind

    def __len__(self) -> int:
        return len(self.rows)


COLUMNS = tuple(screenings.c[name] for name in Measured._fields)


def after(connection: Connection, behind: int, limit: int) -> Batch:
    """At most `limit` screenings behind a position."""
    query = select(*COLUMNS).where(screenings.c.position > behind).order_by(screenings.c.position).limit(limit)
    return Batch(behind, rows_at_once(connection, query, Measured))


def newest(connection: Connection, until_ms: int) -> Measured | None:
    """The screening that was measured last, of those until `until_ms` (milliseconds since 1970)."""
    at_ms, position = screenings.c.at_ms, screenings.c.position
    query = select(*COLUMNS).where(at_ms <= until_ms).order_by(at_ms.desc(), position.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else Measured(*row)


def waiting_since_ms(connection: Connection, behind: int) -> int | None:
    """When the office received the first screening behind a position, milliseconds since 1970; None: there is none."""
    query = select(screenings.c.received_ms).where(screenings.c.position > behind).order_by(screenings.c.position)
    since: int | None = connection.scalar(query.limit(1))
    return since


def count_after(connection: Connection, behind: int) -> int:
    """How many screenings are stored behind a position."""
    query = select(func.count()).select_from(screenings).where(screenings.c.position > behind)
    return connection.scalar(query) or 0


def oldest(connection: Connection) -> tuple[int, int] | None:
    """The position of the first screening that is kept, and when it was received (ms since 1970); None: none is."""
    query = select(screenings.c.position, screenings.c.received_ms).order_by(screenings.c.position).limit(1)
    row = connection.execute(query).first()
    return None if row is None else (row.position, row.received_ms)
