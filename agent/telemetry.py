"""What the gate says about itself: the computer it runs on, and its devices."""

import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from agent.clock import Clock
from agent.computer import Machine
from agent.outbox import Outbox
from agent.today import Tally
from kadian import __version__
from kadian.messages import CameraHealth, GunHealth, OutboxHealth, Policy, Telemetry, ThermometerHealth

PACE_SECONDS = 3 * 3600.0
"""Over so long the pace is taken that says how long the outbox lasts: a rush of minutes does not empty it."""
SLOWEST = 1 / 60
"""Screenings a second below which the pace is not believed: a quiet night is followed by a morning."""


class Report:
    """Makes one telemetry after another.

    Args:
        clock: the gate's.
        outbox: the gate's.
        machine: the computer it runs on.
        tally: of the day's verdicts, if somebody counts them.
        unmeasured: whether people pass and nobody is measured.
        monotonic: seconds.
    """

    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        *,
        machine: Machine | None = None,
        tally: Tally | None = None,
        unmeasured: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._machine = machine or Machine()
        self._tally = tally
        self._unmeasured = unmeasured
        self._monotonic = monotonic
        self._mark = (monotonic(), outbox.last_seq)

    def make(
        self, thermometer: ThermometerHealth, camera: CameraHealth, policy: Policy, gun: GunHealth | None = None
    ) -> Telemetry:
        """The state of everything now."""
        at, state = self._clock.now()
        return Telemetry(
            at=at,
            version=__version__,
            clock=state,
            thermometer=thermometer,
            camera=camera,
            outbox=self._kept(),
            uptime_seconds=time.clock_gettime(time.CLOCK_BOOTTIME),
            disk_free_bytes=self._outbox.room.free(),
            cpu_celsius=self._machine.celsius(),
            policy_version=policy.version,
            computer=self._machine.look(),
            today=self._tally.counts(at) if self._tally else None,
            unmeasured=self._unmeasured(),
            lists=list_moments(policy),
            gun=gun,
        )

    def _kept(self) -> OutboxHealth:
        health = self._outbox.health()
        if health.capacity_left is None:
            return health
        now = self._monotonic()
        since, seq = self._mark
        pace = max(SLOWEST, (health.last_seq - seq) / max(60.0, now - since))
        if now - since > PACE_SECONDS or health.last_seq < seq:
            self._mark = (now, health.last_seq)
        return msgspec.structs.replace(health, hours_left=round(health.capacity_left / pace / 3600, 1))


def list_moments(policy: Policy) -> dict[str, datetime]:
    """The lists that codes are judged by, and as of when each is."""
    lists = {"revoked": policy.revoked_at, "dcc": policy.trust.dcc_at, "shc": policy.trust.shc_at}
    return {name: moment for name, moment in lists.items() if moment is not None}
