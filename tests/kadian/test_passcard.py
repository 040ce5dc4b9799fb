from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadian import passcard

PRIVATE, PUBLIC = passcard.new_key()
CARD = passcard.issue(PRIVATE, 7, bytes(range(16)), date(2026, 12, 1))
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@given(st.integers(0, 255), st.binary(min_size=16, max_size=16), st.dates(min_value=date(1970, 1, 1)))
def test_a_card_comes_back_as_it_was_issued(key_id, holder, expires):
    text = passcard.issue(PRIVATE, key_id, holder, expires)
    card = passcard.parse(text)
    assert (card.key_id, card.holder, card.expires) == (key_id, holder, expires)
    assert passcard.verify(card, PUBLIC)
    assert set(text) <= set(ALPHANUMERIC), "only the QR code's alphanumeric mode keeps it small"


def test_every_single_altered_character_is_refused():
    for place in range(len(CARD)):
        for other in ALPHANUMERIC:
            altered = CARD[:place] + other + CARD[place + 1 :]
            if altered == CARD:
                continue
            try:
                assert not passcard.verify(passcard.parse(altered), PUBLIC)
            except ValueError:
                continue


def test_another_key_does_not_verify():
    assert not passcard.verify(passcard.parse(CARD), passcard.new_key()[1])


@given(st.text() | st.text(ALPHANUMERIC).map(lambda text: passcard.PREFIX + text))
def test_rubbish_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r".+"):
        passcard.parse(text)


@pytest.mark.parametrize(
    ("key_id", "holder", "expires"),
    [(256, bytes(16), date(2026, 1, 1)), (-1, bytes(16), date(2026, 1, 1)), (1, bytes(15), date(2026, 1, 1)),
     (1, bytes(16), date(1969, 12, 31))],
)  # fmt: skip
def test_a_card_that_cannot_be_is_not_issued(key_id, holder, expires):
    with pytest.raises(ValueError, match=r".+"):
        passcard.issue(PRIVATE, key_id, holder, expires)


PEOPLE = tuple(passcard.Member(bytes([number]) * 16, date(2026, 12, number)) for number in (3, 9, 5))
HOUSEHOLD = passcard.issue_household(PRIVATE, 7, b"h" * 16, PEOPLE)


def test_a_household_comes_back_as_it_was_issued_and_ends_with_its_last_member():
    card = passcard.parse(HOUSEHOLD)
    assert (card.holder, card.members, card.expires) == (b"h" * 16, PEOPLE, date(2026, 12, 9))
    assert passcard.verify(card, PUBLIC)
    assert set(HOUSEHOLD) <= set(ALPHANUMERIC)


def test_no_member_can_be_taken_out_or_put_in():
    card = passcard.parse(HOUSEHOLD)
    for members in (PEOPLE[:2], PEOPLE[::-1], (*PEOPLE, PEOPLE[0])):
        forged = passcard.PassCard(card.key_id, card.holder, card.expires, card.signature, members)
        assert not passcard.verify(forged, PUBLIC)


def test_a_household_of_twelve_fits_a_code_that_can_be_printed():
    people = tuple(passcard.Member(bytes([number]) * 16, date(2026, 12, 1)) for number in range(12))
    assert len(passcard.issue_household(PRIVATE, 255, b"h" * 16, people)) <= passcard.LONGEST


@pytest.mark.parametrize(
    "members", [(), PEOPLE[:1], (PEOPLE[0], PEOPLE[0]), (PEOPLE[0], passcard.Member(b"h" * 16, date(2026, 1, 1)))]
)
def test_a_household_that_cannot_be_is_not_issued(members):
    with pytest.raises(ValueError, match=r".+"):
        passcard.issue_household(PRIVATE, 7, b"h" * 16, members)


def test_a_card_of_the_first_kind_is_read_for_ever():
    text = (
        "KP1:DQIHZO100KB0*M0DY0W016C1PN1:Y11/PGV6I+5S71Q*40ZE0%RPJL+*L YB1R8*/AA8E2DFL4UT:IL1CDYPMHL%S4DKHVX7DXLTB4DVC"
        ": JA926/UN4E-/9.:J9EEFLAA0"
    )
    card = passcard.parse(text)
    assert (card.key_id, card.holder, card.expires) == (1, bytes(range(16)), date(2026, 12, 1))
    assert passcard.verify(card, "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")
