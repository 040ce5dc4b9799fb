"""GY-614V3, also sold as GY-615V3: an infrared sensor with a microcontroller that estimates the body from the forehead.

Gives surface, ambient and the maker's own body value, whose formula is not published: the driver passes it on as
`body_estimate` with conversion `device`, and the raw surface beside it. 1, 2, 5 or 10 frames a second.

Answer of the register protocol, sent continuously as delivered; big-endian, signed 16-bit values in 0.01 °C:

    A4 03 07 07 | EE | TT TT | AA AA | BB BB | SS
    |  |  |  |    |     |       |       |      +-- S sum: low 8 bits of the sum of all bytes before
    |  |  |  |    |     |       |       +--------- B body, estimated by the device
    |  |  |  |    |     |       +----------------- A ambient: -40…125 °C
    |  |  |  |    |     +------------------------- T object: -70…327.67 °C
    |  |  |  |    +------------------------------- E emissivity in 0.01: 1…100
    |  |  |  +------------------------------------ number of registers that follow
    |  |  +--------------------------------------- first register
    |  +------------------------------------------ function 03: read
    +--------------------------------------------- address, A4 as delivered

A module whose address was changed, or that was set to answer only when asked, has to be set back: nothing is sent to
it. The range of B is not documented; the object's is asked of it.

Source: the maker's protocol page for GY-614V3, as shops print it, and its sample program for 8051. No recorded
bytes of a device are public: the captured frames are computed from the layout, with values as a reader's log shows.
"""

import struct

from agent.thermometer.framing import Frames, Layout
from agent.thermometer.sample import Driver, Sample

OBJECT_CENTI = range(-7000, 32768)
AMBIENT_CENTI = range(-4000, 12501)
EMISSIVITY = range(1, 101)
PAYLOAD = struct.Struct(">Bhhh")


def decode(payload: bytes) -> Sample | None:
    """The seven registers as a sample in °C, None when one is beyond its range."""
    emissivity, surface, ambient, body = PAYLOAD.unpack(payload)
    if emissivity not in EMISSIVITY or ambient not in AMBIENT_CENTI:
        return None
    if surface not in OBJECT_CENTI or body not in OBJECT_CENTI:
        return None
    return Sample(raw=surface, surface=surface / 100, ambient=ambient / 100, body=body / 100)


LAYOUT = Layout(head=bytes.fromhex("A4030707"), sync=2, length=12, decode=decode)


def make_parser() -> Frames:
    """A fresh parser of the A4 frames."""
    return Frames(LAYOUT)


DRIVER = Driver(
    name="gy614v3",
    title="GY-614V3 / GY-615V3",
    baud=9600,
    kind="body_estimate",
    conversion="device",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("A4030707610D1409F60DED30"),  # surface 33.48, ambient 25.50, body 35.65
        bytes.fromhex("A4030707610DA308520E4674"),  # surface 34.91, ambient 21.30, body 36.54
    ),
)
