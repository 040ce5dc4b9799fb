"""DS18B20: Maxim's 1-Wire probe. Air or water, never a person.

Two ways to it, told apart by the port:

    w1, 28-0316a2795bff, /sys/…/w1_slave   the kernel's own 1-Wire (a Pi's GPIO 4): the simpler one
    /dev/kadian-therm                      a UART adapter of the DS9097 kind (agent/wire/one_wire.py), one probe on it

Either gives the probe's scratchpad, about once a second (a conversion takes 0.75 s):

    TT TT | AA AA | CC | FF | RR | 10 | SS
      |       |     |         |         +-- S CRC-8, polynomial 8C reflected, over the eight bytes before
      |       |     |         +------------ R reserved; 0C in a power-on value of genuine probes
      |       |     +---------------------- C resolution in bits 5 and 6: 9…12 bits; bits 0…4 are 1, bit 7 is 0
      |       +---------------------------- A alarm limits
      +------------------------------------ T little-endian, signed, 1/16 °C; -55…125 °C

The CRC holds for several values that are none: 85.0 (power-on value: no conversion took place), 127.9375 (conversion
or power failed) and nine zeros (line held low); all FF (probe gone) fails it. 85.0 is always refused: the flag in R is
not to be relied on, and no gate is so warm.

Source: data sheet of the DS18B20; scratchpads as users of Raspberry Pis print them in forums, and the two that are no
values from an issue of PaulStoffregen/OneWire.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.thermometer.crc import reflected
from agent.thermometer.packets import Decoded, Packets
from agent.thermometer.sample import Driver, Sample
from agent.wire.line import Gone, Line
from agent.wire.one_wire import OneWire, open_one_wire
from agent.wire.port import READ_SECONDS, refusal
from kadian.errors import KadianError

SIZE = 9
SKIP_ROM, CONVERT, READ_SCRATCHPAD = b"\xcc", b"\x44", b"\xbe"
CONVERT_SECONDS = 0.75
REST_SECONDS = 0.2
POWER_ON = 85 * 16
SIXTEENTHS = range(-55 * 16, 125 * 16 + 1)
FOLDER = Path("sys/bus/w1/devices")


def celsius(scratchpad: bytes) -> Sample | None:
    """A sound scratchpad as a sample in °C, `raw` in 1/16 °C; None when its value is none."""
    config = scratchpad[4]
    if config & 0x9F != 0x1F:
        return None
    # Below 12 bits the last ones mean nothing.
    undefined = 3 - (config >> 5)
    raw = int.from_bytes(scratchpad[:2], "little", signed=True) >> undefined << undefined
    if raw == POWER_ON or raw not in SIXTEENTHS:
        return None
    return Sample(raw=raw, surface=raw / 16, ambient=raw / 16)


def decode(scratchpad: bytes) -> Decoded:
    """Nine bytes as a sample, or why not."""
    if reflected(scratchpad, 0x8C):
        return "bad_checksum"
    return celsius(scratchpad) or "out_of_range"


def make_parser() -> Packets:
    """A fresh parser of scratchpads; the line gives them whole."""
    return Packets(lambda _: SIZE, decode)


class Asked:
    """One probe as a `Line` that gives a scratchpad a conversion.

    Args:
        begin: starts a conversion and says in how many seconds to come back; None when nobody is there.
        fetch: gives the scratchpad; empty when nobody is there.
        close: lets go of the bus.
        monotonic: the clock, in seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        begin: Callable[[], float | None],
        fetch: Callable[[], bytes],
        close: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._begin = begin
        self._fetch = fetch
        self.close = close
        self._monotonic = monotonic
        self._sleep = sleep
        self._ready: float | None = None

    def read(self) -> bytes:
        """A scratchpad, or nothing while one is being made."""
        if self._ready is None:
            seconds = self._begin()
            self._ready = None if seconds is None else self._monotonic() + seconds
        left = READ_SECONDS if self._ready is None else self._ready - self._monotonic()
        if left > 0:
            self._sleep(min(left, READ_SECONDS))
            return b""
        self._ready = None
        return self._fetch()

    def waiting(self) -> int:
        """Nothing is kept."""
        return 0

    def write(self, data: bytes) -> None:
        """What the probe is told, `read` tells it."""


def on_uart(bus: OneWire) -> Asked:
    """The only probe of a bus behind a UART."""

    def begin() -> float | None:
        if not bus.reset():
            return None
        bus.write(SKIP_ROM + CONVERT)
        return CONVERT_SECONDS

    def fetch() -> bytes:
        if not bus.reset():
            return b""
        bus.write(SKIP_ROM + READ_SCRATCHPAD)
        return bus.read(SIZE)

    return Asked(begin, fetch, bus.close)


def in_kernel(file: Path) -> Asked:
    """A probe of the kernel's bus; reading its file takes as long as a conversion."""

    def fetch() -> bytes:
        try:
            said = file.read_text("ascii", errors="replace")
        except OSError as trouble:
            raise Gone(str(trouble)) from trouble
        return scratchpad_of(said)

    return Asked(lambda: REST_SECONDS, fetch, lambda: None)


def scratchpad_of(text: str) -> bytes:
    """The nine bytes at the head of a `w1_slave` file: `50 05 4b 46 7f ff 0c 10 1c : crc=1c YES`; empty if not."""
    head, _, verdict = text.partition("\n")[0].partition(":")
    found = b""
    with suppress(ValueError):
        found = bytes.fromhex(head)
    return found if len(found) == SIZE and verdict.endswith("YES") else b""


def open_probe(port: str, baud: int, root: Path = Path("/")) -> Line:
    """Opens a probe; see the head of this file for ports.

    Raises:
        KadianError: K0200 to K0203 as for a serial port, K0221 several probes fit.
    """
    del baud
    if port != "w1" and not port.startswith("28-") and Path(port).name != "w1_slave":
        return on_uart(open_one_wire(port))
    file = Path(port)
    if file.name != "w1_slave":
        probes = sorted((root / FOLDER).glob("28-*" if port == "w1" else port))
        if len(probes) > 1:
            raise KadianError("K0221", port, probes=", ".join(probe.name for probe in probes))
        file = (probes[0] if probes else root / FOLDER / port) / "w1_slave"
    try:
        file.open("rb").close()
    except OSError as trouble:
        raise refusal(port, 0, trouble) from trouble
    return in_kernel(file)


DRIVER = Driver(
    name="ds18b20",
    title="DS18B20",
    baud=9600,
    kind="ambient",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("72014b467fff0e1057"),  # 23.125
        bytes.fromhex("3f004b467fff011047"),  # 3.9375
        bytes.fromhex("5e01ffff7fffffff52"),  # 21.875, another maker's probe
    ),
    open=open_probe,
)
