"""How a thermometer stands among the others of its site, from what the ledger has of a day."""

import random
from datetime import timedelta

import pytest

from collector.ledger import devices, gates, screenings
from collector.ledger.devices import Value, standings
from collector.rules.device_health import verdict
from kadian.identifiers import new_id
from kadian.messages import Temperature
from tests.collector.ledger.conftest import BEGIN

BEGIN_MS = int(BEGIN.timestamp() * 1000)
DAY = timedelta(days=1)


def people(seed, hours=10, an_hour=30):
    """Hours and values of healthy people, whose skin is colder in the morning: 35.4 °C rising to 36.4, ± 0.35."""
    chance = random.Random(seed)
    return [
        (hour, round(chance.gauss(35.4 + hour / (hours - 1), 0.35), 1)) for hour in range(hours) for _ in range(an_hour)
    ]


def day_of(gate, seed, change=lambda celsius: celsius, device="gun", site="forehead", hours=range(10)):
    return [
        Value(gate, device, BEGIN_MS + hour * devices.HOUR_MS, change(celsius), "body_estimate", site)
        for hour, celsius in people(seed)
        if hour in hours
    ]


def site(**more):
    return [value for number in range(2, 7) for value in day_of(f"g{number}", number, **more)]


def of(values, device="gun"):
    return standings([*site(), *values])["g1", device]


@pytest.mark.parametrize("off", [-0.8, 0.0, 0.6])
def test_a_device_is_compared_with_the_others_at_the_same_hours(off):
    found = of(day_of("g1", 1, lambda celsius: celsius + off))
    assert found.offset == pytest.approx(off, abs=0.1)
    assert found.readings == 300
    mornings = of(day_of("g1", 1, lambda celsius: celsius + off, hours=range(3)))
    assert mornings.offset == pytest.approx(off, abs=0.12), "though the morning is colder than the day"


def test_a_display_that_is_clamped_is_narrow_and_repeats_itself():
    found = of(day_of("g1", 1, lambda celsius: 36.5 if celsius < 37.3 else celsius))
    assert found.spread == 0
    assert found.others_spread == pytest.approx(0.24, abs=0.05)
    assert found.repeated > 0.9
    assert of(day_of("g1", 1)).repeated < 0.15


def test_a_gate_to_which_few_people_come_is_no_narrow_one():
    few = [value for number, value in enumerate(day_of("g1", 1)) if number % 15 == 0]
    assert of(few).spread > 0.15


def test_one_stuck_display_does_not_make_the_others_look_wrong():
    found = standings([*site(), *day_of("g1", 1, lambda _: 39.5)])
    assert found["g1", "gun"].offset > 3
    assert all(abs(found[f"g{number}", "gun"].offset) < 0.2 for number in range(2, 7))


def test_wrists_are_compared_with_wrists():
    wrists = [*day_of("g1", 1, lambda celsius: celsius - 1, site="wrist"), *day_of("g8", 8, site="wrist")]
    assert of(wrists).offset == pytest.approx(-1, abs=0.1)
    assert of(day_of("g1", 1, lambda celsius: celsius - 1, site="wrist")).offset is None


def keep(ledger, screening, number, value, at, **more):
    temperature = Temperature(value.celsius, "body_estimate", value.body_site, device=value.device)
    one = screening(number, epoch=f"{value.gate}-{at}", at=at, **{"temperature": temperature} | more)
    with ledger.begin() as connection:
        screenings.store(connection, value.gate, [one], BEGIN_MS)


def keep_all(ledger, screening, values, days_ago=0):
    by_gate = {}
    for number, value in enumerate(values):
        at = BEGIN + timedelta(milliseconds=value.at_ms - BEGIN_MS + number) - days_ago * DAY
        temperature = Temperature(value.celsius, "body_estimate", value.body_site, device=value.device)
        epoch = f"e{days_ago}"
        by_gate.setdefault(value.gate, []).append(screening(number + 1, epoch, at=at, temperature=temperature))
    with ledger.begin() as connection:
        for gate, batch in by_gate.items():
            screenings.store(connection, gate, batch, BEGIN_MS)
        gates.screened(connection, by_gate, BEGIN_MS)


def test_a_day_is_read_off_the_ledger_beside_the_same_day_a_week_before(ledger, screening):
    others = [value for number in (2, 3, 4) for value in day_of(f"g{number}", number)]
    keep_all(ledger, screening, [*others, *day_of("g1", 1, lambda celsius: celsius + 0.7)])
    keep_all(ledger, screening, [*others, *day_of("g1", 1, lambda celsius: celsius + 0.2)], days_ago=7)
    with ledger.read() as connection:
        found = devices.days(connection, BEGIN_MS + devices.DAY_MS - 1)
    assert [(one.gate, one.device, one.count) for one in found] == [(f"g{n}", "gun", 300) for n in (1, 2, 3, 4)]
    assert (found[0].offset, found[0].drift) == (pytest.approx(0.7, abs=0.12), pytest.approx(0.5, abs=0.12))
    assert [verdict(one) for one in found] == ["offset", None, None, None]


def test_second_readings_doubtful_ones_and_those_of_a_clock_never_set_are_left_out(ledger, screening):
    (value,) = day_of("g1", 1)[:1]
    doubtful = Temperature(31.0, "body_estimate", device="gun", quality="cold")
    more = ({"remeasure_of": new_id()}, {"clock": "unsynced"}, {"temperature": doubtful}, {"temperature": None}, {})
    for number, fields in enumerate(more, 1):
        keep(ledger, screening, number, value, BEGIN + timedelta(minutes=number), **fields)
    with ledger.begin() as connection:
        gates.screened(connection, ["g1"], BEGIN_MS)
        (found,) = devices.days(connection, BEGIN_MS + devices.HOUR_MS)
    assert (found.count, found.offset, found.site_spread, found.drift) == (1, 0.0, 0.0, None)


def test_the_newest_of_a_gate_are_read_and_no_more(ledger, screening, monkeypatch):
    monkeypatch.setattr(devices, "MOST_OF_GATE", 7)
    keep_all(ledger, screening, day_of("g1", 1))
    with ledger.read() as connection:
        (found,) = devices.days(connection, BEGIN_MS + devices.DAY_MS - 1)
        assert found.count == 7
        assert devices.days(connection, BEGIN_MS - 1) == ()
