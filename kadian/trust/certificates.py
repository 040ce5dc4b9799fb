"""Signers of EU Digital COVID Certificates: X.509 certificates into short keys.

asn1crypto reads them: it takes certificates that real member states signed with and that stricter parsers refuse.
"""

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from kadian.messages.trust import DccKey

KID_BYTES = 8
USES = {
    "1.3.6.1.4.1.1847.2021.1.1": "t",
    "1.3.6.1.4.1.1847.2021.1.2": "v",
    "1.3.6.1.4.1.1847.2021.1.3": "r",
    # The same under the number that the first certificates were issued with.
    "1.3.6.1.4.1.0.1847.2021.1.1": "t",
    "1.3.6.1.4.1.0.1847.2021.1.2": "v",
    "1.3.6.1.4.1.0.1847.2021.1.3": "r",
}
"""Extended key usages of document signers (eHealth Network, Digital Green Certificates, volume 5)."""
ALL_USES = "vtr"
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def dcc_key(der: bytes) -> DccKey:
    """What a gate needs of one signer's certificate.

    A certificate that names none of the three usages may sign all kinds of entry. Its `kid` is always computed.

    Raises:
        ValueError: it is no X.509 certificate.
    """
    from asn1crypto import x509

    try:
        certificate = x509.Certificate.load(der, strict=True)
        usage = certificate.extended_key_usage_value
        named = {USES[one] for one in (usage.native if usage is not None else ()) if one in USES}
        validity: Any = certificate["tbs_certificate"]["validity"]
        since, until = (_seconds(validity[name].native) for name in ("not_before", "not_after"))
        key = b64encode(certificate.public_key.dump()).decode()
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no certificate: {error}") from None
    use = "".join(kind for kind in ALL_USES if kind in named or not named)
    made = DccKey(b64encode(sha256(der).digest()[:KID_BYTES]).decode(), key, use, since, until)
    return msgspec.convert(msgspec.to_builtins(made), DccKey)


def _seconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp()))


def certificates_in(raw: bytes) -> tuple[list[bytes], str | None]:
    """The certificates (DER) of a list, and the moment it names for itself.

    A list is a PEM file with any number of certificates, one in DER, or JSON as national trust lists are written:
    `{"as_of": …, "certificates": [{"rawData": base64}]}`.

    Raises:
        ValueError: it is none of these.
    """
    if raw.lstrip().startswith(b"{"):
        return _of_json(raw)
    if BEGIN in raw:
        bodies = [part.split(END)[0] for part in raw.split(BEGIN)[1:]]
        return [_bytes(body) for body in bodies], None
    return [raw], None


class _Signer(msgspec.Struct):
    raw: str = msgspec.field(name="rawData")


class _List(msgspec.Struct):
    certificates: list[_Signer]
    as_of: str | None = None


def _of_json(raw: bytes) -> tuple[list[bytes], str | None]:
    try:
        read = msgspec.json.decode(raw, type=_List)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no list of certificates: {error}") from None
    return [_bytes(one.raw.encode()) for one in read.certificates], read.as_of


def _bytes(body: bytes) -> bytes:
    try:
        return b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None
