import msgspec
import pytest

from collector.rules import baseline
from collector.rules.baseline import CEILING, bound, explain, restore, snapshot
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from tests.collector.rules.conftest import Timeline

SETTINGS = RuleSettings(names={"g1": "正门"})
USUAL = (34.9, 35.1, 35.0, 34.8, 35.2, 35.0)
"""A gate in the cold: 35.0, with a MAD of 0.1."""
DAY = 24 * 60


def taught(at, values=USUAL * 10, *, state=None, settings=SETTINGS, **more):
    state = state or baseline.State()
    for number, celsius in enumerate(values):
        explain(state, at(number / 10, celsius, **more), settings)
    return state


def reason(state, stored, settings=SETTINGS):
    return explain(state, stored, settings)[0]


def with_temperature(stored, **fields):
    temperature = msgspec.structs.replace(stored.screening.temperature, **fields)
    return msgspec.structs.replace(stored, screening=msgspec.structs.replace(stored.screening, temperature=temperature))


def test_what_is_high_for_a_cold_gate_is_a_hint_below_the_fixed_limit(at):
    state = taught(at)
    assert bound(state, at(7, 35.0), SETTINGS) == pytest.approx(35.43, abs=0.01)  # 35.0 + 2.17 · 0.2
    first, (found,) = explain(state, at(7, 36.0), SETTINGS)
    assert (first, found.severity, found.once, found.late) == (Reason.UNUSUAL, "hint", False, False)
    assert (found.cause, found.gate) == ("baseline:g1:2026-11-24", "g1")
    assert (found.facts["celsius"], found.facts["usual"], found.facts["name"]) == (36.0, 35.0, "正门")
    assert reason(state, at(7.1, 35.2)) is Reason.NORMAL


def test_eight_feverish_people_among_sixty_are_each_told_of_and_hide_nobody_after_them(at):
    state = taught(at)
    before = bound(state, at(6, 35.0), SETTINGS)
    told = [reason(state, at(6 + n / 10, 36.0 if n % 8 == 3 else USUAL[n % 6])) for n in range(60)]
    assert told.count(Reason.UNUSUAL) == 8
    assert bound(state, at(13, 35.0), SETTINGS) == before


def test_the_eight_may_come_one_after_the_other_too(at):
    state = taught(at)
    before = bound(state, at(6, 35.0), SETTINGS)
    assert [reason(state, at(6 + n / 10, 36.0)) for n in range(8)] == [Reason.UNUSUAL] * 8
    taught(at, state=state)
    assert bound(state, at(13, 35.0), SETTINGS) == before


def test_who_is_first_of_all_is_judged_by_what_foreheads_are_everywhere(at):
    state = baseline.State()
    assert bound(state, at(0, 36.4), SETTINGS) == pytest.approx(37.16, abs=0.01)  # 36.4 + 2.17 · 0.35
    assert reason(state, at(0, 38.2)) is Reason.FLAGGED
    assert reason(state, at(0.1, 37.2)) is Reason.UNUSUAL
    assert reason(state, at(0.2, 36.5)) is Reason.NORMAL


def test_what_the_fixed_limit_flags_is_no_hint_and_teaches_nothing(at):
    state = taught(at, [38.0] * 100)
    assert state.hours == [{}] * 24


def test_a_limit_that_somebody_raised_too_far_does_not_hide_38_degrees(at):
    settings = RuleSettings(fever_celsius=39.0)
    state = taught(at, [33.0, 35.0, 37.0] * 20, settings=settings)
    assert reason(state, at(7, CEILING / 100), settings) is Reason.UNUSUAL
    assert reason(state, at(7, 37.8), settings) is Reason.TOO_COLD


def test_a_gate_whose_readings_lie_apart_says_once_a_day_that_it_cannot_judge(at):
    state = baseline.State()
    told = [explain(state, at(n / 10, (33.0, 34.5, 36.0)[n % 3]), SETTINGS) for n in range(60)]
    (found,) = [finding for _, findings in told for finding in findings]
    assert (found.cause, found.severity, found.facts["kind"]) == ("cold-gate:g1:2026-11-24", "hint", "cold")
    assert reason(state, at(7, 37.0)) is Reason.TOO_COLD
    again = [explain(state, at(DAY + n / 10, (33.0, 34.5, 36.0)[n % 3]), SETTINGS) for n in range(5)]
    assert [finding.cause for _, findings in again for finding in findings] == ["cold-gate:g1:2026-11-25"]


