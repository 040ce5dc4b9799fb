"""Whatever the store does, the ledger is followed to its end: all good lines are there once, each bad one is listed."""

import time
from zoneinfo import ZoneInfo

import pytest

from collector.ledger import aside, cursors
from collector.ledger.follower import Follower, NotNow
from collector.ledger.measured import after
from collector.series.open import open_series
from collector.settings import Series
from kadian.settings import Secret
from tests.collector.series.remote.lines import BEGIN, refusing, screened


@pytest.fixture
def following(place):
    """Starts a real `Follower` on a store; it ends with the test."""
    running = []

    def start(series):
        follower = Follower(place.ledger, "series.influxdb", series.write, series.position, read=after, most=5000)
        running.append(follower)
        follower.start()
        return follower

    yield start
    for follower in running:
        follower.stop()


def test_every_screening_is_one_point_and_the_cursor_stands_behind_the_last(place, series, influx, follow):
    screened(place, 1201)
    follow(series, at_once=500)
    assert len(influx.points) == 1201
    assert series.position() == 1201
    assert series.trouble is None


def test_a_thousand_readings_of_one_gate_in_one_millisecond_are_a_thousand_points(place, series, influx, follow):
    place.store([place.screen(BEGIN, 36.5) for _ in range(1000)])
    for _ in range(2):
        follow(series, at_once=300)
        assert len(influx.points) == 1000
        with place.ledger.begin() as connection:
            cursors.put(connection, "series.influxdb", 0)


def test_a_crash_after_the_write_and_before_the_cursor_writes_the_same_points_again_and_lists_nothing_twice(
    place, series, influx, follow, monkeypatch
):
    screened(place, 2000)
    influx.answer = refusing(1000)
    monkeypatch.setattr("collector.ledger.cursors.move", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        follow(series)
    monkeypatch.undo()
    assert series.position() == 0
    follow(series)
    assert len([at for name, at in influx.points if "probe" not in name]) == 1998
    with place.ledger.read() as connection:
        assert aside.count(connection, "influxdb") == 2


def test_a_wrong_token_is_said_once_and_tried_slowly(place, series, influx, follow, capsys):
    screened(place, 10)
    influx.answer = lambda _lines: (401, {}, b'{"code":"unauthorized","message":"unauthorized access"}')
    for _ in range(3):
        with pytest.raises(NotNow) as wait:
            follow(series)
        assert wait.value.seconds == 60
    assert series.trouble.code == "K0364"
    assert capsys.readouterr().out.count("series_store_refuses") == 1


def test_a_store_that_asks_for_patience_gets_it_and_one_that_does_not_say_is_asked_less_and_less_often(
    place, series, influx, follow
):
    screened(place, 10)
    waits = []
    for headers in ({"Retry-After": "3"}, {}, {}, {}, {}, {}, {}):
        influx.answer = lambda _lines, headers=headers: (503, headers, b"{}")
        with pytest.raises(NotNow) as wait:
            follow(series)
        waits.append(wait.value.seconds)
    assert waits == [3, 1, 2, 4, 8, 15, 15]


def test_a_follower_waits_as_long_as_the_store_asked_for(place, series, influx, following, eventually):
    screened(place, 10)
    influx.answer = lambda _lines: (429, {"Retry-After": "1"}, b"{}")
    following(series)
    eventually(lambda: series.trouble and series.trouble.code, "K0366", 5)
    time.sleep(0.6)
    assert len(influx.writes) == 1
    influx.answer = lambda _lines: (204, {}, b"")
    eventually(series.position, 10, 5)


def test_a_slow_store_holds_up_nobody_but_its_own_follower(place, series, influx, following, sleeping, eventually):
    screened(place, 700)
    influx.answer = sleeping(30)
    follower = following(series)
    begun = time.monotonic()
    eventually(lambda: series.trouble and series.trouble.code, "K0363", 5)
    place.follow()
    assert place.series.position() == 700
    influx.answer = lambda _lines: (204, {}, b"")
    eventually(series.position, 700, 10)
    assert (follower.lag(), series.trouble) == (0, None)
    assert time.monotonic() - begun < 12
    assert len(influx.points) == 700


def test_someone_else_who_moved_the_cursor_meanwhile_is_left_in_peace(place, series, influx, remote):
    screened(place, 10)
    with place.ledger.read() as connection:
        batch = after(connection, 0, 6)
    series.write(batch)
    series.write(batch)
    assert series.position() == 6


@pytest.mark.parametrize("backend", ["influxdb", "victoriametrics"])
def test_the_office_opens_what_its_settings_name_without_asking_the_network(place, backend, free_port):
    url = f"http://127.0.0.1:{free_port()}"
    settings = Series(backend=backend, url=url, org="o", token=Secret("t"))
    stores = open_series(settings, place.ledger, "chuanchang", ZoneInfo("Asia/Shanghai"), lambda: place.now_ms)
    assert list(stores.by_name) == ["embedded", backend]
    assert stores.by_name[backend].position() == 0
    stores.close()
