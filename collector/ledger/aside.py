"""Screenings that a remote series store refused: set aside, so that the others go on, and listed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from collector.ledger.insertion import or_ignore
from collector.ledger.series_tables import series_aside


class Aside(msgspec.Struct, frozen=True):
    """One screening that the store `backend` refused, for a `reason` in its own words. Times in ms since 1970."""

    backend: str
    position: int
    gate: str
    at_ms: int
    reason: str
    aside_ms: int


def put(connection: Connection, refused: Sequence[Aside]) -> None:
    """Keep what was refused; the same screening again changes nothing."""
    if refused:
        connection.execute(or_ignore(connection, series_aside), [msgspec.structs.asdict(one) for one in refused])


def listing(connection: Connection, backend: str, limit: int) -> list[Aside]:
    """At most `limit` of them, the newest first."""
    order = series_aside.c.aside_ms.desc(), series_aside.c.position.desc()
    query = select(series_aside).where(series_aside.c.backend == backend).order_by(*order).limit(limit)
    return [Aside(**row) for row in connection.execute(query).mappings()]


def count(connection: Connection, backend: str) -> int:
    """How many there are."""
    query = select(func.count()).select_from(series_aside).where(series_aside.c.backend == backend)
    return connection.scalar(query) or 0


def clear(connection: Connection, backend: str) -> None:
    """Forget them: the store is filled anew."""
    connection.execute(series_aside.delete().where(series_aside.c.backend == backend))
