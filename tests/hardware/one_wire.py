"""A DS18B20 on a passive UART adapter: it hears slots, and what it answers is the slot that comes back.

The adapter has no intelligence: speed makes the difference between a reset (9600) and a slot (115200). A
pseudo-terminal keeps the speed that its reader set, so the emulator sees it.
"""

import termios
import threading
import time

CONVERT, READ_SCRATCHPAD, SKIP_ROM = 0x44, 0xBE, 0xCC
POWER_ON = bytes.fromhex("50054b467fff0c101c")


def crc(data):
    register = 0
    for byte in data:
        for bit in range(8):
            fed_back = (register ^ byte >> bit) & 1
            register = register >> 1 ^ 0x8C * fed_back
    return register


def scratchpad(celsius):
    body = round(celsius * 16).to_bytes(2, "little", signed=True) + bytes.fromhex("4b467fff0c10")
    return body + bytes([crc(body)])


class Probe:
    """The probe and its adapter on a pseudo-terminal's master.

    `celsius` is what it measures, in `seconds`; `absent`, as if its plug were out; `starved` has no power for a
    conversion, so that the power-on value stays; `shorted` holds the line low; `flip` is a bit of the scratchpad that
    turns on the way.
    """

    def __init__(self, pty, celsius=21.0625, seconds=0.1):
        self.celsius, self.seconds = celsius, seconds
        self.absent = self.starved = self.shorted = False
        self.scratchpad = POWER_ON
        self.flip = None
        self._pty = pty
        self._bits, self._answer, self._done = [], [], None
        self._selected = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._stop.wait(0.001):
            for byte in self._pty.received():
                self._pty.send(bytes([self._slot(byte)]))

    def _slot(self, byte):
        if self.shorted:
            return 0x00
        speed = termios.tcgetattr(self._pty._slave)[5] if self._pty._slave is not None else None
        if speed == termios.B9600:
            return self._reset(byte)
        assert speed == termios.B115200, "a slot at another speed"
        if self.absent:
            return byte
        if self._answer:
            assert byte == 0xFF, "the master wrote while it was to read"
            return 0xFF if self._answer.pop(0) else 0xFC
        self._bits.append(byte == 0xFF)
        if len(self._bits) == 8:
            self._command(sum(bit << n for n, bit in enumerate(self._bits)))
            self._bits = []
        return byte

    def _reset(self, byte):
        assert byte == 0xF0
        self._bits, self._answer, self._selected = [], [], False
        return byte if self.absent else 0xE0

    def _command(self, command):
        if not self._selected:
            assert command == SKIP_ROM
            self._selected = True
        elif command == CONVERT:
            self._done = time.monotonic() + self.seconds
        else:
            assert command == READ_SCRATCHPAD
            if self._done is not None and time.monotonic() >= self._done and not self.starved:
                self.scratchpad = scratchpad(self.celsius)
            self._answer = [byte >> bit & 1 for byte in self.scratchpad for bit in range(8)]
            if self.flip is not None:
                self._answer[self.flip] ^= 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
