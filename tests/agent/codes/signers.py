"""Certificates made by keys of our own, in each way that a stranger might make them."""

import json
import zlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import cbor2
from base45 import b45encode
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from joserfc import jws
from joserfc.jwk import ECKey

from kadian.messages import ShcKey
from kadian.trust import dcc_key

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
VACCINATION, TEST, RECOVERY = (f"1.3.6.1.4.1.1847.2021.1.{number}" for number in (2, 1, 3))
NAME = {"fn": "秘密姓名", "fnt": "MIMI", "gn": "某", "gnt": "MOU"}
EACH = {"tg": "840539006", "co": "AT", "is": "Ministry", "ci": "URN:UVCI:01:AT:SECRET123#4"}
ENTRIES = {
    "v": {"vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-05-29"},
    "t": {"tt": "LP6464-4", "sc": "2026-11-23T10:00:00Z", "tr": "260415000", "tc": "lab"},
    "r": {"fr": "2026-10-01", "df": "2026-10-11", "du": "2027-03-01"},
}


def certificate_of(key, usages=(), since=NOW - timedelta(days=300), until=NOW + timedelta(days=300)):
    """A certificate (DER) of a public key, signed by itself or, for an RSA key, likewise."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 4711, since, until)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(one) for one in usages]), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class DccSigner:
    """Signs health certificates as a member state does."""

    def __init__(self, key=None, **certificate):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.der = certificate_of(self.key, **certificate)
        self.kid = sha256(self.der).digest()[:8]

    @property
    def entry(self):
        return dcc_key(self.der)

    def payload(self, kind="v", issued=NOW - timedelta(days=1), expires=NOW + timedelta(days=90), **changes):
        whole = {"ver": "1.3.0", "nam": NAME, "dob": "1964-08-12", kind: [EACH | ENTRIES[kind] | changes]}
        times = {4: int(expires.timestamp()), 6: int(issued.timestamp())}
        return {1: "AT", **times, -260: {1: whole}}

    def sign(self, payload, *, protected=None, unprotected=None, tags=(18,)):
        algorithm = -37 if isinstance(self.key, rsa.RSAPrivateKey) else -7
        header = cbor2.dumps({1: algorithm, 4: self.kid} if protected is None else protected)
        body = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
        item = [header, unprotected or {}, body, self._signature(header, body)]
        for tag in tags:
            item = cbor2.CBORTag(tag, item)
        return text_of(cbor2.dumps(item))

    def _signature(self, header, body):
        message = cbor2.dumps(["Signature1", header, b"", body])
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        size = (self.key.curve.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)


def text_of(cose):
    return "HC1:" + b45encode(zlib.compress(cose)).decode()


class ShcSigner:
    """Signs health cards as an issuer does."""

    def __init__(self, issuer="https://issuer.example"):
        self.key = ECKey.generate_key("P-256")
        self.issuer = issuer
        self.public = self.key.as_dict(private=False)
        self.kid = self.key.thumbprint()

    @property
    def entry(self):
        return ShcKey(self.issuer, self.kid, self.public["x"], self.public["y"])

    def payload(self, issued=NOW - timedelta(days=1), expires=None, **changes):
        subject = {"fhirVersion": "4.0.1", "fhirBundle": {"resourceType": "Bundle", "entry": [{"name": "秘密姓名"}]}}
        card = {
            "iss": self.issuer,
            "nbf": issued.timestamp(),
            "vc": {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": subject},
        }
        return card | ({"exp": expires.timestamp()} if expires else {}) | changes

    def jws(self, payload, *, raw=None, **header):
        body = raw if raw is not None else deflated(json.dumps(payload).encode())
        head = {"alg": "ES256", "zip": "DEF", "kid": self.kid} | header
        registry = jws.JWSRegistry(strict_check_header=False)
        return jws.serialize_compact(head, body, self.key, registry=registry)

    def sign(self, payload, **how):
        return "shc:/" + numeric(self.jws(payload, **how))


def deflated(raw):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(raw) + stream.flush()


def numeric(text):
    return "".join(f"{ord(one) - 45:02}" for one in text)


def parts_of(text, count):
    """The card's text as parts of several, each of an even number of digits."""
    digits = text.removeprefix("shc:/")
    step = -(-len(digits) // count // 2) * 2
    return [f"shc:/{n + 1}/{count}/{digits[n * step : (n + 1) * step]}" for n in range(count)]


def unsecured(header, payload):
    """A JWS that says that it needs no signature."""
    parts = [urlsafe_b64encode(part).decode().rstrip("=") for part in (json.dumps(header).encode(), payload)]
    return "shc:/" + numeric(".".join([*parts, ""]))
