"""What was kept long enough goes, in small steps; what is needed, or what a wrong clock calls old, stays."""

import itertools
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from collector import keeper as keeping
from collector.keeper import Keeper
from collector.ledger import (
    conditions,
    deliveries,
    incidents,
    measured,
    rejects,
    retention,
    series_tables,
    tables,
)
from collector.ledger.rejects import Refused
from collector.ledger.retention import DAY_MS
from collector.rules.reason import Reason
from collector.rules.rule import Finding
from collector.series.embedded import EmbeddedSeries
from collector.settings import CollectorSettings, Retention
from collector.trustedclock import trusted_ms
from kadian.identifiers import new_id
from tests.collector.keeping import NOW_MS, ages, arrive, made, rounds, tick
from tests.collector.queued import queue


def test_the_oldest_go_first_and_never_more_than_a_days_arrivals_in_a_round(ledger):
    for days in (100, 99.5, 95, 91, 89, 1):
        arrive(ledger, days)
    keeper = made(ledger)
    keeper.run()
    assert ages(ledger) == [95, 91, 89, 1]
    keeper.run()
    assert ages(ledger) == [91, 89, 1]
    rounds(keeper, 5)
    assert ages(ledger) == [89, 1]
    assert keeper.deleted()["screenings"] == 4


def test_a_day_of_arrivals_goes_in_steps(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 7)
    arrive(ledger, 100, many=30)
    arrive(ledger, 1)
    steps = []
    real = retention.arrivals
    monkeypatch.setattr(retention, "arrivals", lambda *a: steps.append(real(*a)) or steps[-1])
    made(ledger).run()
    assert ages(ledger) == [1]
    assert max(len(step.gone) for step in steps) == 7


def test_what_a_follower_has_not_read_stays(ledger):
    for days in (100, 99.9, 99.8, 99.7, 1):
        arrive(ledger, days)
    keeper = made(ledger, followed=2)
    rounds(keeper, 3)
    assert ages(ledger) == [99.8, 99.7, 1]


def test_zero_days_is_for_ever(ledger):
    arrive(ledger, 3000)
    arrive(ledger, 1)
    rounds(made(ledger, screenings=0), 3)
    assert len(ages(ledger)) == 2


def test_late_readings_are_kept_from_their_arrival_on(ledger):
    arrive(ledger, 20, measured_days_ago=200)
    arrive(ledger, 1)
    rounds(made(ledger), 3)
    assert ages(ledger) == [20, 1]


@pytest.mark.parametrize("years", [1, 50])
def test_a_clock_that_jumps_ahead_deletes_nothing(ledger, years):
    for days in (80, 40, 1):
        arrive(ledger, days)
    keeper = made(ledger, now_ms=NOW_MS + years * 365 * DAY_MS)
    rounds(keeper, 200)
    assert len(ages(ledger)) == 3


def test_what_a_wrong_clock_stamped_stays_and_holds_up_nobody(ledger):
    arrive(ledger, -400, measured_days_ago=100)  # received while the office's clock was a year ahead
    for days in (100, 1):
        arrive(ledger, days)
    rounds(made(ledger), 2)
    assert ages(ledger) == [-400, 1]


def test_an_office_without_gates_still_forgets(ledger):
    arrive(ledger, 100)
    clock = [NOW_MS - 100 * DAY_MS]
    keeper = Keeper(ledger, Retention(), lambda: clock[0], lambda: 10**9, lambda: 0)
    keeper.run()
    assert len(ages(ledger)) == 1
    for _ in range(95):
        clock[0] += DAY_MS
        tick(keeper, 86_400)
        keeper.run()
    assert ages(ledger) == []


def test_trust_in_the_clock():
    assert trusted_ms(100, None, None, 0) == 100
    assert trusted_ms(100, 90, None, 0) == 90
    assert trusted_ms(100, 90, 92, 3) == 95
    assert trusted_ms(100, 200, 92, 3) == 100
    assert trusted_ms(100, None, 50, 20) == 70


def test_rejects_are_bounded_in_number(ledger):
    with ledger.begin() as connection:
        for number in range(250):
            rejects.add(connection, [Refused(f"t/{number}", "not JSON", b"x")], NOW_MS - number)
    made(ledger, most_rejects=100).run()
    with ledger.read() as connection:
        left = rejects.page(connection, 1000)
    assert [reject.topic for reject in left] == [f"t/{number}" for number in range(249, 149, -1)]


