"""The screenings before a position, back to a time of arrival: what a rule's memory is fed with at a start."""

from sqlalchemy import Connection

from collector.ledger.screenings import StoredScreening, stored_of, whole
from collector.ledger.tables import screenings

PAGE = 2_000


def received_since(connection: Connection, received_ms: int, up_to_position: int) -> list[StoredScreening]:
    """What arrived at or after `received_ms` and was stored up to `up_to_position`, in the order of storing.

    The arrival counts, not the gate's own time, which a gate without a clock may give as 1970. Positions grow with
    arrivals, so the pages are read backwards until one holds nothing new enough: no index on the arrival is needed,
    and a clock that was set back by seconds in between does no harm.
    """
    found: list[StoredScreening] = []
    position = up_to_position + 1
    while True:
        rows = connection.execute(
            whole().where(screenings.c.position < position).order_by(screenings.c.position.desc()).limit(PAGE)
        ).all()
        page = [stored_of(row) for row in rows if row.received_ms >= received_ms]
        found.extend(page)
        if not page or len(rows) < PAGE:
            return found[::-1]
        position = rows[-1].position
