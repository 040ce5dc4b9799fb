from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.codes.holder import holder
from agent.codes.judge import formats, judge
from agent.codes.judged import Trust
from kadian import passcard
from kadian.messages import PassKey

PRIVATE, PUBLIC = passcard.new_key()
TRUST = Trust(pass_keys=(PassKey(1, PUBLIC),))
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
KEY = b"k" * 32


def card(key_id=1, expires=date(2026, 12, 1), private=PRIVATE):
    return passcard.issue(private, key_id, b"h" * 16, expires)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (card(), "valid"),
        (card(expires=date(2026, 11, 20)), "expired"),
        (card(key_id=2), "unknown_key"),
        (card(private=passcard.new_key()[0]), "forged"),
        (card()[:-2], "altered"),
        ("KP1:", "altered"),
    ],
)
def test_a_pass_card_is_judged_by_signature_and_day(text, status):
    judged = judge(text, TRUST, NOW)
    assert (judged.format, judged.status) == ("pass", status)


def test_a_card_is_good_on_its_last_day():
    assert judge(card(expires=date(2026, 11, 24)), TRUST, NOW).status == "valid"


def test_a_revoked_holder_is_refused():
    revoked = Trust(TRUST.pass_keys, frozenset({(b"h" * 16).hex()}))
    assert judge(card(), revoked, NOW).status == "revoked"


PEOPLE = tuple(passcard.Member(bytes([number]) * 16, date(2026, 11, 22 + number)) for number in range(1, 4))


def household(**trust):
    text = passcard.issue_household(PRIVATE, 1, b"h" * 16, PEOPLE)
    return judge(text, Trust(TRUST.pass_keys, **trust), NOW)


def test_each_member_of_a_household_has_an_end_of_its_own():
    judged = household()
    assert (judged.format, judged.status, judged.expires) == ("pass", "valid", "2026-11-25")
    assert [member.status for member in judged.members] == ["expired", "valid", "valid"]


def test_one_member_may_be_revoked_or_the_whole_household():
    judged = household(revoked=frozenset({PEOPLE[1].holder.hex()}))
    assert (judged.status, [member.status for member in judged.members]) == ("valid", ["expired", "revoked", "valid"])
    assert household(revoked=frozenset({(b"h" * 16).hex()})).status == "revoked"
    assert household(revoked=frozenset(member.holder.hex() for member in PEOPLE[1:])).status == "expired"


def test_a_forged_household_has_no_members():
    judged = judge(passcard.issue_household(passcard.new_key()[0], 1, b"h" * 16, PEOPLE), TRUST, NOW)
    assert (judged.status, judged.members) == ("forged", ())


def test_an_old_list_of_revocations_is_said_to_be_old():
    fresh, old = (Trust(TRUST.pass_keys, revoked_at=NOW - timedelta(days=days)) for days in (14, 15))
    assert (judge(card(), fresh, NOW).reason, judge(card(), fresh, NOW).old_list) == ("signed", False)
    assert (judge(card(), old, NOW).reason, judge(card(), old, NOW).old_list) == ("trust_list_old", True)
    assert judge(card(expires=date(2026, 11, 1)), old, NOW).reason == "past_last_day"


def test_any_other_text_is_shown_not_verified():
    judged = judge("健康码 江城 12345678", TRUST, NOW)
    assert (judged.format, judged.status) == ("text", "unverified")
    assert "12345678" not in repr(judged)


@given(st.text())
def test_any_text_is_judged_without_an_exception(text):
    judged = judge(text, TRUST, NOW)
    assert judged.format in {module.FORMAT for module in formats()}
    hashed = holder(KEY, judged)
    assert hashed is None or len(hashed) == 22


def test_a_holder_is_the_same_for_one_key_and_unlinkable_for_another():
    judged = judge(card(), TRUST, NOW)
    assert holder(KEY, judged) == holder(KEY, judge(card(expires=date(2026, 12, 9)), TRUST, NOW))
    assert holder(KEY, judged) != holder(b"x" * 32, judged)
    assert holder(KEY, judge("a", TRUST, NOW)) != holder(KEY, judge("b", TRUST, NOW))
