"""CJMCU-90614: a Melexis MLX90614 with a microcontroller that speaks UART, in frames of its own.

Surface and ambient temperature, nothing about the body: a fever limit for this driver must be one made for surfaces.
Distance to spot 1.6 : 1 by the shop's page: a spot of 5 cm at 8 cm.

Frame, big-endian, 16-bit values in 0.01 °C, continuous after the start command:

    66 66 01 04 | AA AA | TT TT | SS
    head  |  |    |       |       +-- S sum: low 8 bits of the sum of all bytes before
          |  |    |       +---------- T object: -70…327.67 °C, the most that 16 bits hold (the sensor sees 380)
          |  |    +------------------ A ambient, the sensor's can: -40…125 °C
          |  +----------------------- number of data bytes
          +-------------------------- mode: 01 continuous, 02 answer to a question

Commands end with 56: 66 66 01 56 continuous, 66 66 02 56 one reading; 11, 12, 13 in place of 01 set 9600, 57600 and
115200 baud. Rate: not documented. No error code: a value beyond the range is taken as a fault of the sensor.

Open: the shop's page does not say which of the two values is the object; a MicroPython driver in use takes the second.
Were it the other way round, the room would be read as the surface and no person ever be seen. Values are read as
signed, as in the maker's sister boards. Speed: 115200 by the shop, 9600 in that driver: set `baud` where it differs.

Source: the CJMCU-90614 protocol as shops print it, and the comments of the MicroPython driver; ranges from the Melexis
data sheet. No answer of a device is public: the captured frames are computed from the layout.
"""

import struct

from agent.thermometer.framing import Frames, Layout
from agent.thermometer.sample import Driver, Sample

OBJECT_CENTI = range(-7000, 32768)
AMBIENT_CENTI = range(-4000, 12501)
PAYLOAD = struct.Struct(">hh")


def decode(payload: bytes) -> Sample | None:
    """The four data bytes as a sample in °C, None beyond the sensor's range."""
    ambient, surface = PAYLOAD.unpack(payload)
    if surface not in OBJECT_CENTI or ambient not in AMBIENT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100)


LAYOUT = Layout(head=bytes.fromhex("66660104"), sync=2, length=9, decode=decode)


def make_parser() -> Frames:
    """A fresh parser of the 66 66 frames."""
    return Frames(LAYOUT)


DRIVER = Driver(
    name="cjmcu90614",
    title="CJMCU-90614",
    baud=115200,
    kind="surface",
    make_parser=make_parser,
    start=bytes.fromhex("66660156"),
    captured=(
        bytes.fromhex("6666010409CE0E38EE"),  # ambient 25.10, surface 36.40
        bytes.fromhex("666601040D190C787B"),  # ambient 33.53, surface 31.92
    ),
)
