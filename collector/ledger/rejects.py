"""Messages that were refused: kept with a reason, never in the way of the others."""

import msgspec
from sqlalchemy import Connection, select

from collector.ledger import epochs, runs
from collector.ledger.insertion import or_ignore
from collector.ledger.tables import rejects

EXCERPT = 512
"""Bytes of a refused message that are shown (contract)."""
MOST_REASON = 1000
MOST_TOPIC = 256


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


def add(  # noqa: PLR0917 - the columns, in their order
    connection: Connection,
    topic: str,
    reason: str,
    payload: bytes,
    received_ms: int,
    gate: str | None = None,
    epoch: str | None = None,
    seq: int | None = None,
) -> None:
    """Keep a refused message.

    With gate, epoch and seq it is a screening that can be named: it is kept whole, once, and a receipt covers its
    number, so that the gate stops sending what will never be accepted.
    """
    whole = None
    if gate is not None and epoch is not None and seq is not None:
        whole = payload
        runs.add(connection, epochs.seen(connection, gate, epoch, received_ms), (seq,))
    row = {
        "received_ms": received_ms,
        "topic": _storable(topic)[:MOST_TOPIC],
        "reason": _storable(reason)[:MOST_REASON],
        "excerpt": payload[:EXCERPT],
        "gate": gate,
        "epoch": epoch,
        "seq": seq,
        "whole": whole,
    }
    connection.execute(or_ignore(connection, rejects), row)


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
