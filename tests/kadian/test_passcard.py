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
