"""Thermometers that speak framed bytes, as they would speak: written from their protocols, apart from the drivers.

`DEVICES[name].frame(surface, ambient, body)` gives the bytes of one measurement; values a device does not send are left
out of them. `Emulator` says them on a pseudo-terminal.
"""

import struct
import threading
from collections.abc import Callable
from typing import NamedTuple, Self

from kadian.demo.thermometers import PtyThermometer, gy614v3_frame, gy_mcu90614_frame

LAMP = 80.0
"""°C of two pixels that are no face: a cigarette, a lamp."""


class Device(NamedTuple):
    """One device: its bytes, and what it waits for.

    `pauses`: it speaks once, when asked or by itself, and then keeps quiet. `asked`: what it answers. `started`: what
    it waits for before it speaks without end. `ambient`, `body`: whether it sends them. `step`: its resolution in °C.
    """

    frame: Callable[[float, float, float], bytes]
    pauses: bool = False
    asked: bytes = b""
    started: bytes = b""
    ambient: bool = True
    body: bool = False
    step: float = 0.01


def scene(columns: int, rows: int, surface: float, room: float) -> list[float]:
    """A picture, row by row: a face as large as a window, a lamp of two pixels beside it, one hot pixel in the face."""
    side = min(8, rows)
    picture = [room] * (columns * rows)
    top, left = (rows - side) // 2, (columns - side) // 2
    for row in range(top, top + side):
        for column in range(left, left + side):
            picture[row * columns + column] = surface
    picture[(top + 1) * columns + left + 1] = LAMP
    picture[0] = picture[1] = LAMP
    return picture


def numbers(code: str, values: list[float], *, times: int, zero: int = 0) -> bytes:
    """Temperatures as the numbers of a frame: `zero` + `times` × °C, each packed as `code`."""
    return b"".join(struct.pack(code, zero + round(value * times)) for value in values)


def cjmcu90614(surface: float, ambient: float, _body: float) -> bytes:
    """66 66, continuous, 4 bytes, ambient, object, sum."""
    frame = bytes([0x66, 0x66, 1, 4]) + numbers(">h", [ambient, surface], times=100)
    return frame + bytes([sum(frame) % 256])


def gy_mcu90640(surface: float, ambient: float, _body: float) -> bytes:
    """5A 5A, 1538 little-endian, 768 pixels from the right, ambient, word sum."""
    picture = scene(32, 24, surface, ambient)
    mirrored = [picture[row * 32 + 31 - column] for row in range(24) for column in range(32)]
    frame = b"\x5a\x5a" + struct.pack("<H", 1538) + numbers("<h", [*mirrored, ambient], times=100)
    total = sum(frame[at] + 256 * frame[at + 1] for at in range(0, len(frame), 2))
    return frame + struct.pack("<H", total % 65536)


def heimann_hm(surface: float, _ambient: float, _body: float) -> bytes:
    """Seven bytes with the object in the third and fourth."""
    return b"\x5a\x5a" + numbers("<H", [surface], times=100) + bytes([16, 12, 0x77])


def htpa_stm32(surface: float, ambient: float, _body: float) -> bytes:
    """A5, three unknown, ambient, highest, lowest, object, one unknown."""
    return b"\xa5\x05\x01\x08" + numbers(">h", [ambient, surface + 0.6, ambient - 1, surface], times=10) + b"\xbf"


def htpa32x32(surface: float, ambient: float, _body: float) -> bytes:
    """E1, 1024 pixels and ambient in 0.1 K, the module's number."""
    return b"\xe1" + numbers(">H", [*scene(32, 32, surface, ambient), ambient], times=10, zero=2731) + b"\x01\0\xc6\x82"


def re_xingma(surface: float, ambient: float, _body: float) -> bytes:
    """Eight bytes, object in °C, ambient in K."""
    return (
        b"\xe1\x01\x00"
        + numbers(">H", [surface], times=100)
        + numbers(">H", [ambient], times=100, zero=27315)
        + b"\x33"
    )


def mlx90621_ys(surface: float, ambient: float, _body: float) -> bytes:
    """A5 06, one unknown, 64 pixels, ambient, two unknown, BF."""
    return b"\xa5\x06\x01" + numbers(">h", [*scene(16, 4, surface, ambient), ambient], times=100) + b"\x12\x34\xbf"


