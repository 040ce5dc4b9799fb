"""What the gate says about itself: the computer it runs on, and its devices."""

import contextlib
import time
from pathlib import Path

from agent.clock import Clock
from agent.outbox import Outbox
from kadian import __version__
from kadian.messages import CameraHealth, Policy, Telemetry, ThermometerHealth

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

    def make(self, thermometer: ThermometerHealth, camera: CameraHealth, policy: Policy) -> Telemetry:
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
        )


def cpu_celsius(path: Path = HEAT) -> float | None:
    """The processor's temperature in °C, or None where there is no sensor."""
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text("ascii")) / 1000
    return None
