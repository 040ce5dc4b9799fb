import itertools
import json
from datetime import timedelta

import pytest

from agent.codes.judge import judge
from agent.codes.judged import Trust
from agent.codes.shc_parts import FORGET_SECONDS, Parts, part_of
from kadian.messages import TrustLists
from tests.agent.codes.signers import NOW, ShcSigner, deflated, parts_of, unsecured

SIGNER = ShcSigner()


def verdict(text, *entries, at=NOW, **lists):
    return judge(text, Trust(lists=TrustLists(shc=entries or (SIGNER.entry,), **lists)), at)


def said(text, *entries, at=NOW):
    judged = verdict(text, *entries, at=at)
    return judged.status, judged.reason


def test_a_signed_card_is_valid():
    judged = verdict(SIGNER.sign(SIGNER.payload(expires=NOW + timedelta(days=2))))
    assert (judged.format, judged.status, judged.expires) == ("shc", "valid", "2026-11-26")
    assert all(judged.checks.values())


def test_a_card_without_an_end_has_none():
    assert verdict(SIGNER.sign(SIGNER.payload())).expires is None


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        ({"expires": NOW - timedelta(seconds=1)}, ("expired", "past_last_day")),
        ({"issued": NOW + timedelta(hours=1)}, ("not_yet", "issued_later")),
        ({"vc": {"type": ["something"], "credentialSubject": {}}}, ("invalid", "malformed")),
        ({"vc": {"type": "text", "credentialSubject": {}}}, ("altered", "undecodable")),
        ({"iss": "https://other.example"}, ("unknown_key", "key_unknown")),
        ({"exp": 1e300}, ("valid", "signed")),
    ],
)
def test_a_card_is_judged_by_issuer_time_and_kind(payload, answer):
    assert said(SIGNER.sign(SIGNER.payload(**payload))) == answer


def test_another_key_under_the_same_name_is_a_forgery():
    forger = ShcSigner(SIGNER.issuer)
    forger.kid = SIGNER.kid
    assert said(forger.sign(forger.payload())) == ("forged", "signature_wrong")


def test_a_card_that_asks_not_to_be_verified_is_a_forgery():
    header = {"alg": "none", "zip": "DEF", "kid": SIGNER.kid}
    assert said(unsecured(header, deflated(json.dumps(SIGNER.payload()).encode()))) == ("forged", "signature_wrong")


def test_an_altered_card_is_refused():
    text = SIGNER.sign(SIGNER.payload())
    for place in range(len("shc:/"), len(text), 37):
        altered = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
        assert said(altered)[0] in {"altered", "forged", "unknown_key"}


def test_a_bomb_is_not_inflated():
    assert said(SIGNER.sign(None, raw=deflated(b" " * 50_000_000))) == ("altered", "undecodable")


def test_a_key_that_is_no_point_of_the_curve_signs_nothing():
    damaged = type(SIGNER.entry)(SIGNER.issuer, SIGNER.kid, SIGNER.entry.x, "A" * 43)
    assert said(SIGNER.sign(SIGNER.payload()), damaged)[0] == "forged"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_card_in_parts_is_put_together_in_any_order(order):
    text = SIGNER.sign(SIGNER.payload())
    parts, pieces = Parts(), parts_of(text, 3)
    seen = [parts.add(pieces[place], at) for at, place in enumerate((order[0], *order))]
    assert seen == [None, None, None, text]
    assert parts.add(pieces[0], 5.0) == text, "seen again, it is still whole"


def test_a_part_alone_is_incomplete_and_of_nobody():
    judged = verdict(parts_of(SIGNER.sign(SIGNER.payload()), 2)[0])
    assert (judged.status, judged.reason, judged.holder_source) == ("incomplete", "parts_missing", None)


def test_parts_of_two_people_never_make_one_card():
    mine, yours = (parts_of(SIGNER.sign(SIGNER.payload(NOW - timedelta(days=n))), 2) for n in (1, 2))
    parts = Parts()
    assert parts.add(mine[0], 0.0) is None
    assert said(parts.add(yours[1], 1.0))[0] in {"forged", "altered"}
    assert said(parts.add(yours[0], 2.0))[0] == "valid", "the newer card takes over part by part"


def test_parts_are_forgotten_after_a_minute():
    parts, pieces = Parts(), parts_of(SIGNER.sign(SIGNER.payload()), 2)
    parts.add(pieces[0], 0.0)
    assert parts.add(pieces[1], FORGET_SECONDS + 1) is None


@pytest.mark.parametrize(
    "text", ["shc:/1/1/00", "shc:/3/2/00", "shc:/0/2/00", "shc:/1/17/00", "shc:/1/2/", "shc:/1/2/٣٣", "shc:/1/2"]
)
def test_what_is_no_part_is_none(text):
    assert part_of(text) is None
    assert verdict(text).status == "altered"


def test_an_old_list_is_said_to_be_old():
    judged = verdict(SIGNER.sign(SIGNER.payload()), shc_at=NOW - timedelta(days=15))
    assert (judged.status, judged.reason) == ("valid", "trust_list_old")
