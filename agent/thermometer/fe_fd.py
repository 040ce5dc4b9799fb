"""Handheld forehead guns with an FE FD firmware: a common make, by UART, RS232 or a Bluetooth-to-serial dongle.

One number a pull of the trigger: a body estimate or the surface of a thing, as the gun's switch stands.

Frame, 8 bytes, big-endian, unsigned 16-bit value in 0.1 ° of its unit, once a measurement:

    FE FD | U | F | TT TT | 0D 0A
    head    |   |   |       tail
            |   |   +-- T temperature: 0…100 °C
            |   +------ F 00 or 01, one of them the body and the other a thing; AA in the answer to the handshake
            +---------- U unit: 1A °C, 15 °F

Open: the public sheet is cut off before it says which flag is the body. So without options no value is called a body's:
all are given as surfaces, and a fever limit must be one made for surfaces. `body_flag` 0 or 1 says what a look at the
gun's own display has shown; then only those frames count, as the gun's estimate (conversion `device`; the one number
stands for the surface too), and the others are refused.

There is no sum and no error code; ranges are not documented. Two frames in a row have to be equal. A gun that sends
each result twice is heard at the second; one that sends it once is heard when a second pull of the trigger gives the
same number: pull twice.

FE FD AA A0 0D 0A every half second tells the gun that somebody listens; it answers FE FD 1A AA 55 5F 0D 0A. FE FD AA 91
0D 0A would turn it off and is never sent. Set-up: 9600 baud.

Source: "Bluetooth Thermometer (IR) Communication Protocol", a maker's sheet in two public copies. The captured frames
are its own examples; it calls the first 37.0, but the bytes say 37.4.
"""

import math
import struct
from functools import partial
from typing import Literal

from msgspec import Struct

from agent.thermometer.agreement import Agreeing
from agent.thermometer.framing import Frames, Layout, tail
from agent.thermometer.sample import Driver, Poll, Sample

PAYLOAD = struct.Struct(">BBH")
CELSIUS, FAHRENHEIT = 0x1A, 0x15
FLAGS = (0, 1)
CELSIUS_RANGE = (0.0, 100.0)
EQUAL = 2


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """Which flag the gun sets when it measures a body; None: no value is called a body's."""

    body_flag: Literal[0, 1] | None = None


def decode(payload: bytes, body_flag: int | None) -> Sample | None:
    """The four bytes as a sample in °C, None beyond the range, for a handshake, or with the other flag."""
    unit, flag, number = PAYLOAD.unpack(payload)
    if unit not in {CELSIUS, FAHRENHEIT} or flag not in (FLAGS if body_flag is None else (body_flag,)):
        return None
    celsius = number / 10 if unit == CELSIUS else round((number - 320) / 18, 2)
    lowest, highest = CELSIUS_RANGE
    if not lowest <= celsius <= highest:
        return None
    return Sample(raw=number, surface=celsius, body=None if body_flag is None else celsius)


def configured(options: Options) -> Driver:
    """The driver for a gun whose body flag is known, or not."""
    layout = Layout(
        head=bytes.fromhex("FEFD"),
        sync=2,
        length=8,
        decode=partial(decode, body_flag=options.body_flag),
        proof=tail(b"\r\n"),
        trailer=2,
    )
    return Driver(
        name="fe_fd",
        title="FE FD forehead gun",
        baud=9600,
        kind="surface" if options.body_flag is None else "body_estimate",
        conversion=None if options.body_flag is None else "device",
        make_parser=lambda: Agreeing(Frames(layout), EQUAL),
        poll=Poll(bytes.fromhex("FEFDAAA00D0A"), seconds=0.5),
        captured=(
            bytes.fromhex("FEFD1A0101760D0A"),  # 37.4 °C
            bytes.fromhex("FEFD150103DA0D0A"),  # 98.6 °F = 37.00 °C
        ),
        agree=EQUAL,
        pause=math.inf,
    )


DRIVER = configured(Options())
