"""Filling the series anew, and several at once that fill it."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from collector.ledger import measured, tables
from collector.series.counts import counts
from collector.series.embedded import EmbeddedSeries
from collector.series.refill import refill

DAY = 86_400_000
MIDNIGHT = 1_790_000_000_000 // DAY * DAY - 8 * 3_600_000  # in Shanghai
HOUR = 3_600_000
WINDOWS = [(MIDNIGHT, MIDNIGHT + DAY, 500), (MIDNIGHT - DAY, MIDNIGHT + 5 * DAY, 2000), (0, MIDNIGHT + 9 * DAY, 60)]


def never(trouble, seconds):
    raise AssertionError(f"waits {seconds} s for {trouble}")


def fill(place, count=300, seed=1):
    dice = random.Random(seed)
    made = [
        place.screen(
            MIDNIGHT + dice.randrange(3 * DAY), 36 + dice.randrange(200) / 100, verdict=dice.choice(["pass", "recheck"])
        )
        for _ in range(count)
    ]
    place.store(made)


def answers(place):
    charts = [place.series.chart("e01", *window) for window in WINDOWS]
    with place.ledger.read() as connection:
        return charts, counts(connection, MIDNIGHT + 5, MIDNIGHT + 2 * DAY + 7, ZoneInfo("Asia/Shanghai"))


def test_a_series_that_is_filled_anew_is_the_one_that_followed(place):
    place.now_ms = MIDNIGHT + 2 * DAY
    for seed in range(4):
        fill(place, seed=seed)
        place.follow(70)
        place.series.fold(1)
    live, told = answers(place), []
    refill(place.ledger, place.series, lambda at, end: told.append((at, end)), never)
    assert answers(place) == live
    assert told[-1] == (1200, 1200)


def test_days_that_the_ledger_no_longer_keeps_stay_and_later_ones_are_counted_anew_and_once(place):
    place.now_ms = MIDNIGHT + DAY - HOUR
    place.store([place.screen(MIDNIGHT + n * HOUR) for n in range(10)])
    place.now_ms = MIDNIGHT + 2 * DAY - HOUR
    place.store([place.screen(MIDNIGHT + n * HOUR) for n in (11, 30, 31)])  # the first of them arrives a day late
    place.follow()
    live = answers(place)
    with place.ledger.begin() as connection:
        connection.execute(delete(tables.screenings).where(tables.screenings.c.position < 6))
    refill(place.ledger, place.series, lambda _at, _end: None, never)
    assert answers(place) == live
    place.see(MIDNIGHT + 5 * HOUR)  # late again, and new
    assert sum(bucket.count for bucket in place.series.chart("e01", 0, MIDNIGHT + 9 * DAY, 60)) == 14


def test_counts_are_exact_while_a_series_is_filled_anew_after_retention(place):
    for hour in range(60):
        place.now_ms = MIDNIGHT + hour * HOUR
        place.store([place.screen(place.now_ms, gate="e01")])
    place.follow()
    with place.ledger.begin() as connection:
        connection.execute(delete(tables.screenings).where(tables.screenings.c.position <= 5))
    place.see(MIDNIGHT + 7 * HOUR)  # late
    place.series.clear()
    zone = ZoneInfo("Asia/Shanghai")
    windows = [(None, None, 61), (MIDNIGHT, None, 61), (MIDNIGHT + 6 * HOUR + 5, MIDNIGHT + 30 * HOUR + 7, 25)]
    windows.append((None, MIDNIGHT + 7 * HOUR + 5, 9))  # one by one within a minute
    for _ in range(10):
        with place.ledger.read() as connection:
            for since, until, expected in windows:
                assert sum(counts(connection, since, until, zone)["e01"].values()) == expected
            batch = measured.after(connection, place.series.position(), 7)
        if batch:
            place.series.write(batch)


def test_a_series_of_another_zone_is_counted_again(place):
    fill(place)
    place.follow()
    place.series = EmbeddedSeries(place.ledger, ZoneInfo("Europe/Berlin"), lambda: place.now_ms)
    place.series.settle()
    assert place.series.position() == 0
    place.follow()
    place.series.settle()
    assert place.series.position() == 300


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "Asia/Kathmandu"])
@pytest.mark.parametrize("folded", [False, True])
def test_a_zone_that_changed_after_retention_counts_no_part_of_a_day_twice(place, zone, folded):
    place.now_ms = MIDNIGHT + 9 * HOUR
    for hour in range(96):
        place.now_ms = MIDNIGHT + hour * HOUR + 1
        place.store([place.screen(MIDNIGHT + hour * HOUR, 36 + hour / 100)])
    place.follow()
    place.now_ms += 9 * DAY
    if folded:
        place.series.fold(10**9)
    with place.ledger.begin() as connection:
        connection.execute(delete(tables.screenings).where(tables.screenings.c.position <= 30))
    other = ZoneInfo(zone)
    place.series = EmbeddedSeries(place.ledger, other, lambda: place.now_ms)
    place.series.settle()
    for _ in range(2):  # and once more, when nothing is left to put right
        place.follow()
        place.series.fold(10**9)
        with place.ledger.read() as connection:
            assert sum(counts(connection, None, None, other)["e01"].values()) == 96
        for points in (3, 20, 500):  # by days of several lengths, and by hours
            chart = place.series.chart("e01", MIDNIGHT - 2 * DAY, MIDNIGHT + 7 * DAY, points)
            assert sum(bucket.count for bucket in chart) == 96
            assert (min(bucket.min for bucket in chart), max(bucket.max for bucket in chart)) == (36.0, 36.95)
        place.series.clear()


def test_two_that_follow_at_once_while_a_third_begins_anew_count_each_screening_once(place):
    fill(place, 150)
    place.now_ms = MIDNIGHT + 9 * DAY  # so they fold, too
    others = [EmbeddedSeries(place.ledger, ZoneInfo("Asia/Shanghai"), lambda: place.now_ms) for _ in range(2)]

    def follow(series):
        quiet = 0
        while quiet < 3:
            before = series.position()
            refill_once(place, series)
            quiet = quiet + 1 if series.position() == before else 0

    threads = [threading.Thread(target=follow, args=(series,)) for series in others]
    for thread in threads:
        thread.start()
    place.series.clear()
    for thread in threads:
        thread.join(30)
    place.follow()
    charts, found = answers(place)
    assert [sum(bucket.count for bucket in chart) for chart in charts[1:]] == [150, 150]
    with place.ledger.read() as connection:
        found = counts(connection, None, None, ZoneInfo("Asia/Shanghai"))
    assert sum(found["e01"].values()) == 150


def refill_once(place, series):
    with place.ledger.read() as connection:
        batch = measured.after(connection, series.position(), 7)
    if batch:
        series.write(batch)
        series.fold(50)


WRITER = textwrap.dedent("""
    import sys
    from zoneinfo import ZoneInfo
    from collector.ledger import Ledger, measured
    from collector.series.embedded import EmbeddedSeries

    ledger = Ledger.open(sys.argv[1])
    series = EmbeddedSeries(ledger, ZoneInfo("Asia/Shanghai"), lambda: int(sys.argv[2]))
    print("ready", flush=True)
    while True:
        with ledger.read() as connection:
            batch = measured.after(connection, series.position(), 5)
        if not batch:
            series.clear()
            continue
        series.write(batch)
        series.fold(20)
""")


def test_a_kill_between_any_two_steps_counts_nothing_twice_and_leaves_nothing_out(new_url, opened):
    url = new_url()
    place = opened(url)
    place.now_ms = MIDNIGHT + 9 * DAY
    fill(place, 400)
    for pause in (0.03, 0.11, 0.2):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(place.now_ms)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "ready\n"
        time.sleep(pause)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        with place.ledger.read() as connection:
            assert sum(counts(connection, None, None, ZoneInfo("Asia/Shanghai"))["e01"].values()) == 400
        counted = sum(bucket.count for bucket in place.series.chart("e01", 0, MIDNIGHT + 9 * DAY, 60))
        assert counted == place.series.position()
    place.follow()
    assert sum(bucket.count for bucket in answers(place)[0][2]) == pytest.approx(400, abs=0)
