"""Deleting by arrival, on both databases."""

from sqlalchemy import select, update

from collector.ledger import retention, screenings, tables
from collector.ledger.retention import DAY_MS, Limits
from tests.collector.ledger.conftest import BEGIN

NOW_MS = int(BEGIN.timestamp() * 1000) + 3_600_000


def test_one_step_deletes_what_is_old_and_tells_it(ledger, screening):
    with ledger.begin() as connection:
        for seq, days in enumerate((100, 99.5, 97, 0.1), 1):
            screenings.store(connection, "e01", [screening(seq)], NOW_MS - int(days * DAY_MS))
        connection.execute(update(tables.screenings).where(tables.screenings.c.seq < 4).values(at_ms=0))
    with ledger.begin() as connection:
        done = retention.arrivals(connection, "screenings", 0, Limits(NOW_MS - 90 * DAY_MS, NOW_MS), 100)
    assert [row.gate for row in done.gone] == ["e01", "e01"]
    assert done.oldest_ms == NOW_MS - 100 * DAY_MS
    with ledger.read() as connection:
        assert set(connection.scalars(select(tables.screenings.c.seq))) == {3, 4}


def test_what_is_old_further_on_is_looked_for_and_no_further_than_may_be(ledger, screening):
    with ledger.begin() as connection:
        for seq in range(1, 41):
            days = 1 if seq <= 10 else 100 if seq <= 20 else 1
            screenings.store(connection, "e01", [screening(seq)], NOW_MS - days * DAY_MS)
        connection.execute(update(tables.screenings).values(at_ms=0))
        first = connection.scalar(select(tables.screenings.c.position).order_by(tables.screenings.c.position))
    with ledger.begin() as connection:
        limits = Limits(NOW_MS - 90 * DAY_MS, NOW_MS)
        assert retention.arrivals(connection, "screenings", 0, limits, 5).more
        bounded = Limits(NOW_MS - 90 * DAY_MS, NOW_MS, up_to=first + 8)
        assert not retention.arrivals(connection, "screenings", 0, bounded, 5).more
        assert not retention.arrivals(connection, "screenings", first + 24, limits, 5).more
