"""Screenings of one gate and one millisecond have an order of their own, the same however it is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.ledger import screenings, ties

BEGIN = datetime(2026, 11, 23, 7, 2, 11, tzinfo=UTC)


@pytest.fixture
def tied(ledger, screening):
    """Positions 1 to 8: e01 at 0, 0, 5 ms; e02 at 0, 0 ms; e01 at 5, 0, 0 ms, the last two late."""
    seq = 0
    for gate, times in (("e01", (0, 0, 5)), ("e02", (0, 0)), ("e01", (5, 0, 0))):
        made = []
        for ms in times:
            seq += 1
            made.append(screening(seq, at=BEGIN + timedelta(milliseconds=ms)))
        with ledger.begin() as connection:
            screenings.store(connection, gate, made, 1)
    return ledger


def test_each_has_the_number_of_those_of_its_gate_and_millisecond_that_were_stored_before(tied):
    with tied.read() as connection:
        assert ties.ranks(connection, 0, 8) == {2: 1, 5: 1, 6: 1, 7: 2, 8: 3}


@pytest.mark.parametrize("portion", [1, 2, 3, 5])
def test_in_whatever_portions_it_is_asked_for(tied, portion):
    found = {}
    with tied.read() as connection:
        for start in range(0, 8, portion):
            found |= ties.ranks(connection, start, start + portion)
    assert found == {2: 1, 5: 1, 6: 1, 7: 2, 8: 3}


def test_a_gate_whose_clock_stands_still_does_not_make_the_question_dear(tied, monkeypatch):
    monkeypatch.setattr(ties, "MOST_TIES", 2)
    with tied.read() as connection:
        assert ties.ranks(connection, 0, 8)[8] == 2
