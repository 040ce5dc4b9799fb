"""The lives of each gate's outbox, in the order in which the office met them."""

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
    order = func.row_number().over(
        partition_by=epochs.c.gate, order_by=(epochs.c.first_seen_ms.desc(), epochs.c.epoch.desc())
    )
    ranked = select(epochs.c.gate, epochs.c.epoch, order.label("place")).subquery()
    found = connection.execute(select(ranked.c.gate, ranked.c.epoch).where(ranked.c.place == 1))
    return {row.gate: row.epoch for row in found}


def _life(gate: str, epoch: str) -> Select[int]:
    return select(epochs.c.life).where(epochs.c.gate == gate, epochs.c.epoch == epoch)
