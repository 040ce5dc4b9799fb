import gc
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.rules import confirmed_fever, two_gates
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from tests.collector.rules.conftest import Timeline

SETTINGS = RuleSettings(names={"g1": "正门"})


def findings(timeline, rule_settings=SETTINGS):
    state = confirmed_fever.State()
    return [found for stored in timeline for found in confirmed_fever.judge(state, stored, rule_settings)]


def reasons(timeline, rule_settings=SETTINGS):
    state = confirmed_fever.State()
    return [confirmed_fever.explain(state, stored, rule_settings)[0] for stored in timeline]


def causes(timeline, rule_settings=SETTINGS):
    return {found.cause for found in findings(timeline, rule_settings)}


def fever(number):
    return f"fever:{UUID(int=number)}"


def test_a_first_high_reading_is_silent(at):
    assert reasons([at(0)]) == [Reason.FIRST_HIGH]
    assert findings([Timeline()(0)]) == []


def test_a_second_high_reading_of_the_same_holder_pages_with_what_the_sentence_needs(at):
    (found,) = findings([at(0, 37.9, holder="a"), at(2, 38.44, holder="a")])
    assert (found.cause, found.severity, found.late, found.once) == (fever(1), "page", False, True)
    assert found.reason is Reason.CONFIRMED_BY_SECOND
    assert found.facts["celsius"] == 38.4
    assert (found.facts["name"], found.facts["time"], found.facts["gate"]) == ("正门", "07:02", "g1")
    assert "a" not in found.facts.values()


def test_the_same_holder_at_two_gates_is_one_person(at):
    assert causes([at(0, holder="a"), at(5, holder="a", gate="g2")]) == {fever(1)}


def test_two_holders_never_confirm_each_other_not_even_when_the_gate_says_so(at):
    assert findings([at(0, holder="a"), at(1, holder="b"), at(2, holder="c", of=1)]) == []


def test_two_holders_do_not_meet_through_somebody_without_a_code(at):
    found = findings([at(0, holder="a"), at(1), at(2, holder="b")])
    assert [one.cause for one in found] == [fever(1)]


def test_two_gates_without_a_holder_are_two_people(at):
    assert findings([at(0), at(1, gate="g2")]) == []


def test_a_second_high_reading_too_late_is_a_first_one_again(at):
    assert reasons([at(0, holder="a"), at(15.1, holder="a")]) == [Reason.FIRST_HIGH, Reason.FIRST_HIGH]


def test_a_reading_that_names_another_person_is_not_taken_for_the_one_beside(at):
    assert findings([at(0), at(1, of=99)]) == []


def test_remeasure_of_leads_over_a_reading_without_a_result(at):
    timeline = [at(0), at(1, 30.0, quality="cold", of=1), at(2, of=2)]
    assert reasons(timeline) == [Reason.FIRST_HIGH, Reason.NO_RESULT, Reason.CONFIRMED_BY_SECOND]


@pytest.mark.parametrize("clearing", [{"holder": "a"}, {"of": 1}])
def test_a_normal_reading_clears_the_first_high_one(at, clearing):
    timeline = [at(0, holder="a"), at(1, 36.5, **clearing), at(2, holder="a")]
    assert reasons(timeline) == [Reason.FIRST_HIGH, Reason.NORMAL, Reason.FIRST_HIGH]


def test_somebody_elses_normal_reading_clears_nothing(at):
    assert causes([at(0), at(1, 36.5), at(1.5, 36.4, holder="b"), at(2)]) == {fever(1)}


def test_after_a_confirmed_fever_one_normal_reading_does_not_ring_anew(at):
    timeline = [at(0, holder="a"), at(1, holder="a"), at(2, 36.5, holder="a"), at(3, holder="a"), at(4, holder="a")]
    assert causes(timeline) == {fever(1)}


def test_the_gates_own_confirmation_counts_when_its_first_reading_was_lost(at):
    assert reasons([at(0, verdict="stop", reasons=("fever_confirmed",))]) == [Reason.CONFIRMED_AT_GATE]
    assert reasons([Timeline()(0, 36.6, verdict="stop", reasons=("fever_confirmed",))]) == [Reason.NORMAL]


def test_the_lost_first_reading_that_arrives_after_all_joins(at):
    timeline = [at(2, holder="a", verdict="stop", reasons=("fever_confirmed",)), at(0, holder="a", received=3)]
    assert causes(timeline) == {fever(1)}


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        ({"celsius": None}, Reason.NO_RESULT),
        ({"quality": "hot"}, Reason.NO_RESULT),
        ({"kind": "ambient"}, Reason.NO_RESULT),
        ({"celsius": 37.3}, Reason.FIRST_HIGH),
        ({"celsius": 37.29}, Reason.NORMAL),
        ({"celsius": 35.6, "kind": "surface"}, Reason.FIRST_HIGH),
        ({"celsius": 35.5, "kind": "surface"}, Reason.NORMAL),
    ],
)
def test_each_kind_of_temperature_has_its_own_limit(at, reading, reason):
    assert reasons([at(0, **reading)]) == [reason]


def test_a_surface_without_a_limit_is_no_result(at):
    assert reasons([at(0, 39.0, kind="surface")], RuleSettings(surface_fever_celsius=None)) == [Reason.NO_RESULT]


