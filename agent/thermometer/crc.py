"""Cyclic redundancy checks, least significant bit first."""


def reflected(data: bytes, polynomial: int, value: int = 0) -> int:
    """The check of `data`.

    Args:
        data: what is checked.
        polynomial: with its bits in reverse, as tables of such checks print it: A001 for Modbus, 8C for 1-Wire.
        value: what it begins with.
    """
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
    return value
