"""The gate's wall clock, and whether it can be believed: a Raspberry Pi has no clock battery."""

import ctypes
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kadian.messages import ClockState

TIMESYNCD_MARK = Path("/run/systemd/timesync/synchronized")
"""Touched by systemd-timesyncd at each synchronisation of this boot (systemd-timesyncd.service(8))."""
STA_UNSYNC = 0x0040
"""adjtimex(2): clock unsynchronised. ntpd, chrony and timesyncd all take it away."""


class _Timex(ctypes.Structure):
    # struct timex of adjtimex(2), as far as `status`; the rest is room.
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def kernel_synced() -> bool:
    """Whether a time service says that this machine's clock is right."""
    if TIMESYNCD_MARK.exists():
        return True
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return False
    timex = _Timex()
    return adjtimex(ctypes.byref(timex)) >= 0 and not timex.status & STA_UNSYNC


def this_boot() -> str:
    """The kernel's name for this boot; one of this process where there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return f"process-{os.getpid()}-{time.time_ns()}"


class Clock:
    """Wall time with its trustworthiness.

    Once seen synchronised it stays so: the kernel withdraws its word after hours without a time server, while the
    clock drifts by less than two seconds a day.

    Args:
        trust: `auto` asks `synced`; `system` believes the clock.
        wall_ns: nanoseconds since 1970.
        monotonic_ns: nanoseconds since some moment of this boot.
        synced: asked until it first says yes.
        boot_id: names the boot that `monotonic_ns` counts in.
    """

    def __init__(
        self,
        trust: Literal["auto", "system"] = "auto",
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        synced: Callable[[], bool] = kernel_synced,
        boot_id: str | None = None,
    ) -> None:
        self.monotonic_ns = monotonic_ns
        self.boot_id = boot_id or this_boot()
        self._wall_ns = wall_ns
        self._ask = synced
        self._synced = trust == "system"
        self._told = False

    def now(self) -> tuple[datetime, ClockState]:
        """The time with the offset of this machine's time zone, and whether it is `synced` or `unsynced`."""
        if not self._synced:
            self._synced = self._ask()
        return local(self._wall_ns()), "synced" if self._synced else "unsynced"

    def newly_synced(self) -> int | None:
        """Once, as soon as the clock is right: wall time less monotonic time, in nanoseconds; else None."""
        if self._told or self.now()[1] != "synced":
            return None
        self._told = True
        return self._wall_ns() - self.monotonic_ns()


def local(wall_ns: int) -> datetime:
    """Nanoseconds since 1970 as a time with this machine's offset, to the millisecond."""
    moment = datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC).replace(
        microsecond=wall_ns // 1_000_000 % 1000 * 1000
    )
    return moment.astimezone()
