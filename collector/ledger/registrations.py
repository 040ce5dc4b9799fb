"""Register entries from the gates, kept as they came: sealed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from collector.ledger.insertion import or_ignore
from collector.ledger.rows import milliseconds
from collector.ledger.tables import registrations
from kadian.messages import Screening


class Registration(msgspec.Struct, frozen=True):
    """One row of `tables.registrations`; times in milliseconds since 1970, `sealed` base64 of a sealed box."""

    position: int
    id: str
    gate: str
    epoch: str
    seq: int
    at_ms: int
    received_ms: int
    operator: str | None
    sealed: str


def store(connection: Connection, gate: str, batch: Sequence[Screening], received_ms: int) -> int:
    """Keep the entries of `batch` that are not there yet; returns how many were new."""
    rows = [
        {
            "id": str(one.id),
            "gate": gate,
            "epoch": one.epoch,
            "seq": one.seq,
            "at_ms": milliseconds(one.at),
            "received_ms": received_ms,
            "operator": one.operator,
            "sealed": one.registration,
        }
        for one in batch
    ]
    return connection.execute(or_ignore(connection, registrations), rows).rowcount if rows else 0


def after(connection: Connection, position: int, limit: int) -> list[Registration]:
    """At most `limit` entries behind `position`, in the order in which they were stored."""
    query = select(registrations).where(registrations.c.position > position)
    query = query.order_by(registrations.c.position).limit(limit)
    return [Registration(**row) for row in connection.execute(query).mappings()]
