"""Guns and modules to be learned: what each sends for a temperature in °C, written apart from the learner."""

import functools
import operator
import struct


def tenths(celsius):
    return round(celsius * 10)


def centi(celsius):
    return round(celsius * 100)


def fahrenheit(celsius):
    return round(celsius * 1.8 + 32, 1)


def summed(body):
    return body + bytes([sum(body) % 256])


def xored(body):
    return body + bytes([functools.reduce(operator.xor, body)])


def modbus(body):
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return body + crc.to_bytes(2, "little")


def dallas(body):
    crc = 0
    for byte in body:
        for bit in range(8):
            mix = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ 0x8C if mix else crc >> 1
    return body + bytes([crc])


PROVEN = {
    "FE and sum, big-endian hundredths": lambda t: summed(b"\xfe\xac\x02" + struct.pack(">h", centi(t))),
    "5A 5A family, with an ambient that wanders": lambda t: summed(
        b"\x5a\x5a\x45\x04" + struct.pack(">hh", centi(t), 2200 + centi(t) % 7)
    ),
    "little-endian tenths, xor": lambda t: xored(b"\xaa\x55\x09" + struct.pack("<H", tenths(t)) + b"\x01\x00"),
    "sum over the payload alone, then an end": lambda t: (
        b"\xaa\x06\x11" + (body := struct.pack("<h", centi(t)) + b"\x07") + bytes([sum(body) % 256]) + b"\x55"
    ),
    "Modbus-like, big-endian tenths": lambda t: modbus(b"\x01\x04\x02" + struct.pack(">h", tenths(t))),
    "Dallas CRC, sixteenths": lambda t: dallas(b"\x28\xff" + struct.pack("<h", round(t * 16)) + b"\x4b\x46"),
    "inverted sum": lambda t: (
        (body := b"\x7e\x05\x10" + struct.pack(">H", tenths(t))) + bytes([~sum(body) & 0xFF]) + b"\x7e"
    ),
    "negated sum": lambda t: (body := b"\xc3\x3c" + struct.pack(">H", centi(t))) + bytes([-sum(body) & 0xFF]),
    "kelvin in tenths": lambda t: summed(b"\xe1\x02" + struct.pack(">H", tenths(t) + 2731)),
    "words of an MLX90614": lambda t: summed(b"\xd1\x07" + struct.pack("<H", round((t + 273.15) / 0.02))),
    "shifted by forty": lambda t: xored(b"\xb5\x62" + struct.pack(">H", tenths(t + 40))),
    "°F on the wire, °C on the display": lambda t: summed(b"\xfc\x15" + struct.pack(">H", round(fahrenheit(t) * 10))),
    "float32": lambda t: summed(b"\xfa\xfb" + struct.pack("<f", t)),
    "whole and tenths in two bytes": lambda t: summed(b"\x3c\x01" + bytes([int(t), tenths(t) % 10]) + b"\x02"),
    "packed decimal": lambda t: xored(b"\x68\x01" + bytes.fromhex(f"{centi(t):04d}") + b"\x00"),
    "a 16-bit sum, little-endian": lambda t: (
        (body := b"\xeb\x90\x03" + struct.pack(">h", centi(t))) + (sum(body) & 0xFFFF).to_bytes(2, "little")
    ),
}
"""Frames with a sum."""

UNPROVEN = {
    "FE FD": lambda t: b"\xfe\xfd\x1a\x01" + struct.pack(">H", tenths(t)) + b"\r\n",
    "digits between bytes": lambda t: b"\x02T" + f"{tenths(t):04d}".encode() + b"C\x03",
    "an end of its own": lambda t: b"\x5a\x11" + struct.pack("<H", centi(t)) + b"\xa5",
}
"""Frames without one."""

TEXT = {
    "a bare number": lambda t: f"{t:.1f}\r\n".encode(),
    "names and an ambient": lambda t: f"T={t:.2f},A=2{centi(t) % 7}.40\r\n".encode(),
    "tenths without a point": lambda t: f"BODY:{tenths(t):04d};OK\r".encode(),
    "°F in the line": lambda t: f"temp {fahrenheit(t):.1f} F\n".encode(),
    "JSON": lambda t: f'{{"obj":{t:.1f},"n":{centi(t) % 13}}}\n'.encode(),
}
"""Lines of text."""
