"""Temp Sitter (IRULU, Biolight): a thermometer worn under the arm, through a Bluetooth-to-serial dongle.

The temperature where it touches, `contact`; no ambient.

Frame, 8 bytes, little-endian, unsigned 16-bit value in 0.01 °C:

    AA | 06 | 11 00 | TT TT | 00 | SS
    |    |    |       |       |    +-- S sum: low 8 bits of the sum of bytes 1 to 6, the head not among them
    |    |    |       |       +------- not used
    |    |    |       +--------------- T temperature: 0…60 °C
    |    |    +----------------------- type 11, subtype 00
    |    +---------------------------- length
    +--------------------------------- head

The range is not documented, 0…60 °C is asked; nor are the rate and an error code. Set-up: 9600 baud; the
speed is the dongle's, so set `baud` where it differs.

Source: a public question with a device's bytes, and the answer that took the maker's program apart. The captured frames
are those bytes.
"""

from agent.thermometer.framing import Frames, Layout
from agent.thermometer.sample import Driver, Sample

CENTI = range(6001)


def decode(payload: bytes) -> Sample | None:
    """The three bytes as a sample in °C, None beyond the range."""
    number = int.from_bytes(payload[:2], "little")
    return Sample(raw=number, surface=number / 100) if number in CENTI else None


def proof(frame: bytes) -> bool:
    """Whether the last byte is the sum of those between it and the head."""
    return sum(frame[1:-1]) & 0xFF == frame[-1]


LAYOUT = Layout(head=bytes.fromhex("AA061100"), sync=1, length=8, decode=decode, proof=proof)


def make_parser() -> Frames:
    """A fresh parser of the AA 06 frames."""
    return Frames(LAYOUT)


DRIVER = Driver(
    name="temp_sitter",
    title="Temp Sitter",
    baud=9600,
    kind="contact",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("AA0611003E0D0062"),  # 33.90
        bytes.fromhex("AA061100430D0067"),  # 33.95
        bytes.fromhex("AA061100490D006D"),  # 34.01
    ),
)
