"""CHUWO and M23 32 × 32: a Heimann HTPA32x32d array with a microcontroller that speaks UART, of gate terminals.

Surface is the middle value of the hottest region as wide as a face, never the hottest pixel; ambient is the sensor's.
Nothing about the body.

Answer to EE E1 01 55 FF FC FD FF, 2055 bytes, big-endian, unsigned 16-bit values in 0.1 K, so 2731 is 0 °C:

    E1 | PP PP × 1024 | AA AA | I I I I
    |    |              |       +-- I the detector's number, the same in every answer of one module
    |    |              +---------- A ambient, the sensor's: -40…85 °C
    |    +------------------------- P pixel: -40…300 °C, row by row, 32 a row
    +------------------------------ head

One byte of head and no sum: an answer counts by its length between two pauses of the line, with every pixel in range,
and three in a row have to agree. The module's number is not asked for, so that a spare needs no new setting. The range
is not documented; asked is what such arrays see. Which way the picture is turned is not known either, and does not
matter for the hottest region. There is no error code.

The region's side in pixels is 32 × 12 cm ÷ (2 · distance · tan(view ÷ 2)): options `distance_cm` (50) and
`view_degrees` (60). The lens is not named by the sources: look `view_degrees` up for yours.

Rate: asked twice a second; 2055 bytes take 0.18 s at 115200 baud. One field program drops the first four rows of its
module as displaced; if yours are, the region still lies where the face is.

Source: facts from the drivers CHUWO_32x32 and SM23_32x32_XM of an Android terminal (heef87/TemperatureDemo) and from
two more public programs for the same command, which name the four last bytes. None gives a whole answer: the captured
one is computed, a wall of one temperature, with a detector's number that one of them quotes.
"""

from functools import partial

import numpy as np

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import ASK_SECONDS, Answer, Answers
from agent.thermometer.face import View, face_pixels, seen
from agent.thermometer.sample import Driver, Poll, Sample

NAME = "htpa32x32"
COLUMNS = ROWS = 32
LENGTH = 2055
ZERO = 2731
OBJECT = range(ZERO - 400, ZERO + 3001)
AMBIENT = range(ZERO - 400, ZERO + 851)


class Options(View, frozen=True, forbid_unknown_fields=True):
    """Where the face is."""


def decode(answer: bytes, size: int) -> Sample | None:
    """The answer as a sample in °C, None beyond the range; `size` is the region's side in pixels."""
    pixels = np.frombuffer(answer, ">u2", count=ROWS * COLUMNS, offset=1).reshape(ROWS, COLUMNS)
    ambient = int.from_bytes(answer[2049:2051], "big")
    surface = seen(pixels, size, OBJECT)
    if surface is None or ambient not in AMBIENT:
        return None
    return Sample(raw=surface, surface=(surface - ZERO) / 10, ambient=(ambient - ZERO) / 10)


def configured(options: Options) -> Driver:
    """The driver for a face at this distance.

    Raises:
        KadianError: K0214 a face is too small there.
    """
    size = face_pixels(options, COLUMNS, ROWS, NAME)
    answer = Answer(lengths=(LENGTH,), decode=partial(decode, size=size), head=b"\xe1")
    return Driver(
        name=NAME,
        title="CHUWO 32*32 / M23-32*32",
        baud=115200,
        kind="surface",
        make_parser=lambda: Agreeing(Answers(answer), UNSUMMED),
        poll=Poll(bytes.fromhex("EEE10155FFFCFDFF"), ASK_SECONDS),
        # 34.9 everywhere, ambient 25.1
        captured=(b"\xe1" + bytes.fromhex("0C08") * 1024 + bytes.fromhex("0BA6") + bytes.fromhex("0100C682"),),
        agree=UNSUMMED,
    )


DRIVER = configured(Options())
