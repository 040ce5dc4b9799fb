"""The neighbourhood's own pass card (`kadian.passcard`), judged by the keys that the office has sent."""

from datetime import datetime

from agent.codes.judged import Judged, Trust
from kadian import passcard
from kadian.messages import PassKey

FORMAT = "pass"
PRIORITY = 10


def claims(text: str) -> bool:
    """Whether it begins like a pass card."""
    return text.startswith(passcard.PREFIX)


def judge(text: str, trust: Trust, now: datetime) -> Judged:
    """`valid`, `expired`, `revoked`, `forged` (a wrong signature), `unknown_key` or `altered` (cannot be decoded).

    A card is valid through the whole of its last day, by the date of `now` at its own offset. A card that is not
    proven stands for its own text, not for the holder that it names: else anybody could pass as another.
    """
    unproven = text.encode("utf-8", "surrogatepass")
    try:
        card = passcard.parse(text)
    except ValueError:
        return Judged(FORMAT, "altered", "undecodable", holder_source=unproven, checks={"decoded": False})
    checks = {"decoded": True}
    expires = card.expires.isoformat()
    keys = [key for key in trust.pass_keys if key.id == card.key_id]
    checks["key_known"] = bool(keys)
    if not keys:
        return Judged(FORMAT, "unknown_key", "key_unknown", holder_source=unproven, expires=expires, checks=checks)
    checks["signature"] = any(_is_signed(card, key) for key in keys)
    if not checks["signature"]:
        return Judged(FORMAT, "forged", "signature_wrong", holder_source=unproven, expires=expires, checks=checks)
    checks["not_revoked"] = card.holder.hex() not in trust.revoked
    checks["not_expired"] = now.date() <= card.expires
    status, reason = "valid", "signed"
    if not checks["not_revoked"]:
        status, reason = "revoked", "revoked"
    elif not checks["not_expired"]:
        status, reason = "expired", "past_last_day"
    personal = {"holder": card.holder.hex()}
    return Judged(FORMAT, status, reason, card.holder, None, expires, checks, personal)


def _is_signed(card: passcard.PassCard, key: PassKey) -> bool:
    """A key that is itself damaged signs nothing."""
    try:
        return passcard.verify(card, key.public)
    except ValueError:
        return False
