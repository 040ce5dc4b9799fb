"""RQVK002-TWBD-DS: an infrared point sensor of gate terminals that speaks by itself.

Surface, made by the module in a way that is not documented (`terminal`), and ambient: a fever limit for this driver
must be one made for surfaces. Its object value cannot leave 23.2…48.7 °C: what is beyond is not told from what is
there.

Frame, 6 bytes, signed 8-bit values in 0.1 °C:

    5A | ?? | AA | TT | ?? | A5
    |         |    |         +-- tail
    |         |    +------------ T object: 36 °C + T, so 23.2…48.7 °C
    |         +----------------- A ambient: 25 °C + A, so 12.2…37.7 °C
    +--------------------------- head

Open: bytes 1 and 4; the last may be a sum, but none is known, so three frames in a row have to agree. Every byte is a
value in range: there is no error code. A program in the field subtracts 255 where a byte below zero asks for 256, and
so reads such values 0.1 °C too high; here -0.1 is -0.1.

Rate: not documented, some twice a second. Set-up: 19200 baud.

Source: facts from the driver RQVK002_TW of an Android terminal (heef87/TemperatureDemo). It gives no frame of a module:
the captured ones are computed.
"""

import struct

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.framing import Frames, Layout, tail
from agent.thermometer.sample import Driver, Sample

PAYLOAD = struct.Struct("xbbx")


def decode(payload: bytes) -> Sample:
    """What stands between head and tail as a sample in °C."""
    ambient, surface = PAYLOAD.unpack(payload)
    return Sample(raw=surface, surface=(360 + surface) / 10, ambient=(250 + ambient) / 10)


LAYOUT = Layout(head=b"\x5a", sync=1, length=6, decode=decode, proof=tail(b"\xa5"))


def make_parser() -> Agreeing:
    """A fresh parser of the 5A … A5 frames."""
    return Agreeing(Frames(LAYOUT), UNSUMMED)


DRIVER = Driver(
    name="rqvk002",
    title="RQVK002-TWBD-DS",
    baud=19200,
    kind="surface",
    conversion="terminal",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("5A0001F500A5"),  # ambient 25.1, surface 34.9
        bytes.fromhex("5A00F60400A5"),  # ambient 24.0, surface 36.4
    ),
    agree=UNSUMMED,
)
