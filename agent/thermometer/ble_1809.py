"""Bluetooth thermometers with the Health Thermometer Service 1809: a value a measurement, when somebody measures.

Indications of the characteristic 2A1C, little-endian, each behind its length (agent/wire/gatt.py):

    NN | FF | MM MM MM EE | YY YY MO DD HH MI SS | PP
    |    |    |        |    |                      +-- P where on the body: 1 armpit … 9 ear drum (if F bit 2)
    |    |    |        |    +------------------------- year, month, day, hour, minute, second    (if F bit 1)
    |    |    |        +------------------------------ E exponent of 10, signed
    |    |    +--------------------------------------- M mantissa, signed, 24 bits
    |    +-------------------------------------------- F flags: bit 0 °F
    +------------------------------------------------- N 5 + 7 with time + 1 with place

The number is an IEEE-11073 32-bit FLOAT; mantissas 7FFFFF (no number), 800000 (not at this resolution), 7FFFFE and
800002 (infinite) and 800001 (reserved) are no values; 0…100 °C.

The value is the device's own of the body: kind `body_estimate`, conversion `device`; `kind = "contact"` for one that is
held in armpit, mouth or ear. It has no other surface to show, so the surface is the same number. A device that repeats
a stored measurement (same time and value) is not heard twice. The port is the device's Bluetooth address.

Source: Bluetooth SIG, Health Thermometer Profile 1.0 and GATT Specification Supplement (Temperature Measurement);
IEEE 11073-20601 for the number. Captured values are computed from the layout.
"""

import math
from collections import deque
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from agent.thermometer.packets import Decoded, Packets
from agent.thermometer.sample import Driver, Sample
from agent.wire.gatt import open_gatt
from agent.wire.line import Line

TEMPERATURE_MEASUREMENT = "00002a1c-0000-1000-8000-00805f9b34fb"
FAHRENHEIT, TIMED, PLACED = 1, 2, 4
SHORTEST, TIME_BYTES = 5, 7
LENGTHS = (5, 6, 12, 13)
SPECIAL = frozenset({0x7FFFFF, 0x7FFFFE, -0x800000, -0x7FFFFF, -0x7FFFFE})
CELSIUS = (0.0, 100.0)
REMEMBERED = 32

Kind = Literal["body_estimate", "contact"]


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`kind`: `body_estimate` (forehead, ear by infrared) or `contact` (armpit, mouth)."""

    kind: Kind = "body_estimate"


def number(four: bytes) -> float | None:
    """An IEEE-11073 FLOAT; None for those that are no number."""
    mantissa = int.from_bytes(four[:3], "little", signed=True)
    exponent = int.from_bytes(four[3:], "little", signed=True)
    if mantissa in SPECIAL:
        return None
    return float(mantissa * 10**exponent) if exponent >= 0 else mantissa / 10**-exponent


def measured(value: bytes, kind: Kind) -> Sample | None:
    """One value of the characteristic as a sample in °C, `raw` its mantissa; None when it holds no temperature."""
    celsius = number(value[1:5])
    if celsius is None:
        return None
    if value[0] & FAHRENHEIT:
        celsius = round((celsius - 32) / 1.8, 2)
    if not CELSIUS[0] <= celsius <= CELSIUS[1]:
        return None
    raw = int.from_bytes(value[1:4], "little", signed=True)
    return Sample(raw=raw, surface=celsius, body=celsius if kind == "body_estimate" else None)


class Heard:
    """What a thermometer's values mean, beside what it has said before."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._told: deque[bytes] = deque(maxlen=REMEMBERED)

    def decode(self, packet: bytes) -> Decoded:
        """One packet as a sample in °C, None when it repeats a stored one."""
        value = packet[1:]
        timed, placed = bool(value[0] & TIMED), bool(value[0] & PLACED)
        if value[0] > FAHRENHEIT | TIMED | PLACED or len(value) != SHORTEST + TIME_BYTES * timed + placed:
            return "foreign"
        if timed and value in self._told:
            return None
        sample = measured(value, self._kind)
        if sample is not None and timed:
            self._told.append(value)
        return sample or "out_of_range"


def make_parser(kind: Kind = "body_estimate") -> Packets:
    """A fresh parser of the packets."""
    return Packets(lambda seen: seen[0] + 1 if seen[0] in LENGTHS else -1, Heard(kind).decode)


def open_thermometer(port: str, baud: int) -> Line:
    """Listens to a thermometer by its address; a speed means nothing here. Raises as `open_gatt` does."""
    del baud
    return open_gatt(port, TEMPERATURE_MEASUREMENT)


def configured(options: Options) -> Driver:
    """The driver for a thermometer held this way."""
    return replace(
        DRIVER,
        kind=options.kind,
        conversion="device" if options.kind == "body_estimate" else None,
        make_parser=partial(make_parser, options.kind),
    )


DRIVER = Driver(
    name="ble_1809",
    title="Bluetooth 1809 蓝牙体温计 (Health Thermometer)",
    baud=9600,
    kind="body_estimate",
    conversion="device",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("0500720100FF"),  # 37.0
        bytes.fromhex("0D066C0E00FEE407020308301E02"),  # 36.92, 2020-02-03 08:48:30
    ),
    open=open_thermometer,
    pause=math.inf,
)
