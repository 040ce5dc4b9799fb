"""The screenings before a position, back to a time of arrival: what a rule's memory is fed with at a start."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.ledger.screenings import StoredScreening, stored_of, whole
from collector.ledger.tables import screenings

PAGE = 2_000


class Reach(NamedTuple):
    """What is behind the position `after`; `cut`: there is more that is asked for, but it is too much."""

    after: int
    cut: bool


def reach(connection: Connection, received_ms: int, up_to_position: int, most: int) -> Reach:
    """How far back the screenings go that arrived at or after `received_ms` and were stored up to `up_to_position`.

    The arrival counts, not the gate's own time, which a gate without a clock may give as 1970. Positions grow with
    arrivals, so the pages are read backwards until one holds nothing new enough: no index on the arrival is needed,
    and a clock that was set back by seconds in between does no harm. It ends after `most` screenings.
    """
    position, counted = up_to_position, 0
    query = select(screenings.c.position, screenings.c.received_ms).order_by(screenings.c.position.desc())
    while True:
        rows = connection.execute(query.where(screenings.c.position <= position).limit(PAGE)).all()
        new = [row.position for row in rows if row.received_ms >= received_ms]
        if not new:
            return Reach(position, cut=False)
        if counted + len(new) > most:
            return Reach(new[most - counted], cut=True)
        counted += len(new)
        position = new[-1] - 1
        if len(rows) < PAGE:
            return Reach(position, cut=False)


def between(connection: Connection, after: int, up_to_position: int) -> Iterator[StoredScreening]:
    """The screenings behind `after` up to a position, in the order of storing, a page at a time."""
    query = whole().where(screenings.c.position <= up_to_position).order_by(screenings.c.position).limit(PAGE)
    while True:
        rows = connection.execute(query.where(screenings.c.position > after)).all()
        for row in rows:
            yield stored_of(row)
        if len(rows) < PAGE:
            return
        after = rows[-1].position
