"""The SMART Health Card: shc:/digits → JWS (ES256, deflated) → JSON, verified against the policy's list.

Source: SMART Health Cards framework 1.4 (spec.smarthealth.cards).
"""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec
from msgspec import Struct

from agent.codes.inflate import RAW_DEFLATE, inflate
from agent.codes.judged import Judged, Trust, check_age
from agent.codes.shc_parts import LONGEST as LONGEST_PART
from agent.codes.shc_parts import MOST_PARTS, PREFIX, part_of
from kadian.messages import ShcKey

FORMAT = "shc"
PRIORITY = 30
LONGEST = MOST_PARTS * LONGEST_PART
MOST_BYTES = 262_144
CARD_TYPE = "https://smarthealth.cards#health-card"
FIRST = 45
"""Each pair of digits is a character's code less this, the code of "-"."""


class Header(Struct, frozen=True):
    """Of the JWS."""

    alg: str
    kid: str
    zip: str = ""


class _Credential(Struct, frozen=True):
    type: tuple[str, ...]
    subject: dict[str, Any] = msgspec.field(name="credentialSubject")


class Card(Struct, frozen=True):
    """Of the payload, what a gate needs; `nbf` and `exp` in seconds since 1970."""

    iss: str
    nbf: float
    vc: _Credential
    exp: float | None = None


def claims(text: str, _trust: Trust) -> bool:
    """Whether it has the prefix."""
    return text.startswith(PREFIX)


def jws_of(text: str) -> str:
    """The JWS that the digits of a whole card spell.

    Raises:
        ValueError: other than pairs of digits, or what they spell is no JWS.
    """
    digits = text[len(PREFIX) :]
    if (
        not text.startswith(PREFIX)
        or len(text) > LONGEST
        or len(digits) % 2
        or not (digits.isascii() and digits.isdigit())
    ):
        raise ValueError("no health card")
    jws = "".join(chr(FIRST + int(digits[place : place + 2])) for place in range(0, len(digits), 2))
    if jws.count(".") != 2:
        raise ValueError("no JWS")
    return jws


def read(jws: str) -> tuple[Header, Card]:
    """What a JWS says, not yet verified.

    Raises:
        ValueError: not base64url, not deflated, or not a health card's JSON.
    """
    header, payload, _ = jws.split(".")
    try:
        head = msgspec.json.decode(_bytes(header), type=Header)
        raw = _bytes(payload)
        card = msgspec.json.decode(inflate(raw, MOST_BYTES, RAW_DEFLATE) if head.zip == "DEF" else raw, type=Card)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no health card: {error}") from None
    return head, card


def judge(text: str, trust: Trust, now: datetime) -> Judged:
    """`valid`, `expired`, `not_yet`, `invalid`, `forged`, `unknown_key`, `altered`, or `incomplete` for one of several.

    The key is found by issuer and `kid` together.
    """
    if part_of(text) is not None:
        return Judged(FORMAT, "incomplete", "parts_missing", checks={"complete": False})
    unproven = text.encode("utf-8", "surrogatepass")
    try:
        jws = jws_of(text)
        header, card = read(jws)
    except ValueError:
        return Judged(FORMAT, "altered", "undecodable", holder_source=unproven, checks={"decoded": False})
    checks = {"decoded": True}
    end = _moment(card.exp)
    expires = end.astimezone(now.tzinfo).date().isoformat() if end else None
    keys = [key for key in trust.lists.shc if key.kid == header.kid and key.issuer in {"", card.iss}]
    checks["key_known"] = bool(keys)
    if not keys:
        return Judged(FORMAT, "unknown_key", "key_unknown", holder_source=unproven, expires=expires, checks=checks)
    checks["signature"] = header.alg == "ES256" and any(_is_signed(jws, key) for key in keys)
    if not checks["signature"]:
        return Judged(FORMAT, "forged", "signature_wrong", holder_source=unproven, expires=expires, checks=checks)
    checks["well_formed"] = header.zip == "DEF" and CARD_TYPE in card.vc.type
    checks["issued_before"] = card.nbf <= now.timestamp()
    checks["not_expired"] = card.exp is None or now.timestamp() <= card.exp
    status, reason = "valid", "signed"
    for check, failed, why in (
        ("well_formed", "invalid", "malformed"),
        ("issued_before", "not_yet", "issued_later"),
        ("not_expired", "expired", "past_last_day"),
    ):
        if not checks[check]:
            status, reason = failed, why
            break
    old = check_age(checks, trust.lists.shc_at, now, trust.lists.days)
    reason = old if old and status == "valid" else reason
    return Judged(FORMAT, status, reason, unproven, None, expires, checks, {"issuer": card.iss})


def _is_signed(jws: str, key: ShcKey) -> bool:
    """Verifies the payload as it stands, still deflated. A key that is itself damaged signs nothing."""
    from joserfc import jws as jose
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    # "zip" is a header of encryption, not of signatures, and refused by a strict registry.
    registry = jose.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    try:
        public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y})
        jose.deserialize_compact(jws, public, registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def _moment(seconds: float | None) -> datetime | None:
    if seconds is None or not isfinite(seconds):
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment if 1 < moment.year < 9999 else None


def _bytes(part: str) -> bytes:
    if not part.isascii():
        raise ValueError("not base64url")
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
