"""Screenings of one gate in one millisecond, told apart by their order in the ledger."""

from sqlalchemy import Connection, func, select

from collector.ledger.tables import screenings

MOST_TIES = 1000
"""So many of one gate and one millisecond are told apart; behind them all have this number."""


def ranks(connection: Connection, after: int, through: int) -> dict[int, int]:
    """How many screenings of the same gate and millisecond stand before each one; who has none before is left out.

    The answer is the same whenever and in whatever portions it is asked for, since rows are only ever added behind.

    Args:
        connection: a read of the ledger.
        after: from the position behind this one
        through: to this one.

    Returns:
        Position → rank, at most `MOST_TIES`.
    """
    one, other = screenings.alias("one"), screenings.alias("other")
    same = (other.c.gate == one.c.gate, other.c.at_ms == one.c.at_ms, other.c.position < one.c.position)
    earlier = select(other.c.position).where(*same).limit(MOST_TIES).correlate(one).subquery()
    count = select(func.count()).select_from(earlier).scalar_subquery()
    rows = connection.execute(select(one.c.position, count).where(one.c.position > after, one.c.position <= through))
    return {position: rank for position, rank in rows if rank}
