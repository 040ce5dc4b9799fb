"""An outsider's register entry is sealed in memory to the office's key: this gate cannot read it back."""

import base64
import binascii

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from kadian.messages.registration import Registration

STEP_BYTES = 512
"""The plain text is filled up with spaces to a multiple of this, so that its length does not tell the name's."""


def key_of(text: str | None) -> PublicKey | None:
    """The office's public key (X25519, base64), or None when there is none or it is none."""
    try:
        return PublicKey(base64.b64decode(text or "", validate=True))
    except (binascii.Error, ValueError, TypeError, CryptoError):
        return None


def seal(registration: Registration, key: PublicKey) -> str:
    """The entry as base64 of a libsodium sealed box (X25519, XSalsa20-Poly1305, a one-time key for each)."""
    plain = msgspec.json.encode(registration)
    plain += b" " * (-len(plain) % STEP_BYTES)
    return base64.b64encode(SealedBox(key).encrypt(plain)).decode("ascii")
