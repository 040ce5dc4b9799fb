"""The neighbourhood's own pass card (`kadian.passcard`), judged by the keys that the office has sent."""

from collections.abc import Iterator
from datetime import datetime

from agent.codes.judged import Judged, Member, Trust, check_age
from kadian import passcard
from kadian.messages import PassKey

FORMAT = "pass"
PRIORITY = 10
REASONS = {"revoked": "revoked", "expired": "past_last_day"}


def claims(text: str, _trust: Trust) -> bool:
    """Whether it begins like a pass card."""
    return text.startswith((passcard.PREFIX, passcard.HOUSEHOLD_PREFIX))


def judge(text: str, trust: Trust, now: datetime) -> Judged:
    """`valid`, `expired`, `revoked`, `forged` (a wrong signature), `unknown_key` or `altered` (cannot be decoded).

    A card is valid through the whole of its last day, by the date of `now` at its own offset; a household's, as long as
    it is for one of its members. A card that is not proven stands for its own text, not for the holder that it names:
    else anybody could pass as another.
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
    members = tuple(_members(card, trust, now))
    statuses = [member.status for member in members] or [_status(card.holder, card, trust, now)]
    status = next((one for one in ("valid", "expired") if one in statuses), "revoked")
    checks["not_revoked"] = status != "revoked"
    checks["not_expired"] = now.date() <= card.expires
    old = check_age(checks, trust.revoked_at, now, trust.lists.days)
    reason = REASONS.get(status) or old or "signed"
    personal = {"holder": card.holder.hex()}
    return Judged(FORMAT, status, reason, card.holder, None, expires, checks, personal, members)


def _members(card: passcard.PassCard, trust: Trust, now: datetime) -> Iterator[Member]:
    for member in card.members:
        status = _status(card.holder, member, trust, now)
        yield Member(member.holder, status, member.expires.isoformat())


def _status(card_holder: bytes, person: passcard.PassCard | passcard.Member, trust: Trust, now: datetime) -> str:
    """Of one person: revoked as a person or with the whole card, else by the last day."""
    if {card_holder.hex(), person.holder.hex()} & trust.revoked:
        return "revoked"
    return "valid" if now.date() <= person.expires else "expired"


def _is_signed(card: passcard.PassCard, key: PassKey) -> bool:
    """A key that is itself damaged signs nothing."""
    try:
        return passcard.verify(card, key.public)
    except ValueError:
        return False
