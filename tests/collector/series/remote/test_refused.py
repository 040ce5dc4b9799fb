"""What a store refuses is listed, as ranges where there is much of it; a store that refuses all is in trouble."""

import pytest

from collector.ledger import aside
from collector.ledger.follower import NotNow
from tests.collector.series.remote.lines import BEGIN, refusing, screened


def test_one_bad_line_in_a_thousand_is_listed_and_the_others_are_there(place, series, influx, follow):
    screened(place, 5000)
    influx.answer = refusing(1000)
    follow(series)
    assert len({at % 10**6 for series, at in influx.points if "probe" not in series}) == 4995
    with place.ledger.read() as connection:
        listed = aside.listing(connection, "influxdb", 100)
    assert [row.position for row in listed] == [5000, 4000, 3000, 2000, 1000]
    assert listed[0].reason == "unable to parse line 1"
    assert (series.position(), series.trouble) == (5000, None)


def test_a_store_that_refuses_all_is_in_trouble_and_nothing_is_set_aside(place, series, influx, follow):
    screened(place, 10)
    influx.answer = lambda _lines: (400, {}, b'{"message":"organization name is required"}')
    with pytest.raises(NotNow) as wait:
        follow(series)
    assert wait.value.seconds == 60
    assert series.trouble.code == "K0367"
    with place.ledger.read() as connection:
        assert aside.count(connection, "influxdb") == 0
    influx.answer = lambda _lines: (204, {}, b"")
    follow(series)
    assert series.trouble is None
    assert series.position() == 10


def test_lines_that_a_bucket_no_longer_keeps_are_set_aside_as_one_range(place, series, influx, follow):
    screened(place, 12_000)
    old = BEGIN + 3_000

    def answer(lines):
        expired = [text for text in lines if "probe" not in text and int(text.rsplit(" ", 1)[1]) < old * 10**6]
        return (422, {}, b'{"message":"outside the retention period"}') if expired else (204, {}, b"")

    influx.answer = answer
    follow(series, at_once=20_000)
    with place.ledger.read() as connection:
        (listed,) = aside.listing(connection, "influxdb", 10)
        assert aside.count(connection, "influxdb") == 9_000
    assert (listed.position, listed.end, listed.reason) == (1, 9000, "outside the retention period")
    assert len({at for name, at in influx.points if "probe" not in name}) == 3_000
    assert len(influx.writes) < 250


def test_a_store_that_takes_a_test_line_and_no_screening_is_in_trouble_and_nothing_is_set_aside(
    place, series, influx, follow
):
    screened(place, 12_000)
    influx.answer = lambda lines: (204 if "probe" in lines[0] else 400, {}, b'{"message":"field type conflict"}')
    for requests in (250, 30):
        influx.writes.clear()
        with pytest.raises(NotNow) as wait:
            follow(series)
        assert (wait.value.seconds, series.trouble.code) == (60, "K0355")
        assert len(influx.writes) < requests
    with place.ledger.read() as connection:
        assert aside.count(connection, "influxdb") == 0
    influx.answer = lambda _lines: (204, {}, b"")
    follow(series)
    assert (series.position(), series.trouble) == (12_000, None)
