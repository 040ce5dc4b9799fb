"""TEMPerX232: PCsensor's serial stick. Ambient air (and a probe on a cable), never a person.

Asked with `ReadTemp`, without a line end; it answers with a line a sensor, in °C and % relative humidity:

    Temp-Inner:30.53 [C],39.92 [%RH]<
    Temp-Outer:28.00 [C]<

9600 baud, asked once a second; -40…125 °C. The stick's own warmth adds some 4 °C inside, so the probe is the better one
outdoors (`sensor = "outer"`). Text without a sum: three answers must agree. A long press on its button turns it into a
keyboard (413d:2107), which this driver cannot read.

Source: the README of the program temper by urwen, which prints the answer; the fields' names stand in the line.
"""

import re
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.lines import Lines
from agent.thermometer.packets import Decoded
from agent.thermometer.sample import Driver, Poll, Sample

LINE = re.compile(
    rb"Temp-(Inner|Outer):(-?[0-9]{1,3}\.[0-9]{1,2}) ?\[C\](?:, ?[0-9]{1,3}(?:\.[0-9]{1,2})? ?\[%RH\])?<?"
)
CELSIUS = (-40.0, 125.0)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`sensor`: the one in the stick (`inner`) or on the cable (`outer`)."""

    sensor: Literal["inner", "outer"] = "inner"


def decode(line: bytes, *, sensor: str) -> Decoded:
    """One line as a sample in °C, None for the other sensor's."""
    match = LINE.fullmatch(line.strip())
    if match is None:
        return "foreign"
    if match[1].decode().lower() != sensor:
        return None
    celsius = float(match[2])
    if not CELSIUS[0] <= celsius <= CELSIUS[1]:
        return "out_of_range"
    return Sample(raw=round(celsius * 100), surface=celsius, ambient=celsius)


def configured(options: Options) -> Driver:
    """The driver for one of the stick's sensors."""
    return replace(DRIVER, make_parser=partial(_parser, options.sensor))


def _parser(sensor: str) -> Agreeing:
    return Agreeing(Lines(partial(decode, sensor=sensor), begun=True), UNSUMMED)


DRIVER = Driver(
    name="temper_serial",
    title="TEMPerX232",
    baud=9600,
    kind="ambient",
    make_parser=partial(_parser, "inner"),
    captured=(b"Temp-Inner:30.53 [C],39.92 [%RH]<\r\n",),
    poll=Poll(b"ReadTemp", 1.0),
    usb=("1a86:5523",),
    agree=UNSUMMED,
)
