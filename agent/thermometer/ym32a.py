"""YM32A 32 × 32: a thermopile array with a microcontroller that speaks UART, of gate terminals.

Surface is the middle value of the hottest region as wide as a face, never the hottest pixel. No ambient is known, so a
person is taken for one from 28 °C on, whatever the weather. Nothing about the body.

Frame, 2061 bytes, big-endian, unsigned 16-bit values in 0.1 °C, continuous after the start command:

    41 42 43 44 45 46 | PP PP × 1024 | ?? | 55 56 57 58 59 5A
    head, "ABCDEF"      |              |    tail, "UVWXYZ"
                        |              +--- not known, perhaps a sum
                        +------------------ P pixel: 0…300 °C, row by row, 32 a row

No sum is known, so three frames in a row have to agree, with every pixel in range. The range is not documented, nor how
a pixel below zero is told: a frame with one is refused. There is no error code.

The region's side in pixels is 32 × 12 cm ÷ (2 · distance · tan(view ÷ 2)): options `distance_cm` (50) and
`view_degrees` (60). The lens is not named by the source: look `view_degrees` up for yours.

Commands, FF FF FE cc hh ll FE FF FF, cc being 29 for the content (0001 picture and all temperatures), 26 for the width
(0000 16 bits), 28 for continuous (0001 on), 25 for one picture: the first three are the start command. Rate: not
documented; at 921600 baud a frame takes 22 ms. The terminal's own program turns 35…36 °C into 36.1…36.3 at random: read
the board, never that program.

Source: facts from the driver SYM32A_32x32_XM and its ParseHelper of an Android terminal (heef87/TemperatureDemo). It
gives no frame of a board: the captured one is computed, a wall of one temperature.
"""

from functools import partial

import numpy as np

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.face import View, face_pixels, seen
from agent.thermometer.framing import Frames, Layout, tail
from agent.thermometer.sample import Driver, Sample

NAME = "ym32a"
COLUMNS = ROWS = 32
OBJECT_DECI = range(3001)
HEAD, END = b"ABCDEF", b"UVWXYZ"


class Options(View, frozen=True, forbid_unknown_fields=True):
    """Where the face is."""


def decode(payload: bytes, size: int) -> Sample | None:
    """What stands between head and tail as a sample in °C, None beyond the range; `size` is the region's side."""
    pixels = np.frombuffer(payload, ">u2", count=ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    surface = seen(pixels, size, OBJECT_DECI)
    return None if surface is None else Sample(raw=surface, surface=surface / 10)


def configured(options: Options) -> Driver:
    """The driver for a face at this distance.

    Raises:
        KadianError: K0214 a face is too small there.
    """
    size = face_pixels(options, COLUMNS, ROWS, NAME)
    layout = Layout(HEAD, sync=2, length=2061, decode=partial(decode, size=size), proof=tail(END), trailer=1 + len(END))
    return Driver(
        name=NAME,
        title="YM32A-32*32",
        baud=921600,
        kind="surface",
        make_parser=lambda: Agreeing(Frames(layout), UNSUMMED),
        start=bytes.fromhex("FFFFFE290001FEFFFFFFFFFE260000FEFFFFFFFFFE280001FEFFFF"),
        captured=(HEAD + bytes.fromhex("015D") * 1024 + b"\x00" + END,),  # 34.9 everywhere
        agree=UNSUMMED,
    )


DRIVER = configured(Options())
