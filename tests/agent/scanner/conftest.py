"""A QR drawer of our own: byte, hanzi and kanji segments as given, which the writers of the libraries do not offer."""

import numpy as np
import pytest
from numpy.typing import NDArray

# Data and error-correction codewords of versions 1 to 5 at level L, one block each (ISO/IEC 18004, table 9).
SIZES = {1: (19, 7), 2: (34, 10), 3: (55, 15), 4: (80, 20), 5: (108, 26)}
HANZI, BYTE, KANJI, ECI = 0b1101, 0b0100, 0b1000, 0b0111


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _correction(words: list[int], count: int) -> list[int]:
    generator, root = [1], 1
    for _ in range(count):
        longer = [*generator, 0]
        for i, value in enumerate(generator):
            longer[i + 1] ^= _multiply(value, root)
        generator, root = longer, _multiply(root, 2)
    rest = [*words, *[0] * count]
    for i in range(len(words)):
        factor = rest[i]
        for j, value in enumerate(generator):
            rest[i + j] ^= _multiply(value, factor)
    return rest[len(words) :]


def byte_segment(payload: bytes) -> str:
    return f"{BYTE:04b}{len(payload):08b}" + "".join(f"{byte:08b}" for byte in payload)


def eci_segment(number: int) -> str:
    return f"{ECI:04b}{number:08b}" if number < 128 else f"{ECI:04b}10{number:014b}"


def hanzi_segment(text: str) -> str:
    """GB/T 18284: subset 1, thirteen bits for each character of GB 2312."""
    bits = f"{HANZI:04b}0001{len(text):08b}"
    for character in text:
        high, low = character.encode("gb2312")
        bits += f"{(high - (0xA1 if high < 0xB0 else 0xA6)) * 0x60 + low - 0xA1:013b}"
    return bits


def kanji_segment(text: str) -> str:
    bits = f"{KANJI:04b}{len(text):08b}"
    for character in text:
        value = int.from_bytes(character.encode("shift_jis"), "big")
        value -= 0x8140 if value < 0xE000 else 0xC140
        bits += f"{(value >> 8) * 0xC0 + (value & 0xFF):013b}"
    return bits


def draw(*segments: str, scale: int = 4, border: int = 4) -> NDArray[np.uint8]:
    """The picture of a code of level L with mask 0: gray, `scale` pixels a module."""
    bits = "".join(segments)
    version = next(v for v, (room, _) in SIZES.items() if len(bits) + 4 <= room * 8 + 3)
    room, check = SIZES[version]
    bits = (bits + "0000")[: room * 8]
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[i % 2] for i in range(room - len(words))]
    stream = iter("".join(f"{word:08b}" for word in words + _correction(words, check)))
    size = 17 + 4 * version
    dark = np.zeros((size, size), dtype=bool)
    fixed = np.zeros((size, size), dtype=bool)
    rows, columns = np.indices((7, 7)) - 3
    ring = np.maximum(abs(rows), abs(columns))
    for y, x in ((0, 0), (0, size - 7), (size - 7, 0)):
        dark[y : y + 7, x : x + 7] = ring != 2
    fixed[:9, :9] = fixed[:9, size - 8 :] = fixed[size - 8 :, :9] = True
    dark[6, 8 : size - 8 : 2] = dark[8 : size - 8 : 2, 6] = True
    fixed[6, :] = fixed[:, 6] = True
    if version > 1:
        dark[size - 9 : size - 4, size - 9 : size - 4] = ring[1:6, 1:6] != 1
        fixed[size - 9 : size - 4, size - 9 : size - 4] = True
    # The format word of level L, mask 0 (ISO/IEC 18004, annex C), bit 14 first.
    word = "111011111000100"
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    again = [(size - 1 - i, 8) for i in range(7)] + [(8, size - 8 + i) for i in range(8)]
    for bit, first, second in zip(word, places, again, strict=True):
        dark[first] = dark[second] = bit == "1"
    dark[size - 8, 8] = True
    upward = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for y in range(size - 1, -1, -1) if upward else range(size):
            for x in (right, right - 1):
                if not fixed[y, x]:
                    dark[y, x] = (next(stream, "0") == "1") != ((x + y) % 2 == 0)
        upward = not upward
    modules = np.where(np.pad(dark, border), 0, 255).astype(np.uint8)
    return np.kron(modules, np.ones((scale, scale), dtype=np.uint8))


class Pen:
    """What the tests draw with."""

    code = staticmethod(draw)
    plain = staticmethod(byte_segment)
    hanzi = staticmethod(hanzi_segment)
    kanji = staticmethod(kanji_segment)
    eci = staticmethod(eci_segment)

    def text(self, text: str, scale: int = 4) -> NDArray[np.uint8]:
        return draw(byte_segment(text.encode()), scale=scale)


@pytest.fixture(scope="session")
def pen() -> Pen:
    return Pen()
