"""What an open wire is, and how it fails."""

import termios
from collections.abc import Callable
from typing import Protocol

import serial

TROUBLES = (serial.SerialException, OSError, termios.error)
"""All that pyserial lets through when a port fails; `termios.error` (from a flush after an unplug) is no OSError."""


class Gone(Exception):  # noqa: N818 - the field's word
    """The wire failed while it was open; the callbacks' own errors are never taken for this."""


class Line(Protocol):
    """An open wire: a serial port, a hidraw node, a thermal camera's frames as bytes.

    One thread reads it. Where a device speaks in reports or pictures, each is given whole and in order.
    """

    def read(self) -> bytes:
        """What has come, as soon as something has; empty after about 0.2 s of quiet.

        Raises:
            Gone: unplugged, or the device fails otherwise.
        """

    def waiting(self) -> int:
        """How many bytes `read` would give at once; 0 where that cannot be known.

        Raises:
            Gone: unplugged.
        """

    def write(self, data: bytes) -> None:
        """Sends; what a driver sends it sends because it is configured, never to find out what is connected.

        Raises:
            Gone: unplugged, or it takes nothing for a second.
        """

    def close(self) -> None:
        """Lets go of it; never raises."""


Open = Callable[[str, int], Line]
"""(port, baud) → the open wire. Raises KadianError K0200 to K0203 when it cannot be opened."""
