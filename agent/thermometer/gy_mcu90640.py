"""GY-MCU90640: a Melexis MLX90640 array of 32 × 24 thermopiles with a microcontroller that speaks UART.

Surface is the middle value of the hottest region as wide as a face, never the hottest pixel; ambient is the sensor's.
Nothing about the body. The sensor's accuracy is ±2 °C: it finds the warm person in a queue, and is no fever instrument
by itself.

Frame, 1544 bytes, little-endian, signed 16-bit values in 0.01 °C:

    5A 5A 02 06 | PP PP × 768 | AA AA | SS SS
    head  |       |             |       +-- S sum: low 16 bits of the sum of the 771 words before
          |       |             +---------- A ambient, the sensor's die: -40…85 °C
          |       +------------------------ P pixel: -40…300 °C, row by row, 32 a row, the first at the upper RIGHT
          +-------------------------------- number of data bytes, 0602 = 1538

The picture is mirrored, so its rows are turned round. Of the 768 pixels four may be deviating ones by the data sheet:
so many may be beyond the range; more are taken as a fault of the sensor. There is no error code.

The region's side in pixels is 32 × 12 cm ÷ (2 · distance · tan(view ÷ 2)): options `distance_cm` (50) and
`view_degrees`, 55 for the lens BAB (the default: 7 pixels at 50 cm) and 110 for BAA (2 pixels). With too wide a region
the face does not fill half of it and nobody is seen; with too narrow a one a smaller hot thing may pass for a face.

Commands, 4 bytes, the last the sum: A5 35 02 DC continuous, A5 35 01 DB one picture; A5 25 00…04 for 0.5, 1, 2, 4, 8
pictures a second; A5 15 01…03 for 9600, 115200, 460800 baud. At 115200 the wire carries 7.4 pictures a second, at 9600
one in 1.6 s. Other boards take the same bytes for other things: only the configured driver sends them.

Source: the maker's manual for GY-MCU90640; ranges and lenses from the Melexis data sheet of the MLX90640. The manual
prints only the ends of a frame: the captured one is computed from the layout, a wall of one temperature.
"""

from functools import partial

import numpy as np

from agent.thermometer.face import Degrees, Picture, View, face_pixels, seen
from agent.thermometer.framing import Frames, Layout, word_sum
from agent.thermometer.sample import Driver, Sample

NAME = "gy_mcu90640"
COLUMNS, ROWS = 32, 24
OBJECT_CENTI = range(-4000, 30001)
AMBIENT_CENTI = range(-4000, 8501)
DEVIATING = 4
HEAD = bytes.fromhex("5A5A0206")


class Options(View, frozen=True, forbid_unknown_fields=True):
    """Where the face is; `view_degrees` 55 for the lens BAB, 110 for BAA."""

    view_degrees: Degrees = 55.0


def picture(pixels: bytes) -> Picture:
    """The 1536 bytes as 24 rows of 32 in 0.01 °C, left being left."""
    return np.frombuffer(pixels, "<i2").reshape(ROWS, COLUMNS)[:, ::-1]


def decode(payload: bytes, size: int) -> Sample | None:
    """The 1538 data bytes as a sample in °C, None beyond the sensor's range; `size` is the region's side in pixels."""
    pixels = picture(payload[:-2])
    ambient = int.from_bytes(payload[-2:], "little", signed=True)
    surface = seen(pixels, size, OBJECT_CENTI, DEVIATING)
    if surface is None or ambient not in AMBIENT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100)


def configured(options: Options) -> Driver:
    """The driver for a face at this distance.

    Raises:
        KadianError: K0214 a face is too small there.
    """
    size = face_pixels(options, COLUMNS, ROWS, NAME)
    layout = Layout(HEAD, sync=2, length=1544, decode=partial(decode, size=size), proof=word_sum, trailer=2)
    return Driver(
        name=NAME,
        title="GY-MCU90640",
        baud=115200,
        kind="surface",
        make_parser=partial(Frames, layout),
        start=bytes.fromhex("A53502DC"),
        captured=(HEAD + bytes.fromhex("A30D") * 768 + bytes.fromhex("CE092A53"),),  # 34.91 everywhere, ambient 25.10
    )


DRIVER = configured(Options())
