"""The gate's wall clock, and whether it can be believed: a Raspberry Pi has no clock battery."""

import ctypes
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kadian.messages import ClockState

TIMESYNCD_MARK = Path("/run/systemd/timesync/synchronized")
"""Touched by systemd-timesyncd at each synchronisation of this boot (systemd-timesyncd.service(8))."""
EARLIEST_NS = 1_793_491_200 * 1_000_000_000
"""2026-11-01: no gate of this release ran before it, so no clock that says so is right."""
STEP_NS = 500_000_000
"""A time service steps the clock for more than this (0.4 s timesyncd, see NTP_MAX_ADJUST), and slews it for less."""
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


class TimeService:
    """What the time service of this machine says about its clock.

    Two witnesses: the kernel's flag, which it takes back by itself when somebody sets the clock by hand, and the file
    that systemd-timesyncd touches, which nobody takes back.

    Args:
        mark: the file.
    """

    def __init__(self, mark: Path = TIMESYNCD_MARK) -> None:
        self._mark = mark
        self._void: int | None = None

    def synced(self) -> bool:
        """Whether the clock is right, as far as the time service knows."""
        touched = self._touched()
        return (touched is not None and touched != self._void) or kernel_synced()

    def forget(self) -> None:
        """The clock has been set since: what the file said until now is worth nothing any more."""
        self._void = self._touched()

    def _touched(self) -> int | None:
        try:
            return self._mark.stat().st_mtime_ns
        except OSError:
            return None


def kernel_synced() -> bool:
    """Whether the kernel holds its clock for synchronised."""
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
    """Wall time with its trustworthiness; any thread may ask.

    - `synced`: the time service has said so. It stays so without asking again, for the kernel withdraws its word after
      hours without a time server while the clock drifts by less than two seconds a day; but not once the clock was set.
    - `estimated`: it was synchronised once, and has been set since by somebody else: the time is counted on from
      before by the monotonic clock.
    - `unsynced`: nobody knows. Never earlier than the latest moment that is known to be past.

    Args:
        trust: `auto` asks `synced`; `system` believes the clock.
        wall_ns: nanoseconds since 1970.
        monotonic_ns: nanoseconds since some moment of this boot; it runs on while the wall clock is set.
        synced: asked until it says yes, and again after each step.
        stepped: told of each step. Both are of this machine's time service, if not given.
        boot_id: names the boot that `monotonic_ns` counts in.
    """

    def __init__(
        self,
        trust: Literal["auto", "system"] = "auto",
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        synced: Callable[[], bool] | None = None,
        stepped: Callable[[], None] = lambda: None,
        boot_id: str | None = None,
    ) -> None:
        self.monotonic_ns = monotonic_ns
        self.boot_id = boot_id or this_boot()
        self._wall_ns = wall_ns
        service = TimeService()
        self._ask = synced or service.synced
        self._stepped = stepped if synced else service.forget
        self._trusted = trust == "system"
        self._synced = self._trusted
        self._told = False
        self._lock = threading.Lock()
        self._offset: int | None = None
        self._anchor: int | None = None
        self._floor = EARLIEST_NS - monotonic_ns()

    def now(self) -> tuple[datetime, ClockState]:
        """The time with the offset of this machine's time zone, and what it is worth."""
        with self._lock:
            wall, monotonic = self._look()
            if self._synced:
                return local(wall), "synced"
            if self._anchor is not None:
                return local(monotonic + self._anchor), "estimated"
            return local(max(wall, monotonic + self._floor)), "unsynced"

    @property
    def right(self) -> bool:
        """Whether the time is synchronised now."""
        return self.now()[1] == "synced"

    def newly_synced(self) -> int | None:
        """Once, as soon as the clock is right: wall time less monotonic time, in nanoseconds; else None."""
        if self._told:
            return None
        found = self.difference()
        self._told = found is not None
        return found

    def difference(self) -> int | None:
        """Wall time less monotonic time, in nanoseconds, while the clock is `synced`; else None."""
        with self._lock:
            wall, monotonic = self._look()
            return wall - monotonic if self._synced else None

    def not_before(self, wall_ns: int) -> None:
        """A moment that is past (nanoseconds since 1970), from a record of an earlier life with a clock that was right.

        It bounds the time while that is not known better.
        """
        with self._lock:
            self._floor = max(self._floor, wall_ns - self.monotonic_ns())

    def _look(self) -> tuple[int, int]:
        """Both clocks, and what follows from their difference: it changes only when the wall clock is set."""
        wall, monotonic = self._both()
        offset = wall - monotonic
        if self._trusted:
            return wall, monotonic
        if self._offset is not None and abs(offset - self._offset) > STEP_NS:
            self._stepped()
            self._offset, self._synced = offset, False
        if self._offset is None:
            self._offset = offset
        if not self._synced and self._ask():
            self._offset = self._anchor = offset
            self._synced = True
        return wall, monotonic

    def _both(self) -> tuple[int, int]:
        """Read so close together that no pause of this process looks like a step."""
        for _ in range(10):
            before = self.monotonic_ns()
            wall = self._wall_ns()
            after = self.monotonic_ns()
            if after - before < STEP_NS // 10:
                break
        return wall, (before + after) // 2


def local(wall_ns: int) -> datetime:
    """Nanoseconds since 1970 as a time with this machine's offset, to the millisecond."""
    moment = datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC).replace(
        microsecond=wall_ns // 1_000_000 % 1000 * 1000
    )
    return moment.astimezone()
