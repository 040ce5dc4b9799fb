"""What the gate's judgement writes down and shows."""

import itertools
from base64 import b64encode

import pytest

from agent.acts import Register, Remeasure, SignOff, Typed, WaitForDuty
from kadian.identifiers import new_id
from kadian.messages import Policy, Temperature
from tests.agent.screeners import OPERATORS, Gate

SEALED = b64encode(b"x" * 100).decode()


@pytest.fixture
def gate(tmp_path):
    numbers, made = itertools.count(), []

    def make(**more):
        made.append(Gate(more.pop("path", tmp_path / f"{next(numbers)}.db"), **more))
        return made[-1]

    yield make
    for one in made:
        one.outbox.close()


def test_a_contact_value_typed_with_the_big_keys_confirms_a_fever_at_once(gate):
    one = gate()
    one.person(38.0)
    rest = one.shown["rests"][0]
    assert (rest["celsius"], rest["seconds_left"], rest["chosen"]) == (38.0, 179, False)
    first = one.last
    answer = one.act(Typed(38.4, "contact", "armpit", first.id))
    assert answer.ok
    typed = one.last
    assert (answer.id, typed.remeasure_of) == (typed.id, first.id)
    assert (typed.verdict, typed.reasons) == ("stop", ("fever_confirmed",))
    assert typed.temperature == Temperature(38.4, "contact", site="armpit", device="manual")
    assert one.shown["screening"]["verdict"] == "stop"


