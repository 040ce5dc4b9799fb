"""Which device node belongs to which USB device, as the kernel's sysfs tells it: nothing is sent to find out."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from kadian.errors import KadianError

BY_USB = "usb"
"""A port of this name, or `usb:1-1.3` for one socket, is looked up by the driver's USB ids."""


class Node(Struct, frozen=True):
    """A device node: `path`, its USB device's `ident` (vendor:product, hexadecimal) and `socket` (such as 1-1.3)."""

    path: Path
    ident: str
    socket: str


def nodes(subsystem: str, root: Path = Path("/")) -> list[Node]:
    """The nodes of a kernel class (`hidraw`, `video4linux`) that hang on USB, by number.

    Args:
        subsystem: the folder's name under /sys/class.
        root: where `sys` and `dev` are.
    """
    found = []
    for entry in sorted((root / "sys/class" / subsystem).glob("*"), key=_number):
        device = (entry / "device").resolve()
        usb = next((up for up in (device, *device.parents) if (up / "idVendor").is_file()), None)
        if usb is not None:
            ident = ":".join((usb / name).read_text("ascii").strip().lower() for name in ("idVendor", "idProduct"))
            found.append(Node(root / "dev" / entry.name, ident, usb.name))
    return found


def choose(port: str, subsystem: str, idents: Iterable[str], root: Path = Path("/")) -> list[Node]:
    """The nodes of the one device that a port names, by number; each is one of `idents`.

    Args:
        port: a node (or a symlink to one), `usb` for the only device with one of the ids, `usb:1-1.3` for the one in
            that socket.
        subsystem: the kernel class.
        idents: `vendor:product` of the driver.
        root: where `sys` and `dev` are.

    Raises:
        KadianError: K0200 it is not there, K0220 it is another device, K0221 several fit.
    """
    known = nodes(subsystem, root)
    idents = tuple(idents)
    if port == BY_USB or port.startswith(BY_USB + ":"):
        socket = port.partition(":")[2]
        fits = [node for node in known if node.ident in idents and socket in {"", node.socket}]
        sockets = sorted({node.socket for node in fits})
        if len(sockets) > 1:
            raise KadianError("K0221", port, sockets=", ".join(f"{BY_USB}:{socket}" for socket in sockets))
    else:
        if not Path(port).exists():
            raise KadianError("K0200", port)
        names = {Path(port).name, Path(port).resolve().name}
        fits = [node for node in known if node.path.name in names]
        if [node for node in fits if node.ident in idents] != fits or not fits:
            there = fits[0].ident if fits else "—"
            raise KadianError("K0220", port, there=there, wanted=", ".join(idents))
    if not fits:
        raise KadianError("K0200", port)
    return fits


def _number(path: Path) -> tuple[int, str]:
    digits = "".join(letter for letter in path.name if letter.isdigit())
    return int(digits or 0), path.name