def test_incidents_go_when_nobody_has_to_act_on_them(ledger):
    def find(cause, days_ago, severity="page", state=None):
        at = NOW_MS - days_ago * DAY_MS
        finding = Finding("refused_code", Reason.INSISTS, cause, "e01", str(new_id()), severity, False, at, {})
        with ledger.begin() as connection:
            incident, _ = incidents.open_or_repeat(connection, finding, at)
            queue(connection, incident.id, "phone", at)
            if state:
                getattr(incidents, state)(connection, incident.id, "v-1", at)
            delivery = deliveries.of_incident(connection, incident.id)[0]
            if cause != "waits":
                deliveries.accepted(connection, delivery, at, "ok")

    find("open", 500)
    find("hint", 500, severity="hint")
    find("taken", 500, state="acknowledge")
    find("over", 500, state="resolve")
    find("waits", 500, state="resolve")
    find("new", 5, state="resolve")
    made(ledger).run()
    with ledger.read() as connection:
        assert {incident.cause for incident in incidents.listing(connection)} == {"open", "waits", "new"}
        kept = select(func.count()).select_from(tables.deliveries)
        assert connection.scalar(kept) == 3
        events = set(connection.scalars(select(tables.incident_events.c.incident)))
        assert len(events) == 3


def test_register_entries_go_after_their_own_days(ledger):
    arrive(ledger, 40, registration="c2VhbGVk")
    arrive(ledger, 35, registration="c2VhbGVk")
    arrive(ledger, 5, registration="c2VhbGVk")
    arrive(ledger, 40)
    arrive(ledger, 0)
    rounds(made(ledger), 8)
    assert ages(ledger, tables.registrations) == [5]
    assert ages(ledger) == [40, 0]


def test_deleting_waits_while_screenings_come_by_the_thousand(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0.01)
    monkeypatch.setattr(keeping, "BUSY_SECONDS", 0.02)
    arrive(ledger, 100)
    arrive(ledger, 1)
    counted, asked = itertools.count(step=1000), []
    keeper = made(ledger, stored=lambda: asked.append(1) or next(counted))
    keeper.run()
    assert len(asked) >= 2 * keeping.MOST_BUSY_PAUSES
    assert ages(ledger) == [1]  # but not for ever


def test_the_file_stays_as_large_as_it_was_once_as_much_goes_as_comes(ledger):
    for days in range(100, 90, -1):
        arrive(ledger, days, many=300)
    arrive(ledger, 0)
    keeper = made(ledger)
    sizes = []
    for _ in range(10):
        keeper.run()
        arrive(ledger, 0, many=300)
        with ledger.read() as connection:
            sizes.append(retention.database_bytes(connection)[0])
    assert sizes[-1] <= sizes[0] * 1.1
    with ledger.read() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


@pytest.mark.parametrize("field", ["screenings", "registrations"])
def test_days_in_which_a_gate_may_send_again_are_a_mistake_of_the_file(field):
    assert [problem[:2] for problem in Retention(**{field: 3}).problems()] == [(field, "K0370")]
    assert not list(CollectorSettings(site="x").retention.problems())


def test_roll_ups_go_after_days_of_their_own_and_never_more_than_a_days_for_each_hour(ledger, monkeypatch):
    monkeypatch.setattr(keeping, "AT_ONCE", 5)
    for days in (800, 100, 95, 91.5, 50, 0):
        arrive(ledger, days, many=2)
    with ledger.read() as connection:
        batch = measured.after(connection, 0, 1000)
    EmbeddedSeries(ledger, ZoneInfo("Asia/Shanghai"), lambda: NOW_MS).write(batch)
    keeper = made(ledger, screenings=0)
    keeper.run()

    def left(table, length_ms=None):
        query = select(table.c.start_ms).order_by(table.c.start_ms)
        if length_ms:
            query = query.where(table.c.length_ms == length_ms)
        with ledger.read() as connection:
            return [round((NOW_MS - ms) / DAY_MS, 1) for ms in connection.scalars(query)]

    minutes = len(left(series_tables.fresh_minutes)) + len(left(series_tables.rollups, 60_000))
    assert minutes == 2  # of 50 days ago, and of now
    assert left(series_tables.tallies, 3_600_000)[0] == pytest.approx(100, abs=0.1)
    assert len(left(series_tables.tallies, DAY_MS)) == 6
    assert keeper._paced("minutes", NOW_MS) == NOW_MS - 89 * DAY_MS


def test_folded_minutes_go_too(ledger):
    row = {"passed": 1, "rechecks": 0, "stops": 0, "nones": 0, "hundredths": b"", "length_ms": 60_000, "gate": "e01"}
    arrive(ledger, 0)
    with ledger.begin() as connection:
        for days in (95, 94, 5):
            connection.execute(series_tables.rollups.insert(), row | {"start_ms": NOW_MS - days * DAY_MS})
    keeper = made(ledger)
    keeper.run()
    with ledger.read() as connection:
        assert connection.scalars(select(series_tables.rollups.c.start_ms)).all() == [NOW_MS - 5 * DAY_MS]
    assert keeper.deleted()["minutes"] == 2


def test_what_scenes_were_made_of_goes_with_the_minutes(ledger):
    for days in (50, 20, 3):
        with ledger.begin() as connection:
            conditions.put(connection, NOW_MS - days * DAY_MS, [("", "{}"), ("e01", "{}")])
    made(ledger, minutes=10).run()
    with ledger.read() as connection:
        assert {one.at_ms for one in conditions.behind(connection, 0)} == {NOW_MS - 3 * DAY_MS}
