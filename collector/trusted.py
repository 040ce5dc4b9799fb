"""The office's part of the policy that is about codes: key lists, revoked cards, the neighbourhood's own texts."""

import re
import secrets
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec
import structlog

from collector.kept import Kept
from collector.settings import Codes
from kadian.daykey import KEY_BYTES, DayKey, advance, to_seed
from kadian.daykey_file import read_key, write_key
from kadian.messages import DccKey, OwnTexts, Policy, ShcKey, TrustLists
from kadian.trust import certificates_in, dcc_key, shc_keys

log = structlog.get_logger(__name__)
HOLDER = re.compile(r"[0-9a-f]{32}")


class Trusted:
    """What gates are to believe about codes, as the office's files have it at each moment.

    Args:
        codes: the settings.
        holder_key: the file of the day's key for holders; made when it is not there.
        now: the office's time, at its own offset.

    Raises:
        KadianError: K0260, K0261 a list; K0456 the day's key.
    """

    def __init__(self, codes: Codes, holder_key: Path, now: Callable[[], datetime]) -> None:
        self._codes = codes
        self._now = now
        self._holder_key = holder_key
        self._key = read_key(holder_key)
        self._dcc = Kept(Path(codes.dcc_trust_file), _dcc) if codes.dcc_trust_file else None
        self._shc = Kept(Path(codes.shc_trust_file), _shc) if codes.shc_trust_file else None
        self._revoked = Kept(Path(codes.revoked_file), _revoked) if codes.revoked_file else None
        self._said: tuple[date, tuple[str, ...], datetime] | None = None
        self._today()

    def lists(self, policy: Policy) -> Policy:
        """The policy with the key lists, the revoked cards and the site's own texts."""
        dcc, dcc_at = self._dcc.content() if self._dcc else ((), None)
        shc, shc_at = self._shc.content() if self._shc else ((), None)
        return msgspec.structs.replace(
            policy,
            trust=TrustLists(dcc, dcc_at, shc, shc_at, self._codes.list_days),
            own_texts=OwnTexts(self._codes.place, self._codes.resident),
            revoked=self._revoked.content() if self._revoked else (),
        )

    def of_today(self, policy: Policy) -> Policy:
        """The policy with what changes from day to day: the age of its list of revoked cards, and the day's key."""
        return msgspec.structs.replace(
            policy,
            revoked_at=self._vouched(policy.revoked) if self._revoked else None,
            holder_seed=to_seed(self._today()),
        )

    def _vouched(self, revoked: tuple[str, ...]) -> datetime:
        """When the office last said that this is the list: at its change, and once a day."""
        now = self._now()
        if self._said is None or self._said[:2] != (now.date(), revoked):
            self._said = (now.date(), revoked, now.replace(microsecond=0))
        return self._said[2]

    def _today(self) -> DayKey:
        """Today's key; a new one at the first start, and where the file is of a day that no way leads from."""
        today = self._now().date()
        key = advance(self._key, today) if self._key else None
        if key is None or key.day != today:
            log.info("holder_key_begins", day=str(today))
            key = DayKey(today, secrets.token_bytes(KEY_BYTES))
        if key != self._key:
            write_key(self._holder_key, key)
            self._key = key
        return key


def _dcc(raw: bytes, changed: datetime) -> tuple[tuple[DccKey, ...], datetime]:
    """Signers, each once. One damaged certificate takes no other with it."""
    found, as_of = certificates_in(raw)
    keys, damaged = {}, 0
    for der in found:
        try:
            key = dcc_key(der)
            keys[key.kid, key.key] = key
        except ValueError:
            damaged += 1
    if damaged:
        log.warning("certificates_skipped", count=damaged, of=len(found))
    if not keys:
        raise ValueError("no usable certificate in it")
    return tuple(keys.values()), _as_of(as_of, changed)


def _shc(raw: bytes, changed: datetime) -> tuple[tuple[ShcKey, ...], datetime]:
    keys, as_of = shc_keys(raw)
    return keys, _as_of(as_of, changed)


def _revoked(raw: bytes, _changed: datetime) -> tuple[str, ...]:
    """Holders in hexadecimal, one a line; empty lines and what follows a # say nothing."""
    lines = [line.split("#")[0].strip().lower() for line in raw.decode("utf-8-sig").splitlines()]
    for number, line in enumerate(lines, 1):
        if line and not HOLDER.fullmatch(line):
            raise ValueError(f"line {number}: a holder is 32 characters 0-9 a-f")
    return tuple(sorted({line for line in lines if line}))


def _as_of(said: str | None, changed: datetime) -> datetime:
    """The moment that a list names for itself, else its file's last change."""
    if said is None:
        return changed
    moment = datetime.fromisoformat(said)
    return moment.astimezone() if moment.tzinfo is None else moment
