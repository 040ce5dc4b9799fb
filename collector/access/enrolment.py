"""Letting a gate in: an invitation that serves once, and the certificate that it is changed for."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from collector.access.authority import Authority
from collector.ledger import Ledger, enrolments
from collector.ledger.enrolments import Enrolment
from kadian.errors import KadianError
from kadian.invitation import Invitation, Plea, Welcome

MINUTES = 15
"""How long an invitation is good."""


class Enrolments:
    """Makes invitations and honours them.

    Args:
        ledger: where they are kept, as hashes.
        authority: signs.
        address: host:port under which gates reach the enrolment service.
        broker_url: where an enrolled gate is to connect.
        now_ms: the wall clock, milliseconds since 1970.
    """

    def __init__(
        self, ledger: Ledger, authority: Authority, *, address: str, broker_url: str, now_ms: Callable[[], int]
    ) -> None:
        self._ledger = ledger
        self._authority = authority
        self._address = address
        self._broker_url = broker_url
        self._now_ms = now_ms

    def invite(self, gate: str, devices: dict[str, dict[str, Any]]) -> Invitation:
        """A new invitation for a gate; an older one of the same gate that nobody used is no longer good."""
        token = secrets.token_bytes(16)
        now = self._now_ms()
        options = msgspec.json.encode(devices).decode()
        with self._ledger.begin() as connection:
            enrolments.add(connection, Enrolment(_hash(token), gate, options, now, now + MINUTES * 60_000))
        return Invitation(self._address, self._authority.pin, token, self._authority.site, gate)

    def admit(self, plea: Plea) -> Welcome:
        """Changes a token and a gate's signing request for its certificate.

        Raises:
            KadianError: K0504 there is no such invitation, K0505 another gate has used it, K0506 its time is over,
                K0507 the signing request is none.
        """
        token = _hash(bytes.fromhex(plea.token))
        with self._ledger.read() as connection:
            found = enrolments.find(connection, token)
        if found is None:
            raise KadianError("K0504", "enrolment")
        try:
            csr = x509.load_pem_x509_csr(plea.csr.encode())
            certificate = self._authority.gate(found.gate, csr)
        except ValueError as error:
            raise KadianError("K0507", found.gate, reason=str(error)) from error
        now = self._now_ms()
        with self._ledger.begin() as connection:
            used = enrolments.use(connection, token, now, _key(csr))
        if not used:
            raise KadianError("K0506" if found.expires_ms <= now else "K0505", found.gate)
        return Welcome(
            site=self._authority.site,
            gate=found.gate,
            certificate=certificate,
            authority=self._authority.pem,
            broker_url=self._broker_url,
            devices=msgspec.json.decode(found.options, type=dict[str, dict[str, Any]]),
        )


def _hash(token: bytes) -> str:
    return hashlib.sha256(token).hexdigest()


def _key(csr: x509.CertificateSigningRequest) -> str:
    spki = csr.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()
