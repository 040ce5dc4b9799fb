"""What a series store refused: single screenings and ranges of them, counted once, in a bounded number of rows."""

from collector.ledger import Aside, Ledger, aside
from collector.ledger.measured import Measured

NOON = 1_790_000_000_000


def single(position: int) -> Aside:
    return Aside("influxdb", position, "e01", NOON, f"bad line {position}", NOON + position)


def spread(first: int, last: int) -> Aside:
    rows = [Measured(n, "e01", 1, n, NOON + n, "pass", 36.5, None, None, None, None) for n in range(first, last + 1)]
    return aside.of("influxdb", rows, "all of these", NOON + last)


def put(ledger: Ledger, *refused: Aside) -> None:
    with ledger.begin() as connection:
        aside.put(connection, refused)


def found(ledger: Ledger) -> tuple[int, list[tuple[int, int, int]]]:
    with ledger.read() as connection:
        listed = aside.listing(connection, "influxdb", 100_000)
        return aside.count(connection, "influxdb"), [(one.position, one.end, one.count) for one in listed]


def test_a_range_is_one_row_and_all_its_screenings_are_counted(ledger):
    put(ledger, single(7), spread(8, 5007))
    assert found(ledger) == (5001, [(8, 5007, 5000), (7, 7, 1)])


def test_of_one_screening_an_entry_is_no_range(ledger):
    assert (spread(3, 3).last, spread(3, 3).count) == (None, 1)
    assert len(aside.of("influxdb", [Measured(1, *["e"] * 10)], "x" * 10_000, NOON).reason) == aside.REASON_LENGTH  # type: ignore[arg-type]


def test_what_is_refused_again_is_counted_once_however_it_is_divided(ledger):
    put(ledger, single(3), spread(10, 19), single(30))
    put(ledger, single(3), single(12), single(19), spread(25, 40))
    assert found(ledger) == (27, [(10, 40, 26), (3, 3, 1)])


def test_a_range_that_goes_on_for_the_same_reason_makes_the_one_before_longer(ledger):
    for first in range(1, 1001, 100):
        put(ledger, spread(first, first + 99))
    put(ledger, single(1001), spread(1005, 1006))
    assert found(ledger) == (1003, [(1005, 1006, 2), (1001, 1001, 1), (1, 1000, 1000)])


def test_another_store_has_a_list_of_its_own(ledger):
    put(ledger, spread(1, 9))
    put(ledger, Aside("victoriametrics", 4, "e01", NOON, "bad", NOON))
    assert found(ledger)[0] == 9
    with ledger.read() as connection:
        assert aside.count(connection, "victoriametrics") == 1


def test_the_list_stays_bounded_and_its_count_exact(ledger, monkeypatch):
    monkeypatch.setattr(aside, "MOST", 50)
    for begin in range(0, 1000, 40):
        put(ledger, *(single(n) for n in range(begin + 1, begin + 41)))
    count, entries = found(ledger)
    assert (count, len(entries)) == (1000, 50)
    assert entries[-1] == (1, 951, 951)
    assert entries[0] == (1000, 1000, 1)
