"""The EU Digital COVID Certificate: HC1: → Base45 → zlib → COSE_Sign1 → CBOR, verified against the policy's list."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime

from agent.codes.cose import Signed, is_map, is_signed, parse
from agent.codes.dcc_claims import Claims, day, is_well_formed, lets_pass
from agent.codes.dcc_claims import claims as claims_of
from agent.codes.inflate import inflate
from agent.codes.judged import Judged, Trust, check_age
from kadian.messages import DccKey

FORMAT = "dcc"
PRIORITY = 20
PREFIX = "HC1:"
LONGEST = 4296
"""Characters: the most that a QR code holds in alphanumeric mode."""
MOST_BYTES = 65_536


def claims(text: str, _trust: Trust) -> bool:
    """Whether it has the prefix."""
    return text.startswith(PREFIX)


def unwrap(text: str) -> bytes:
    """The signed message in a code's text.

    Raises:
        ValueError: no prefix, not Base45, or not compressed as it should be.
    """
    from base45 import b45decode

    if not text.startswith(PREFIX) or len(text) > LONGEST or not text.isascii():
        raise ValueError("no health certificate")
    raw: bytes = b45decode(text[len(PREFIX) :])
    return inflate(raw, MOST_BYTES)


def judge(text: str, trust: Trust, now: datetime) -> Judged:
    """`valid`, `expired`, `not_yet`, `invalid` (signed, but incomplete), `forged`, `unknown_key` or `altered`.

    `valid` is about the certificate: it is its signer's, and in its time. Whether what it certifies speaks for its
    holder is the check `lets_pass`, see `Judged.lets_pass`.
    The key is found by its `kid`, which is the certificate's own hash, never by trying one after another.
    """
    unproven = text.encode("utf-8", "surrogatepass")
    try:
        signed = parse(unwrap(text))
        read = claims_of(signed.payload)
    except ValueError:
        return Judged(FORMAT, "altered", "undecodable", holder_source=unproven, checks={"decoded": False})
    ends = [moment for moment in (read.expires, _recovered_until(read, now)) if moment]
    expires = _last_day(min(ends), now) if ends else None
    checks = {"decoded": True}
    keys = keys_of(signed, trust.lists.dcc)
    checks["key_known"] = bool(keys)
    if not keys:
        return Judged(FORMAT, "unknown_key", "key_unknown", holder_source=unproven, expires=expires, checks=checks)
    signers = [key for key in keys if _signs(key, signed)]
    checks["signature"] = bool(signers)
    if not signers:
        return Judged(FORMAT, "forged", "signature_wrong", holder_source=unproven, expires=expires, checks=checks)
    status, reason = _verdict(read, signers, now, checks)
    old = check_age(checks, trust.lists.dcc_at, now, trust.lists.days)
    if reason == "signed" and old:
        reason = old
    source = str(read.entry.get("ci", "")).encode("utf-8", "surrogatepass") or signed.payload
    personal = {"kind": read.kind or "", "name": _name(read), "certificate": str(read.entry.get("ci", ""))}
    return Judged(FORMAT, status, reason, source, None, expires, checks, personal)


def keys_of(signed: Signed, keys: tuple[DccKey, ...]) -> list[DccKey]:
    """The keys that the message names; more than one only if two certificates' hashes begin alike."""
    if signed.kid is None:
        return []
    kid = b64encode(signed.kid).decode()
    return [key for key in keys if key.kid == kid]


def _signs(key: DccKey, signed: Signed) -> bool:
    """A key that is itself damaged signs nothing."""
    try:
        return is_signed(signed, b64decode(key.key))
    except ValueError:
        return False


def _verdict(read: Claims, signers: list[DccKey], now: datetime, checks: dict[str, bool]) -> tuple[str, str]:
    """Every check is made and noted; the first that fails gives the word."""
    seconds = now.timestamp()
    checks["well_formed"] = is_well_formed(read)
    checks["key_usage"] = read.kind is not None and any(read.kind in key.use for key in signers)
    checks["signer_in_time"] = any(key.since <= seconds <= key.until for key in signers)
    checks["issued_before"] = read.issued is None or read.issued <= now
    checks["not_expired"] = read.expires is not None and now <= read.expires
    checks["lets_pass"] = lets_pass(read, now.date())
    for check, status, reason in (
        ("well_formed", "invalid", "malformed"),
        ("key_usage", "forged", "signer_not_for_this"),
        ("issued_before", "not_yet", "issued_later"),
        ("not_expired", "expired", "past_last_day"),
        ("signer_in_time", "expired", "signer_out_of_time"),
    ):
        if not checks[check]:
            return status, reason
    return "valid", "signed" if checks["lets_pass"] else "content"


def _recovered_until(read: Claims, now: datetime) -> datetime | None:
    """The end of a recovery's last day, where `now` is."""
    last = day(read.entry.get("du")) if read.kind == "r" else None
    return datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=now.tzinfo or UTC) if last else None


def _last_day(moment: datetime, now: datetime) -> str:
    try:
        return moment.astimezone(now.tzinfo).date().isoformat()
    except OverflowError:  # on the calendar's first or last day
        return moment.date().isoformat()


def _name(read: Claims) -> str:
    name = read.certificate.get("nam")
    parts = [str(name.get(part, "")) for part in ("fn", "gn")] if is_map(name) else []
    return " ".join(part for part in parts if part)
