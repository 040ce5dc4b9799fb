"""What is plugged in, as the kernel's /sys tells it: nothing is opened and nothing is sent.

A number such as ttyUSB0 goes to whoever comes first; a USB id with the physical port survives a replug, and two equal
bridges without a serial number (CH340, PL2303) are told apart by the physical port alone.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct

from kadian.errors import KadianError
from kadian.identifiers import USB_PORT_PATTERN

Class = Literal["tty", "hidraw", "video4linux", "input"]
"""The kernel's name for a kind of device, a folder of /sys/class."""

LINKS: dict[Class, tuple[str, ...]] = {
    "tty": ("serial/by-path", "serial/by-id"),
    "hidraw": (),
    "video4linux": ("v4l/by-path", "v4l/by-id"),
    "input": ("input/by-path", "input/by-id"),
}


class Tree(Struct, frozen=True):
    """Where the kernel's two trees are."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")


MACHINE = Tree()


class Plugged(Struct, frozen=True):
    """One device node.

    Attributes:
        node: its path under /dev.
        usb: `vendor:product` in hexadecimal, None when it does not hang on USB.
        place: the physical port, as the kernel counts it: bus, dash, ports with dots (`1-1.3`).
        interface: the place, with configuration and interface (`1-1.3:1.0`).
        product: what the device calls itself.
        serial: its serial number, where it has one.
    """

    node: str
    usb: str | None = None
    place: str | None = None
    interface: str | None = None
    product: str = ""
    serial: str | None = None

    @property
    def name(self) -> str:
        """How the settings name it so that it is found again."""
        return f"usb:{self.usb}@{self.place}" if self.usb else self.node


def plugged(kind: Class, tree: Tree = MACHINE) -> list[Plugged]:
    """All devices of a class, by node; pseudo-terminals, consoles and ports without hardware left out."""
    found = []
    for entry in (tree.sys / "class" / kind).glob("event*" if kind == "input" else "*"):
        if not (entry / "device").exists() or _text(entry / "type") == "0":
            continue
        name = next((line[8:] for line in _text(entry / "uevent").splitlines() if line.startswith("DEVNAME=")), "")
        found.append(_at((entry / "device").resolve(), str(tree.dev / (name or entry.name))))
    return sorted(
        found, key=lambda one: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", one.node)]
    )


def consoles(tree: Tree = MACHINE) -> set[str]:
    """The nodes on which the kernel or a login prompt talks: nobody else may open them."""
    return {str(tree.dev / name) for name in _text(tree.sys / "class/tty/console/active").split()}


def matching(port: str, kind: Class = "tty", tree: Tree = MACHINE) -> list[Plugged]:
    """The devices that `usb:VVVV:PPPP[@place]` means, none or several; the place may name the interface, too.

    Raises:
        KadianError: K0232 it is written otherwise.
    """
    if not re.fullmatch(USB_PORT_PATTERN, port):
        raise KadianError("K0232", port)
    usb, _, place = port.removeprefix("usb:").lower().partition("@")
    return [one for one in plugged(kind, tree) if one.usb == usb and place in {"", one.place, one.interface}]


def resolve(port: str, kind: Class = "tty", tree: Tree = MACHINE) -> str:
    """The device's path as it is now: `usb:…` is looked up, any other name stands for itself.

    Raises:
        KadianError: K0230 nothing like it is plugged in, K0231 several are, K0232 it is written wrongly.
    """
    if not port.startswith("usb:"):
        return port
    found = matching(port, kind, tree)
    if len(found) == 1:
        return found[0].node
    if not found:
        there = ", ".join(f"{one.name} ({one.node})" for one in plugged(kind, tree)) or "—"
        raise KadianError("K0230", port, there=there)
    same = len({one.place for one in found}) == 1
    several = ", ".join(f"usb:{one.usb}@{one.interface if same else one.place} ({one.node})" for one in found)
    raise KadianError("K0231", port, several=several)


def links(node: str, kind: Class = "tty", tree: Tree = MACHINE) -> list[str]:
    """The symlinks under /dev that lead to a node, those by physical port first."""
    target = Path(node).resolve()
    found = [link for folder in LINKS[kind] for link in sorted((tree.dev / folder).glob("*"))]
    return [str(link) for link in found if link.resolve() == target]


def _at(device: Path, node: str) -> Plugged:
    """Walks from a device up to the USB device that it is a part of, if any."""
    interface = None
    for place in (device, *device.parents):
        if (place / "bInterfaceNumber").exists():
            interface = place.name
        vendor, product = _text(place / "idVendor"), _text(place / "idProduct")
        if vendor and product:
            return Plugged(
                node=node,
                usb=f"{vendor}:{product}".lower(),
                place=place.name,
                interface=interface,
                product=_text(place / "product"),
                serial=_text(place / "serial") or None,
            )
    return Plugged(node)


def _text(path: Path) -> str:
    with suppress(OSError):
        return path.read_text("utf-8", "replace").strip()
    return ""
