from zoneinfo import ZoneInfo

import pytest

from collector.ledger import registrations, runs, screenings
from collector.series.counts import counts


@pytest.fixture
def entry(screening):
    def make(seq, **more):
        fields = {"temperature": None, "code": None, "verdict": "none", "reasons": ("registered",)}
        return screening(seq, **{**fields, "registration": "c2VhbGVk", **more})

    return make


def test_a_register_entry_is_kept_sealed_and_counts_nobody(ledger, screening, entry):
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [screening(1), entry(2), screening(3)], 5) == 3
    with ledger.read() as connection:
        assert counts(connection, None, None, ZoneInfo("UTC")) == {"e01": {"pass": 2}}
        assert [one.screening.seq for one in screenings.after(connection, 0, 9)] == [1, 3]
        [kept] = registrations.after(connection, 0, 9)
    assert (kept.gate, kept.seq, kept.sealed, kept.operator, kept.received_ms) == ("e01", 2, "c2VhbGVk", "v-12", 5)


def test_receipts_cover_register_entries_like_screenings(ledger, screening, entry):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [entry(1), screening(2)], 5)
        receipt = runs.receipt(connection, "e01", "e1")
    assert (receipt.through, receipt.missing) == (2, ())


def test_a_second_arrival_of_an_entry_changes_nothing(ledger, entry):
    one = entry(1)
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [one], 5) == 1
        assert screenings.store(connection, "e01", [one], 9) == 0
        assert [kept.received_ms for kept in registrations.after(connection, 0, 9)] == [5]


def test_whether_anybody_was_signed_on_is_kept(ledger, screening):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(1, operator=None, unattended=True), screening(2)], 5)
        assert [one.screening.unattended for one in screenings.after(connection, 0, 9)] == [True, False]
