"""Deleting goes on, and spares what is new, while clocks are wrong, stores away, and other offices at work."""

import time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from collector import keeper as keeping
from collector.ledger import aside, cursors, measured, series_tables, tables
from collector.ledger.retention import DAY_MS
from collector.series.embedded import EmbeddedSeries
from tests.collector.keeping import NOW_MS, ages, arrive, made, rounds, tick

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize("registration", [None, "c2VhbGVk"])
@pytest.mark.parametrize("stamped", [-400, 0, 10])
def test_a_first_row_that_is_stamped_too_late_holds_up_no_other(ledger, stamped, registration):
    table = tables.registrations if registration else tables.screenings
    arrive(ledger, stamped, registration=registration, clock="unsynced")
    for days in (100, 99.5, 97, 1):
        arrive(ledger, days, registration=registration)
    arrive(ledger, 0)
    keeper = made(ledger)
    keeper.run()
    assert ages(ledger, table)[:3] == [stamped, 97, 1]
    keeper.run()
    assert ages(ledger, table)[:2] == [stamped, 1]


def test_a_whole_stretch_that_is_stamped_too_late_holds_up_no_other(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 10)
    arrive(ledger, 100)
    arrive(ledger, 10, many=35, measured_days_ago=100)  # the office's clock was three months ahead
    for days in (99.9, 99.8, 99.7):
        arrive(ledger, days, many=20)
    for days in range(80, 0, -1):
        arrive(ledger, days)
    keeper = made(ledger)
    rounds(keeper, 2)
    assert ages(ledger) == [10.0] * 35 + list(range(80, 0, -1))


@pytest.mark.parametrize("years_later", [0, 56.9])
def test_what_an_office_received_while_its_clock_stood_in_1970_is_not_old(ledger, years_later):
    arrive(ledger, 20_780 - years_later, many=5, measured_days_ago=0.1)
    arrive(ledger, 20_780 - years_later, many=5, measured_days_ago=100)
    arrive(ledger, 0)
    rounds(made(ledger), 3)
    assert len(ages(ledger)) == 6


def test_a_dead_series_store_does_not_keep_the_office_from_forgetting(ledger, monkeypatch, capsys):
    monkeypatch.setattr(keeping, "AT_ONCE", 4)
    arrive(ledger, 100, many=10)
    arrive(ledger, 99.5, many=5)
    arrive(ledger, 1)
    keeper = made(ledger, remote={"influxdb": lambda: 3, "victoriametrics": lambda: 10**9})
    rounds(keeper, 3)
    assert ages(ledger) == [1]
    with ledger.read() as connection:
        assert aside.count(connection, "victoriametrics") == 0
        assert aside.count(connection, "influxdb") == 12
        (told,) = aside.listing(connection, "influxdb", 10)
    assert (told.position, told.last, told.gate) == (4, 15, "e01")
    assert "influxdb" in told.reason
    assert "K0374" in capsys.readouterr().out


def test_what_the_offices_own_followers_have_not_read_still_stays(ledger):
    arrive(ledger, 100, many=3)
    arrive(ledger, 0)
    keeper = made(ledger, followed=1, remote={"influxdb": lambda: 0})
    rounds(keeper, 2)
    assert len(ages(ledger)) == 3


def test_minutes_that_are_not_folded_yet_stay_and_become_hours(ledger):
    arrive(ledger, 40, many=3)  # of a gate that had no network
    with ledger.read() as connection:
        batch = measured.after(connection, 0, 1000)
    now = [NOW_MS - 40 * DAY_MS]
    series = EmbeddedSeries(ledger, UTC, lambda: now[0])
    series.write(batch)
    arrive(ledger, 0)
    made(ledger, minutes=1, screenings=0).run()
    now[0] = NOW_MS
    series.fold(1000)
    hours = select(series_tables.rollups.c.passed).where(series_tables.rollups.c.length_ms == 3_600_000)
    with ledger.read() as connection:
        assert connection.scalar(hours) == 3
    made(ledger, minutes=1, screenings=0).run()
    minutes = select(series_tables.rollups.c.passed).where(series_tables.rollups.c.length_ms == 60_000)
    with ledger.read() as connection:
        assert connection.scalar(hours) == 3
        assert connection.scalar(minutes) is None


def test_of_several_offices_only_the_one_that_leads_deletes(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "FIRST_SECONDS", 0.02)
    arrive(ledger, 100)
    arrive(ledger, 1)
    leads = [False]
    ledger.leads = lambda: leads[0]
    keeper = made(ledger)
    keeper.start()
    try:
        time.sleep(0.2)
        assert len(ages(ledger)) == 2
        leads[0] = True
        until = time.monotonic() + 10
        while len(ages(ledger)) == 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert ages(ledger) == [1]
    finally:
        keeper.stop()


def test_who_loses_the_lead_deletes_no_further(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 1)
    arrive(ledger, 100, many=20)
    arrive(ledger, 1)
    asked = []
    ledger.leads = lambda: asked.append(1) or len(asked) <= 5
    made(ledger).run()
    assert len(ages(ledger)) == 16


def test_the_time_that_another_office_has_counted_is_not_counted_twice(ledger):
    arrive(ledger, 30)
    first, second = made(ledger), made(ledger)
    first.run()

    def clock():
        with ledger.read() as connection:
            return (NOW_MS - cursors.get(connection, "retention")) / DAY_MS

    assert clock() == pytest.approx(30, abs=0.01)
    second.run()
    tick(second, 10 * 86_400)
    second.run()
    assert clock() == pytest.approx(20, abs=0.01)
    tick(first, 10 * 86_400)  # those ten days are the same
    first.run()
    assert clock() == pytest.approx(20, abs=0.01)
