"""A store that is emptied and filled anew, with others at work, killed, busy, or set up late."""

import pytest
from click.testing import CliRunner

from collector.command.series import series as command
from collector.ledger import aside, cursors
from collector.ledger.follower import NotNow
from collector.ledger.measured import after
from collector.series.charts import Charts
from collector.series.influxdb import InfluxDB
from collector.series.refill import refill
from collector.series.remote.answers import failure
from kadian.errors import KadianError
from tests.collector.series.remote.lines import BEGIN, refusing, screened


def test_clearing_begins_anew_and_a_store_that_does_not_let_us_is_told(
    place, series, influx, follow, free_port, remote
):
    screened(place, 1000)
    influx.answer = refusing(1000)
    follow(series)
    series.clear()
    assert series.position() == 0
    with place.ledger.read() as connection:
        assert aside.count(connection, "influxdb") == 0
    away = remote(InfluxDB(f"http://127.0.0.1:{free_port()}", "c", org="o", bucket="b", token="t"), "influxdb")
    follow(series)
    with pytest.raises(KadianError, match="K0363"):
        away.clear()
    assert series.position() == 1000


def test_what_is_written_while_somebody_empties_the_store_moves_no_cursor(place, series, influx, remote, follow):
    """Else the store would lack what was written before it was emptied, though the cursor stands behind it."""
    screened(place, 10)
    office = remote(series._store, "influxdb")
    ours = influx.answer

    def emptied_meanwhile(lines):
        if "kadian_probe" not in lines[0]:
            influx.answer = ours
            series.clear()
            influx.points.clear()
        return ours(lines)

    influx.answer = emptied_meanwhile
    with place.ledger.read() as connection:
        office.write(after(connection, 0, 6))
    assert office.position() == 0
    follow(office)
    assert len([at for name, at in influx.points if "probe" not in name]) == 10


def test_what_was_taken_before_somebody_emptied_the_store_is_not_taken_for_settled(
    place, series, remote, follow, now, monkeypatch
):
    store = series._store
    monkeypatch.setattr(store, "settle_seconds", 60.0)
    monkeypatch.setattr(store, "started", lambda: 5.0)
    office, other = remote(store, "influxdb"), remote(store, "influxdb")
    screened(place, 20)
    follow(office)
    other.clear()
    for writer, behind in ((other, 0), (office, 5)):
        with place.ledger.read() as connection:
            writer.write(after(connection, behind, 5))
        now.seconds += 70
    with place.ledger.read() as connection:
        assert (cursors.get(connection, "series.influxdb.settled"), office.position()) == (0, 10)


def test_nobody_writes_while_a_store_is_being_emptied_and_after_a_kill_meanwhile_it_is_filled_again(
    place, series, remote, follow, now, monkeypatch
):
    screened(place, 10)
    follow(series)
    office = remote(series._store, "influxdb")

    def killed():
        with pytest.raises(NotNow) as wait:
            screened(place, 1)
            follow(office)
        assert wait.value.seconds == 5
        raise KeyboardInterrupt

    monkeypatch.setattr(series._store, "clear", killed)
    with pytest.raises(KeyboardInterrupt):
        series.clear()
    monkeypatch.undo()
    now.ms += 121_000
    screened(place, 1)
    with place.ledger.read() as connection:
        office.write(after(connection, 10, 9))  # read before anybody knew
    assert office.position() == 0
    follow(office)
    assert office.position() == 12


def test_a_store_that_is_away_or_does_not_let_us_delete_keeps_its_place_and_one_that_may_be_empty_is_filled_anew(
    place, series, influx, follow, monkeypatch
):
    screened(place, 10)
    follow(series)
    for status, position in ((403, 10), (500, 0)):
        follow(series)
        monkeypatch.setattr(series._store, "clear", lambda status=status: influx_says(status))
        with pytest.raises(KadianError):
            series.clear()
        assert series.position() == position
    influx.answer = lambda _lines: (503, {}, b"{}")
    follow_to = series.position()
    with pytest.raises(KadianError, match="K0366"):
        series.clear()
    assert series.position() == follow_to


def influx_says(status):
    raise failure("http://store", status, "no")


def test_a_store_that_is_busy_in_the_middle_of_a_rebuild_is_waited_for(place, series, influx, monkeypatch):
    screened(place, 40)
    monkeypatch.setattr("collector.series.refill.MOST_AT_ONCE", 10)
    busy, told, waited = [None, 503, 429, 502], [], []

    def answer(lines):
        status = None if "kadian_probe" in lines[0] or not busy else busy.pop(0)
        return (status or 204), {"Retry-After": "3"}, b"{}"

    influx.answer = answer
    refill(
        place.ledger,
        series,
        lambda at, end: told.append((at, end)),
        lambda trouble, seconds: waited.append((trouble.code, seconds)),
    )
    assert told == [(10, 40), (20, 40), (30, 40), (40, 40)]
    assert waited == [("K0366", 3), ("K0366", 3), ("K0363", 2.0)]
    assert len([at for name, at in influx.points if "probe" not in name]) == 40


