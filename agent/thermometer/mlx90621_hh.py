"""MLX90621-HH: a Melexis MLX90621 array of 16 × 4 thermopiles with a microcontroller, of gate terminals.

Surface is the middle value of the hottest region as wide as a face, never the hottest pixel. No ambient is known, so a
person is taken for one from 28 °C on, whatever the weather. Nothing about the body.

Answer to A5 35 01 DB, 132 bytes or more, little-endian, signed 16-bit values in 0.01 °C:

    5A 5A | ?? ?? | PP PP × 64 | ?? …
    head            +-- P pixel: -50…300 °C, row by row, 16 a row

Open: bytes 2 and 3 and what comes after the pixels. In a GY-MCU90640, which takes the same command, they are the number
of data bytes, the ambient value and a sum; that would make 136 bytes here, but nobody says so. So an answer of 132, 134
or 136 bytes counts by its head and its length between two pauses of the line (one byte lost or added makes it odd),
with every pixel in range, and three in a row have to agree. There is no error code.

The region's side in pixels is 16 × 12 cm ÷ (2 · distance · tan(view ÷ 2)), at most 4: options `distance_cm` (50) and
`view_degrees`, 60 for the lens BAB (the default: 3 pixels at 50 cm), 40 for BAD; through BAA (120) a face is too small
beyond 27 cm.

Rate: asked twice a second. Set-up: 115200 baud. The same four bytes ask other boards for other things: they are sent
because this driver is configured.

Source: facts from the driver SMLX90621_HH of an Android terminal (heef87/TemperatureDemo); range and lenses from the
Melexis data sheet of the MLX90621. It gives no answer of a board: the captured one is computed, a wall of one
temperature.
"""

from functools import partial

import numpy as np

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.answers import ASK_SECONDS, Answer, Answers
from agent.thermometer.face import View, face_pixels, seen
from agent.thermometer.sample import Driver, Poll, Sample

NAME = "mlx90621_hh"
COLUMNS, ROWS = 16, 4
OBJECT_CENTI = range(-5000, 30001)
HEAD = bytes.fromhex("5A5A")
LENGTHS = (132, 134, 136)


class Options(View, frozen=True, forbid_unknown_fields=True):
    """Where the face is; `view_degrees` 60 for the lens BAB, 40 for BAD, 120 for BAA."""


def decode(answer: bytes, size: int) -> Sample | None:
    """The answer as a sample in °C, None beyond the range; `size` is the region's side in pixels."""
    pixels = np.frombuffer(answer, "<i2", count=ROWS * COLUMNS, offset=4).reshape(ROWS, COLUMNS)
    surface = seen(pixels, size, OBJECT_CENTI)
    return None if surface is None else Sample(raw=surface, surface=surface / 100)


def configured(options: Options) -> Driver:
    """The driver for a face at this distance.

    Raises:
        KadianError: K0214 a face is too small there.
    """
    size = face_pixels(options, COLUMNS, ROWS, NAME)
    answer = Answer(lengths=LENGTHS, decode=partial(decode, size=size), head=HEAD)
    return Driver(
        name=NAME,
        title="MLX90621-HH 16*4",
        baud=115200,
        kind="surface",
        make_parser=lambda: Agreeing(Answers(answer), UNSUMMED),
        poll=Poll(bytes.fromhex("A53501DB"), ASK_SECONDS),
        captured=(HEAD + bytes.fromhex("8200") + bytes.fromhex("A30D") * 64,),  # 34.91 everywhere
        agree=UNSUMMED,
    )


DRIVER = configured(Options())
