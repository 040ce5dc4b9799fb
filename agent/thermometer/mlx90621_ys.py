"""MLX90621-YS: a Melexis MLX90621 array of 16 × 4 thermopiles with a microcontroller, of gate terminals.

Surface is the middle value of the hottest region as wide as a face, never the hottest pixel; ambient is the sensor's.
Nothing about the body.

Frame, 136 bytes, big-endian, signed 16-bit values in 0.01 °C, continuous after the start command:

    A5 06 | ?? | PP PP × 64 | AA AA | ?? ?? | BF
    head         |            |               +-- tail
                 |            +------------------ A ambient, the sensor's die: -40…85 °C
                 +------------------------------- P pixel: -50…300 °C, row by row, 16 a row

Open: byte 2 and the two before the tail, which may be a sum. The length is computed: the source reads pixels up to the
ambient value, which it takes from the fifth byte before the end, and the sensor has 64. No sum is known, so three
frames in a row have to agree, with every pixel in range. There is no error code.

The region's side in pixels is 16 × 12 cm ÷ (2 · distance · tan(view ÷ 2)), at most 4: options `distance_cm` (50) and
`view_degrees`, 60 for the lens BAB (the default: 3 pixels at 50 cm), 40 for BAD; through BAA (120) a face is too small
beyond 27 cm.

Commands: A5 06 01 BF continuous, A5 06 00 BF one picture. Rate: not documented. Set-up: 115200 baud. The terminal's own
program lowers 36.8…37.3 °C by 0.4 and raises the cold: read the board, never that program.

Source: facts from the driver SMLX90621_YS of an Android terminal (heef87/TemperatureDemo); ranges and lenses from the
Melexis data sheet of the MLX90621. It gives no frame of a board: the captured one is computed, a wall of one
temperature.
"""

from functools import partial

import numpy as np

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.face import View, face_pixels, seen
from agent.thermometer.framing import Frames, Layout, tail
from agent.thermometer.sample import Driver, Sample

NAME = "mlx90621_ys"
COLUMNS, ROWS = 16, 4
OBJECT_CENTI = range(-5000, 30001)
AMBIENT_CENTI = range(-4000, 8501)
HEAD = bytes.fromhex("A506")


class Options(View, frozen=True, forbid_unknown_fields=True):
    """Where the face is; `view_degrees` 60 for the lens BAB, 40 for BAD, 120 for BAA."""


def decode(payload: bytes, size: int) -> Sample | None:
    """What stands between head and tail as a sample in °C, None beyond the range; `size` is the region's side."""
    pixels = np.frombuffer(payload, ">i2", count=ROWS * COLUMNS, offset=1).reshape(ROWS, COLUMNS)
    ambient = int.from_bytes(payload[129:131], "big", signed=True)
    surface = seen(pixels, size, OBJECT_CENTI)
    if surface is None or ambient not in AMBIENT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100)


def configured(options: Options) -> Driver:
    """The driver for a face at this distance.

    Raises:
        KadianError: K0214 a face is too small there.
    """
    size = face_pixels(options, COLUMNS, ROWS, NAME)
    layout = Layout(HEAD, sync=2, length=136, decode=partial(decode, size=size), proof=tail(b"\xbf"))
    return Driver(
        name=NAME,
        title="MLX90621-YS 16*4",
        baud=115200,
        kind="surface",
        make_parser=lambda: Agreeing(Frames(layout), UNSUMMED),
        start=bytes.fromhex("A50601BF"),
        # 34.91 everywhere, ambient 25.10
        captured=(HEAD + b"\x01" + bytes.fromhex("0DA3") * 64 + bytes.fromhex("09CE") + bytes.fromhex("0000BF"),),
        agree=UNSUMMED,
    )


DRIVER = configured(Options())
