import pytest

from agent.household import CHOICE_SECONDS, Chooser
from agent.screening import Joiner
from kadian.messages import Code, Temperature


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
