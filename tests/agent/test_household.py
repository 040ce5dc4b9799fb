"""Whom of a household the volunteer sees: the choice alone, and at a gate."""

import pytest

from agent.acts import Member, Typed
from agent.household import CHOICE_SECONDS, Chooser
from agent.screening import Joiner
from kadian.messages import Code, Policy, Temperature
from tests.agent.screeners import Gate


def member(number, household="h", status="valid"):
    return Code("pass", status, f"{household}{number}", household=3, member=number)


CARD, OTHER = (Code("pass", "valid", name, household=3) for name in ("h", "i"))
PEOPLE = {name: tuple(member(number, name) for number in (1, 2, 3)) for name in ("h", "i")}


@pytest.fixture
def chooser():
    return Chooser(lambda household: PEOPLE.get(household, ()))


def test_a_card_goes_on_as_the_households_until_somebody_is_chosen(chooser):
    assert chooser.seen(CARD, 0.0) is CARD
    assert chooser.offered(1.0) == PEOPLE["h"]
    assert chooser.choose(2, 2.0) == member(2)
    assert chooser.seen(CARD, 2.1) == member(2)
    assert chooser.offered(2.2) == ()


def test_a_choice_is_for_one_screening(chooser):
    chooser.seen(CARD, 0.0)
    chooser.choose(2, 1.0)
    chooser.screened(None)
    assert chooser.seen(CARD, 2.0).member == 2, "a reading without a code was somebody else's"
    chooser.screened(member(2))
    assert chooser.seen(CARD, 3.0) is CARD
    assert chooser.choose(3, 4.0) == member(3)


def test_nothing_can_be_chosen_without_a_card_or_long_after_it(chooser):
    assert chooser.choose(1, 0.0) is None
    chooser.seen(CARD, 0.0)
    assert chooser.choose(9, 1.0) is None
    assert chooser.choose(1, CHOICE_SECONDS + 1) is None
    assert chooser.offered(CHOICE_SECONDS + 1) == ()


def test_another_households_card_takes_no_choice_over(chooser):
    chooser.seen(CARD, 0.0)
    chooser.choose(1, 1.0)
    assert chooser.seen(OTHER, 2.0) is OTHER
    assert chooser.seen(CARD, 3.0) is CARD


def test_a_choice_ends_when_the_card_was_long_away(chooser):
    chooser.seen(CARD, 0.0)
    chooser.choose(1, 1.0)
    assert chooser.seen(CARD, CHOICE_SECONDS * 2) is CARD


def test_other_codes_pass_as_they_are(chooser):
    single = Code("pass", "valid", "s")
    assert chooser.seen(single, 0.0) is single
    assert chooser.offered(0.0) == ()


def test_two_of_one_household_are_screened_one_after_the_other_with_one_card(chooser):
    joiner, warm = Joiner(), Temperature(36.5, "body_estimate")
    screened = []
    for number, start in ((1, 0.0), (3, 20.0)):
        joiner.code(chooser.seen(CARD, start), start)
        code = chooser.choose(number, start + 1)
        joiner.code(code, start + 1)
        joiner.code(chooser.seen(CARD, start + 1.5), start + 1.5)
        (joined,) = joiner.reading(warm, start + 2)
        screened.append(joined.code.person)
        chooser.screened(joined.code)
    assert screened == ["h1", "h3"]


REQUIRED = Policy("1", code="required")


@pytest.fixture
def gate(tmp_path):
    made = []

    def make(people=PEOPLE, **more):
        made.append(Gate(tmp_path / f"{len(made)}.db", households=people, **more))
        return made[-1]

    yield make
    for one in made:
        one.outbox.close()


def show(gate, card=CARD, seconds=0.0):
    """The card is held before the camera for so long."""
    for _ in range(round(seconds / 0.2)):
        gate.screener.code(card, gate.now)
        gate.pass_time(0.2)
    gate.screener.code(card, gate.now)
    gate.pass_time(0)


def offered(gate):
    gate.pass_time(0)
    return [person["number"] for person in gate.shown["household"]]


