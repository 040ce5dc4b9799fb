"""Where in the ledger the arrivals of a moment begin."""

from sqlalchemy import Connection, func, select

from collector.ledger.tables import screenings


def position_before(connection: Connection, received_ms: int) -> int:
    """The position behind which lies what arrived at or after a moment (milliseconds since 1970).

    Positions grow with arrivals, so it is found by halving: no index on the arrival is needed. Where the office's
    clock was set back, it is one of the places where the moment was passed.
    """
    first, last = connection.execute(select(func.min(screenings.c.position), func.max(screenings.c.position))).one()
    if first is None:
        return 0
    low: int = first - 1
    high: int = last
    while low < high:
        middle = (low + high) // 2
        query = select(screenings.c.position, screenings.c.received_ms).where(screenings.c.position > middle)
        position, arrived_ms = connection.execute(query.order_by(screenings.c.position).limit(1)).one()
        if arrived_ms >= received_ms:
            high = middle
        else:
            low = position
    return low
