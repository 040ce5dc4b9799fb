import zlib
from datetime import timedelta
from functools import cache

import cbor2
import pytest
from base45 import b45decode
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from agent.codes.judge import judge
from agent.codes.judged import Trust
from kadian.messages import TrustLists
from tests.agent.codes.signers import NOW, RECOVERY, TEST, VACCINATION, DccSigner, text_of

SIGNER = DccSigner()


def verdict(text, signer=SIGNER, at=NOW, **lists):
    return judge(text, Trust(lists=TrustLists(dcc=(signer.entry,), **lists)), at)


def said(text, signer=SIGNER, at=NOW):
    judged = verdict(text, signer, at)
    return judged.status, judged.reason


@cache
def signer_of(kind):
    keys = {
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "rsa1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - the weak one that is refused
    }
    return DccSigner(keys[kind]())


@pytest.mark.parametrize("kind", ["v", "t", "r"])
def test_a_signed_certificate_in_its_time_is_valid(kind):
    judged = verdict(SIGNER.sign(SIGNER.payload(kind)))
    assert (judged.format, judged.status) == ("dcc", "valid")
    assert all(judged.checks.values())
    assert judged.expires == "2027-02-22"


@pytest.mark.parametrize(
    ("kind", "status"), [("p384", "valid"), ("rsa", "valid"), ("p521", "forged"), ("rsa1024", "forged")]
)
def test_only_the_kinds_of_key_that_the_specification_names_sign(kind, status):
    signer = signer_of(kind)
    assert said(signer.sign(signer.payload()), signer)[0] == status


@pytest.mark.parametrize("tags", [(), (18, 18), (18, 61), (61, 18, 55799)])
def test_tags_may_be_absent_or_doubled(tags):
    assert said(SIGNER.sign(SIGNER.payload(), tags=tags))[0] == "valid"


def test_the_key_may_be_named_outside_the_protected_header():
    text = SIGNER.sign(SIGNER.payload(), protected={1: -7}, unprotected={4: SIGNER.kid})
    assert said(text)[0] == "valid"


@pytest.mark.parametrize(
    "headers", [{"protected": {1: -7}}, {"protected": {1: -7, 4: b"x" * 8}}, {"protected": {1: -7, 4: 5}}]
)
def test_a_right_signature_without_the_right_kid_is_not_believed(headers):
    text = SIGNER.sign(SIGNER.payload(), **headers, unprotected={4: SIGNER.kid} if 4 in headers["protected"] else {})
    assert said(text) == ("unknown_key", "key_unknown")


def test_another_key_under_the_same_kid_is_a_forgery():
    forger = DccSigner()
    forger.kid = SIGNER.kid
    assert said(forger.sign(forger.payload())) == ("forged", "signature_wrong")


@pytest.mark.parametrize("algorithm", [-37, -35, -257, None, "ES256", 5, 2**70])
def test_another_algorithm_than_the_keys_own_is_a_forgery(algorithm):
    assert said(SIGNER.sign(SIGNER.payload(), protected={1: algorithm, 4: SIGNER.kid}))[0] == "forged"


def test_what_was_altered_after_signing_is_refused():
    raw = cbor2.loads(zlib.decompress(b45decode(SIGNER.sign(SIGNER.payload(dn=1))[4:])))
    parts = list(raw.value)
    parts[2] = parts[2].replace(b"bdn\x01", b"bdn\x02")
    assert said(text_of(cbor2.dumps(cbor2.CBORTag(18, parts)))) == ("forged", "signature_wrong")


@pytest.mark.parametrize(
    ("usages", "kind", "status"),
    [((), "v", "valid"), ((VACCINATION,), "v", "valid"), ((TEST, RECOVERY), "v", "forged"), ((TEST,), "r", "forged"),
     (("1.3.6.1.4.1.0.1847.2021.1.3",), "r", "valid"), (("1.3.6.1.5.5.7.3.1",), "t", "valid")],
)  # fmt: skip
def test_a_signer_signs_only_what_its_certificate_is_for(usages, kind, status):
    signer = DccSigner(usages=usages)
    assert said(signer.sign(signer.payload(kind)), signer)[0] == status


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        ({"expires": NOW - timedelta(seconds=1)}, ("expired", "past_last_day")),
        ({"issued": NOW + timedelta(hours=1)}, ("not_yet", "issued_later")),
        ({"kind": "t", "tr": "260373001"}, ("valid", "content")),
        ({"kind": "r", "du": "2026-11-23"}, ("valid", "content")),
        ({"kind": "r", "df": "2026-11-25"}, ("valid", "content")),
        ({"co": "XY"}, ("invalid", "malformed")),
        ({"co": 5}, ("invalid", "malformed")),
        ({"dt": "2026-02-30"}, ("invalid", "malformed")),
        ({"dn": "2"}, ("invalid", "malformed")),
        ({"ci": None}, ("invalid", "malformed")),
    ],
)
def test_what_is_signed_may_still_not_let_pass(payload, answer):
    assert said(SIGNER.sign(SIGNER.payload(**payload))) == answer


def test_a_signers_own_time_counts():
    signer = DccSigner(until=NOW - timedelta(days=1))
    assert said(signer.sign(signer.payload()), signer) == ("expired", "signer_out_of_time")


def test_a_recovery_ends_with_its_last_day_not_with_its_signature():
    assert verdict(SIGNER.sign(SIGNER.payload("r", du="2026-11-24"))).expires == "2026-11-24"


def test_an_old_list_is_used_and_said_to_be_old():
    text = SIGNER.sign(SIGNER.payload())
    young, old = (verdict(text, dcc_at=NOW - timedelta(days=days)) for days in (14, 15))
    assert (young.status, young.reason, young.old_list) == ("valid", "signed", False)
    assert (old.status, old.reason, old.old_list) == ("valid", "trust_list_old", True)


def test_the_same_certificate_written_twice_is_one_holder_and_names_nobody():
    first, second = (verdict(SIGNER.sign(SIGNER.payload())) for _ in range(2))
    assert first.holder_source == second.holder_source
    assert "SECRET" not in repr(first)
