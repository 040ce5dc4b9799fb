"""GY-MCU90614 and GY-MCU90615: Melexis MLX90614/15 infrared sensors with a microcontroller that speaks UART.

Surface and ambient temperature, 10 or 14 frames a second, nothing about the body: a fever limit for this driver must be
one made for surfaces. Working distance is short and depends on the lens: 1-3 cm (AAA, BAA), 5-10 cm (BCC, DCC),
10 cm (BCF), 15 cm (BCI, DCI), ±0.5 °C within it.

Frame, big-endian, signed 16-bit values in 0.01 °C, continuous after the start command:

    5A 5A 45 04 | TT TT | AA AA | SS
    head  |  |    |       |       +-- S sum: low 8 bits of the sum of all bytes before
          |  |    |       +---------- A ambient, the sensor's can: -40…125 °C
          |  |    +------------------ T object: -70…327.67 °C, the most that 16 bits hold (the sensor sees 380)
          |  +----------------------- number of data bytes; newer modules add a stray byte after the sum
          +-------------------------- type 45: temperatures (25 emissivity, 35 offset)

Commands (third byte = sum of the first two): A5 45 EA continuous, A5 15 BA one reading, A5 AE 53 9600 baud,
A5 AF 54 115200 baud. The motion and distance modules of the same maker use the same head and the same start command;
so a frame counts only with type 45, length 4 and both values within the sensor's range. The frame has no error code: a
value beyond the range is taken as a fault of the sensor.

Speed: the 90614 comes with 9600 baud, texts about the 90615 say 9600 or 115200: set `baud` where it differs.

Source: the maker's protocol page for GY-MCU90614, as the module's shops print it; ranges from the Melexis data sheet of
the MLX90614. The first captured frame is the page's own example, the second is computed from the layout above.
"""

import struct

from agent.thermometer.framing import Frames, Layout
from agent.thermometer.sample import Driver, Sample

OBJECT_CENTI = range(-7000, 32768)
AMBIENT_CENTI = range(-4000, 12501)
PAYLOAD = struct.Struct(">hh")


def decode(payload: bytes) -> Sample | None:
    """The four data bytes as a sample in °C, None beyond the sensor's range."""
    surface, ambient = PAYLOAD.unpack(payload)
    if surface not in OBJECT_CENTI or ambient not in AMBIENT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100)


LAYOUT = Layout(head=bytes.fromhex("5A5A4504"), sync=2, length=9, decode=decode)


def make_parser() -> Frames:
    """A fresh parser of the 5A 5A frames."""
    return Frames(LAYOUT)


DRIVER = Driver(
    name="gy_mcu90614",
    title="GY-MCU90614 / GY-MCU90615",
    baud=9600,
    kind="surface",
    make_parser=make_parser,
    start=bytes.fromhex("A545EA"),
    captured=(
        bytes.fromhex("5A5A45040C780D19A7"),  # surface 31.92, ambient 33.53
        bytes.fromhex("5A5A45040E3809CE1A"),  # surface 36.40, ambient 25.10
    ),
)
