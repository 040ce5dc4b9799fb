from uuid import UUID

import msgspec
import pytest

from collector.rules import two_gates
from collector.rules.passings import MOST_OF_ONE
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from kadian.messages import Code

SETTINGS = RuleSettings(names={"g1": "正门", "g2": "三巷口"})
SECOND = 1 / 60


def told(timeline, settings=SETTINGS):
    state = two_gates.State()
    return [two_gates.explain(state, stored, settings) for stored in timeline]


def reasons(timeline, settings=SETTINGS):
    return [reason for reason, _ in told(timeline, settings)]


def test_one_code_at_two_gates_within_the_walking_time_is_a_hint_that_names_both(at):
    first, second = told([at(0, holder="a"), at(60 * SECOND, holder="a", gate="g2")])
    assert first == (Reason.ONE_GATE, [])
    (found,) = second[1]
    assert (second[0], found.severity, found.late, found.once) == (Reason.TWO_GATES, "hint", False, False)
    assert (found.cause, found.gate, found.screening) == ("two-gates:g1:g2:2026-11-24", "g2", str(UUID(int=2)))
    assert (found.facts["name"], found.facts["other"], found.facts["seconds"]) == ("三巷口", "正门", 60)


def test_whichever_arrives_last_brings_the_hint(at):
    late_first = [at(0.5, holder="a", gate="g2"), at(0, holder="a", received=2)]
    assert reasons(late_first) == [Reason.ONE_GATE, Reason.TWO_GATES]


def test_the_same_gate_another_holder_or_time_enough_is_nothing(at):
    assert reasons([at(0, holder="a"), at(0.5, holder="a")]) == [Reason.ONE_GATE] * 2
    assert reasons([at(0, holder="a"), at(0.5, holder="b", gate="g2")]) == [Reason.ONE_GATE] * 2
    assert reasons([at(0, holder="a"), at(61 * SECOND, holder="a", gate="g2")]) == [Reason.ONE_GATE] * 2


@pytest.mark.parametrize("more", [{"of": 1}, {"clock": "unsynced"}, {"holder": None}])
def test_a_second_measurement_a_clock_never_set_and_a_code_of_nobody_are_not_concerned(at, more):
    second = at(0.5, gate="g2", **({"holder": "a"} | more))
    assert reasons([at(0, holder="a"), second, at(0.6, holder="a")]) == [
        Reason.ONE_GATE,
        Reason.NOT_CONCERNED,
        Reason.ONE_GATE,
    ]


def with_code(stored, code):
    return msgspec.structs.replace(stored, screening=msgspec.structs.replace(stored.screening, code=code))


def test_a_household_of_which_nobody_was_chosen_is_not_concerned_and_a_chosen_member_is(at):
    card, member = (Code("pass", "valid", "h", household=4, member=one) for one in (None, 2))
    for code, reason in ((card, Reason.NOT_CONCERNED), (member, Reason.TWO_GATES)):
        assert reasons([with_code(at(0), code), with_code(at(0.2, gate="g2"), code)])[1] == reason


def test_all_of_one_pair_of_gates_and_one_day_are_one_cause_in_either_direction(at):
    timeline = [at(minute, holder=f"h{minute // 2}", gate=gate) for minute, gate in ((0, "g1"), (2, "g2"), (4, "g2"))]
    timeline += [at(minute + 0.5, holder=f"h{minute // 2}", gate=gate) for minute, gate in ((0, "g2"), (2, "g1"))]
    timeline.append(at(4.5, holder="h2", gate="g3"))
    causes = [finding.cause for _, findings in told(timeline) for finding in findings]
    day = "2026-11-24"
    assert causes == [f"two-gates:g1:g2:{day}", f"two-gates:g1:g2:{day}", f"two-gates:g2:g3:{day}"]


def test_hints_that_arrive_late_are_told_apart_from_those_of_now(at):
    timeline = [at(minute, holder="a", gate=gate, received=60) for minute, gate in ((0, "g1"), (0.5, "g2"))]
    (found,) = told(timeline)[1][1]
    assert (found.cause, found.late, found.severity) == ("late-two-gates:g1:g2:2026-11-24", True, "hint")


def test_the_same_screening_twice_counts_once(at):
    pair = [at(0, holder="a"), at(0.5, holder="a", gate="g2")]
    assert reasons([*pair, pair[1]]) == [Reason.ONE_GATE, Reason.TWO_GATES, Reason.SEEN_BEFORE]


def test_with_a_walking_time_of_nought_nothing_is_asked_or_remembered(at):
    off = RuleSettings(walking_ms=0)
    state = two_gates.State()
    for stored in (at(0, holder="a"), at(0, holder="a", gate="g2")):
        assert two_gates.explain(state, stored, off) == (Reason.NOT_CONCERNED, [])
    assert len(state.passings) == 0


def test_what_is_forgotten_leaves_nothing_behind(at):
    state = two_gates.State()
    for minute in range(0, 2000, 5):
        two_gates.judge(state, at(minute, holder=f"h{minute % 7}"), SETTINGS)
    remembered = [one for number in range(7) for one in state.passings.of(f"h{number}")]
    assert len(state.passings) == len(remembered) <= 5


def test_a_rule_that_starts_within_its_memory_finds_the_same(at):
    timeline = [at(n * 0.15, holder=f"h{n % 5}", gate=f"g{n * n % 3}") for n in range(200)]
    whole = two_gates.State()
    found = [two_gates.judge(whole, stored, SETTINGS) for stored in timeline]
    assert any(found)
    for number in range(0, 200, 7):
        fresh = two_gates.State()
        start = timeline[number].received_ms - two_gates.memory_ms(SETTINGS)
        for stored in timeline[:number]:
            if stored.received_ms >= start:
                two_gates.judge(fresh, stored, SETTINGS)
        assert two_gates.judge(fresh, timeline[number], SETTINGS) == found[number]


def test_a_code_that_is_held_up_all_day_fills_no_memory_and_still_tells_of_the_other_gate(at):
    state = two_gates.State()
    for number in range(500):
        two_gates.judge(state, at(number * SECOND / 10, holder="a"), SETTINGS)
    assert len(list(state.passings.of("a"))) == MOST_OF_ONE
    assert two_gates.explain(state, at(51 * SECOND, holder="a", gate="g2"), SETTINGS)[0] == Reason.TWO_GATES
    two_gates.judge(state, at(600, holder="b"), SETTINGS)
    assert (list(state.passings.of("a")), len(state.passings)) == ([], 1)
