from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.access.authority import Authority
from collector.ledger import Ledger

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path}/office/kadian.db")
    yield opened
    opened.close()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "access", "here", NOW)


@pytest.fixture
def csr_of():
    """A signing request (PEM) for a fresh key, whatever name it asks for."""

    def make(name="somebody", key=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode()

    return make
