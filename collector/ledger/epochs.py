"""The lives of each gate's outbox, in the order in which the office met them."""

from sqlalchemy import Connection, func, select

from collector.ledger.insertion import or_ignore
from collector.ledger.tables import epochs


def seen(connection: Connection, gate: str, epoch: str, received_ms: int) -> None:
    """Remember when an epoch was first met; later calls change nothing."""
    connection.execute(or_ignore(connection, epochs), {"gate": gate, "epoch": epoch, "first_seen_ms": received_ms})


def newest(connection: Connection) -> dict[str, str]:
    """The epoch that each gate began last. Of two met in the same millisecond the later name (names sort by time)."""
    order = func.row_number().over(
        partition_by=epochs.c.gate, order_by=(epochs.c.first_seen_ms.desc(), epochs.c.epoch.desc())
    )
    ranked = select(epochs.c.gate, epochs.c.epoch, order.label("place")).subquery()
    found = connection.execute(select(ranked.c.gate, ranked.c.epoch).where(ranked.c.place == 1))
    return {row.gate: row.epoch for row in found}
