"""Deleting what was kept long enough: a bounded number of rows a transaction, the oldest arrivals first."""

from statistics import median

import msgspec
from sqlalchemy import Connection, Table, delete, func, or_, select

from collector.ledger.tables import deliveries, incident_events, incidents, registrations, rejects, screenings

BY_ARRIVAL: dict[str, Table] = {"screenings": screenings, "registrations": registrations, "rejects": rejects}
"""Tables whose positions grow with the time of arrival, by the name of their class."""
DAY_MS = 86_400_000
WITNESSES = 101
"""The newest screenings of gates with a right clock whose times tell what day it is."""


class Step(msgspec.Struct, frozen=True):
    """What one transaction did: how many rows went, up to which position it looked, and whether more may follow."""

    deleted: int
    position: int
    more: bool


def arrivals(  # noqa: PLR0917 - table, whence, until when, how far, what is the future, how many
    connection: Connection, kind: str, behind: int, cutoff_ms: int, up_to: int | None, now_ms: int, most: int
) -> Step:
    """Delete what arrived before `cutoff_ms` among the next `most` rows behind a position.

    A row that says it arrived after `now_ms` was stamped by a clock that was wrong: it stays until its time comes, and
    holds up nobody else.

    Args:
        connection: a write of the ledger.
        kind: a key of `BY_ARRIVAL`.
        behind: the position after which to look.
        cutoff_ms: milliseconds since 1970.
        up_to: the last position that may go; None: any.
        now_ms: the office's clock.
        most: how many rows to look at.
    """
    table = BY_ARRIVAL[kind]
    query = select(table.c.position, table.c.received_ms).where(table.c.position > behind)
    if up_to is not None:
        query = query.where(table.c.position <= up_to)
    rows = connection.execute(query.order_by(table.c.position).limit(most)).all()
    if not rows:
        return Step(0, behind, more=False)
    last = rows[-1]
    gone = connection.execute(
        delete(table).where(
            table.c.position > behind, table.c.position <= last.position, table.c.received_ms < cutoff_ms
        )
    ).rowcount
    passed = last.received_ms < cutoff_ms or last.received_ms > now_ms
    return Step(gone, last.position, more=passed and len(rows) == most)


def surplus(connection: Connection, keep: int, most: int) -> int:
    """Delete at most `most` of the oldest rejects beyond the newest `keep`; returns how many went."""
    newest = select(rejects.c.position).order_by(rejects.c.position.desc()).offset(keep).limit(1).scalar_subquery()
    oldest = select(rejects.c.position).where(rejects.c.position <= newest).order_by(rejects.c.position).limit(most)
    return connection.execute(delete(rejects).where(rejects.c.position.in_(oldest))).rowcount


def closed_incidents(connection: Connection, cutoff_ms: int, most: int) -> int:
    """Delete at most `most` incidents that ended before `cutoff_ms`, with their timeline and messages.

    What waits for a person stays: it is open, and no mere hint.
    """
    ended = select(incidents.c.id).where(
        or_(incidents.c.state != "open", incidents.c.severity == "hint"),
        incidents.c.opened_ms < cutoff_ms,
        incidents.c.last_ms < cutoff_ms,
        incidents.c.id.not_in(select(deliveries.c.incident).where(deliveries.c.state == "waiting")),
    )
    ids = connection.scalars(ended.order_by(incidents.c.opened_ms).limit(most)).all()
    for table, column in (
        (incident_events, incident_events.c.incident),
        (deliveries, deliveries.c.incident),
        (incidents, incidents.c.id),
    ):
        connection.execute(delete(table).where(column.in_(ids)))
    return len(ids)


def oldest_ms(connection: Connection, kind: str) -> int | None:
    """When the oldest row of a class arrived; None when it is empty."""
    table = BY_ARRIVAL[kind]
    query = select(table.c.received_ms).order_by(table.c.position).limit(1)
    return connection.scalar(query)


def witnessed_ms(connection: Connection) -> int | None:
    """What time it is by the screenings of the last day of gates whose clock is right; else by the newest arrival."""
    columns = screenings.c.at_ms, screenings.c.received_ms, screenings.c.clock
    rows = connection.execute(select(*columns).order_by(screenings.c.position.desc()).limit(WITNESSES)).all()
    if not rows:
        return None
    newest_ms = rows[0].received_ms
    right = [row.at_ms for row in rows if row.clock == "synced" and abs(newest_ms - row.received_ms) <= DAY_MS]
    return int(median(right)) if right else newest_ms


def database_bytes(connection: Connection) -> tuple[int, int]:
    """How large the database is, and how much of that is free to be used again (SQLite alone tells; else 0)."""
    if connection.dialect.name != "sqlite":
        return connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one(), 0
    pages, size, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_count", "page_size", "freelist_count")
    )
    return pages * size, free * size