def test_late_readings_are_a_notice_for_gate_and_day(at):
    found = findings([at(m, holder=h, received=60 + m) for h, m in [("a", 0), ("a", 1), ("b", 2), ("b", 3)]])
    assert {one.cause for one in found} == {"late-fever:g1:2026-11-24"}
    assert {(one.severity, one.late, one.once) for one in found} == {("notice", True, False)}


def test_a_clock_that_was_never_set_is_not_late_and_its_arrival_counts(at):
    timeline = [at(-9e6, holder="a", received=0, clock="unsynced"), at(-8e6, holder="a", received=2, clock="unsynced")]
    (found,) = findings(timeline)
    assert (found.late, found.facts["time"]) == (False, "07:02")


def test_fifty_high_readings_of_one_person_have_one_cause(at):
    assert causes([at(0)] + [at(m / 4, of=m) for m in range(1, 50)]) == {fever(1)}
    at = Timeline()
    assert causes([at(m / 4) for m in range(50)]) == {fever(1)}


def test_another_feverish_person_without_a_code_rings_though_the_gate_had_one(at):
    timeline = [at(0), at(1, of=1), at(3), at(4, of=3)]
    assert causes(timeline) == {fever(1), fever(3)}


def test_state_is_forgotten_after_its_memory(at):
    state = confirmed_fever.State()
    for minute in range(0, 1000, 20):
        confirmed_fever.judge(state, at(minute, holder=f"h{minute}"), SETTINGS)
        confirmed_fever.judge(state, at(minute, 36.0, holder=f"n{minute}", of=minute), SETTINGS)
    assert len(state.chains._marks) < 20
    assert len(state.chains._families._of) < 30
    assert len(state.chains._parting) < 10


PEOPLE = st.lists(
    st.tuples(
        st.integers(0, 60),  # minute
        st.sampled_from([36.5, 38.2, 38.9]),
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from(["g1", "g2"]),
        st.one_of(st.none(), st.integers(1, 20)),
        st.integers(0, 40),  # delay
        st.booleans(),
    ),
    max_size=20,
)


def arrivals(people):
    at = Timeline()
    made = [
        at(
            minute,
            celsius,
            name=number,
            holder=holder,
            gate=gate,
            of=of,
            received=minute + delay,
            verdict="stop" if gate_saw else "recheck",
            reasons=("fever_confirmed",) if gate_saw and celsius > 38.5 else (),
        )
        for number, (minute, celsius, holder, gate, of, delay, gate_saw) in enumerate(people, 1)
    ]
    made.sort(key=lambda stored: stored.received_ms)
    return [msgspec.structs.replace(stored, position=place) for place, stored in enumerate(made, 1)]


@settings(max_examples=200, deadline=None)
@given(people=PEOPLE, restarts=st.sets(st.integers(0, 20)), twice=st.sets(st.integers(0, 19)))
def test_restarts_and_repetitions_change_no_finding(people, restarts, twice):
    timeline = arrivals(people)
    told, state = [], confirmed_fever.State()
    for place, stored in enumerate(timeline):
        if place in restarts:  # the state is lost, and fed anew with what was received in the rule's memory
            state = confirmed_fever.State()
            start = stored.received_ms - confirmed_fever.memory_ms(SETTINGS)
            for known in timeline[:place]:
                if known.received_ms >= start:
                    confirmed_fever.judge(state, known, SETTINGS)
        told += confirmed_fever.judge(state, stored, SETTINGS)
        if place in twice and confirmed_fever.is_high(stored, SETTINGS):
            assert confirmed_fever.judge(state, stored, SETTINGS) == []
    assert told == findings(timeline)


@settings(max_examples=200, deadline=None)
@given(
    people=st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.integers(0, 14), min_size=1, max_size=5), min_size=1, max_size=6
    ),
    data=st.data(),
)
def test_any_order_of_arrival_tells_the_same_people_once_each(people, data):
    at = Timeline()
    made = [at(minute, holder=holder, received=14) for holder, minutes in people.items() for minute in minutes]
    holder_of = {str(stored.screening.id): stored.screening.code.holder for stored in made}
    shuffled = data.draw(st.permutations(made))
    told = sorted(holder_of[cause.removeprefix("fever:")] for cause in causes(shuffled))
    assert told == sorted(holder for holder, minutes in people.items() if len(minutes) > 1)


def test_who_was_measured_again_without_a_result_is_forgotten_in_peace(at):
    memory = confirmed_fever.memory_ms(SETTINGS) / 60_000
    timeline = [at(0, holder="a"), at(1, quality="cold", of=1, holder="a"), at(memory + 2)]
    assert reasons(timeline) == [Reason.FIRST_HIGH, Reason.NO_RESULT, Reason.FIRST_HIGH]


def test_normal_readings_of_a_city_are_nothing_that_the_garbage_collection_walks_through(at):
    people = [at(0, 36.5, holder=f"h{number}") for number in range(500)]
    states = [(rule, rule.State()) for rule in (confirmed_fever, two_gates)]
    gc.collect()
    before = len(gc.get_objects())
    for stored in people:
        for rule, state in states:
            rule.judge(state, stored, SETTINGS)
    gc.collect()
    assert len(gc.get_objects()) - before < 50
    assert len(states[1][1].passings) == 500
