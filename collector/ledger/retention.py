"""Deleting what was kept long enough: a bounded number of rows a transaction, the oldest arrivals first."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, exists, func, null, or_, select

from collector.ledger.tables import deliveries, incident_events, incidents, registrations, rejects, screenings, tellings

BY_ARRIVAL: dict[str, Table] = {"screenings": screenings, "registrations": registrations, "rejects": rejects}
"""Tables whose positions grow with the time of arrival, by the name of their class."""
DAY_MS = 86_400_000
WITNESSES = 101
"""The newest screenings of gates with a right clock whose times tell what day it is."""


class Gone(NamedTuple):
    """A row that went; milliseconds since 1970. A reject has no `at_ms`, and may have no gate."""

    position: int
    arrived_ms: int
    gate: str | None
    at_ms: int | None


class Limits(msgspec.Struct, frozen=True):
    """What may go: what arrived before `cutoff_ms`, up to the position `up_to` (None: any); `now_ms` is the clock."""

    cutoff_ms: int
    now_ms: int
    up_to: int | None = None


class Step(msgspec.Struct, frozen=True):
    """What one transaction did: which rows went, up to which position it looked, and whether more may follow."""

    gone: Sequence[Gone]
    position: int
    more: bool

    @property
    def oldest_ms(self) -> int | None:
        """When the first of what went arrived."""
        return min((row.arrived_ms for row in self.gone), default=None)


def arrivals(connection: Connection, kind: str, behind: int, limits: Limits, most: int) -> Step:
    """Delete what is old among the next `most` rows behind a position, but never more than a day's arrivals.

    Positions grow with the time of arrival, and so do the stamps, as long as the office's clock is right. A row that is
    stamped too late stays until its time comes and holds up nobody else: rows behind it are looked at all the same. A
    row that is stamped too early does not go for that alone (see `_arrived_ms`).

    Args:
        connection: a write of the ledger.
        kind: a key of `BY_ARRIVAL`.
        behind: the position after which to look.
        limits: what may go.
        most: how many rows to look at.
    """
    table = BY_ARRIVAL[kind]
    arrived_ms = _arrived_ms(table, limits.now_ms)
    at_ms = table.c.at_ms if "at_ms" in table.c else null()
    allowed = table.c.position > behind
    if limits.up_to is not None:
        allowed &= table.c.position <= limits.up_to
    query = select(table.c.position, arrived_ms, table.c.gate, at_ms).where(allowed)
    rows = [Gone(*row) for row in connection.execute(query.order_by(table.c.position).limit(most))]
    if not rows:
        return Step((), behind, more=False)
    last = rows[-1]
    cutoff_ms = min(limits.cutoff_ms, min(row.arrived_ms for row in rows) + DAY_MS)
    gone = [row for row in rows if row.arrived_ms < cutoff_ms]
    if gone:
        old = and_(allowed, table.c.position <= last.position, arrived_ms < cutoff_ms)
        connection.execute(delete(table).where(old))
    passed = last.arrived_ms < cutoff_ms or last.arrived_ms > limits.now_ms
    more = len(rows) == most and (passed or _old_ahead(connection, table, last.position, cutoff_ms, limits, most))
    return Step(gone, last.position, more=more)


def _arrived_ms(table: Table, now_ms: int) -> ColumnElement[int]:
    """When a row arrived: by the office's clock then, or when it was measured, where that clock was behind it.

    A small computer without a battery may begin in 1970: what it has just received is not old. The measuring gate's
    clock is believed where it says that it is right, and does not name the future.
    """
    received_ms = table.c.received_ms
    if "at_ms" not in table.c:
        return received_ms
    believed = and_(table.c.at_ms > received_ms, table.c.at_ms <= now_ms)
    if "clock" in table.c:
        believed &= table.c.clock == "synced"
    return case((believed, table.c.at_ms), else_=received_ms)


def _old_ahead(  # noqa: PLR0917 - where, whence, what, how far
    connection: Connection, table: Table, position: int, cutoff_ms: int, limits: Limits, most: int
) -> bool:
    """Whether a row further on is old, though the one at `position` is not: looked for in ever longer strides."""
    query = select(table.c.position, _arrived_ms(table, limits.now_ms)).order_by(table.c.position).limit(1)
    stride = 1
    while True:
        row = connection.execute(query.where(table.c.position > position + stride - 1)).first()
        if row is None or (limits.up_to is not None and row[0] > limits.up_to):
            return False
        if row[1] < cutoff_ms:
            return True
        stride = stride * 2 if stride >= most else most


def surplus(connection: Connection, keep: int, most: int) -> int:
    """Delete at most `most` of the oldest rejects beyond the newest `keep`; returns how many went."""
    newest = select(rejects.c.position).order_by(rejects.c.position.desc()).offset(keep).limit(1).scalar_subquery()
    oldest = select(rejects.c.position).where(rejects.c.position <= newest).order_by(rejects.c.position).limit(most)
    return connection.execute(delete(rejects).where(rejects.c.position.in_(oldest))).rowcount


def closed_incidents(connection: Connection, cutoff_ms: int, most: int) -> int:
    """Delete at most `most` incidents that ended before `cutoff_ms`, with their timeline and messages.

    What waits for a person stays: it is open, and no mere hint.
    """
    waiting = select(tellings.c.incident).join(deliveries, deliveries.c.id == tellings.c.delivery)
    waiting = waiting.where(deliveries.c.state == "waiting")
    ended = select(incidents.c.id).where(
        or_(incidents.c.state != "open", incidents.c.severity == "hint"),
        incidents.c.opened_ms < cutoff_ms,
        incidents.c.last_ms < cutoff_ms,
        incidents.c.id.not_in(waiting),
    )
    ids = connection.scalars(ended.order_by(incidents.c.opened_ms).limit(most)).all()
    for table, column in (
        (incident_events, incident_events.c.incident),
        (tellings, tellings.c.incident),
        (incidents, incidents.c.id),
    ):
        connection.execute(delete(table).where(column.in_(ids)))
    told = exists().where(tellings.c.delivery == deliveries.c.id)
    nothing_left = and_(deliveries.c.state != "waiting", deliveries.c.created_ms < cutoff_ms, ~told)
    connection.execute(delete(deliveries).where(nothing_left))
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
