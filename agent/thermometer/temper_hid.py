"""TEMPer: PCsensor's HID sticks. Ambient air (and a probe on a cable), never a person.

Two hidraw nodes a stick, the last one answers. Every question and every answer is a report of 8 bytes, big-endian:

    01 86 FF 01 00 00 00 00   which firmware? → ASCII in two reports, such as "TEMPer2_" "V3.7    "
    01 80 33 01 00 00 00 00   temperature?    → one report a sensor:

    80 | WW | TT TT | HH HH | 00 00
         |    |       +------------- H relative humidity in 0.01 %, 4E20 without such a sensor
         |    +--------------------- T signed; 4E20 = no sensor, FFFF FFFF (with the next two) = dead
         +-------------------------- W which sensor: 80 in the stick, 01 on the cable

Older sticks send one report: W tells how many bytes of it count, 02 or 04, and H is the probe's temperature, FFFF
without a probe.

T is in 0.01 °C from firmware V3 on, in 1/256 °C for TEMPerF1, TEMPer1F1 and TEMPer2_M12. The family decides, so that
the next firmware number is not a stranger; another family is refused with K0222, which prints what it said.

Half of the firmware answers lack their first report: the question is repeated, ten times at most. Some sticks miss
questions that come every second: one in two seconds is asked. -40…125 °C, in steps of 0.06; the stick's own warmth
adds some 4 °C inside (`sensor = "outer"` reads the probe). Reports have no sum of their own, USB has one.

Source: recorded reports in the issues of the programs temper (urwen; ccwienk) and TEMPered (edorfaus).
"""

import re
import struct
from collections.abc import Callable
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from agent.thermometer.packets import Decoded, Packets
from agent.thermometer.sample import Driver, Poll, Sample
from agent.wire.hidraw import open_hidraw
from agent.wire.line import Gone, Line
from kadian.errors import KadianError

REPORT = 8
FIRMWARE = bytes.fromhex("0186FF0100000000")
TEMPERATURE = bytes.fromhex("0180330100000000")
USB = ("0c45:7401", "0c45:7402", "413d:2107", "1a86:e025", "3553:a001")
ATTEMPTS = 10
MOST_SAID = 64

VALUES = struct.Struct(">BBhh")
NO_SENSOR = 0x4E20
DEAD = (-1, -1)
CELSIUS = (-40.0, 125.0)
ANSWER = 0x80
INNER, OUTER = 0x80, 0x01
OLD_ONE, OLD_TWO = 0x02, 0x04
NO_OLD_SENSOR = -1
COARSE = re.compile(r"TEMPer(F1|1F1|2_M12)")
FINE = re.compile(r"TEMPer\w*_V[3-9]")

Sensor = Literal["inner", "outer"]


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`sensor`: the one in the stick (`inner`) or on the cable (`outer`)."""

    sensor: Sensor = "inner"


def steps(firmware: str) -> int | None:
    """How many steps of the stick's number are 1 °C; None for a family that is not known."""
    if COARSE.match(firmware):
        return 256
    return 100 if FINE.match(firmware) else None


class Stick:
    """What a stick's reports mean: its whole firmware name comes first, and is kept until the next."""

    def __init__(self, sensor: Sensor) -> None:
        self._sensor = sensor
        self._firmware = ""
        self._half = ""

    def decode(self, report: bytes) -> Decoded:
        """One report as a sample in °C, None when it is a part of the name or the other sensor's."""
        if report[0] < ANSWER:
            self._name(report.decode("ascii", errors="replace"))
            return None
        told, which, first, second = VALUES.unpack_from(report)
        unit = steps(self._firmware)
        if unit is None or told != ANSWER or which not in {INNER, OUTER, OLD_ONE, OLD_TWO}:
            return "foreign"
        outer = self._sensor == "outer"
        if which in {INNER, OUTER}:
            if (which == OUTER) != outer:
                return None
            raw, missing = first, (first, second) == DEAD
        else:
            raw = (second if which == OLD_TWO else NO_OLD_SENSOR) if outer else first
            missing = raw == NO_OLD_SENSOR
        if missing or raw == NO_SENSOR or not CELSIUS[0] <= raw / unit <= CELSIUS[1]:
            return "out_of_range"
        return Sample(raw=raw, surface=raw / unit, ambient=raw / unit)

    def _name(self, text: str) -> None:
        if text.startswith("TEMP"):
            self._half = text
            return
        if self._half:
            self._firmware = (self._half + text).strip(" \0")
        self._half = ""


def make_parser(sensor: Sensor = "inner") -> Packets:
    """A fresh parser of reports."""
    return Packets(lambda _: REPORT, Stick(sensor).decode)


class Introduced:
    """A stick whose firmware has been asked: what it said is given as if it came of itself, before all else."""

    def __init__(self, line: Line, said: bytes) -> None:
        self._line = line
        self._said = said
        self.waiting = line.waiting
        self.write = line.write
        self.close = line.close

    def read(self) -> bytes:
        """The firmware's reports, then each as it comes."""
        said, self._said = self._said, b""
        return said or self._line.read()


def open_stick(port: str, baud: int, opener: Callable[[str, tuple[str, ...]], Line] = open_hidraw) -> Introduced:
    """Opens a stick and asks for its firmware.

    Args:
        port: `usb:VVVV:PPPP[@place]` or a hidraw node.
        baud: means nothing here.
        opener: (port, USB ids) → the open node.

    Raises:
        KadianError: K0200 to K0203, K0220, K0230 to K0232 as `open_hidraw` does; K0204 unplugged meanwhile; K0222 no
            firmware that is known.
    """
    del baud
    line = opener(port, USB)
    said = b""
    try:
        for _ in range(ATTEMPTS):
            said = _ask(line)
            if steps(said.decode("ascii", errors="replace")):
                return Introduced(line, said[: 2 * REPORT])
    except Gone as gone:
        line.close()
        raise KadianError("K0204", port, reason=str(gone)) from gone
    line.close()
    raise KadianError("K0222", port, firmware=said.decode("ascii", errors="replace").strip(), bytes=said.hex())


def _ask(line: Line) -> bytes:
    line.write(FIRMWARE)
    said = b""
    while len(said) <= MOST_SAID and (report := line.read()):
        said += report
    return said


def configured(options: Options) -> Driver:
    """The driver for one of the stick's sensors."""
    return replace(DRIVER, make_parser=partial(make_parser, options.sensor))


DRIVER = Driver(
    name="temper_hid",
    title="TEMPer, TEMPer2, TEMPerX, TEMPerGold, TEMPerF1 (HID)",
    baud=9600,
    kind="ambient",
    make_parser=make_parser,
    captured=(
        bytes.fromhex("54454d506572325f56332e372020202080800d544e20000080010af04e200000"),  # 34.12, probe 28.00
        bytes.fromhex("54454d506572585f56332e322020202080800a534e200000800109dd4e200000"),  # 26.43, probe 25.25
    ),
    poll=Poll(TEMPERATURE, 2.0),
    open=open_stick,
    usb=USB,
)
