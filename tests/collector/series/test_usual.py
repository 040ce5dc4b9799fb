from collector.series.lengths import DAY_MS, HOUR_MS
from collector.series.usual import per_hour

NOW_MS = 1_790_000_000_000


def hours(place, gate, days, count):
    """So many people at the gate, half an hour before this moment's hour was half over, on each of these days."""
    for day in days:
        at_ms = NOW_MS - NOW_MS % HOUR_MS - day * DAY_MS + 60_000
        place.store([place.screen(at_ms + second, gate=gate) for second in range(count)], gate)


def usual(place):
    place.follow()
    with place.ledger.read() as connection:
        return per_hour(connection, NOW_MS)


def test_the_usual_is_the_median_of_this_hour_over_two_weeks(place):
    hours(place, "e01", range(1, 9), 4)
    hours(place, "e01", range(9, 15), 20)
    hours(place, "e01", [0, 15], 90)
    assert usual(place) == {"e01": 4.0}


def test_a_day_without_anybody_counts_and_a_gate_of_two_days_is_not_known(place):
    hours(place, "e01", [7, 6], 10)
    hours(place, "e02", [2, 1], 10)
    assert usual(place) == {"e01": 0.0}
