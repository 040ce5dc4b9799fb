"""RE-XINGMA: a board of gate terminals that gives one point.

Surface, made by the board in a way that is not documented (`terminal`), and ambient: a fever limit for this driver must
be one made for surfaces.

Answer to EE E1 01 55 FF FC, 8 bytes, big-endian, unsigned 16-bit values:

    ?? ?? ?? | TT TT | AA AA | ??
               |       +-- A ambient in 0.01 K: 23315…35815, that is -40…85 °C
               +---------- T object in 0.01 °C: 0…100 °C

Open: bytes 0 to 2 and 7. One may be a sum; none is known, so an answer counts by its length between two pauses of the
line, and three in a row have to agree. The ranges are not documented; these are asked. That the object is in °C and the
ambient in K is what the source says. There is no error code.

Rate: asked twice a second. Set-up: 57600 baud.

Source: facts from the driver RE_XINGMA of an Android terminal (heef87/TemperatureDemo). It gives no answer of a board:
the captured one is computed.
"""

import struct

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import ASK_SECONDS, Answer, Answers
from agent.thermometer.sample import Driver, Poll, Sample

OBJECT_CENTI = range(10001)
ZERO = 27315
AMBIENT = range(ZERO - 4000, ZERO + 8501)
VALUES = struct.Struct(">HH")


def decode(answer: bytes) -> Sample | None:
    """The eight bytes as a sample in °C, None beyond the range."""
    surface, ambient = VALUES.unpack_from(answer, 3)
    if surface not in OBJECT_CENTI or ambient not in AMBIENT:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=(ambient - ZERO) / 100)


ANSWER = Answer(lengths=(8,), decode=decode)


def make_parser() -> Agreeing:
    """A fresh parser of answers of eight bytes."""
    return Agreeing(Answers(ANSWER), UNSUMMED)


DRIVER = Driver(
    name="re_xingma",
    title="RE-XINGMA",
    baud=57600,
    kind="surface",
    conversion="terminal",
    make_parser=make_parser,
    poll=Poll(bytes.fromhex("EEE10155FFFC"), ASK_SECONDS),
    captured=(bytes.fromhex("E101000DA3748100"),),  # surface 34.91, ambient 25.10
    agree=UNSUMMED,
)
