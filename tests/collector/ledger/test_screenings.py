import time
from collections import Counter
from zoneinfo import ZoneInfo

import msgspec

from collector.ledger import retention, runs, screenings
from collector.ledger.rows import milliseconds
from collector.series.counts import counts
from kadian.identifiers import new_id

UTC = ZoneInfo("UTC")


def test_what_is_read_is_what_was_stored(ledger, screening):
    full = screening(1, remeasure_of=new_id())
    bare = screening(2, temperature=None, code=None, reasons=(), operator=None, verdict="none")
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [full, bare], 5_000) == 2
    with ledger.read() as connection:
        stored = screenings.after(connection, 0, 10)
    assert [one.screening for one in stored] == [full, bare]
    assert [(one.gate, one.at_ms, one.received_ms) for one in stored] == [
        ("e01", milliseconds(full.at), 5_000),
        ("e01", milliseconds(bare.at), 5_000),
    ]


def test_a_second_arrival_changes_nothing_and_is_receipted(ledger, screening):
    first = screening(1)
    other_id = screening(1, verdict="stop")
    other_number = screening(2, id=first.id, verdict="stop")
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [first], 1) == 1
        assert screenings.store(connection, "e01", [first, other_id, other_number], 2) == 0
    with ledger.read() as connection:
        assert [one.screening for one in screenings.after(connection, 0, 10)] == [first]
        assert runs.receipt(connection, "e01", "e1").through == 2


def test_the_same_number_at_another_gate_or_of_another_epoch_is_another_screening(ledger, screening):
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [screening(1), screening(1, "e2")], 1) == 2
        assert screenings.store(connection, "e02", [screening(1)], 1) == 1


def test_pages_go_backwards_in_time_without_holes_or_repetitions(ledger, screening):
    same_moment = [screening(seq, at=screening(5).at, verdict="recheck") for seq in range(1, 8)]
    later = [screening(seq) for seq in range(8, 20)]
    with ledger.begin() as connection:
        screenings.store(connection, "e01", later, 1)
        screenings.store(connection, "e02", same_moment, 1)
    seen = []
    before = None
    with ledger.read() as connection:
        while page := screenings.page(connection, limit=4, before=before):
            seen += [(one.at_ms, one.position) for one in page]
            before = seen[-1]
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 19
        assert len(screenings.page(connection, gate="e02", verdict="recheck", limit=50)) == 7
        assert screenings.page(connection, gate="e02", verdict="pass", limit=50) == []
        newest = seen[0][0]
        assert len(screenings.page(connection, since_ms=newest, until_ms=newest + 1, limit=50)) == 1


def test_the_summary_counts_by_gate_and_verdict(ledger, screening):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(1), screening(2, verdict="stop")], 1)
        screenings.store(connection, "e02", [screening(1)], 1)
    with ledger.read() as connection:
        found = counts(connection, 0, None, UTC)
        none = counts(connection, None, 0, UTC)
    by_verdict = sum((Counter(of) for of in found.values()), Counter())
    assert (by_verdict.total(), {gate: sum(of.values()) for gate, of in found.items()}, by_verdict) == (
        3,
        {"e01": 2, "e02": 1},
        {"pass": 2, "stop": 1},
    )
    assert none == {}


def test_since_gives_a_rules_memory_up_to_a_position(ledger, screening):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(seq) for seq in range(1, 11)], 1)
    with ledger.read() as connection:
        last = screenings.last_position(connection)
        found = screenings.since(connection, milliseconds(screening(5).at), last - 2)
    assert [one.screening.seq for one in found] == [5, 6, 7, 8]


def test_a_backlog_of_500_is_stored_in_well_under_a_second(ledger, screening):
    batch = [screening(seq) for seq in range(1, 501)]
    begun = time.perf_counter()
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", batch, 1) == 500
    assert time.perf_counter() - begun < 0.5


def test_what_was_deleted_after_its_time_does_not_come_back(ledger, screening):
    old = [screening(seq) for seq in (1, 2, 3, 5)]
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", old, 1) == 4
        retention.arrivals(connection, "screenings", 0, retention.Limits(10, 10), 100)
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [*old, screening(4)], 20) == 1
        assert runs.receipt(connection, "e01", "e1").through == 5
        assert [one.screening.seq for one in screenings.after(connection, 0, 10)] == [4]


def test_nor_does_it_in_a_life_with_more_holes_than_are_read_at_once(ledger, screening, monkeypatch):
    monkeypatch.setattr(runs, "MOST_RANGES", 2)
    monkeypatch.setattr(runs, "_RANGES", msgspec.structs.replace(runs._RANGES, most=2))
    old = [screening(seq) for seq in (1, 3, 5, 7)]
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", old, 1) == 4
        retention.arrivals(connection, "screenings", 0, retention.Limits(10, 10), 100)
    with ledger.begin() as connection:
        assert screenings.store(connection, "e01", [*old, screening(4), screening(8)], 20) == 2
