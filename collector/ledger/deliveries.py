"""The outbox of messages to phones: written with its incident, sent at least once, always under the same id."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

import msgspec
from sqlalchemy import Connection, func, select, update

from collector.ledger import incidents
from collector.ledger.tables import deliveries


class Delivery(msgspec.Struct, frozen=True):
    """One row of `tables.deliveries`: `body` is the JSON text as it is sent; times in milliseconds since 1970."""

    id: str
    incident: str
    channel: str
    state: str
    body: str
    attempts: int
    created_ms: int
    next_ms: int
    answer: str | None
    done_ms: int | None


def delivery_id(incident: str, channel: str) -> str:
    """The id of the message of an incident through a channel: the same in every replay and every repetition."""
    return str(uuid5(incidents.NAMES, f"{incident}:{channel}"))


def put(connection: Connection, incident: str, channel: str, body: str, now_ms: int) -> str:
    """Queue a message, due at once; returns its id."""
    new = Delivery(delivery_id(incident, channel), incident, channel, "waiting", body, 0, now_ms, now_ms, None, None)
    connection.execute(deliveries.insert(), msgspec.structs.asdict(new))
    return new.id


def due(connection: Connection, now_ms: int, limit: int, channel: str | None = None) -> list[Delivery]:
    """What is to be sent now. Messages that were never tried come first, so that a backlog delays no fresh one."""
    query = select(deliveries).where(deliveries.c.state == "waiting", deliveries.c.next_ms <= now_ms)
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    order = ((deliveries.c.attempts > 0).asc(), deliveries.c.next_ms, deliveries.c.id)
    return [_delivery(row) for row in connection.execute(query.order_by(*order).limit(limit)).mappings()]


def next_due_ms(connection: Connection, channel: str) -> int | None:
    """When the next waiting message of a channel is to be sent; None: none waits."""
    query = select(func.min(deliveries.c.next_ms))
    next_ms: int | None = connection.scalar(
        query.where(deliveries.c.state == "waiting", deliveries.c.channel == channel)
    )
    return next_ms


def of_incident(connection: Connection, incident: str) -> list[Delivery]:
    """All messages about an incident, by channel."""
    query = select(deliveries).where(deliveries.c.incident == incident).order_by(deliveries.c.channel)
    return [_delivery(row) for row in connection.execute(query).mappings()]


def accepted(connection: Connection, delivery: Delivery, now_ms: int, answer: str) -> None:
    """The service has answered that it has the message."""
    if _close(connection, delivery, "accepted", now_ms, answer):
        incidents.note(connection, delivery.incident, now_ms, "notified", who=delivery.channel, text=answer)


def refused(connection: Connection, delivery: Delivery, now_ms: int, answer: str) -> None:
    """It will not be sent again; `answer` says why."""
    if _close(connection, delivery, "refused", now_ms, answer):
        incidents.note(connection, delivery.incident, now_ms, "refused", who=delivery.channel, text=answer)


def later(connection: Connection, delivery: Delivery, next_ms: int, answer: str) -> None:
    """It is to be tried again at `next_ms`; `answer` says why this try did not count."""
    _set(connection, delivery, next_ms=next_ms, answer=answer)


def waiting_count(connection: Connection) -> int:
    """How many messages still wait for an answer that counts."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
    return connection.scalar(query) or 0


def _close(connection: Connection, delivery: Delivery, state: str, now_ms: int, answer: str) -> bool:
    return _set(connection, delivery, state=state, answer=answer, done_ms=now_ms)


def _set(connection: Connection, delivery: Delivery, **columns: Any) -> bool:
    """Count one try; a message that is done already stays as it is."""
    still = (deliveries.c.id == delivery.id) & (deliveries.c.state == "waiting")
    result = connection.execute(update(deliveries).where(still).values(attempts=deliveries.c.attempts + 1, **columns))
    return bool(result.rowcount)


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__struct_fields__})