def test_a_rebuild_ends_when_nothing_is_taken_for_a_quarter_of_an_hour_and_can_be_resumed(
    place, series, influx, monkeypatch
):
    screened(place, 40)
    monkeypatch.setattr("collector.series.refill.MOST_AT_ONCE", 10)
    writes = []

    def answer(lines):
        writes.append(lines)
        return (204 if len(writes) <= 3 else 401), {}, b"{}"

    influx.answer = answer
    waited = []
    with pytest.raises(KadianError, match="K0357"):
        refill(place.ledger, series, lambda *_: None, lambda _trouble, seconds: waited.append(seconds))
    assert waited == [60] * 15
    assert series.position() == 20
    influx.answer = lambda _lines: (204, {}, b"")
    refill(place.ledger, series, lambda *_: None, lambda *_: None, resume=True)
    assert len([at for name, at in influx.points if "probe" not in name]) == 40


def test_a_store_that_was_set_up_late_leaves_charts_of_what_the_ledger_had_forgotten_to_the_embedded_one(
    place, series, influx, follow
):
    days = 86_400_000
    for number in range(10):
        place.now_ms = BEGIN + number * days
        place.store([place.screen(place.now_ms)])
    place.follow()
    with place.ledger.begin() as connection:
        connection.exec_driver_sql("DELETE FROM screenings WHERE position <= 4")
    follow(series)
    assert series.begins_ms() == BEGIN + 4 * days
    charts = Charts(place.ledger, place.series, series, lambda: place.now_ms)
    influx.answer_query = lambda _body: (200, {}, b"")
    assert sum(bucket.count for bucket in charts.chart("e01", BEGIN, place.now_ms + 1, 60)) == 10
    assert charts.chart("e01", BEGIN + 7 * days, place.now_ms + 1, 60) == []  # the remote store's own answer
    charts.close()


def test_a_store_that_retention_was_faster_than_has_everything_only_from_then_on(place, series, follow):
    screened(place, 10)
    follow(series)
    assert series.begins_ms() == 0
    place.now_ms += 1_000_000
    screened(place, 5)
    place.now_ms += 1_000_000
    screened(place, 5)
    with place.ledger.begin() as connection:
        connection.exec_driver_sql("DELETE FROM screenings WHERE position BETWEEN 11 AND 15")
        aside.put(connection, [aside.Aside("influxdb", 11, "e01", BEGIN, "gone", BEGIN, last=15, count=5)])
    follow(series)
    assert series.begins_ms() == place.now_ms
    series.clear()
    follow(series)
    assert series.begins_ms() == 0


def rebuild(*arguments):
    return CliRunner().invoke(command, ["rebuild", *map(str, arguments)], catch_exceptions=False)


def test_a_rebuild_says_why_it_waits_and_where_it_stopped_and_can_be_resumed(tmp_path, opened, influx, monkeypatch):
    url = f"sqlite:///{tmp_path}/kadian.db"
    screened(opened(url), 30)
    config = tmp_path / "collector.toml"
    config.write_text(
        f'site = "chuanchang"\n[ledger]\nurl = "{url}"\n'
        f'[series]\nbackend = "influxdb"\nurl = "{influx.url}"\norg = "o"\ntoken = "t"\n'
    )
    monkeypatch.setattr("collector.series.refill.MOST_AT_ONCE", 10)
    answers = [204, 204, 204, 503]  # to the test line, twice ten screenings, the others

    def answer(_lines):
        return answers.pop(0), {"Retry-After": "1"}, b'{"message":"cache full"}'

    def interrupted(_seconds):
        raise KeyboardInterrupt

    influx.answer = answer
    monkeypatch.setattr("time.sleep", interrupted)
    stopped = rebuild("--config", config, "--backend", "influxdb")
    assert stopped.exit_code == 1
    assert "again in 1 s. The series store" in stopped.output
    assert "influxdb stopped at screening 20." in stopped.output
    influx.answer = lambda _lines: (204, {}, b"")
    monkeypatch.undo()
    done = rebuild("--config", config, "--backend", "influxdb", "--resume")
    assert "30/30  100 %" in done.output
    assert len([at for name, at in influx.points if "probe" not in name]) == 30
    assert not influx.deletes[1:], "resumed, and not emptied again"
