"""The office's own certificate authority: one for the site, made at the first invitation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kadian.errors import KadianError
from kadian.secretfile import read_secret, write_secret

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
"""Certificates are valid from here on: a Raspberry Pi that has not yet heard the time must not refuse them."""
AUTHORITY_DAYS, GATE_DAYS, SERVER_DAYS = 7300, 1095, 397
PEM = serialization.Encoding.PEM


class Authority:
    """Signs the certificates of gates and of the office's own services.

    Args:
        folder: where `authority.key` and `authority.pem` are kept.
        site: stands in the names.
        now: the time.

    Raises:
        KadianError: K0500, K0501 the files; K0502 they hold no key or certificate.
    """

    def __init__(self, folder: Path, site: str, now: datetime) -> None:
        self.site = site
        self._now = now
        key_file, certificate_file = folder / "authority.key", folder / "authority.pem"
        if not key_file.exists() and not certificate_file.exists():
            write_secret(key_file, private_pem(ec.generate_private_key(ec.SECP256R1())))
        try:
            loaded = serialization.load_pem_private_key(read_secret(key_file), None)
            if isinstance(loaded, ec.EllipticCurvePrivateKey) and not certificate_file.exists():
                # A first start that was cut off between its two files.
                write_secret(certificate_file, self._authority(loaded).public_bytes(PEM))
            self.certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        except (ValueError, TypeError, UnsupportedAlgorithm, OSError) as error:
            raise KadianError("K0502", str(key_file)) from error
        if not isinstance(loaded, ec.EllipticCurvePrivateKey) or loaded.public_key() != self.certificate.public_key():
            raise KadianError("K0502", str(key_file))
        self._key = loaded

    @property
    def pem(self) -> str:
        """The authority's own certificate."""
        return self.certificate.public_bytes(PEM).decode("ascii")

    @property
    def pin(self) -> bytes:
        """SHA-256 of that certificate, 32 bytes."""
        return self.certificate.fingerprint(hashes.SHA256())

    def gate(self, name: str, csr: x509.CertificateSigningRequest) -> str:
        """A client certificate (PEM) for a gate's own key; the name is ours, whatever the request asks for.

        Raises:
            ValueError: the request is not signed by its key, or the key is of a kind that is not taken.
        """
        key = csr.public_key()
        if not csr.is_signature_valid or not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("a request for an elliptic-curve key, signed by it, is wanted")
        made = self._leaf(key, name, GATE_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH)
        return made.sign(self._key, hashes.SHA256()).public_bytes(PEM).decode("ascii")

    def server(self, hosts: Sequence[str]) -> tuple[bytes, bytes]:
        """A fresh key and certificate chain (PEM) for a service that is reached under these host names."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_general(host) for host in dict.fromkeys(hosts)])
        made = self._leaf(key.public_key(), hosts[0], SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH)
        signed = made.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        return private_pem(key), signed.public_bytes(PEM) + self.certificate.public_bytes(PEM)

    def _authority(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        name = _name(f"kadian {self.site}")
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            self._builder(name, key.public_key(), AUTHORITY_DAYS)
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )

    def _leaf(
        self, key: ec.EllipticCurvePublicKey, name: str, days: int, use: x509.ObjectIdentifier
    ) -> x509.CertificateBuilder:
        parent = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.certificate.public_key())  # type: ignore[arg-type]  # our own key is elliptic
        return (
            self._builder(_name(name), key, days)
            .issuer_name(self.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(parent, critical=False)
        )

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(BEGIN)
            .not_valid_after(self._now + timedelta(days=days))
        )


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PKCS 8, not encrypted: the file's rights protect it."""
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)
