"""How far back a rule's memory is fed from, and that it is no further than was asked for."""

from datetime import UTC, datetime

import pytest

from collector.ledger import Ledger, lookback, screenings
from collector.ledger.lookback import between, reach
from kadian.identifiers import new_id
from kadian.messages import Screening


@pytest.fixture
def ledger(ledger_url, monkeypatch):
    """Positions 1 to 10, which arrived at so many milliseconds."""
    monkeypatch.setattr(lookback, "PAGE", 3)
    ledger = Ledger.open(ledger_url)
    for seq in range(1, 11):
        one = Screening(
            id=new_id(), epoch="e", seq=seq, at=datetime(1970, 1, 1, tzinfo=UTC), clock="unsynced", verdict="none"
        )
        with ledger.begin() as connection:
            screenings.store(connection, "g1", [one], seq)
    yield ledger
    ledger.close()


@pytest.mark.parametrize(
    ("received_ms", "up_to", "most", "after", "cut"),
    [
        (0, 10, 100, 0, False),
        (4, 10, 100, 3, False),
        (4, 8, 100, 3, False),
        (99, 10, 100, 10, False),
        (0, 10, 10, 0, False),
        (0, 10, 4, 6, True),
        (0, 10, 3, 7, True),
        (7, 10, 4, 6, False),
        (0, 10, 0, 10, True),
        (0, 0, 5, 0, False),
    ],
)
def test_it_reaches_back_to_a_time_or_so_many_screenings(ledger, received_ms, up_to, most, after, cut):
    with ledger.read() as connection:
        assert reach(connection, received_ms, up_to, most) == (after, cut)


@pytest.mark.parametrize(("after", "up_to"), [(0, 10), (3, 9), (0, 3), (9, 10), (10, 10)])
def test_what_is_between_two_positions_comes_in_their_order(ledger, after, up_to):
    with ledger.read() as connection:
        assert [one.position for one in between(connection, after, up_to)] == list(range(after + 1, up_to + 1))
