"""Register entries from the gates, kept as they came: sealed."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from collector.ledger.insertion import insert_rows
from collector.ledger.rows import milliseconds
from collector.ledger.tables import registrations
from kadian.messages import Screening

COLUMNS = tuple(column.name for column in registrations.columns if column.name != "position")


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


def insert(connection: Connection, arrived: Iterable[tuple[str, Screening]], received_ms: int) -> int:
    """Keep the entries that are not there yet, with the gate that each came from; returns how many were new."""
    rows = [
        (str(one.id), gate, one.epoch, one.seq, milliseconds(one.at), received_ms, one.operator, one.registration)
        for gate, one in arrived
    ]
    return insert_rows(connection, registrations, COLUMNS, rows)


def after(connection: Connection, position: int, limit: int) -> list[Registration]:
    """At most `limit` entries behind `position`, in the order in which they were stored."""
    query = select(registrations).where(registrations.c.position > position)
    query = query.order_by(registrations.c.position).limit(limit)
    return [Registration(**row) for row in connection.execute(query).mappings()]
