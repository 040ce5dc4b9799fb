"""How large a picture says it is, before anything of it is unpacked: a few bytes can claim gigabytes.

Layouts: PNG (W3C, 11.2.2), JPEG (ITU-T T.81, annex B), GIF89a (17 to 20), BMP (BITMAPINFOHEADER), WebP (RFC 9649),
TIFF 6.0 (section 2). Bytes in, numbers out.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

MOST_SCANS = 100
"""Scans of a JPEG; a camera's has at most some ten. Each is a pass over the whole picture, and costs three bytes."""
MOST_ENTRIES = 200
"""Entries of a TIFF's directory that are looked through."""


class Header(NamedTuple):
    """The picture's kind and size in pixels."""

    kind: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many it claims to hold."""
        return self.width * self.height


def header(payload: bytes) -> Header | None:
    """What the beginning of a file says; None where it is none of the kinds that are read here, or is cut off."""
    read = next((read for start, read in KINDS if payload.startswith(start)), None)
    try:
        return read(payload) if read else None
    except (struct.error, IndexError):
        return None


def _png(payload: bytes) -> Header | None:
    return Header("png", *struct.unpack_from(">II", payload, 16)) if payload[12:16] == b"IHDR" else None


def _gif(payload: bytes) -> Header:
    return Header("gif", *struct.unpack_from("<HH", payload, 6))


def _jpeg(payload: bytes) -> Header | None:
    if payload.count(b"\xff\xda") > MOST_SCANS:
        return None
    at = 2
    while at + 9 < len(payload):
        if payload[at] != 0xFF:
            return None
        marker = payload[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        # Start of frame, of any process; C4, C8 and CC are tables and extensions.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", payload, at + 5)
            return Header("jpeg", width, height)
        at += 2 + struct.unpack_from(">H", payload, at + 2)[0]
    return None


def _bmp(payload: bytes) -> Header:
    if struct.unpack_from("<I", payload, 14)[0] == 12:
        return Header("bmp", *struct.unpack_from("<HH", payload, 18))
    width, height = struct.unpack_from("<ii", payload, 18)
    return Header("bmp", abs(width), abs(height))


def _webp(payload: bytes) -> Header | None:
    kind = payload[12:16] if payload[8:12] == b"WEBP" else b""
    if kind == b"VP8X":
        width = int.from_bytes(payload[24:27], "little") + 1
        return Header("webp", width, int.from_bytes(payload[27:30], "little") + 1)
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", payload, 21)[0]
        return Header("webp", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", payload, 26)
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    return None


def _tiff(payload: bytes) -> Header | None:
    order = "<" if payload[:2] == b"II" else ">"
    place = struct.unpack_from(order + "I", payload, 4)[0]
    sizes = {}
    for number in range(min(struct.unpack_from(order + "H", payload, place)[0], MOST_ENTRIES)):
        entry = place + 2 + 12 * number
        tag, kind = struct.unpack_from(order + "HH", payload, entry)
        if tag in {256, 257}:
            sizes[tag] = struct.unpack_from(order + ("H" if kind == 3 else "I"), payload, entry + 8)[0]
    return Header("tiff", sizes[256], sizes[257]) if len(sizes) == 2 else None


KINDS: tuple[tuple[bytes, Callable[[bytes], Header | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8", _jpeg),
    (b"GIF8", _gif),
    (b"BM", _bmp),
    (b"RIFF", _webp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
)
