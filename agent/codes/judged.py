"""What a code is judged to be, and by what."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from kadian.messages import PassKey


class Trust(Struct, frozen=True):
    """What a gate believes: the keys that sign pass cards, and the holders (hexadecimal) whose cards are revoked."""

    pass_keys: tuple[PassKey, ...] = ()
    revoked: frozenset[str] = frozenset()


class Judged(Struct, frozen=True):
    """One code, judged.

    `holder_source`: the bytes that stand for the holder, for `agent.codes.holder`; None without one. `expires`: the
    last day of validity, ISO 8601. `reason`: one word, why it has its status. `checks`: each check that was made and
    whether it was passed. `personal`: what names a person; never leaves the gate, never logged.
    """

    format: str
    status: str
    reason: str
    holder_source: bytes | None = None
    colour: str | None = None
    expires: str | None = None
    checks: dict[str, bool] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Nothing of the holder, so that it may stand in a log."""
        return f"Judged({self.format}, {self.status}, {self.reason})"


class Format(Protocol):
    """What each file of a format is."""

    FORMAT: str
    PRIORITY: int

    def claims(self, text: str) -> bool:
        """Whether the text is of this format; the claimant with the smallest `PRIORITY` judges it."""

    def judge(self, text: str, trust: Trust, now: datetime) -> Judged:
        """The verdict on a text that it claims; never an exception. `now` has an offset."""