def test_a_normal_contact_value_clears(gate):
    one = gate()
    one.person(38.0)
    one.act(Typed(36.8, "contact", "armpit", one.last.id))
    assert (one.last.verdict, one.last.reasons) == ("pass", ("cleared",))
    one.pass_time(0)
    assert one.shown["rests"] == []


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        (Typed(33.9, "contact", "armpit"), "K0442"),
        (Typed(43.1, "contact", "armpit"), "K0442"),
        (Typed(float("nan"), "contact", "armpit"), "K0442"),
        (Typed(float("inf"), "contact", "armpit"), "K0442"),
        (Typed(36.5, "contact", "wrist"), "K0447"),
        (Typed(36.5, "body_estimate", "armpit"), "K0447"),
        (Typed(36.5, "contact", "armpit", new_id()), "K0443"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_word_that_says_why_and_nothing_is_recorded(gate, typed, word):
    one = gate()
    assert one.act(typed) == one.act(typed)
    assert one.act(typed).word == word
    assert one.screenings == []


def test_a_typed_value_takes_the_code_before_the_camera_and_waits_for_none(gate):
    one = gate(policy=Policy("1", code="required"))
    one.code("h")
    one.act(Typed(36.5, "body_estimate", "wrist"))
    assert (one.last.code.holder, one.last.verdict) == ("h", "pass")
    one.pass_time(30)
    one.act(Typed(36.5, "body_estimate", "wrist"))
    assert (one.last.code, one.last.reasons) == (None, ("code_missing",))


def test_the_chosen_rest_gets_the_next_reading_at_the_chosen_site_in_spite_of_others_in_between(gate):
    one = gate()
    one.person(38.0)
    first = one.last
    one.person(36.5)
    one.pass_time(200)
    assert one.act(Remeasure(first.id, "wrist")).ok
    one.pass_time(1)
    assert one.shown["rests"][0]["chosen"]
    one.person(38.0, quality="moving")
    assert one.last.verdict == "none"
    one.person(38.0)
    assert (one.last.verdict, one.last.remeasure_of, one.last.temperature.site) == ("stop", first.id, "wrist")
    one.person(36.5)
    assert (one.last.remeasure_of, one.last.temperature.site) == (None, "forehead")


def test_a_choice_can_be_taken_back_ends_after_a_minute_and_is_void_for_who_does_not_rest(gate):
    one = gate()
    assert one.act(Remeasure(new_id())).word == "K0443"
    one.person(38.0)
    first = one.last.id
    assert one.act(Remeasure(first, "armpit")).word == "K0447"
    one.act(Remeasure(first))
    one.act(Remeasure(None))
    one.person(36.5)
    one.act(Remeasure(first))
    one.pass_time(61)
    one.person(36.5)
    assert [entry.remeasure_of for entry in one.screenings] == [None, None, None]


def test_a_reading_from_before_the_choice_is_not_the_chosen_persons(gate):
    one = gate()
    one.person(38.0)
    first = one.last.id
    measured = one.now
    one.pass_time(0.2)
    one.act(Remeasure(first))
    one.person(36.5, at=measured)
    assert one.last.remeasure_of is None
    one.person(36.5)
    assert one.last.remeasure_of == first


def test_the_screen_asks_for_a_code_only_where_one_is_required(gate):
    for rule, stage in (("optional", "measured"), ("required", "waiting_for_code")):
        one = gate(policy=Policy("1", code=rule))
        one.screener.stage("measured")
        one.person(36.5, wait=0.1)
        assert one.shown["stage"] == stage


def test_who_steps_in_with_another_code_does_not_use_up_the_choice(gate):
    one = gate()
    one.code("h1")
    one.person(38.0)
    first = one.last.id
    one.pass_time(200)
    one.act(Remeasure(first))
    one.code("h2")
    one.person(36.5)
    assert (one.last.code.holder, one.last.remeasure_of) == ("h2", None)
    one.code("h1")
    one.person(36.5)
    assert (one.last.remeasure_of, one.last.reasons) == (first, ("cleared",))


def test_a_register_entry_stands_alone_and_never_meets_a_reading(gate):
    one = gate()
    one.screener.reading(lambda site: Temperature(36.5, "body_estimate", site=site), one.now)
    answer = one.act(Register(SEALED))
    one.code("h")
    one.pass_time(2)
    entry, person = one.screenings
    assert (entry.id, entry.verdict, entry.reasons) == (answer.id, "none", ("registered",))
    assert (entry.registration, entry.temperature, entry.code) == (SEALED, None, None)
    assert (person.code.holder, person.registration) == ("h", None)
    assert one.shown["screening"]["id"] == str(person.id)


@pytest.mark.parametrize("sealed", ["", "Zhang San", "!!!!", b64encode(b"x" * 48).decode(), "A" * 8196])
def test_a_register_entry_that_is_not_sealed_is_not_recorded(gate, sealed):
    one = gate()
    assert one.act(Register(sealed)).word == "K0446"
    assert one.screenings == []


def test_a_full_disk_is_the_answer_to_who_types_and_registers(gate):
    one = gate()
    one.outbox.room._free = lambda folder: 0
    assert one.act(Typed(36.5, "contact", "armpit")).word == "K0450"
    assert one.act(Register(SEALED)).word == "K0450"


def test_the_author_is_who_was_on_duty_at_the_moment_of_measuring(gate):
    one = gate(policy=Policy("1", operators=OPERATORS))
    one.person(36.5)
    assert (one.last.operator, one.last.unattended) == (None, True)
    assert one.act(WaitForDuty()).ok
    one.code("card-a")
    measured = one.now = one.now + 5
    one.act(WaitForDuty())
    one.now += 0.3
    one.code("card-b")
    one.person(36.6, at=measured)
    one.person(36.7)
    assert [entry.operator for entry in one.screenings[1:]] == ["v-12", "v-13"]
    assert (one.shown["operator"], one.shown["unattended"]) == ("v-13", False)
    one.act(SignOff())
    one.person(36.8)
    assert (one.last.operator, one.last.unattended) == (None, True)


def test_the_card_that_signs_on_is_nobodys_code_and_outside_the_window_it_is_its_holders(gate):
    one = gate(policy=Policy("1", operators=OPERATORS))
    one.act(WaitForDuty())
    for _ in range(20):
        one.code("card-a")
        one.now += 0.1
    one.person(36.5)
    assert (one.last.code, one.last.operator) == (None, "v-12")
    one.pass_time(40)
    one.code("card-b")
    one.person(36.5)
    assert (one.last.code.holder, one.last.operator) == ("card-b", "v-12")


def test_a_window_closes_after_half_a_minute_and_a_refused_card_signs_nobody_on(gate):
    one = gate(policy=Policy("1", operators=OPERATORS))
    one.act(WaitForDuty())
    one.code("card-a", "revoked")
    one.pass_time(31)
    one.code("card-a")
    one.person(36.5)
    assert one.last.operator is None


def test_signing_on_needs_something_that_reads_cards_and_people_who_may(gate):
    assert gate(camera=False, policy=Policy("1", operators=OPERATORS)).act(WaitForDuty()).word == "K0444"
    one = gate()
    assert one.act(WaitForDuty()).word == "K0445"
    one.person(36.5)
    assert not one.last.unattended
