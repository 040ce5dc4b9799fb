"""A real VictoriaMetrics: each screening is one point, however often it is written, and the charts are exact."""

import random
import signal
import time

import pytest

from collector.ledger import aside, cursors, measured
from collector.ledger.follower import NotNow
from collector.series.open import cursor_of
from collector.series.remote.answers import Unwilling
from collector.series.victoriametrics import DAY_MS, VictoriaMetrics

HOUR_MS = 3_600_000
MONDAY = 1_750_000_000_000 // DAY_MS * DAY_MS


def screened(place, seed, gate="e01", count=400, days=1.0):
    """Readings of a gate: ties to the millisecond, bad ones, air, none at all, and a third that arrive late."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        at_ms = MONDAY + int(chance.random() * days * 24) * HOUR_MS + chance.choice([0, 0, chance.randrange(HOUR_MS)])
        celsius = chance.choice([None, round(chance.gauss(36.5, 0.4), 2), round(chance.gauss(36.5, 0.4), 2)])
        verdict = chance.choice(["pass", "pass", "pass", "recheck", "stop", "none"])
        kind = chance.choice(["body_estimate", "body_estimate", "contact", "surface", "ambient"])
        quality = chance.choice(["ok", "ok", "ok", "cold", "moving"])
        made.append(place.screen(at_ms, celsius, gate=gate, verdict=verdict, kind=kind, quality=quality))
    late = made[: count // 3]
    place.store(made[count // 3 :], gate)
    place.store(late, gate)
    return made


@pytest.mark.parametrize("days", [0.9, 30, 400])
def test_the_embedded_store_and_victoriametrics_answer_the_same_for_the_same_question(
    place, remote, store, follow, eventually, kept, days
):
    screened(place, days, days=days)
    screened(place, days + 1, gate="e02", count=90, days=days)
    series = remote(store)
    follow(series, at_once=37)
    place.follow()
    eventually(lambda: (kept(store, "e01"), kept(store, "e02")), (400, 90))
    window = MONDAY, MONDAY + int(days * DAY_MS)
    asked = [(*window, points) for points in (1, 7, 24, 500)]
    asked += [(window[0] + 5_000_000, window[0] + 90_061_001, 100), (window[0] - 1, window[0] + 1, 3)]
    for gate in ("e01", "e02", "nobody"):
        for question in asked:
            ours, theirs = place.series.chart(gate, *question), series.chart(gate, *question)
            assert theirs == ours, (gate, question)
    whole = series.chart("e01", *window, 1)
    assert sum(bucket.count for bucket in whole) == 400
    assert all(bucket.no_results and bucket.rechecks and bucket.stops for bucket in whole)


def test_a_thousand_readings_of_one_gate_in_one_millisecond_are_a_thousand_points_and_stay_so_when_written_again(
    place, remote, store, follow, eventually, kept
):
    place.store([place.screen(MONDAY, 36 + number % 100 / 100) for number in range(1000)])
    series = remote(store)
    follow(series, at_once=300)
    eventually(lambda: kept(store), 1000)
    with place.ledger.begin() as connection:
        cursors.put(connection, cursor_of("victoriametrics"), 0)
    follow(remote(store), at_once=999)
    eventually(lambda: kept(store), 2000)
    place.follow()
    assert series.chart("e01", MONDAY, MONDAY + 1, 1) == place.series.chart("e01", MONDAY, MONDAY + 1, 1)
    assert place.series.chart("e01", MONDAY, MONDAY + 1, 1)[0].count == 1000


def test_more_than_a_thousand_in_one_millisecond_are_set_aside_and_listed(place, remote, store, follow):
    place.store([place.screen(MONDAY) for _ in range(1003)])
    follow(remote(store))
    with place.ledger.read() as connection:
        listed = aside.listing(connection, "victoriametrics", 10)
    assert [row.position for row in listed] == [1003, 1002, 1001]
    assert "one millisecond" in listed[0].reason


def test_a_reading_from_the_far_future_is_listed_since_the_store_would_drop_it_without_a_word(
    place, remote, store, follow, now
):
    now.ms = time.time_ns() // 1_000_000
    place.store([place.screen(now.ms + 3 * DAY_MS), place.screen(now.ms)])
    follow(remote(store))
    with place.ledger.read() as connection:
        listed = aside.listing(connection, "victoriametrics", 10)
    assert [(row.position, row.at_ms) for row in listed] == [(1, now.ms + 3 * DAY_MS)]


def test_readings_of_an_office_whose_clock_is_a_year_behind_are_written(
    place, remote, store, follow, eventually, kept, now
):
    here = time.time_ns() // 1_000_000
    now.ms = place.now_ms = here - 365 * DAY_MS
    place.store([place.screen(here - number, gate="e31") for number in range(200)], "e31")
    follow(remote(store))
    eventually(lambda: kept(store, "e31"), 200)
    with place.ledger.read() as connection:
        assert aside.count(connection, "victoriametrics") == 0


def test_a_store_whose_clock_is_behind_gets_nothing_that_it_would_drop_and_all_of_it_later(
    place, remote, store, follow, eventually, kept, now, monkeypatch
):
    now.ms = time.time_ns() // 1_000_000
    place.store([place.screen(now.ms - number, gate="e32") for number in range(20)], "e32")
    series = remote(store)
    monkeypatch.setattr(store, "furthest_ms", lambda: now.ms - 3 * DAY_MS)
    with pytest.raises(NotNow) as wait:
        follow(series)
    assert (wait.value.seconds, series.trouble.code, series.position()) == (60, "K0356", 0)
    monkeypatch.undo()
    follow(series)
    eventually(lambda: kept(store, "e32"), 20)
    assert series.trouble is None


def test_a_store_that_was_killed_gets_again_what_it_had_only_in_memory(
    place, remote, own_victoria, follow, eventually, kept, now
):
    store = VictoriaMetrics(own_victoria.url, "chuanchang", read_seconds=10)
    series = remote(store)
    place.store([place.screen(MONDAY + number * 1000) for number in range(500)])
    follow(series)
    eventually(lambda: kept(store), 500)
    own_victoria.end(signal.SIGKILL)
    own_victoria.start()
    assert kept(store) < 500, "this version has begun to sync first: the whole care is no longer needed"
    now.seconds += 30
    place.store([place.screen(MONDAY + 9_000_000)])
    follow(series)
    eventually(lambda: kept(store), 501)
    store.close()


def test_behind_a_proxy_that_answers_for_it_a_store_that_was_killed_gets_again_what_it_had_only_in_memory(
    place, remote, own_victoria, vmauth, follow, eventually, kept, now
):
    here = VictoriaMetrics(own_victoria.url, "chuanchang", read_seconds=10)
    store = VictoriaMetrics(vmauth, "chuanchang", token="let-me-in", read_seconds=10)
    assert here.started() is not None
    assert store.started() is None, "vmauth would have told its own start"
    series = remote(store)
    place.store([place.screen(MONDAY + number * 1000) for number in range(500)])
    follow(series)
    eventually(lambda: kept(here), 500)
    own_victoria.end(signal.SIGKILL)  # and nobody writes until it is back
    own_victoria.start()
    assert kept(here) < 500
    for seconds in (30, 60):
        now.seconds += seconds
        place.store([place.screen(MONDAY + 9_000_000 + seconds)])
        follow(series)
    eventually(lambda: kept(here), 502)
    for opened in (here, store):
        opened.close()


def test_filling_anew_goes_on_from_where_an_office_at_work_has_come_meanwhile(place, remote, store):
    place.store([place.screen(MONDAY + number) for number in range(30)])
    ours, office = remote(store), remote(store)
    ours.clear()
    for series in (office, ours):
        with place.ledger.read() as connection:
            batch = measured.after(connection, series.position(), 10)
        series.write(batch)
    assert ours.position() == 20


def test_with_deduplication_at_one_millisecond_the_servers_own_counts_are_exact_too(
    place, remote, own_victoria, follow, eventually
):
    store = VictoriaMetrics(own_victoria.url, "chuanchang", read_seconds=10)
    place.store([place.screen(MONDAY, 36.5) for _ in range(300)])
    for _ in range(2):
        with place.ledger.begin() as connection:
            cursors.put(connection, cursor_of("victoriametrics"), 0)
        follow(remote(store))

    def counted():
        points = f'kadian_screening_celsius{{nonce!="{time.monotonic_ns()}"}}'
        query = {"query": f"sum(count_over_time({points}[1m]))", "time": MONDAY / 1000 + 5}
        found = store._http.get("/api/v1/query", params=query).json()["data"]["result"]
        return [value["value"][1] for value in found]

    eventually(counted, ["300"])
    store.close()


def test_other_sites_on_the_same_server_are_neither_read_nor_deleted(place, remote, store, victoria, eventually, kept):
    other = VictoriaMetrics(victoria.url, "nanjing", read_seconds=10)
    other.write([f"kadian_screening,gate=e01,kind=contact,quality=ok,site=nanjing celsius=36.5 {MONDAY * 10**6}"])
    eventually(lambda: kept(other), 1)
    remote(store).clear()
    assert (kept(store), kept(other)) == (0, 1)
    other.clear()
    other.close()


def test_a_server_that_is_away_or_something_else_is_told(free_port, influx):
    for url, wrong in ((f"http://127.0.0.1:{free_port()}", "K0363"), (influx.url, "K0363")):
        store = VictoriaMetrics(url, "chuanchang")
        with pytest.raises(Unwilling) as told:
            store.points("e01", 0, 1)
        assert told.value.error.code == wrong
        store.close()