def test_who_was_chosen_stands_in_the_screening_and_the_keys_are_gone_once_somebody_was(gate):
    one = gate()
    assert offered(one) == []
    show(one)
    assert one.shown["household"][1] == {"number": 2, "status": "valid", "expires": None}
    assert offered(one) == [1, 2, 3]
    assert one.act(Member(2)).ok
    assert offered(one) == []
    show(one, seconds=1)
    one.person(36.5)
    assert one.last.code == member(2)
    assert one.last.verdict == "pass"


def test_who_is_not_chosen_passes_at_once_with_the_household_alone_and_cannot_be_chosen_too_late(gate):
    one = gate(policy=REQUIRED)
    show(one)
    one.person(36.5, wait=0)
    assert (one.last.code, one.last.verdict) == (CARD, "pass")
    assert offered(one) == []
    show(one, seconds=1.8)  # the card is still held up
    assert offered(one) == []
    assert one.act(Member(2)).word == "K0465"
    one.pass_time(3)
    one.person(36.6, wait=6)
    assert (one.last.code, one.last.reasons) == (None, ("code_missing",))
    show(one)
    assert offered(one) == [1, 2, 3]


def test_one_card_for_two_who_come_one_after_the_other_and_none_of_it_for_the_third(gate):
    one = gate()
    show(one)
    one.act(Member(1))
    one.pass_time(3)
    one.person(36.5, wait=0.2)
    show(one, seconds=0.6)
    assert offered(one) == [1, 2, 3]
    one.act(Member(3))
    one.person(36.6, wait=0.2)
    show(one, seconds=0.6)
    one.pass_time(3)
    one.person(36.7)
    assert [entry.code for entry in one.screenings] == [member(1), member(3), None]


def test_a_reading_that_waits_for_a_code_takes_the_member_whom_the_volunteer_names(gate):
    one = gate(policy=REQUIRED)
    show(one)
    one.act(Member(1))
    one.person(36.5)
    one.pass_time(5)
    one.person(36.6)
    assert len(one.screenings) == 1
    assert one.act(Member(2)).ok
    assert [entry.code for entry in one.screenings] == [member(1), member(2)]


def test_a_typed_value_is_the_chosen_persons_too(gate):
    one = gate()
    show(one)
    one.act(Member(3))
    one.act(Typed(36.5, "body_estimate", "wrist"))
    assert one.last.code == member(3)


def test_a_second_reading_of_a_family_is_the_same_persons_and_nobody_elses(gate):
    one = gate()
    for number, celsius, wait in ((1, 38.2, 10), (2, 36.5, 200), (1, 36.6, 0)):
        show(one)
        one.act(Member(number))
        one.person(celsius, wait=wait)
    first, second, third = one.screenings
    assert (first.verdict, second.reasons, third.reasons) == ("recheck", (), ("cleared",))
    assert (second.remeasure_of, third.remeasure_of) == (None, first.id)


def test_whose_own_validity_has_ended_is_refused_although_the_card_is_good_for_others(gate):
    one = gate({"h": (member(1), member(2, status="expired"))})
    show(one)
    assert [person["status"] for person in one.shown["household"]] == ["valid", "expired"]
    one.act(Member(2))
    one.person(36.5)
    assert (one.last.verdict, one.last.reasons) == ("stop", ("code_refused",))


def test_choosing_ends_a_minute_after_the_card_and_without_a_card_or_such_a_person_is_told_in_words(gate):
    one = gate()
    assert one.act(Member(1)).word == "K0465"
    show(one)
    assert one.act(Member(4)).word == "K0465"
    one.pass_time(CHOICE_SECONDS - 1)
    assert offered(one) == [1, 2, 3]
    one.pass_time(2)
    assert offered(one) == []
    assert one.act(Member(1)).word == "K0465"


def test_where_codes_are_off_nobody_is_asked_for_a_choice(gate):
    one = gate(policy=Policy("1", code="off"))
    show(one)
    assert offered(one) == []


def test_the_screening_of_another_households_member_takes_no_choice_away(chooser):
    chooser.seen(CARD, 0.0)
    chooser.choose(1, 1.0)
    chooser.seen(OTHER, 2.0)
    chooser.choose(2, 3.0)
    assert chooser.screened(member(1)) is None
    assert chooser.seen(OTHER, 4.0) == member(2, "i")
    assert chooser.screened(member(2, "i")) is OTHER
