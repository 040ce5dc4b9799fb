"""The ways in which devices write a number into bytes."""

import struct
from collections.abc import Callable

from msgspec import Struct


class Encoding(Struct, frozen=True):
    """One way: `width` bytes → a number, None when these bytes are none.

    `scales`: what one unit of it may be worth, in degrees, the likeliest first.
    """

    width: int
    read: Callable[[bytes], float | None]
    scales: tuple[float, ...]


INTEGER_SCALES = (0.1, 0.01, 1.0, 0.001, 0.5, 0.05, 0.02, 1 / 16, 1 / 256, 1 / 128, 1 / 32)
"""Tenths and hundredths of cheap modules, 0.02 of the MLX90614's own words, sixteenths and 256ths of digital probes."""

DIGIT_SCALES = (0.1, 0.01, 1.0)


def _packed(form: str) -> Callable[[bytes], float | None]:
    one = struct.Struct(form)
    return lambda data: float(one.unpack(data)[0])


def _finite(form: str) -> Callable[[bytes], float | None]:
    one = struct.Struct(form)

    def read(data: bytes) -> float | None:
        value = float(one.unpack(data)[0])
        return value if -1e6 < value < 1e6 else None

    return read


def _digits(data: bytes) -> float | None:
    return float(data) if data.isdigit() else None


def _bcd(data: bytes) -> float | None:
    text = data.hex()
    return float(text) if text.isdigit() else None


def _parts(digits: int) -> Callable[[bytes], float | None]:
    """A byte of whole degrees, a byte of tenths or hundredths."""
    whole = 10**digits
    return lambda data: data[0] + data[1] / whole if data[1] < whole else None


ENCODINGS: dict[str, Encoding] = {
    "s16be": Encoding(2, _packed(">h"), INTEGER_SCALES),
    "s16le": Encoding(2, _packed("<h"), INTEGER_SCALES),
    "u16be": Encoding(2, _packed(">H"), INTEGER_SCALES),
    "u16le": Encoding(2, _packed("<H"), INTEGER_SCALES),
    "s32be": Encoding(4, _packed(">i"), INTEGER_SCALES),
    "s32le": Encoding(4, _packed("<i"), INTEGER_SCALES),
    "f32be": Encoding(4, _finite(">f"), (1.0,)),
    "f32le": Encoding(4, _finite("<f"), (1.0,)),
    "parts10": Encoding(2, _parts(1), (1.0,)),
    "parts100": Encoding(2, _parts(2), (1.0,)),
    "bcd3": Encoding(3, _bcd, DIGIT_SCALES),
    "bcd2": Encoding(2, _bcd, DIGIT_SCALES),
    "digits5": Encoding(5, _digits, DIGIT_SCALES),
    "digits4": Encoding(4, _digits, DIGIT_SCALES),
    "digits3": Encoding(3, _digits, DIGIT_SCALES),
    "u8": Encoding(1, _packed("B"), INTEGER_SCALES),
    "s8": Encoding(1, _packed("b"), INTEGER_SCALES),
}
"""By the name that a profile gives; where two fit equally well, the one that stands first is taken."""
