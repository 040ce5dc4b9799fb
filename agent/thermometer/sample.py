"""What every thermometer driver speaks: one sample, its counts, a parser and a driver."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from agent.wire.line import Open
from kadian.messages import TemperatureKind


class Sample(Struct, frozen=True):
    """One frame of a device, as it was decoded.

    Attributes:
        raw: the object temperature as the frame's own number, before any conversion; in most frames 0.01 °C.
        surface: the same in °C.
        ambient: the sensor's own temperature in °C, warmer than the air when hand or sun warm the housing.
        body: the device's own estimate of the body in °C, where the device makes one.
    """

    raw: int
    surface: float
    ambient: float | None = None
    body: float | None = None


class Counts(Struct):
    """How many frames were good, and in which way the others failed.

    Attributes:
        good: whole frames in range; those that wait for others to agree with them are among them.
        foreign: the family's first bytes, but another type or length (or chance).
        bad_checksum: a whole frame whose sum or tail is wrong.
        out_of_range: the sum is right, a value is beyond what the sensor can measure, or it says that it has none.
        torn: the sum and the range happened to fit, but a second whole frame begins inside: bytes were lost on the way.
        skipped: bytes that belonged to no good frame.
    """

    good: int = 0
    foreign: int = 0
    bad_checksum: int = 0
    out_of_range: int = 0
    torn: int = 0
    skipped: int = 0

    @property
    def bad(self) -> int:
        """Frames refused, whichever way they failed."""
        return self.foreign + self.bad_checksum + self.out_of_range + self.torn


class Parser(Protocol):
    """Bytes in, samples out: no port, clock or thread inside; unfinished input is bounded; no bytes make it raise."""

    @property
    def counts(self) -> Counts:
        """A copy of the counts since the parser was made; `reset` leaves them."""

    def feed(self, data: bytes) -> list[Sample]:
        """The samples that these bytes complete, oldest first."""

    def settle(self) -> list[Sample]:
        """Called when the line has fallen quiet: gives out what was held back to see the bytes behind it."""

    def reset(self) -> None:
        """Forgets unfinished input: the bytes to come have no connection with those before."""


class Poll(Struct, frozen=True):
    """A question to a device that answers only when asked: `data` is sent every `seconds`."""

    data: bytes
    seconds: float


class Driver(Struct, frozen=True):
    """One device family; a driver's file ends with `DRIVER = Driver(...)`.

    A family that has to be told more than its port (a pattern, a register, a flag's meaning) also has
    `class Options(Struct, frozen=True, forbid_unknown_fields=True)` and `def configured(options: Options) -> Driver`;
    they are given in the settings as `[thermometer.options]`.

    Attributes:
        name: the file's name, the value of the setting `driver`.
        title: what the device is called in a shop.
        baud: its speed as delivered, 8 data bits, no parity, 1 stop bit.
        kind: what its temperature is: `surface`, `body_estimate`, `contact` or `ambient`.
        conversion: how a body value came about; `device` when the device itself made it, None without one.
        make_parser: gives a fresh parser.
        start: what to send once after the port is opened. It is sent because this driver is configured, never to find
            out what is connected: the same bytes mean other things to other modules.
        captured: example frames, for the tests.
        poll: what to ask, and how often, of a device that is silent unless asked.
        open: how its wire is opened, where it is not a serial port.
        usb: `vendor:product` ids (hexadecimal) under which the device, not a mere bridge, shows itself.
        agree: how many frames in a row must say the same before a value counts (frames without a sum: 2 or more).
        pause: seconds of silence that are normal between two frames; infinite for a gun that speaks only when a person
            is measured, so that its open port alone is well.
    """

    name: str
    title: str
    baud: int
    kind: TemperatureKind
    make_parser: Callable[[], Parser]
    conversion: str | None = None
    start: bytes | None = None
    captured: tuple[bytes, ...] = ()
    poll: Poll | None = None
    open: Open | None = None
    usb: tuple[str, ...] = ()
    agree: int = 1
    pause: float = 1.0
