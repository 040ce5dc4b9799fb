"""The lives of each gate's outbox, in the order in which the office met them."""

from typing import Any

from sqlalchemy import Connection, Select, func, select

from collector.ledger.insertion import or_ignore
from collector.ledger.tables import epochs


def seen(connection: Connection, gate: str, epoch: str, received_ms: int) -> int:
    """The number of this life, given at the first meeting, whose time is remembered; later calls change nothing."""
    known = life(connection, gate, epoch)
    if known is not None:
        return known
    new = {"gate": gate, "epoch": epoch, "first_seen_ms": received_ms}
    connection.execute(or_ignore(connection, epochs), new)
    return connection.execute(_life(gate, epoch)).scalar_one()


def life(connection: Connection, gate: str, epoch: str) -> int | None:
    """The number of a life that was met, else None."""
    return connection.execute(_life(gate, epoch)).scalar()


def newest(connection: Connection) -> dict[str, str]:
    """The epoch that each gate began last. Of two met in the same millisecond the later name (names sort by time)."""
    ranked = _ranked().subquery()
    found = connection.execute(select(ranked.c.gate, ranked.c.epoch).where(ranked.c.place == 1))
    return {row.gate: row.epoch for row in found}


def newest_lives(connection: Connection, of: Select[str]) -> dict[str, int]:
    """The number of the life that each of these gates began last, by gate in order."""
    ranked = _ranked().where(epochs.c.gate.in_(of)).subquery()
    query = select(ranked.c.gate, ranked.c.life).where(ranked.c.place == 1).order_by(ranked.c.gate)
    return {row.gate: row.life for row in connection.execute(query)}


def _ranked() -> Select[Any]:
    order = func.row_number().over(
        partition_by=epochs.c.gate, order_by=(epochs.c.first_seen_ms.desc(), epochs.c.epoch.desc())
    )
    return select(epochs.c.gate, epochs.c.epoch, epochs.c.life, order.label("place"))


def _life(gate: str, epoch: str) -> Select[int]:
    return select(epochs.c.life).where(epochs.c.gate == gate, epochs.c.epoch == epoch)
