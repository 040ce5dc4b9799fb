import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from collector.access.enrolment import Enrolments
from kadian.errors import KadianError
from kadian.invitation import Invitation, Plea, parse, text_of


class Office:
    def __init__(self, ledger, authority):
        self.now_ms = 1_000_000
        self.enrolments = Enrolments(
            ledger, authority, address="192.0.2.10:8443", broker_url="mqtts://b:8883", now_ms=lambda: self.now_ms
        )

    def plea(self, invitation, csr):
        return Plea(invitation.token.hex(), csr)


@pytest.fixture
def office(ledger, authority):
    return Office(ledger, authority)


def test_an_invitation_is_changed_for_a_certificate_of_the_gates_own_key(office, authority, csr_of):
    invitation = office.enrolments.invite("e01", {"camera": {"source": 0}})
    key = ec.generate_private_key(ec.SECP256R1())
    welcome = office.enrolments.admit(office.plea(invitation, csr_of("root", key)))
    certificate = x509.load_pem_x509_certificate(welcome.certificate.encode())
    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(authority.certificate)
    assert (welcome.site, welcome.gate, welcome.broker_url) == ("here", "e01", "mqtts://b:8883")
    assert welcome.devices == {"camera": {"source": 0}}


def test_the_name_in_the_certificate_is_the_offices_not_the_requests(office, csr_of):
    welcome = office.enrolments.admit(office.plea(office.enrolments.invite("e01", {}), csr_of("office")))
    names = x509.load_pem_x509_certificate(welcome.certificate.encode()).subject
    assert [one.value for one in names.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["e01"]


def refused(office, plea):
    with pytest.raises(KadianError) as error:
        office.enrolments.admit(plea)
    return error.value.code


def test_a_token_that_another_key_has_used_is_refused(office, csr_of):
    invitation = office.enrolments.invite("e01", {})
    office.enrolments.admit(office.plea(invitation, csr_of()))
    assert refused(office, office.plea(invitation, csr_of())) == "K0505"


def test_the_same_key_may_ask_again_when_the_answer_was_lost(office, csr_of):
    invitation = office.enrolments.invite("e01", {})
    plea = office.plea(invitation, csr_of())
    first = office.enrolments.admit(plea)
    assert office.enrolments.admit(plea).gate == first.gate


def test_a_token_is_good_for_fifteen_minutes(office, csr_of):
    invitation = office.enrolments.invite("e01", {})
    office.now_ms += 15 * 60_000 - 1
    early = office.plea(invitation, csr_of())
    office.enrolments.admit(early)
    office.now_ms += 1
    assert refused(office, early) == "K0506"
    late = office.enrolments.invite("e02", {})
    office.now_ms += 15 * 60_000
    assert refused(office, office.plea(late, csr_of())) == "K0506"


def test_a_second_invitation_of_a_gate_withdraws_the_first(office, csr_of):
    first = office.enrolments.invite("e01", {})
    office.enrolments.invite("e01", {})
    assert refused(office, office.plea(first, csr_of())) == "K0504"


def test_a_guessed_token_is_refused(office, csr_of):
    office.enrolments.invite("e01", {})
    assert refused(office, Plea("00" * 16, csr_of())) == "K0504"


@pytest.mark.parametrize(
    "csr", ["", "rubbish", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"]
)
def test_a_request_that_is_none_is_refused_and_uses_nothing_up(office, csr, csr_of):
    invitation = office.enrolments.invite("e01", {})
    assert refused(office, office.plea(invitation, csr)) == "K0507"
    assert office.enrolments.admit(office.plea(invitation, csr_of())).gate == "e01"


def test_a_key_of_another_kind_is_refused(office, csr_of):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refused(office, office.plea(office.enrolments.invite("e01", {}), csr_of(key=key))) == "K0507"


def test_of_a_hundred_at_once_exactly_one_wins(office, csr_of):
    invitation = office.enrolments.invite("e01", {})
    pleas = [office.plea(invitation, csr_of()) for _ in range(100)]
    ready = threading.Barrier(20)

    def ask(plea):
        ready.wait()
        try:
            return office.enrolments.admit(plea).gate
        except KadianError as error:
            return error.code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, pleas))
    assert sorted(answers) == ["K0505"] * 99 + ["e01"]


def test_the_ledger_keeps_no_token(office, ledger, tmp_path):
    invitation = office.enrolments.invite("e01", {})
    for file in (tmp_path / "office").iterdir():
        content = file.read_bytes()
        assert invitation.token not in content
        assert invitation.token.hex().encode() not in content


def test_an_invitation_survives_its_code_and_nothing_else_does(office):
    invitation = office.enrolments.invite("e01", {})
    text = text_of(invitation)
    assert parse(text) == invitation
    assert invitation.token.hex() not in repr(invitation)
    for broken in (
        "",
        "KADIAN-ENROL:1:",
        text[:-1],
        text[:-4],
        text.lower(),
        text + "A" * 700,
        text.replace(":1:", ":2:"),
    ):
        with pytest.raises(ValueError, match="invitation"):
            parse(broken)


def test_an_invitation_cannot_name_an_address_with_a_path_or_a_login():
    wrong = Invitation("user@evil/x:1", b"p" * 32, b"t" * 16, "here", "e01")
    with pytest.raises(ValueError, match="damaged"):
        parse(text_of(wrong))
