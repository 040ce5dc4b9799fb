"""Who rests, whose reading is the second one, and when it may decide. Moments in seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.screening import Known, Reason, Rest, Rests, decide, judge, left
from kadian.identifiers import new_id
from kadian.messages import Code, Policy, Temperature

POLICY = Policy("1")
AT_ONCE = Policy("1", rest_seconds=0)


class Gate:
    """Rests with the decisions that a gate makes of them."""

    def __init__(self, policy=POLICY):
        self.policy = policy
        self.rests = Rests()

    def person(self, at, celsius, holder=None, *, chosen=None, by_itself=True, kind="body_estimate", ambient=22.0):
        """(verdict, reasons, what it is the second reading of); the id of it is kept in `self.id`."""
        temperature = Temperature(celsius, kind, ambient=ambient)
        rest = self.rests.find(Known(holder, chosen, by_itself), at, self.policy)
        code = Code("pass", "valid", holder) if holder else None
        decision = decide(temperature, code, rest, self.policy, at)
        self.id = new_id()
        new = Rest(self.id, self.id, at, at, celsius, holder)
        self.rests.note(new, judge(temperature, self.policy), rest, decision.reasons)
        return decision.verdict, [str(reason) for reason in decision.reasons], rest.latest if rest else None

    def waiting(self, at):
        return [(rest.id, seconds) for rest, seconds in self.rests.waiting(at, self.policy)]


def test_the_second_reading_after_the_rest_confirms_and_one_before_says_nothing_yet():
    gate = Gate()
    assert gate.person(0, 38.0, "h") == ("recheck", [Reason.TEMPERATURE_HIGH], None)
    first = gate.id
    assert gate.person(60, 38.2, "h") == ("recheck", [Reason.REST_NOT_OVER], first)
    early = gate.id
    assert gate.waiting(100) == [(first, 80)]
    assert gate.person(180, 38.1, "h") == ("stop", [Reason.FEVER_CONFIRMED], early)


def test_a_normal_reading_clears_after_the_rest_and_not_before():
    gate = Gate()
    gate.person(0, 38.0, "h")
    assert gate.person(179.9, 36.5, "h")[:2] == ("recheck", [Reason.REST_NOT_OVER])
    assert gate.person(180, 36.5, "h")[:2] == ("pass", [Reason.CLEARED])
    assert gate.waiting(181) == []
    assert gate.person(182, 36.5, "h")[:2] == ("pass", [])


def test_a_contact_thermometer_decides_at_once():
    for celsius, verdict in ((38.4, "stop"), (36.6, "pass")):
        gate = Gate()
        gate.person(0, 38.0)
        assert gate.person(20, celsius, chosen=gate.id, kind="contact", ambient=None)[0] == verdict


def test_whoever_comes_while_somebody_rests_is_somebody_else_and_clears_nobody():
    gate = Gate()
    gate.person(0, 38.0)
    first = gate.id
    assert gate.person(10, 36.5) == ("pass", [], None)
    assert gate.person(20, 38.1) == ("recheck", [Reason.TEMPERATURE_HIGH], None)
    second = gate.id
    assert gate.waiting(30) == [(first, 150), (second, 170)]
    assert gate.person(190, 38.0, chosen=first) == ("stop", [Reason.FEVER_CONFIRMED], first)
    assert gate.person(210, 36.4, chosen=second) == ("pass", [Reason.CLEARED], second)


def test_without_code_or_choice_the_very_last_readings_person_is_taken_to_be_back_for_two_minutes_after_the_rest():
    for at, verdict in ((181, "stop"), (299, "stop"), (301, "recheck")):
        gate = Gate()
        gate.person(0, 38.0)
        assert gate.person(at, 38.0)[0] == verdict
    gate = Gate()
    gate.person(0, 38.0)
    gate.person(100, 36.5)
    assert gate.person(181, 38.0)[:2] == ("recheck", [Reason.TEMPERATURE_HIGH])


def test_who_showed_a_code_the_first_time_is_not_the_next_one_without_a_code():
    gate = Gate(AT_ONCE)
    gate.person(0, 38.0, "h")
    assert gate.person(2, 36.5) == ("pass", [], None)


def test_who_could_have_chosen_a_rest_and_did_not_means_somebody_new():
    gate = Gate()
    gate.person(0, 38.0)
    assert gate.person(200, 36.5, by_itself=False) == ("pass", [], None)
    assert len(gate.waiting(201)) == 1


def test_after_a_confirmed_fever_the_next_stranger_is_neither_cleared_nor_feverish():
    gate = Gate()
    gate.person(0, 38.0, "h")
    gate.person(181, 38.0, "h")
    assert gate.person(190, 36.5) == ("pass", [], None)


def test_where_nobody_rests_the_next_reading_is_the_same_persons():
    gate = Gate(AT_ONCE)
    gate.person(0, 38.0)
    first = gate.id
    assert gate.person(2, 38.2) == ("stop", [Reason.FEVER_CONFIRMED], first)
    second = gate.id
    assert gate.person(4, 36.4) == ("pass", [Reason.CLEARED], second)


def test_a_choice_is_void_when_the_code_is_another_persons():
    gate = Gate()
    gate.person(0, 38.0, "h1")
    first = gate.id
    assert gate.person(200, 36.5, "h2", chosen=first) == ("pass", [], None)
    assert gate.waiting(201) == [(first, 0)]
    assert gate.person(210, 36.5, "h1", chosen=first)[1] == [Reason.CLEARED]


@pytest.mark.parametrize("ambient", [5.0, 38.0])
def test_who_could_not_be_judged_for_cold_or_heat_rests_too_and_is_then_measured_for_the_first_time(ambient):
    gate = Gate()
    gate.person(0, 36.5, ambient=ambient)
    first = gate.id
    assert gate.waiting(60) == [(first, 120)]
    assert gate.person(90, 38.0, chosen=first) == ("recheck", [Reason.TEMPERATURE_HIGH], first)
    assert gate.waiting(100) == [(first, 170)], "the rest of a high reading begins with it"
    gate.person(200, 36.5, ambient=ambient)
    assert gate.person(210, 36.5, chosen=gate.id)[:2] == ("pass", [])


def test_a_holder_is_remembered_for_as_long_as_the_policy_says_and_a_choice_for_an_hour():
    gate = Gate()
    gate.person(0, 38.0, "h")
    first = gate.id
    assert gate.rests.find(Known("h"), 900, POLICY)
    assert gate.rests.find(Known("h"), 901, POLICY) is None
    assert gate.person(3600, 38.5, chosen=first, kind="contact")[:2] == ("stop", [Reason.FEVER_CONFIRMED])
    assert gate.waiting(7201) == []
    assert gate.rests.get(first) is None


def test_one_holder_has_one_rest_also_when_the_first_was_too_long_ago():
    gate = Gate()
    gate.person(0, 38.0, "h")
    gate.person(1000, 38.0, "h")
    assert gate.waiting(1000) == [(gate.id, 180)]


def test_memory_is_bounded_and_the_screen_lists_a_dozen():
    gate = Gate()
    for number in range(1_500):
        gate.person(number / 10, 38.0, f"h{number}")
    assert len(gate.rests._rests) == len(gate.rests._by_holder) == 1_000
    assert len(gate.waiting(150)) == 12


@given(st.lists(st.tuples(st.floats(1, 60), st.floats(35.5, 39.5), st.sampled_from([None, "a", "b"])), max_size=20))
def test_a_rest_is_never_ended_by_what_strangers_measure(strangers):
    gate, now = Gate(), 0.0
    gate.person(now, 38.0, "rester")
    first = gate.id
    for wait, celsius, holder in strangers:
        now += wait
        gate.person(now, celsius, holder, by_itself=False)
    rest = gate.rests.get(first)
    assert rest is not None
    assert left(rest, now, POLICY) == max(0.0, 180 - now)
