import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.series import Bucket, step_of
from collector.series.embedded import EmbeddedSeries

NOON = 1_790_000_000_000 // 3_600_000 * 3_600_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def rows(path: Path) -> list[tuple]:
    with sqlite3.connect(path) as file:
        return [*file.execute("select * from rollups order by 1, 2, 3"), *file.execute("select * from cursor")]


def test_an_empty_store_stands_at_zero_and_draws_nothing(series):
    assert series.position() == 0
    assert series.chart("e01", NOON, NOON + HOUR, 60) == []


def test_only_temperatures_that_are_a_result_make_the_median_and_every_screening_counts(series, make):
    series.write(
        [
            make(1, NOON, 36.5),
            make(2, NOON + 1, 37.4, verdict="recheck"),
            make(3, NOON + 2, 30.0, quality="cold", verdict="none"),
            make(4, NOON + 3, 21.0, kind="ambient", verdict="none"),
            make(5, NOON + 4, None),
            make(6, NOON + 5, 39.0, gate="e02"),
        ]
    )
    assert series.chart("e01", NOON, NOON + MINUTE, 1) == [Bucket(NOON, 5, 36.95, 37.4, 37.4, 1)]


def test_a_bucket_without_a_result_has_a_count_and_no_temperature(series, make):
    series.write([make(1, NOON, None)])
    assert series.chart("e01", NOON, NOON + MINUTE, 1) == [Bucket(NOON, 1, None, None, None, 0)]


def test_a_late_reading_goes_into_the_bucket_of_its_own_time(series, make):
    series.write([make(1, NOON + HOUR)])
    series.write([make(2, NOON)])
    assert [bucket.at_ms for bucket in series.chart("e01", NOON, NOON + 2 * HOUR, 120)] == [NOON, NOON + HOUR]


def test_the_same_batch_again_or_one_that_overlaps_counts_once(series, make, path):
    batch = [make(n, NOON + n) for n in range(1, 8)]
    series.write(batch[:5])
    before = rows(path)
    series.write(batch[:5])
    assert rows(path) == before
    series.write(batch[3:])
    assert series.chart("e01", NOON, NOON + MINUTE, 1)[0].count == 7
    assert series.position() == 7


def test_a_lost_file_followed_from_zero_is_as_it_was(make, tmp_path):
    batch = [make(n, NOON + n * 977 * 41, 35 + n % 40 / 10, gate=f"e0{n % 3}") for n in range(1, 200)]
    first, second = EmbeddedSeries(tmp_path / "a.db"), EmbeddedSeries(tmp_path / "b.db")
    for start in range(0, len(batch), 7):
        first.write(batch[start : start + 7])
    second.write(batch)
    first.close()
    second.close()
    assert rows(tmp_path / "a.db") == rows(tmp_path / "b.db")


READING = st.tuples(
    st.integers(0, 6 * DAY - 1),
    st.one_of(st.none(), st.integers(3000, 4300)),
    st.sampled_from(["pass", "recheck", "stop", "none"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readings=st.lists(READING, max_size=60),
    window=st.tuples(st.integers(-DAY, 6 * DAY), st.integers(1, 7 * DAY)),
    points=st.integers(1, 300),
    cut=st.integers(1, 20),
)
def test_a_chart_equals_a_recount_of_the_raw_values(make, tmp_path_factory, *, readings, window, points, cut):
    series = EmbeddedSeries(tmp_path_factory.mktemp("s") / "s.db")
    raw = [
        make(n, NOON + offset, None if h is None else h / 100, verdict=verdict)
        for n, (offset, h, verdict) in enumerate(readings, 1)
    ]
    for first in range(0, len(raw), cut):
        series.write(raw[first : first + cut])
    start, end = NOON + window[0], NOON + window[0] + window[1]
    unit = MINUTE if end - start <= 2 * DAY else HOUR
    low, high = start // unit * unit, -(-end // unit) * unit
    step = step_of(start, end, points)
    chart = series.chart("e01", start, end, points)
    series.close()

    expected = []
    for number in sorted({item.at_ms // step for item in raw if low <= item.at_ms < high}):
        inside = [item for item in raw if item.at_ms // step == number and low <= item.at_ms < high]
        values = sorted(item.screening.temperature.celsius for item in inside if item.screening.temperature)
        expected.append(
            Bucket(
                max(number * step, low),
                len(inside),
                pytest.approx(statistics.median(values)) if values else None,
                values[-(-95 * len(values) // 100) - 1] if values else None,
                max(values) if values else None,
                sum(item.screening.verdict == "recheck" for item in inside),
            )
        )
    assert chart == expected
    assert step % unit == 0
    assert len(chart) <= points


WRITER = textwrap.dedent("""
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from collector.ledger.screenings import StoredScreening
    from collector.series.embedded import EmbeddedSeries
    from kadian.identifiers import new_id
    from kadian.messages import Screening, Temperature

    series = EmbeddedSeries(Path(sys.argv[1]))
    position = series.position()
    print("ready", flush=True)
    while True:
        batch = []
        for position in range(position + 1, position + 8):
            at = 1_790_000_000_000 + position * 1000
            screening = Screening(id=new_id(), epoch="a", seq=position, at=datetime.fromtimestamp(at / 1000, UTC),
                clock="synced", verdict="pass", temperature=Temperature(celsius=36.5, kind="contact"))
            batch.append(StoredScreening(position, "e01", screening, at, at))
        series.write(batch)
""")


def test_a_kill_at_any_moment_counts_nothing_twice_and_leaves_nothing_out(path):
    for pause in (0.02, 0.05, 0.11):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(pause)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    series = EmbeddedSeries(path)
    last = series.position()
    start = 1_790_000_000_000
    charts = [series.chart("e01", start, start + last * 1000 + length, 1000) for length in (MINUTE, 5 * DAY)]
    series.close()
    assert last > 0
    assert [sum(bucket.count for bucket in chart) for chart in charts] == [last, last]
