"""A 1-Wire bus behind a UART (DS9097 and the USB-TTL adapter with a diode): one byte of the UART is one time slot.

    reset   9600 baud   send F0: F0 comes back when nobody is there, anything else but 00 is a presence pulse
    write 0 115200 baud send 00: the line is held low for the whole slot
    write 1 115200 baud send FF: the start bit alone is low
    read    115200 baud send FF: FF comes back for 1, less for 0; least significant bit first

What is sent comes back, since both directions share one line: that echo is the measurement.

Source: the kernel's documentation of w1-uart; Maxim's application note 214.
"""

from contextlib import suppress

import serial

from agent.wire.line import TROUBLES, Gone
from agent.wire.port import open_port

RESET_BAUD, SLOT_BAUD = 9600, 115200
ECHO_SECONDS = 0.5
NOBODY = 0xF0
SHORTED = 0x00


class OneWire:
    """The master of a bus; knows no device."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def reset(self) -> bool:
        """Resets all that hangs on the bus; whether somebody answers.

        Raises:
            Gone: unplugged, or nothing comes back of what is sent: no such adapter.
        """
        reply = self._exchange(RESET_BAUD, bytes([NOBODY]))[0]
        return reply not in {NOBODY, SHORTED}

    def write(self, data: bytes) -> None:
        """Sends bytes.

        Raises:
            Gone: see `reset`.
        """
        slots = bytes(0xFF if byte >> bit & 1 else 0x00 for byte in data for bit in range(8))
        self._exchange(SLOT_BAUD, slots)

    def read(self, count: int) -> bytes:
        """Reads bytes: all FF when nobody drives the line.

        Raises:
            Gone: see `reset`.
        """
        slots = self._exchange(SLOT_BAUD, b"\xff" * 8 * count)
        return bytes(sum((slots[8 * n + bit] == 0xFF) << bit for bit in range(8)) for n in range(count))

    def close(self) -> None:
        """Lets go of the port."""
        try:
            self._port.close()
        except TROUBLES:
            return

    def _exchange(self, baud: int, sent: bytes) -> bytes:
        try:
            if self._port.baudrate != baud:
                self._port.baudrate = baud
            self._port.reset_input_buffer()
            self._port.write(sent)
            heard = bytes(self._port.read(len(sent)))
        except TROUBLES as trouble:
            raise Gone(str(trouble)) from trouble
        if len(heard) != len(sent):
            raise Gone(f"{len(heard)} of {len(sent)} bytes came back")
        return heard


def open_one_wire(port: str) -> OneWire:
    """Opens the adapter for one process alone, with DTR and RTS raised: they feed the passive ones.

    Raises:
        KadianError: as `open_port` does.
    """
    line = open_port(port, RESET_BAUD).port
    line.timeout = ECHO_SECONDS
    # An adapter that has no such lines needs none.
    with suppress(*TROUBLES):
        line.dtr = line.rts = True
    return OneWire(line)
