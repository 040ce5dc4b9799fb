"""Messages that were refused: kept with a reason, never in the way of the others."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from collector.ledger.insertion import insert_rows
from collector.ledger.tables import rejects

EXCERPT = 512
"""Bytes of a refused message that are shown (contract)."""
MOST_REASON = 1000
MOST_TOPIC = 256
COLUMNS = tuple(column.name for column in rejects.columns if column.name != "position")


class Reject(msgspec.Struct, frozen=True):
    """One refused message. `excerpt` is its first 512 bytes; gate, epoch and seq stand where they could be read."""

    position: int
    received_ms: int
    topic: str
    reason: str
    excerpt: bytes
    gate: str | None
    epoch: str | None
    seq: int | None


class Refused(msgspec.Struct, frozen=True):
    """A message to be kept among the rejects.

    With gate, epoch and seq it is a screening that can be named: it is kept whole, once.
    """

    topic: str
    reason: str
    payload: bytes
    gate: str | None = None
    epoch: str | None = None
    seq: int | None = None

    @property
    def named(self) -> bool:
        """Whether its gate can be told that it need not send it again."""
        return self.gate is not None and self.epoch is not None and self.seq is not None


def add(connection: Connection, refused: Sequence[Refused], received_ms: int) -> None:
    """Keep refused messages. That a receipt covers those with a number is `storing.store`'s part."""
    rows = [
        (
            received_ms,
            _storable(one.topic)[:MOST_TOPIC],
            _storable(one.reason)[:MOST_REASON],
            one.payload[:EXCERPT],
            one.gate,
            one.epoch,
            one.seq,
            one.payload if one.named else None,
        )
        for one in refused
    ]
    insert_rows(connection, rejects, COLUMNS, rows)


def page(connection: Connection, limit: int, before: int | None = None) -> list[Reject]:
    """At most `limit` refused messages, newest first, with positions below `before`."""
    columns = [rejects.c[name] for name in Reject.__struct_fields__]
    query = select(*columns).order_by(rejects.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(rejects.c.position < before)
    return [Reject(*row) for row in connection.execute(query)]


def _storable(text: str) -> str:
    """Without what no database takes as text: half surrogates, and NUL (PostgreSQL)."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
