"""What the gate says about itself: the computer it runs on, and its devices."""

import contextlib
import time
from datetime import datetime
from pathlib import Path

from agent.clock import Clock
from agent.outbox import Outbox
from kadian import __version__
from kadian.messages import CameraHealth, GunHealth, Policy, Telemetry, ThermometerHealth

HEAT = Path("/sys/class/thermal/thermal_zone0/temp")
"""Thousandths of a degree Celsius (kernel's sysfs-class-thermal)."""


class Report:
    """Makes one telemetry after another.

    Args:
        clock: the gate's.
        outbox: the gate's.
    """

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._clock = clock
        self._outbox = outbox

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
            outbox=self._outbox.health(),
            uptime_seconds=time.clock_gettime(time.CLOCK_BOOTTIME),
            disk_free_bytes=self._outbox.room.free(),
            cpu_celsius=cpu_celsius(),
            policy_version=policy.version,
            lists=list_moments(policy),
            gun=gun,
        )


def list_moments(policy: Policy) -> dict[str, datetime]:
    """The lists that codes are judged by, and as of when each is."""
    lists = {"revoked": policy.revoked_at, "dcc": policy.trust.dcc_at, "shc": policy.trust.shc_at}
    return {name: moment for name, moment in lists.items() if moment is not None}


def cpu_celsius(path: Path = HEAT) -> float | None:
    """The processor's temperature in °C, or None where there is no sensor."""
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text("ascii")) / 1000
    return None
