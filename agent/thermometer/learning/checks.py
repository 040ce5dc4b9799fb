"""The sums with which devices prove a frame.

CRC parameters: the catalogue of parametrised CRC algorithms (CRC-8/SMBUS, CRC-8/MAXIM-DOW, CRC-16/MODBUS,
CRC-16/IBM-3740, CRC-16/XMODEM).
"""

from collections.abc import Callable
from functools import cache, reduce
from operator import xor

from msgspec import Struct


class Check(Struct, frozen=True):
    """One kind: the bytes before → `width` bytes of proof."""

    width: int
    make: Callable[[bytes], bytes]


@cache
def _table(polynomial: int, width: int, *, reflected: bool) -> tuple[int, ...]:
    top, mask = 1 << (width - 1), (1 << width) - 1
    rows = []
    for start in range(256):
        value = start if reflected else start << (width - 8)
        for _ in range(8):
            if reflected:
                value = value >> 1 ^ (polynomial if value & 1 else 0)
            else:
                value = (value << 1 ^ (polynomial if value & top else 0)) & mask
        rows.append(value)
    return tuple(rows)


def _crc(data: bytes, polynomial: int, width: int, start: int, *, reflected: bool = False) -> int:
    """`polynomial` is bit-reversed where `reflected`."""
    table, value = _table(polynomial, width, reflected=reflected), start
    for byte in data:
        if reflected:
            value = value >> 8 ^ table[(value ^ byte) & 0xFF]
        else:
            value = (value << 8 ^ table[(value >> (width - 8) ^ byte) & 0xFF]) & ((1 << width) - 1)
    return value


def _byte(make: Callable[[bytes], int]) -> Check:
    return Check(1, lambda data: bytes([make(data) & 0xFF]))


def _word(make: Callable[[bytes], int], order: str) -> Check:
    return Check(2, lambda data: (make(data) & 0xFFFF).to_bytes(2, "big" if order == "be" else "little"))


WORDS: dict[str, Callable[[bytes], int]] = {
    "sum16": sum,
    "crc16-modbus": lambda data: _crc(data, 0xA001, 16, 0xFFFF, reflected=True),
    "crc16-ccitt": lambda data: _crc(data, 0x1021, 16, 0xFFFF),
    "crc16-xmodem": lambda data: _crc(data, 0x1021, 16, 0),
}

CHECKS: dict[str, Check] = {
    **{f"{name}-{order}": _word(make, order) for name, make in WORDS.items() for order in ("be", "le")},
    "sum8": _byte(sum),
    "xor8": _byte(lambda data: reduce(xor, data, 0)),
    "sum8-inverted": _byte(lambda data: ~sum(data)),
    "sum8-negated": _byte(lambda data: -sum(data)),
    "xor8-inverted": _byte(lambda data: ~reduce(xor, data, 0)),
    "crc8": _byte(lambda data: _crc(data, 0x07, 8, 0)),
    "crc8-ff": _byte(lambda data: _crc(data, 0x07, 8, 0xFF)),
    "crc8-31": _byte(lambda data: _crc(data, 0x31, 8, 0)),
    "crc8-31-ff": _byte(lambda data: _crc(data, 0x31, 8, 0xFF)),
    "crc8-maxim": _byte(lambda data: _crc(data, 0x8C, 8, 0, reflected=True)),
}
"""By the name that a profile gives. The wide ones first: the low byte of a 16-bit sum alone is an 8-bit sum, too."""
