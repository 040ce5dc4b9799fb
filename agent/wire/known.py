"""USB ids that were met at gates, and what hangs on them.

A bridge's id says nothing about the module behind it. Sources: the kernel's usb-serial drivers for the bridges,
urwen/temper and ccwienk/temper for the TEMPer sticks, groupgets/purethermal1-uvc-capture for the PureThermal board,
udev rules of quicktill-serial-barcode-bridge and others for the code guns (6666:7777 has one source alone).
"""

from typing import Literal

from msgspec import Struct

What = Literal["bridge", "controller", "thermometer", "ambient", "camera", "gun", "unsupported"]
"""What it may be: `controller` is a microcontroller's own port, `ambient` measures the air and never a person."""


class Known(Struct, frozen=True):
    """What an id stands for."""

    title: str
    what: What


KNOWN: dict[str, Known] = {
    "1a86:7523": Known("CH340", "bridge"),
    "1a86:55d3": Known("CH343", "bridge"),
    "1a86:55d4": Known("CH9102", "bridge"),
    "10c4:ea60": Known("CP210x", "bridge"),
    "0403:6001": Known("FT232R", "bridge"),
    "067b:2303": Known("PL2303", "bridge"),
    "0483:5740": Known("STM32", "controller"),
    "0c45:7401": Known("TEMPer", "ambient"),
    "0c45:7402": Known("TEMPer", "ambient"),
    "413d:2107": Known("TEMPer", "ambient"),
    "1a86:e025": Known("TEMPer", "ambient"),
    "3553:a001": Known("TEMPer", "ambient"),
    "1a86:5523": Known("TEMPerX232 / CH341", "ambient"),
    "1130:660c": Known("TEMPer", "unsupported"),
    "04fa:2490": Known("DS9490R", "unsupported"),
    "1e4e:0100": Known("PureThermal (FLIR Lepton)", "camera"),
    "1eab:8306": Known("Newland", "gun"),
    "1eab:0c06": Known("Newland", "gun"),
    "0488:5788": Known("Netum", "gun"),
    "1fbb:3850": Known("Cino", "gun"),
    "2745:300a": Known("Unitech", "gun"),
    "6666:7777": Known("GM65", "gun"),
    "0c2e:0901": Known("Honeywell", "gun"),
    "0c2e:0b01": Known("Honeywell", "gun"),
    "0416:c141": Known("Winbond", "gun"),
}


def known(usb: str | None) -> Known | None:
    """What is known of an id."""
    return KNOWN.get(usb or "")
