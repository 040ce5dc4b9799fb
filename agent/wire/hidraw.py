"""A USB HID device through the kernel's hidraw node: whole reports in, whole reports out."""

import fcntl
import os
import select
from collections.abc import Iterable
from contextlib import suppress

from agent.wire.line import Gone
from agent.wire.node import nodes
from agent.wire.port import READ_SECONDS, refusal
from agent.wire.usb import MACHINE, Tree

REPORT_BYTES = 64
"""More than any report of a full-speed interrupt endpoint holds; a read gives one report however much is asked for."""


class HidrawLine:
    """An open hidraw node as a `Line`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self) -> bytes:
        """One report, or nothing after `READ_SECONDS`."""
        try:
            if not self._ready(READ_SECONDS):
                return b""
            report = os.read(self._descriptor, REPORT_BYTES)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise Gone(str(trouble)) from trouble
        if not report:
            raise Gone("end of file")
        return report

    def waiting(self) -> int:
        """1 when a report waits: its length is known only by reading it."""
        try:
            return int(self._ready(0))
        except OSError as trouble:
            raise Gone(str(trouble)) from trouble

    def write(self, data: bytes) -> None:
        """One report; its first byte is the report's number, which the device sees unless it is 0."""
        try:
            os.write(self._descriptor, data)
        except OSError as trouble:
            raise Gone(str(trouble)) from trouble

    def close(self) -> None:
        """Lets go of the node."""
        with suppress(OSError):
            os.close(self._descriptor)

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self._descriptor], [], [], seconds)[0])


def open_hidraw(port: str, idents: Iterable[str], tree: Tree = MACHINE) -> HidrawLine:
    """Opens a device's last node for one process alone.

    A stick that also plays a keyboard shows two nodes; the one that answers is the last.

    Args:
        port: `usb:VVVV:PPPP[@place]` or a path, see `nodes`.
        idents: the USB ids that it must have.
        tree: where the kernel tells what is plugged in.

    Raises:
        KadianError: K0200 to K0203 as for a serial port, K0220 it is another device, K0230 to K0232 its USB id
            names none, several, or is written wrongly.
    """
    path = nodes(port, "hidraw", idents, tree)[-1]
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as trouble:
        raise refusal(port, 0, trouble) from trouble
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as trouble:
        os.close(descriptor)
        raise refusal(port, 0, trouble) from trouble
    return HidrawLine(descriptor)
