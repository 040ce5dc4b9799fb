"""Thermometers for the demonstration: the devices' own byte streams, on a pseudo-terminal that can be unplugged.

Written from the devices' protocol pages, apart from the drivers that read them: two readings of one page check each
other.
"""

import fcntl
import os
import struct
import termios
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

DRAIN_SECONDS = 0.2


def gy_mcu90614_frame(surface: float, ambient: float) -> bytes:
    """One frame of a GY-MCU90614: 5A 5A, type 45, 4 bytes, object and ambient in °C as 0.01 °C, sum."""
    return _summed(b"\x5a\x5a\x45\x04" + _centi(surface) + _centi(ambient))


def gy614v3_frame(surface: float, ambient: float, body: float, emissivity: float = 0.97) -> bytes:
    """One frame of a GY-614V3: A4, read, registers 07…0D: emissivity, object, ambient and body in °C, sum."""
    return _summed(
        b"\xa4\x03\x07\x07" + bytes([round(emissivity * 100)]) + _centi(surface) + _centi(ambient) + _centi(body)
    )


DEVICES: tuple[tuple[str, Callable[[float, float, float], bytes]], ...] = (
    ("gy614v3", gy614v3_frame),
    ("gy_mcu90614", lambda surface, ambient, _body: gy_mcu90614_frame(surface, ambient)),
)
"""(driver, (surface, ambient, body) in °C → one frame) of each device."""


def _centi(celsius: float) -> bytes:
    return struct.pack(">h", round(celsius * 100))


def _summed(body: bytes) -> bytes:
    return body + bytes([sum(body) % 256])


class PtyThermometer:
    """A device at `path` (a symlink to a pseudo-terminal) that may be unplugged and plugged in again.

    What it cannot show: a wrong baud rate and the pace of a line (a pseudo-terminal ignores speed), DTR and RTS, power.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None
        self._slave: int | None = None
        self.replug()

    @property
    def plugged(self) -> bool:
        """Whether the device is there."""
        return self._master is not None

    def replug(self) -> None:
        """The device appears under the same symlink, with another number if a reader still holds the old one."""
        if self._master is not None:
            return
        master, slave = os.openpty()
        # A new pseudo-terminal echoes and edits lines until somebody makes it raw.
        tty.setraw(slave)
        os.set_blocking(master, False)
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.path)
        # Without an open slave of its own the device would see EIO whenever no reader is there.
        self._master, self._slave = master, slave

    def unplug(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """The device vanishes; a reader gets `drain_seconds` to take what was sent, which closing throws away."""
        if self._master is None or self._slave is None:
            return
        until = time.monotonic() + drain_seconds
        while self.waiting and time.monotonic() < until:
            time.sleep(0.002)
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = None

    @property
    def waiting(self) -> int:
        """Bytes sent and not yet read by anybody."""
        if self._slave is None:
            return 0
        found = fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4))
        return int(struct.unpack("i", found)[0])

    def send(self, data: bytes) -> int:
        """Sends bytes and says how many were taken: a line nobody reads fills up and drops the rest."""
        if self._master is None:
            return 0
        try:
            return os.write(self._master, data)
        except (BlockingIOError, OSError):
            return 0

    def received(self) -> bytes:
        """What the reader has sent to the device since the last call."""
        found = b""
        if self._master is not None:
            with suppress(OSError):
                found = os.read(self._master, 4096)
        return found

    def close(self) -> None:
        """Unplugs for good, at once."""
        self.unplug(drain_seconds=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
