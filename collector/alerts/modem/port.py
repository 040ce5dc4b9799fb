"""The modem's serial port, through pyserial."""

import errno
import termios
from typing import Literal, Protocol

import serial

READ_SECONDS = 0.05
WRITE_SECONDS = 2.0
"""A part's 360 bytes take 0.4 s at 9600 baud."""
TROUBLES = (serial.SerialException, OSError, termios.error, ValueError)
"""All that pyserial lets through; `termios.error` (after an unplug) is no OSError."""
Why = Literal["missing", "denied", "busy", "gone"]
WHY: dict[int, Why] = {
    errno.ENOENT: "missing",
    errno.ENODEV: "missing",
    errno.ENXIO: "missing",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EAGAIN: "busy",
    errno.EBUSY: "busy",
}


class Gone(Exception):  # noqa: N818 - the field's word
    """There is no port, or there is none any more.

    Args:
        why: not plugged in, no right to it, another program has it; `gone`: unplugged, or it takes nothing.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Port(Protocol):
    """An open port; only one thread uses it."""

    def read(self) -> bytes:
        """What has come, or the first byte that comes within 0.05 s.

        Raises:
            Gone: unplugged.
        """

    def write(self, data: bytes) -> None:
        """Sends.

        Raises:
            Gone: unplugged, or it takes nothing for two seconds.
        """

    def close(self) -> None:
        """Lets go of it; never raises."""


class SerialPort:
    """A serial port as a `Port`."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def read(self) -> bytes:
        """What has come."""
        try:
            return bytes(self._port.read(self._port.in_waiting or 1))
        except TROUBLES:
            # Without its cause: nobody must see what was on the line.
            raise Gone("gone") from None

    def write(self, data: bytes) -> None:
        """Sends."""
        try:
            self._port.write(data)
        except TROUBLES:
            raise Gone("gone") from None

    def close(self) -> None:
        """Lets go of it."""
        try:
            self._port.close()
        except TROUBLES:
            return


def open_port(path: str, baud: int) -> SerialPort:
    """Opens a port for one process alone, 8N1, with what was buffered thrown away.

    Args:
        path: such as `/dev/ttyUSB2`, or a link under `/dev/serial/by-id`.
        baud: bits a second.

    Raises:
        Gone: with why.
    """
    port = serial.Serial()
    try:
        port.port = path
        port.baudrate = baud
        port.timeout = READ_SECONDS
        port.write_timeout = WRITE_SECONDS
        port.exclusive = True
        port.open()
    except TROUBLES as trouble:
        number = getattr(trouble, "errno", None)
        raise Gone(WHY.get(number, "gone") if isinstance(number, int) else "gone") from None
    return SerialPort(port)
