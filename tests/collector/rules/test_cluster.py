"""A sick device and sick people, told apart by what can be known within the first few readings."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.rules import cluster
from collector.rules.crowd import MOST
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from tests.collector.rules.conftest import Timeline

SETTINGS = RuleSettings(names={"g1": "正门"})


def told(timeline):
    state = cluster.State()
    return [cluster.explain(state, stored, SETTINGS) for stored in timeline]


def found(timeline):
    return [one for _, findings in told(timeline) for one in findings]


def causes(timeline):
    return {one.cause for one in found(timeline)}


def people(at, values, start=0.0, step=0.5, **more):
    return [at(start + number * step, celsius, **more) for number, celsius in enumerate(values)]


def usual(number, seed=1, centre=36.4):
    """Readings of healthy people: the prior of practice, 36.4 ± 0.35 °C, those below the limit."""
    chance, values = random.Random(seed), []
    while len(values) < number:
        value = round(chance.gauss(centre, 0.35), 1)
        values += [value] if value < SETTINGS.fever_celsius else []
    return values


def devices(timeline, device="gy614v3", ambient=None):
    """The same screenings by a device that has a name, in air of so many °C."""
    return [
        msgspec.structs.replace(
            stored,
            screening=msgspec.structs.replace(
                stored.screening,
                temperature=msgspec.structs.replace(stored.screening.temperature, device=device, ambient=ambient),
            ),
        )
        for stored in timeline
    ]


def test_a_stuck_thermometer_is_told_at_the_fifth_reading_of_three_seconds(at):
    reasons = told(devices(people(at, [39.5] * 100, step=0.01)))
    first = next(number for number, (_, findings) in enumerate(reasons, 1) if findings)
    assert (first, reasons[first - 1][0]) == (5, Reason.SAME_VALUE)
    (finding,) = reasons[first - 1][1]
    assert (finding.cause, finding.severity, finding.once) == ("suspect:g1:gy614v3", "page", False)
    assert (finding.facts["kind"], finding.facts["high"], finding.facts["of"]) == ("device", 5, 5)
    assert {one.cause for _, findings in reasons for one in findings} == {"suspect:g1:gy614v3"}


def test_a_thermometer_that_sticks_in_the_middle_of_the_morning_is_told_as_soon(at):
    timeline = devices([*people(at, usual(40)), *people(at, [39.5] * 5, 20)])
    assert [one.cause for one in found(timeline)] == ["suspect:g1:gy614v3"]


def test_sun_on_the_gun_is_the_guns_at_the_fifth_reading_whatever_the_people_have(at):
    warm = [round(value + 2, 1) for value in usual(30, seed=2)]
    reasons = told([*people(at, usual(40)), *people(at, warm, 20)])
    assert next(number for number, (_, findings) in enumerate(reasons) if findings) == 44
    assert {one.facts["kind"] for _, findings in reasons for one in findings} == {"device"}


def test_a_smaller_step_is_seen_by_those_who_are_not_high(at):
    warm = [37.3, 36.9, 37.0, 37.4, 37.2, 37.5, 37.1, 37.0, 37.2, 37.4, 37.1, 37.5]
    reasons = told([*people(at, usual(40)), *people(at, warm, 20)])
    assert Reason.ALL_MOVED in [reason for reason, _ in reasons]
    assert {one.facts["kind"] for _, findings in reasons for one in findings} == {"device"}


def test_the_air_at_the_device_speaks_for_it_where_its_values_do_not(at):
    before, now = people(at, usual(20)), people(at, [38.0, 36.4, 38.4, 36.3, 36.5, 36.4, 36.6, 36.2, 36.4, 38.2], 10)
    assert Reason.ALL_MOVED in [
        reason for reason, _ in told([*devices(before, ambient=8.0), *devices(now, ambient=16.0)])
    ]
    same_air = told([*devices(before, ambient=8.0), *devices(now, ambient=9.0)])
    assert [one for _, findings in same_air for one in findings] == []


@pytest.mark.parametrize("seed", range(5))
def test_eight_feverish_people_among_sixty_are_people(at, seed):
    values = [*usual(52, seed=seed), *(38.0, 38.4, 37.9, 38.8, 38.1, 39.0, 38.3, 38.6)]
    random.Random(seed).shuffle(values)
    timeline = people(at, [*usual(20, seed=seed + 100), *values])
    last = found(timeline)[-1]
    assert (last.cause, last.severity, last.facts["kind"]) == ("cluster:g1", "page", "people")
    assert (last.facts["high"], last.facts["of"]) == (8, 60)
    assert "suspect:g1:body_estimate" not in causes(timeline)


def test_three_confirmed_people_are_enough(at):
    timeline = people(at, usual(30))
    for number in range(3):
        timeline += [at(15 + 4 * number, 38.1 + number / 10, holder=f"h{number}")]
        timeline += people(at, usual(5, seed=number), 16 + 4 * number, 0.3)
        timeline += [at(18.5 + 4 * number, 38.3, holder=f"h{number}")]
    assert [one.cause for one in found(timeline)] == ["cluster:g1"]


def test_who_was_cleared_after_the_rest_is_no_sick_person(at):
    timeline = []
    for number in range(12):
        timeline += [at(number * 3, 37.6 + number / 10, name=number + 500), *people(at, usual(4), number * 3, 0.5)]
        timeline += [at(number * 3 + 2.5, 36.6, of=number + 500)]
    assert found(timeline) == []


def test_one_person_measured_many_times_is_one_person(at):
    assert found([at(minute / 2, 38.4, holder="a") for minute in range(20)]) == []
    at = Timeline()
    assert found([at(0, 39.1), *(at(minute, 39.1, of=minute) for minute in range(1, 20))]) == []


def test_where_every_twelfth_is_flagged_all_morning_five_of_sixty_are_usual_and_fifteen_are_not(at):
    flagged = [37.4 if number % 12 == 0 else 36.5 for number in range(90)]
    assert found(people(at, flagged, step=0.2)) == []
    at = Timeline()
    more = [38.0 + number / 100 if number % 4 == 0 else 36.5 for number in range(60)]
    assert "cluster:g1" in causes([*people(at, flagged, step=0.2), *people(at, more, 18, 0.2)])


def test_a_family_of_four_is_no_cluster_and_another_gate_has_its_own_people(at):
    assert found([*people(at, usual(20)), *people(at, [38.1, 38.4, 38.6, 38.2], 10, 0.2)]) == []
    assert found([one for n in range(4) for one in (at(n, 39.5), at(n, 39.5, gate="g2"))]) == []


def test_highs_of_a_device_that_was_doubted_are_no_people_once_it_is_mended(at):
    timeline = [*people(at, [39.5] * 12, step=0.1), *people(at, usual(30), 2, 0.2), at(9, 38.2)]
    assert causes(timeline) == {"suspect:g1:body_estimate"}
    assert told(timeline)[-1] == (Reason.FEW_HIGH, [])


def test_a_contact_thermometer_speaks_for_people_where_the_gun_is_doubted(at):
    timeline = people(at, [39.5] * 5, step=0.1)
    timeline += [at(3 + n, 38.9, kind="contact", of=n + 1) for n in range(3)]
    timeline += people(at, usual(8), 6)
    timeline += [at(12, 38.4)]
    assert found(timeline)[-1].cause == "cluster:g1"


def test_two_devices_at_one_gate_are_judged_each_by_itself(at):
    sick, well = devices(people(at, [39.5] * 5, step=0.1), "old"), devices(people(at, usual(10), 1), "new")
    state = cluster.State()
    for stored in (*sick, *well):
        cluster.judge(state, stored, SETTINGS)
    assert cluster.is_suspect(state, "g1", "old")
    assert not cluster.is_suspect(state, "g1", "new")
    assert not cluster.is_suspect(state, "g2", "old")


def test_what_arrives_late_or_has_no_result_or_was_too_early_says_nothing(at):
    assert found(people(at, [39.5] * 9, received=90)) == []
    assert found(people(at, [39.5] * 9, quality="cold")) == []
    assert found(people(at, [39.5] * 9, reasons=("rest_not_over",))) == []


def test_who_is_remembered_is_bounded_in_number_and_in_time(at):
    state = cluster.State()
    for number in range(500):
        cluster.judge(state, at(number / 100, 38.0 + number % 9, holder=f"h{number}"), SETTINGS)
    crowd = state.crowds["g1"]
    assert (len(crowd), len(crowd._highs)) == (MOST, 2 * MOST)
    cluster.judge(state, at(60, 36.5), SETTINGS)
    assert (len(crowd), len(crowd._highs)) == (1, 0)


ARRIVALS = st.lists(
    st.tuples(
        st.floats(0, 6),  # minutes to the next
        st.sampled_from([36.4, 36.5, 37.2, 38.1, 39.5]),
        st.sampled_from([None, "a", "b", "c"]),
        st.booleans(),  # a minute late
    ),
    max_size=60,
)


def arrivals(steps):
    at, minute, made = Timeline(), 0.0, []
    for gap, celsius, holder, late in steps:
        minute += gap
        made.append(at(minute, celsius, holder=holder, received=minute + late))
    made.sort(key=lambda stored: stored.received_ms)
    return [msgspec.structs.replace(stored, position=place) for place, stored in enumerate(made, 1)]


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(st.floats(0, 6), st.sampled_from([36.4, 36.5, 37.2, 38.1, 39.5])), max_size=60))
def test_a_restart_at_any_reading_changes_no_finding(steps):
    timeline = arrivals([(gap, celsius, None, False) for gap, celsius in steps])
    whole = cluster.State()
    for number, stored in enumerate(timeline):
        fresh = cluster.State()
        start = stored.received_ms - cluster.memory_ms(SETTINGS)
        for known in timeline[:number]:
            if known.received_ms >= start:
                cluster.judge(fresh, known, SETTINGS)
        assert cluster.judge(fresh, stored, SETTINGS) == cluster.judge(whole, stored, SETTINGS)


@settings(max_examples=150, deadline=None)
@given(steps=ARRIVALS, data=st.data())
def test_five_alike_in_any_order_of_arrival_are_told_and_fewer_than_three_highs_never(steps, data):
    timeline = arrivals(steps)
    shuffled = data.draw(st.permutations(timeline))
    again = [msgspec.structs.replace(one, received_ms=timeline[-1].received_ms) for one in shuffled]
    high = [one for one in again if one.screening.temperature.celsius >= SETTINGS.fever_celsius]
    if len(high) < cluster.A_FEW:
        assert found(again) == []
    at = Timeline()
    stuck = [at(minute, 39.5, name=900 + minute, received=5) for minute in range(5)]
    assert any(one.facts["kind"] == "device" for one in found([*again, *data.draw(st.permutations(stuck))]))
