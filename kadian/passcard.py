"""The pass card: a QR text that the office signs and a gate verifies without a network.

    KP1:<Base45 of payload and signature>
    payload    msgpack array of 3: key id (0 to 255), holder (16 opaque bytes), last day of validity (days since 1970)
    signature  64 bytes, Ed25519 (RFC 8032) over "KP1:" and the payload

Every character is in the QR alphanumeric mode (Base45, RFC 9285), about 140 characters: version 5 or 6 of the code.
There is one way to write a card: what does not come out the same when written again is refused.
"""

from base64 import b64decode, b64encode
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

PREFIX = "KP1:"
HOLDER_BYTES = 16
SIGNATURE_BYTES = 64
LONGEST = 200
"""Characters; a longer text is no pass card."""
DAY_ZERO = date(1970, 1, 1)

_Payload = tuple[
    Annotated[int, Meta(ge=0, le=255)],
    Annotated[bytes, Meta(min_length=HOLDER_BYTES, max_length=HOLDER_BYTES)],
    Annotated[int, Meta(ge=0, le=(date.max - DAY_ZERO).days)],
]
_decoder = msgspec.msgpack.Decoder(_Payload)


class PassCard(Struct, frozen=True):
    """A card as read, not yet verified: `holder` 16 opaque bytes, `expires` the last day on which it is valid."""

    key_id: int
    holder: bytes
    expires: date
    signature: bytes

    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        return _signed(self.key_id, self.holder, self.expires)


def _signed(key_id: int, holder: bytes, expires: date) -> bytes:
    return PREFIX.encode() + msgspec.msgpack.encode((key_id, holder, (expires - DAY_ZERO).days))


def new_key() -> tuple[bytes, str]:
    """A new pair of keys: the private one (32 bytes, for the office alone) and the public one (base64, for gates)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), b64encode(private.public_key().public_bytes_raw()).decode()


def issue(private: bytes, key_id: int, holder: bytes, expires: date) -> str:
    """The text of a new card.

    Args:
        private: 32 bytes, from `new_key`.
        key_id: 0 to 255, names the key among those that gates know.
        holder: 16 bytes that mean something in the office's register only.
        expires: the last day on which it is valid.

    Raises:
        ValueError: a part is of the wrong length or out of range.
    """
    from base45 import b45encode
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signed = _signed(key_id, holder, expires)
    payload = signed[len(PREFIX) :]
    try:
        _decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(signed)
    written: bytes = b45encode(payload + signature)
    return PREFIX + written.decode()


def parse(text: str) -> PassCard:
    """The card that a text spells; its signature is not looked at.

    Raises:
        ValueError: it is no pass card, or not as `issue` writes one; the text says why, and never quotes the card.
    """
    from base45 import b45decode, b45encode

    if not text.startswith(PREFIX) or len(text) > LONGEST or not text.isascii():
        raise ValueError("no pass card")
    body = text[len(PREFIX) :]
    try:
        raw: bytes = b45decode(body)
    except ValueError:
        raise ValueError("not Base45") from None
    payload, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    try:
        key_id, holder, days = _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no payload of a pass card: {error}") from None
    card = PassCard(key_id, holder, DAY_ZERO + timedelta(days=days), signature)
    if b45encode(card.signed()[len(PREFIX) :] + signature).decode() != body:
        raise ValueError("not written as a pass card is")
    return card


def verify(card: PassCard, public: str) -> bool:
    """Whether the holder of the private key to `public` (base64) signed this card.

    Raises:
        ValueError: `public` is not 32 bytes in base64.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
    try:
        key.verify(card.signature, card.signed())
    except InvalidSignature:
        return False
    return True
