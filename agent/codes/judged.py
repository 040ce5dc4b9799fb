"""What a code is judged to be, and by what."""

from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, field

from kadian.messages import OwnTexts, PassKey, Policy, TrustLists


class Trust(Struct, frozen=True):
    """What a gate believes: the office's policy, as far as it is about codes.

    `pass_keys` sign pass cards; `revoked` are the holders (hexadecimal) whose cards are no longer good, as of
    `revoked_at`. `lists` are the key lists of foreign certificates, with how old a list may be.
    """

    pass_keys: tuple[PassKey, ...] = ()
    revoked: frozenset[str] = frozenset()
    revoked_at: datetime | None = None
    lists: TrustLists = TrustLists()
    own_texts: OwnTexts = OwnTexts()


def trust_of(policy: Policy) -> Trust:
    """What a policy says about codes."""
    return Trust(policy.pass_keys, frozenset(policy.revoked), policy.revoked_at, policy.trust, policy.own_texts)


class Member(Struct, frozen=True):
    """One person of a household card: the bytes that stand for the holder, the status, the last day of validity."""

    holder_source: bytes
    status: str
    expires: str


class Judged(Struct, frozen=True):
    """One code, judged.

    `holder_source`: the bytes that stand for the holder, for `agent.codes.holder`; None without one. `expires`: the
    last day of validity, ISO 8601. `reason`: one word, why it has its status. `checks`: each check that was made and
    whether it was passed. `personal`: what names a person; never leaves the gate, never logged. `members`: the people
    of a household card that is proven.
    """

    format: str
    status: str
    reason: str
    holder_source: bytes | None = None
    colour: str | None = None
    expires: str | None = None
    checks: dict[str, bool] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    members: tuple[Member, ...] = ()

    @property
    def old_list(self) -> bool:
        """Whether the list that it was judged by is older than it may be."""
        return self.checks.get("list_fresh") is False

    @property
    def lets_pass(self) -> bool:
        """Whether what it certifies speaks for its holder; a test with a finding is genuine, and no reason to pass."""
        return self.checks.get("lets_pass") is not False

    def __repr__(self) -> str:
        """Nothing of the holder, so that it may stand in a log."""
        return f"Judged({self.format}, {self.status}, {self.reason})"


def check_age(checks: dict[str, bool], as_of: datetime | None, now: datetime, days: int) -> str | None:
    """Notes the check `list_fresh` where the list says how old it is; gives the reason when it is too old."""
    if as_of is None:
        return None
    checks["list_fresh"] = now - as_of <= timedelta(days=days)
    return None if checks["list_fresh"] else "trust_list_old"


class Format(Protocol):
    """What each file of a format is."""

    FORMAT: str
    PRIORITY: int

    def claims(self, text: str, trust: Trust) -> bool:
        """Whether the text is of this format; the claimant with the smallest `PRIORITY` judges it."""

    def judge(self, text: str, trust: Trust, now: datetime) -> Judged:
        """The verdict on a text that it claims; never an exception. `now` has an offset."""