def mlx90621_hh(surface: float, ambient: float, _body: float) -> bytes:
    """5A 5A, two unknown, 64 pixels, four more."""
    return b"\x5a\x5a\x82\x00" + numbers("<h", [*scene(16, 4, surface, ambient), ambient], times=100) + b"\x12\x34"


def rqvk002(surface: float, ambient: float, _body: float) -> bytes:
    """5A, unknown, ambient - 25, object - 36, unknown, A5."""
    return b"\x5a\x10" + bytes([round(ambient * 10 - 250) % 256, round(surface * 10 - 360) % 256]) + b"\x20\xa5"


def ym32a(surface: float, ambient: float, _body: float) -> bytes:
    """ABCDEF, 1024 pixels, one unknown, UVWXYZ."""
    return b"ABCDEF" + numbers(">H", scene(32, 32, surface, ambient), times=10) + b"\x07UVWXYZ"


def mlx90614_ascii(surface: float, ambient: float, _body: float) -> bytes:
    """Text with its points at 12 and 32."""
    return f"Ambient = {ambient:05.2f} C\r\nObject  = {_signed(surface)} C\r\n".encode()


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else ' '}{abs(value):05.2f}"


def fe_fd(surface: float, _ambient: float, _body: float) -> bytes:
    """FE FD, °C, flag 1, value, CR LF."""
    return b"\xfe\xfd\x1a\x01" + numbers(">H", [surface], times=10) + b"\r\n"


def temp_sitter(surface: float, _ambient: float, _body: float) -> bytes:
    """AA, 06 11 00, value little-endian, 00, sum of all but the head."""
    middle = b"\x06\x11\x00" + numbers("<H", [surface], times=100) + b"\x00"
    return b"\xaa" + middle + bytes([sum(middle) % 256])


DEVICES = {
    "cjmcu90614": Device(cjmcu90614, started=b"\x66\x66\x01\x56"),
    "fe_fd": Device(fe_fd, ambient=False, step=0.1),
    "gy614v3": Device(gy614v3_frame, body=True),
    "gy_mcu90614": Device(lambda surface, ambient, _: gy_mcu90614_frame(surface, ambient), started=b"\xa5\x45\xea"),
    "gy_mcu90640": Device(gy_mcu90640, started=b"\xa5\x35\x02\xdc"),
    "heimann_hm": Device(heimann_hm, pauses=True, asked=b"\xa5\x55\x01\xfb", ambient=False),
    "htpa32x32": Device(htpa32x32, pauses=True, asked=b"\xee\xe1\x01\x55\xff\xfc\xfd\xff", step=0.1),
    "htpa_stm32": Device(htpa_stm32, pauses=True, asked=b"\xa5\x05\x01\xbf", step=0.1),
    "mlx90614_ascii": Device(mlx90614_ascii, pauses=True),
    "mlx90621_hh": Device(mlx90621_hh, pauses=True, asked=b"\xa5\x35\x01\xdb", ambient=False),
    "mlx90621_ys": Device(mlx90621_ys, started=b"\xa5\x06\x01\xbf"),
    "re_xingma": Device(re_xingma, pauses=True, asked=b"\xee\xe1\x01\x55\xff\xfc"),
    "rqvk002": Device(rqvk002, step=0.1),
    "temp_sitter": Device(temp_sitter, ambient=False),
    "ym32a": Device(
        ym32a,
        started=b"\xff\xff\xfe\x29\0\1\xfe\xff\xff\xff\xff\xfe\x26\0\0\xfe\xff\xff\xff\xff\xfe\x28\0\1\xfe\xff\xff",
        ambient=False,
        step=0.1,
    ),
}


class Emulator:
    """A device on a pseudo-terminal: answers what it is asked, or speaks by itself once it was started."""

    def __init__(self, device: Device, pty: PtyThermometer, values: tuple[float, float, float]) -> None:
        self.heard = b""
        self._device, self._pty, self._values = device, pty, values
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._speak, daemon=True)

    def _speak(self) -> None:
        device = self._device
        frame = device.frame(*self._values)
        while not self._stop.wait(0.4 if device.pauses and not device.asked else 0.02):
            came = self._pty.received()
            self.heard += came
            if device.asked:
                for _ in range(came.count(device.asked)):
                    self._send(frame)
            elif not device.started or device.started in self.heard:
                self._send(frame)

    def _send(self, frame: bytes) -> None:
        rest = frame
        while rest and not self._stop.is_set():
            rest = rest[self._pty.send(rest) :]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
