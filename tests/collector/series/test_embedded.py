from zoneinfo import ZoneInfo

import pytest

from collector.ledger import measured
from collector.ledger.measured import Batch, Measured
from collector.series import Bucket
from collector.series.counts import counts

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_790_000_000_000 // 3_600_000 * 3_600_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_an_empty_store_stands_at_zero_and_draws_nothing(place):
    assert place.series.position() == 0
    assert place.series.chart("e01", NOON, NOON + HOUR, 60) == []


def test_only_temperatures_that_are_a_result_make_the_median_and_every_screening_counts(place):
    place.see(NOON, 36.5)
    place.see(NOON + 1, 37.4, verdict="recheck")
    place.see(NOON + 2, 30.0, quality="cold", verdict="none")
    place.see(NOON + 3, 21.0, kind="ambient", verdict="none")
    place.see(NOON + 4, None, verdict="stop")
    place.see(NOON + 5, 39.0, gate="e02")
    assert place.series.chart("e01", NOON, NOON + MINUTE, 1) == [
        Bucket(NOON, count=5, rechecks=1, stops=1, no_results=3, min=36.5, median=36.95, p95=37.4, max=37.4)
    ]


def test_a_bucket_without_a_result_has_a_count_and_no_temperature(place):
    place.see(NOON, None)
    assert place.series.chart("e01", NOON, NOON + MINUTE, 1) == [
        Bucket(NOON, count=1, rechecks=0, stops=0, no_results=1, min=None, median=None, p95=None, max=None)
    ]


def test_a_late_reading_goes_into_the_bucket_of_its_own_time(place):
    place.see(NOON + HOUR)
    place.see(NOON)
    chart = place.series.chart("e01", NOON, NOON + 2 * HOUR, 120)
    assert [bucket.at_ms for bucket in chart] == [NOON, NOON + HOUR]


def test_a_batch_that_someone_else_has_counted_changes_nothing(place):
    place.store([place.screen(NOON + n) for n in range(7)])
    with place.ledger.read() as connection:
        first, both = measured.after(connection, 0, 5), measured.after(connection, 0, 7)
    place.series.write(first)
    place.series.write(first)
    place.series.write(both)
    assert place.series.position() == first.last
    place.follow()
    assert place.series.chart("e01", NOON, NOON + MINUTE, 1)[0].count == 7


def test_a_thousand_readings_of_one_millisecond_are_a_thousand(place):
    place.store([place.screen(NOON, 36 + n % 100 / 100) for n in range(1000)])
    place.follow(300)
    (bucket,) = place.series.chart("e01", NOON, NOON + MINUTE, 1)
    assert (bucket.count, bucket.min, bucket.max) == (1000, 36.0, 36.99)
    assert bucket.median == pytest.approx(36.495)


def test_a_batch_of_a_thousand_gates_is_counted_and_folded_in_few_statements(opened, tmp_path):
    """At each statement, and each row of an `executemany` is one, another thread may take Python's lock for a while."""
    place = opened(f"sqlite:///{tmp_path}/kadian.db")
    rows = [Measured(n, f"g{n}", 1, n, NOON, "pass", 36.5, "contact", "ok", None, None) for n in range(1, 1001)]
    place.now_ms = NOON + DAY
    statements = []
    with place.ledger.read() as connection:
        driver = connection.connection.driver_connection
    driver.set_trace_callback(statements.append)  # the pool has one connection so far, and gives it again
    place.series.write(Batch(0, rows))
    driver.set_trace_callback(None)
    assert any("INSERT INTO rollups" in text for text in statements)
    assert len(statements) < 120  # five steps of folding among them; row by row they were more than 3,000
    with place.ledger.read() as connection:
        assert len(counts(connection, None, None, SHANGHAI)) == 1000
