"""Who is on duty. An entry's author is who was signed on when it was captured, whatever has changed since."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog

from agent.clock import Clock
from agent.outbox import Clerk, Outbox
from kadian.errors import KadianError
from kadian.messages import Code, Policy

log = structlog.get_logger(__name__)
WINDOW_SECONDS = 30.0
"""So long after the key was pressed a staff card signs its holder on."""
PUT_AWAY_SECONDS = 3.0
"""The card that has signed on stays before the lens a while, and is no person's code meanwhile."""
KEPT = "duty"
REMEMBERED = 16


class _Shift(NamedTuple):
    operator: str | None
    since: float


class _Kept(msgspec.Struct, frozen=True):
    """As the outbox keeps it: when somebody signed on, by both clocks."""

    operator: str
    at: datetime
    synced: bool
    boot: str
    monotonic_ns: int


class Duty:
    """Sign-on and sign-off, kept over a restart.

    Args:
        outbox: says who was on duty before the start.
        clerk: keeps who is: nobody at the gate waits for the disk.
        clock: both clocks; its `monotonic_ns` runs with `monotonic`.
        policy: names who may sign on.
        hours: after so many a sign-on ends by itself: who has gone home without signing off gets no credit.
        monotonic: seconds.
    """

    def __init__(
        self,
        outbox: Outbox,
        clerk: Clerk,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        hours: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._clerk = clerk
        self._clock = clock
        self._policy = policy
        self._longest = hours * 3600
        self._monotonic = monotonic
        self._shifts: deque[_Shift] = deque([_Shift(None, float("-inf"))], maxlen=REMEMBERED)
        self._until = float("-inf")
        self._card: tuple[str, float] | None = None
        self._unsure: _Kept | None = None
        self._come_back()

    def author(self, at: float) -> tuple[str | None, bool]:
        """Who was on duty at a moment (monotonic seconds), and whether somebody ought to have been and was not."""
        shift = next((one for one in reversed(self._shifts) if one.since <= at), self._shifts[0])
        operator = shift.operator if at - shift.since <= self._longest else None
        return operator, operator is None and bool(self._policy().operators)

    def wait_for_card(self, now: float) -> None:
        """Someone has pressed the key: a staff card within half a minute signs on."""
        self._until = now + WINDOW_SECONDS

    def card(self, code: Code, operator: str | None, at: float) -> bool:
        """Whether this sight of a code is a sign-on, and so nobody's code.

        Args:
            code: in view.
            operator: whose staff card it is, None of any other code.
            at: when it was seen.
        """
        if self._card is not None and self._card[0] == code.holder and at - self._card[1] <= PUT_AWAY_SECONDS:
            self._card = (self._card[0], at)
            return True
        if operator is None or code.holder is None or at > self._until:
            return False
        self._until = float("-inf")
        self._card = (code.holder, at)
        self._change(operator, at)
        return True

    def sign_off(self, at: float) -> None:
        """Nobody is on duty from now."""
        self._until = float("-inf")
        self._change(None, at)

    def clock_is_right(self) -> None:
        """Decides about a sign-on from before a reboot, which needs a clock to be believed."""
        kept, self._unsure = self._unsure, None
        if kept is not None and kept.synced and self._shifts[-1].since == float("-inf"):
            self._resume(kept, (self._clock.now()[0] - kept.at).total_seconds())

    def _change(self, operator: str | None, at: float) -> None:
        self._unsure = None
        self._shifts.append(_Shift(operator, at))
        wall, state = self._clock.now()
        kept = _Kept(operator or "", wall, state == "synced", self._clock.boot_id, self._clock.monotonic_ns())
        self._clerk.keep(KEPT, msgspec.json.encode(kept))
        log.info("duty", on=operator is not None)

    def _come_back(self) -> None:
        try:
            kept = msgspec.json.decode(self._outbox.kept(KEPT) or b"null", type=_Kept | None)
        except (msgspec.MsgspecError, KadianError):
            return
        if kept is None or not kept.operator:
            return
        if kept.boot == self._clock.boot_id:
            self._resume(kept, (self._clock.monotonic_ns() - kept.monotonic_ns) / 1e9)
            return
        self._unsure = kept
        if self._clock.right:
            self.clock_is_right()

    def _resume(self, kept: _Kept, ago: float) -> None:
        if 0 <= ago <= self._longest:
            self._shifts.append(_Shift(kept.operator, self._monotonic() - ago))
