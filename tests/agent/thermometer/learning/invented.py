"""Guns that nobody has built: random heads, lengths, encodings, places, neighbours and sums."""

import functools
import operator


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


SUMS = {
    "none": lambda body: b"",
    "sum": lambda body: bytes([sum(body) & 0xFF]),
    "xor": lambda body: bytes([functools.reduce(operator.xor, body)]),
    "inverted": lambda body: bytes([~sum(body) & 0xFF]),
    "crc16": lambda body: crc16(body).to_bytes(2, "big"),
}


def number(chance):
    """How a gun writes °C; each tenth of a degree has bytes of its own."""
    order = chance.choice(("big", "little"))
    scale, zero = chance.choice(((10, 0), (100, 0), (10, 273.1), (10, 40), (10, 50)))
    return lambda t: round((t + zero) * scale).to_bytes(2, order)


def gun(chance):
    """A function °C → frame, and whether the frame has a sum."""
    head = bytes(chance.sample(range(1, 256), chance.choice((2, 2, 3, 4))))
    write = number(chance)
    before = chance.randbytes(chance.randrange(3))
    wandering = chance.randrange(3)
    after = chance.randbytes(chance.randrange(3))
    tail = chance.choice((b"", b"", b"\r\n", b"\x55"))
    name = chance.choice(sorted(SUMS))
    noise = chance.randrange(1 << 30)

    def frame(t):
        # What else the gun says differs from measurement to measurement, and not with the temperature.
        other = bytes((round(t * 10) * 7919 + noise + n * 31) * 2654435761 >> 7 & 0xFF for n in range(wandering))
        body = head + before + write(t) + other + after
        return body + SUMS[name](body) + tail

    return frame, name != "none"