def test_a_level_that_stays_is_a_new_one_after_twenty_readings(at):
    state = taught(at)
    told = [reason(state, at(6 + n / 10, 36.0 + USUAL[n % 6] - 35.0)) for n in range(80)]
    assert told[:20] == [Reason.UNUSUAL] * 20
    assert set(told[20:]) == {Reason.NORMAL}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"of": 1}, Reason.NOT_CONCERNED),
        ({"reasons": ("rest_not_over",)}, Reason.NOT_CONCERNED),
        ({"clock": "unsynced"}, Reason.NO_RESULT),
        ({"quality": "cold"}, Reason.NO_RESULT),
        ({"kind": "ambient"}, Reason.NO_RESULT),
        ({"celsius": None}, Reason.NO_RESULT),
        ({"received": 60}, Reason.OLD_NEWS),
    ],
)
def test_what_is_no_first_reading_of_now_is_no_hint(at, more, expected):
    state = taught(at)
    celsius = more.pop("celsius", 36.0)
    assert explain(state, at(7, celsius, **more), SETTINGS) == (expected, [])


def test_readings_that_arrive_late_teach(at):
    assert bound(taught(at, received=90), at(7), SETTINGS) == bound(taught(at), at(7), SETTINGS)


def test_another_hour_thermometer_or_weather_has_a_level_of_its_own(at):
    state = taught(at)
    usual = bound(state, at(7), SETTINGS)
    others = [at(65), with_temperature(at(7), device="gun2"), with_temperature(at(7), ambient=-3.0)]
    others += [at(7, site="wrist"), at(7, kind="contact")]
    assert all(bound(state, stored, SETTINGS) > usual + 0.3 for stored in others[:1] + others[2:])
    assert bound(taught(at, state=state), at(DAY + 7), SETTINGS) == usual


def test_a_gate_that_is_new_begins_with_what_is_usual_at_the_site(at):
    state = taught(at)
    assert bound(state, at(7, gate="g2"), SETTINGS) == bound(state, at(7), SETTINGS)


def test_a_bare_surface_has_its_own_prior_below_its_own_limit(at):
    assert bound(baseline.State(), at(0, 34.0, kind="surface"), SETTINGS) == pytest.approx(35.46, abs=0.01)


def test_nothing_is_asked_where_the_share_is_nought(at):
    off = RuleSettings(unusual_share=0.0)
    state = taught(at, settings=off)
    assert (reason(state, at(7, 37.2), off), state.hours) == (Reason.NOT_CONCERNED, [{}] * 24)


def test_a_snapshot_has_the_hours_that_changed_and_brings_all_back(at):
    state = taught(at)
    parts = snapshot(state)
    assert (list(parts), snapshot(state)) == (["07"], {})
    taught(Timeline(), state=state, values=[36.5], gate="g9")
    explain(state, at(120, 36.5), SETTINGS)
    parts |= snapshot(state)
    assert sorted(parts) == ["07", "09"]
    assert restore(parts).hours == state.hours


@pytest.mark.parametrize(
    "part",
    [b"", b"\xff", msgspec.msgpack.encode((0, {})), msgspec.msgpack.encode((1, {"a": b"short"})), b"\x92\x01"],
)
def test_a_snapshot_that_is_damaged_or_of_another_shape_is_refused(part):
    with pytest.raises(ValueError):
        restore({"07": part})


def test_a_name_of_an_hour_that_there_is_not_is_refused():
    with pytest.raises(ValueError):
        restore({"24": msgspec.msgpack.encode((1, {}))})


def test_however_many_devices_are_named_an_hour_has_so_many_cells_and_loses_the_longest_silent(at, monkeypatch):
    monkeypatch.setattr(baseline, "MOST_AN_HOUR", 5)
    state = taught(at, USUAL)
    for number in range(50):
        explain(state, with_temperature(at(1 + number / 100, 35.0), device=f"d{number}"), SETTINGS)
        explain(state, at(1 + number / 100, 35.0), SETTINGS)
    assert len(state.hours[7]) == 5
    assert "g1||body_estimate||" in state.hours[7]
