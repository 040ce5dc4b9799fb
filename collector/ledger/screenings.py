"""Screenings: stored once each, read by position (followers) or by time (people)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from collector.ledger import storing, tables
from collector.ledger.rows import screening_of
from collector.ledger.tables import screenings
from kadian.messages import Screening


class StoredScreening(msgspec.Struct, frozen=True, gc=False):
    """A screening with its place in the ledger. Times in milliseconds since 1970; `at_ms` is the gate's own."""

    position: int
    gate: str
    screening: Screening
    at_ms: int
    received_ms: int


def store(connection: Connection, gate: str, batch: Sequence[Screening], received_ms: int) -> int:
    """Keep what `storing.store` keeps, of one gate; returns how many were new."""
    return storing.store(connection, [(gate, one) for one in batch], received_ms).new


def after(connection: Connection, position: int, limit: int) -> list[StoredScreening]:
    """At most `limit` screenings behind `position`, in the order in which they were stored."""
    query = whole().where(screenings.c.position > position).order_by(screenings.c.position).limit(limit)
    return _read(connection, query)


def since(connection: Connection, at_ms: int, up_to_position: int) -> list[StoredScreening]:
    """What was measured at or after `at_ms` and stored up to `up_to_position`, in the order of storing."""
    query = (
        whole()
        .where(screenings.c.at_ms >= at_ms, screenings.c.position <= up_to_position)
        .order_by(screenings.c.position)
    )
    return _read(connection, query)


def page(
    connection: Connection,
    *,
    gate: str | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
    verdict: str | None = None,
    limit: int = 100,
    before: tuple[int, int] | None = None,
) -> list[StoredScreening]:
    """At most `limit` screenings, newest first by (`at_ms`, `position`).

    Args:
        connection: a read or a write of the ledger.
        gate: of this gate alone.
        since_ms: measured at or after.
        until_ms: measured before.
        verdict: with this verdict alone.
        limit: how many.
        before: (`at_ms`, `position`) of the last one of the page before.
    """
    at_ms, position = screenings.c.at_ms, screenings.c.position
    query = _between(whole(), since_ms, until_ms)
    if gate is not None:
        query = query.where(screenings.c.gate == gate)
    if verdict is not None:
        query = query.where(screenings.c.verdict == verdict)
        if verdict != "pass":
            query = query.where(tables.UNUSUAL)
    if before is not None:
        # The first condition says nothing new, but lets the index on at_ms do the work.
        query = query.where(at_ms <= before[0], or_(at_ms < before[0], and_(at_ms == before[0], position < before[1])))
    return _read(connection, query.order_by(at_ms.desc(), position.desc()).limit(limit))


def last_position(connection: Connection) -> int:
    """The position of the screening that was stored last; 0 for an empty ledger."""
    return connection.scalar(select(func.max(screenings.c.position))) or 0


def whole() -> Select[Any]:
    """Every column of the screenings, and the name of each one's epoch."""
    return select(screenings, tables.epochs.c.epoch).join(tables.epochs, tables.epochs.c.life == screenings.c.life)


def stored_of(row: Row[Any]) -> StoredScreening:
    """A row of `whole`."""
    return StoredScreening(row.position, row.gate, screening_of(row), row.at_ms, row.received_ms)


def _between(query: Select[Any], since_ms: int | None, until_ms: int | None) -> Select[Any]:
    if since_ms is not None:
        query = query.where(screenings.c.at_ms >= since_ms)
    if until_ms is not None:
        query = query.where(screenings.c.at_ms < until_ms)
    return query


def _read(connection: Connection, query: Select[Any]) -> list[StoredScreening]:
    return [stored_of(row) for row in connection.execute(query)]
