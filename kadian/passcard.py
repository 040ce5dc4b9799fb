"""The pass card: a QR text that the office signs and a gate verifies without a network.

    KP1:<Base45 of payload and signature>     one person
    payload    msgpack array of 3: key id (0 to 255), holder (16 opaque bytes), last day of validity (days since 1970)
    KP2:<Base45 of payload and signature>     a household
    payload    msgpack array of 3: key id, the household's own holder, array of 2 to 12 [holder, last day of validity]
    signature  64 bytes, Ed25519 (RFC 8032) over the prefix and the payload

Every character is in the QR alphanumeric mode (Base45, RFC 9285): about 140 characters for one person, version 5 or 6
of the code; 264 for a household of four, 528 for one of twelve. There is one way to write a card: what does not come
out the same when written again is refused.
"""

from base64 import b64decode, b64encode
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from kadian.messages.screening import MOST_MEMBERS

PREFIX = "KP1:"
HOUSEHOLD_PREFIX = "KP2:"
HOLDER_BYTES = 16
SIGNATURE_BYTES = 64
LONGEST = 600
"""Characters; a longer text is no pass card."""
DAY_ZERO = date(1970, 1, 1)

_KeyId = Annotated[int, Meta(ge=0, le=255)]
_Holder = Annotated[bytes, Meta(min_length=HOLDER_BYTES, max_length=HOLDER_BYTES)]
_Days = Annotated[int, Meta(ge=0, le=(date.max - DAY_ZERO).days)]
_Members = Annotated[tuple[tuple[_Holder, _Days], ...], Meta(min_length=2, max_length=MOST_MEMBERS)]
_one = msgspec.msgpack.Decoder(tuple[_KeyId, _Holder, _Days])
_several = msgspec.msgpack.Decoder(tuple[_KeyId, _Holder, _Members])


class Member(Struct, frozen=True):
    """One person of a household: `holder` 16 opaque bytes, `expires` the last day on which the card is valid."""

    holder: bytes
    expires: date


class PassCard(Struct, frozen=True):
    """A card as read, not yet verified: `holder` 16 opaque bytes, `expires` the last day on which it is valid.

    A household's card has `members`; its `holder` is the household's own, `expires` the last day of any of them.
    """

    key_id: int
    holder: bytes
    expires: date
    signature: bytes
    members: tuple[Member, ...] = ()

    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        return _signed(self.key_id, self.holder, self.expires, self.members)


def _signed(key_id: int, holder: bytes, expires: date, members: tuple[Member, ...]) -> bytes:
    if not members:
        return PREFIX.encode() + msgspec.msgpack.encode((key_id, holder, (expires - DAY_ZERO).days))
    people = [(member.holder, (member.expires - DAY_ZERO).days) for member in members]
    return HOUSEHOLD_PREFIX.encode() + msgspec.msgpack.encode((key_id, holder, people))


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
    return _issue(private, _signed(key_id, holder, expires, ()))


def issue_household(private: bytes, key_id: int, holder: bytes, members: tuple[Member, ...]) -> str:
    """The text of a new card for several people; `private` and `key_id` as for `issue`.

    Args:
        private: 32 bytes, from `new_key`.
        key_id: 0 to 255.
        holder: 16 bytes that stand for the household.
        members: 2 to 12 people, in the order in which the card names them.

    Raises:
        ValueError: a part is of the wrong length or out of range, or two people have one holder.
    """
    if not members or len({holder, *(member.holder for member in members)}) <= len(members):
        raise ValueError("the household and each of its members need a holder of their own")
    return _issue(private, _signed(key_id, holder, DAY_ZERO, members))


def _issue(private: bytes, signed: bytes) -> str:
    from base45 import b45encode
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    prefix, payload = signed[: len(PREFIX)], signed[len(PREFIX) :]
    try:
        (_one if prefix == PREFIX.encode() else _several).decode(payload)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(signed)
    written: bytes = b45encode(payload + signature)
    return prefix.decode() + written.decode()


def parse(text: str) -> PassCard:
    """The card that a text spells; its signature is not looked at.

    Raises:
        ValueError: it is no pass card, or not as `issue` writes one; the text says why, and never quotes the card.
    """
    from base45 import b45decode, b45encode

    prefix, body = text[: len(PREFIX)], text[len(PREFIX) :]
    if prefix not in {PREFIX, HOUSEHOLD_PREFIX} or len(text) > LONGEST or not text.isascii():
        raise ValueError("no pass card")
    try:
        raw: bytes = b45decode(body)
    except ValueError:
        raise ValueError("not Base45") from None
    payload, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    try:
        card = _card(prefix, payload, signature)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no payload of a pass card: {error}") from None
    if b45encode(card.signed()[len(PREFIX) :] + signature).decode() != body:
        raise ValueError("not written as a pass card is")
    return card


def _card(prefix: str, payload: bytes, signature: bytes) -> PassCard:
    if prefix == PREFIX:
        key_id, holder, days = _one.decode(payload)
        return PassCard(key_id, holder, DAY_ZERO + timedelta(days=days), signature)
    key_id, holder, people = _several.decode(payload)
    members = tuple(Member(one, DAY_ZERO + timedelta(days=days)) for one, days in people)
    return PassCard(key_id, holder, max(member.expires for member in members), signature, members)


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
