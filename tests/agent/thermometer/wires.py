"""One stream a driver of this folder that is no framed serial one: valid bytes, written apart from the parsers."""

import struct

from tests.hardware.modbus import frame
from tests.hardware.one_wire import scratchpad
from tests.hardware.temper import report
from tests.hardware.thermal import scene

PICTURES = [scene(34 + n / 4, columns=80, rows=60, side=14, at=(30, 40), seed=n) for n in range(4)]


def indication(celsius):
    return bytes([5, 0]) + struct.pack("<i", round(celsius * 100))[:3] + struct.pack("b", -2)


def picture(pixels):
    return struct.pack("<4sHH", b"Y16 ", pixels.shape[1], pixels.shape[0]) + pixels.astype("<u2").tobytes()


FIRST = {"ascii_line": b"\n", "temper_hid": b"TEMPerX_V3.3    "}
"""What a stream begins with before its first sample."""

ENCODE = {
    "ascii_line": lambda n: f"T:{33 + n / 100:.2f},A:{21 - n / 100:.2f}\r\n".encode(),
    "ble_1809": lambda n: indication(36 + n / 100),
    "ds18b20": lambda n: scratchpad(20 + n / 16),
    "flir_lepton": lambda n: picture(PICTURES[n % len(PICTURES)]),
    "modbus_rtu": lambda n: frame(b"\x01\x04\x02" + struct.pack(">h", 215 + n)),
    "temper_hid": lambda n: report(0x80, 2150 + n),
    "temper_serial": lambda n: f"Temp-Inner:{21 + n / 100:.2f} [C],39.92 [%RH]<\r\n".encode(),
}


def stream(name, count):
    """The opening and so many samples."""
    return FIRST.get(name, b"") + b"".join(ENCODE[name](n) for n in range(count))


def read(driver, *chunks):
    """The samples of chunks that come without a pause."""
    parser = driver.make_parser()
    return [sample for chunk in chunks for sample in parser.feed(chunk)]
