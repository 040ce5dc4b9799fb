"""FLIR Lepton 2.5 and 3.5 on a PureThermal board: a thermal camera on USB (UVC), 9 pictures a second.

The surface is that of the warmest face-sized square in the picture, not of the warmest pixel. The radiometric Leptons
measure to ±5 °C or 5 % (2.5, 3.5 in high gain, -10…140 °C): a face that is warmer than the others is seen, a body
temperature is not; a black body of known temperature in the picture is what the standards ask for.

Packets of the wire (agent/wire/y16.py) with 16-bit pixels in the mode Y16 with TLinear, 0.01 K each:

    °C = (pixel - 27315) / 100

160 x 120 (3.5) or 80 x 60 (2.5) pixels; with telemetry two or three rows more at the bottom, which are cut off. A
Lepton without radiometry, or one set to automatic contrast, sends numbers that would be far below any place on earth: a
picture whose median is not within -40…150 °C is refused, and so is one of another size.

Wire: USB 1e4e:0100, found by that id, so that no other camera is opened; port usb:1e4e:0100 or /dev/videoN.

Source: GroupGets' purethermal1-uvc-capture (formats, TLinear); FLIR's Lepton engineering datasheet. No recorded picture
of a device is public: the captured one is computed from the layout.
"""

import struct
from functools import partial
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import replace

from agent.thermometer.face import hottest
from agent.thermometer.packets import Decoded, Packets
from agent.thermometer.sample import Driver, Sample
from agent.wire.line import Line
from agent.wire.y16 import HEAD, MAGIC, open_y16

USB = ("1e4e:0100",)
SIZES = {(160, 120): 120, (160, 122): 120, (80, 60): 60, (80, 63): 60}
"""(width, height) → rows that are picture."""

MOST_PIXELS = 640 * 512
ZERO = 27315
SCENE_CELSIUS = (-40.0, 150.0)
SURFACE_CELSIUS = (-40.0, 380.0)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`face`: side in pixels of the square that a face fills; by default a tenth of the picture's width."""

    face: Annotated[int, Meta(ge=3, le=60)] | None = None


def surface(pixels: bytes, width: int, height: int, face: int | None) -> Sample | None:
    """The warmest face-sized square as a sample, `raw` in 0.01 K; None when the pixels are no temperatures."""
    rows = SIZES[width, height]
    kelvin = np.frombuffer(pixels, "<u2").reshape(height, width)[:rows].astype(np.int32)
    scene = (float(np.median(kelvin)) - ZERO) / 100
    raw = hottest(kelvin, min(face or width // 10, rows))
    celsius = (raw - ZERO) / 100
    if not SCENE_CELSIUS[0] <= scene <= SCENE_CELSIUS[1] or not SURFACE_CELSIUS[0] <= celsius <= SURFACE_CELSIUS[1]:
        return None
    return Sample(raw=raw, surface=celsius)


def length(seen: bytearray) -> int:
    """How long the packet is that begins there: another camera's picture is passed over whole."""
    if len(seen) < HEAD.size:
        return 0
    magic, width, height = HEAD.unpack_from(seen)
    if magic == MAGIC:
        return HEAD.size + 2 * width * height if width * height <= MOST_PIXELS else -HEAD.size
    at = seen.find(MAGIC[:1], 1)
    return -at if at > 0 else -len(seen)


def decode(packet: bytes, face: int | None) -> Decoded:
    """One packet as a sample, or why not."""
    _, width, height = HEAD.unpack_from(packet)
    if (width, height) not in SIZES:
        return "foreign"
    return surface(packet[HEAD.size :], width, height, face) or "out_of_range"


def make_parser(face: int | None = None) -> Packets:
    """A fresh parser of picture packets."""
    return Packets(length, partial(decode, face=face))


def open_camera(port: str, baud: int) -> Line:
    """Opens the Lepton; a speed means nothing here. Raises as `open_y16` does."""
    del baud
    return open_y16(port, USB)


def configured(options: Options) -> Driver:
    """The driver for a face of this size."""
    return replace(DRIVER, make_parser=partial(make_parser, options.face))


DRIVER = Driver(
    name="flir_lepton",
    title="FLIR Lepton 2.5, 3.5 (PureThermal)",
    baud=9600,
    kind="surface",
    make_parser=make_parser,
    captured=(HEAD.pack(MAGIC, 80, 60) + struct.pack("<H", 30915) * 4800,),  # 36.00 °C all over
    open=open_camera,
    usb=USB,
)
