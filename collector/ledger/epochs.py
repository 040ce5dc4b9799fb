"""The lives of each gate's outbox, in the order in which the office met them."""

from collections.abc import Collection

from sqlalchemy import Connection, Select, func, select

from collector.ledger.insertion import insert_rows
from collector.ledger.lookup import MOST_KEYS, Lookup
from collector.ledger.tables import epochs

Life = tuple[str, str]
"""A gate and the epoch of its outbox."""

# One order for all who lock, so that no two wait for each other.
_LIVES = Lookup("epochs", ("gate", "epoch"), ("gate", "epoch", "life"), order=("gate", "epoch"), lock=True)


def seen(connection: Connection, gate: str, epoch: str, received_ms: int) -> int:
    """The number of this life, given at the first meeting, whose time is remembered; later calls change nothing."""
    return numbers(connection, ((gate, epoch),), received_ms)[gate, epoch]


def numbers(connection: Connection, lives: Collection[Life], received_ms: int) -> dict[Life, int]:
    """The number of each of these lives; those met for the first time are given one.

    On PostgreSQL the lives stay locked until the transaction ends: what another collector has of the same gate is
    then known here whole, and neither overwrites the other's ranges.
    """
    found = _known(connection, sorted(lives))
    strange = [life for life in lives if life not in found]
    if strange:
        rows = [(gate, epoch, received_ms) for gate, epoch in sorted(strange)]
        insert_rows(connection, epochs, ("gate", "epoch", "first_seen_ms"), rows)
        found |= _known(connection, sorted(strange))
    return found


def life(connection: Connection, gate: str, epoch: str) -> int | None:
    """The number of a life that was met, else None."""
    return connection.execute(_life(gate, epoch)).scalar()


def newest(connection: Connection, of: Collection[str] | None = None) -> dict[str, str]:
    """The epoch that each gate, or each of these, began last.

    Of two met in the same millisecond it is the later name (names sort by time).
    """
    order = func.row_number().over(
        partition_by=epochs.c.gate, order_by=(epochs.c.first_seen_ms.desc(), epochs.c.epoch.desc())
    )
    query = select(epochs.c.gate, epochs.c.epoch, order.label("place"))
    ranked = (query if of is None else query.where(epochs.c.gate.in_(of))).subquery()
    found = connection.execute(select(ranked.c.gate, ranked.c.epoch).where(ranked.c.place == 1))
    return {row.gate: row.epoch for row in found}


def _known(connection: Connection, lives: list[Life]) -> dict[Life, int]:
    return {
        (gate, epoch): number
        for begin in range(0, len(lives), MOST_KEYS)
        for gate, epoch, number in _LIVES.rows(connection, lives[begin : begin + MOST_KEYS])
    }


def _life(gate: str, epoch: str) -> Select[int]:
    return select(epochs.c.life).where(epochs.c.gate == gate, epochs.c.epoch == epoch)
