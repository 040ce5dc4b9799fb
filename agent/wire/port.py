"""A serial port through pyserial."""

import errno
from pathlib import Path

import serial
import structlog

from agent.wire.line import TROUBLES, Gone
from agent.wire.usb import MACHINE, Tree, resolve
from kadian.errors import KadianError

READ_SECONDS = 0.2
"""How long a read waits: the time to see a stop, and the quiet after which a held frame is given out."""

CODES = {
    errno.ENOENT: "K0200",
    errno.ENODEV: "K0200",
    errno.ENXIO: "K0200",
    errno.EACCES: "K0201",
    errno.EPERM: "K0201",
    errno.EAGAIN: "K0202",
    errno.EBUSY: "K0202",
}

log = structlog.get_logger(__name__)


class SerialLine:
    """A serial port as a `Line`."""

    def __init__(self, port: serial.Serial) -> None:
        self.port = port

    def read(self) -> bytes:
        """What is there, or the first byte that comes within `READ_SECONDS`."""
        try:
            return bytes(self.port.read(self.port.in_waiting or 1))
        except TROUBLES as trouble:
            raise Gone(str(trouble)) from trouble

    def waiting(self) -> int:
        """Bytes that the kernel holds."""
        try:
            return int(self.port.in_waiting)
        except TROUBLES as trouble:
            raise Gone(str(trouble)) from trouble

    def write(self, data: bytes) -> None:
        """Sends within a second, or the port counts as gone."""
        try:
            self.port.write(data)
        except TROUBLES as trouble:
            raise Gone(str(trouble)) from trouble

    def retune(self, baud: int) -> None:
        """Another speed, without closing the port; what was heard at the old one is thrown away."""
        try:
            self.port.baudrate = baud
            self.port.reset_input_buffer()
        except (*TROUBLES, ValueError) as trouble:
            raise Gone(str(trouble)) from trouble

    def close(self) -> None:
        """A port left open keeps its number, and the replugged device would get the next one."""
        try:
            self.port.close()
        except TROUBLES:
            log.debug("port_close_failed", port=self.port.port)


def open_port(port: str, baud: int, *, quiet: float = READ_SECONDS, tree: Tree = MACHINE) -> SerialLine:
    """Opens a port for one process alone, 8N1, without raising DTR or RTS, and with what was buffered thrown away.

    Args:
        port: a path, a symlink, or `usb:VVVV:PPPP[@place]`, which is looked up now.
        baud: bits a second.
        quiet: how long a read waits, in seconds.
        tree: where the kernel tells what is plugged in.

    Raises:
        KadianError: K0200 it does not exist, K0201 no right to it, K0202 another program has it, K0203 anything else;
            K0230 to K0232 its USB id names none, several, or is written wrongly.
    """
    node = resolve(port, tree=tree)
    line = serial.Serial()
    try:
        line.port = node
        line.baudrate = baud
        line.timeout = quiet
        line.write_timeout = 1.0
        line.exclusive = True
        # Raising either line resets modules that sit behind a microcontroller with a boot loader.
        line.dtr = False
        line.rts = False
        line.open()
    except (*TROUBLES, ValueError) as trouble:
        raise refusal(port, baud, trouble) from trouble
    return SerialLine(line)


def real_name(port: str) -> str:
    """The device behind a symlink or a USB id, for the log."""
    try:
        return str(Path(resolve(port)).resolve())
    except (OSError, RuntimeError, KadianError):
        return port


def refusal(port: str, baud: int, trouble: Exception) -> KadianError:
    """Why a port could not be opened, in the house's words."""
    number = getattr(trouble, "errno", None)
    code = CODES.get(number, "K0203") if isinstance(number, int) else "K0203"
    return KadianError(code, port, baud=baud, reason=str(trouble))
