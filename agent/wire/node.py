"""The device nodes of one USB device that a driver reads: never another's."""

from collections.abc import Iterable
from pathlib import Path

from agent.wire.usb import MACHINE, Class, Plugged, Tree, matching, plugged, resolve
from kadian.errors import KadianError


def nodes(port: str, kind: Class, idents: Iterable[str], tree: Tree = MACHINE) -> list[str]:
    """The paths of the nodes that a port means, by number: one device's, which has one of the driver's USB ids.

    Args:
        port: `usb:VVVV:PPPP[@place]`, a node, or a symlink to one.
        kind: the kernel's class.
        idents: `vendor:product` in hexadecimal.
        tree: where the kernel tells what is plugged in.

    Raises:
        KadianError: K0200 the path does not exist, K0220 it is another device, K0230 to K0232 its USB id names none,
            several, or is written wrongly.
    """
    found = _meant(port, kind, tree)
    idents = frozenset(idents)
    others = {one.usb or "—" for one in found if one.usb not in idents}
    if others or not found:
        raise KadianError("K0220", port, there=", ".join(sorted(others)) or "—", wanted=", ".join(sorted(idents)))
    return [one.node for one in found]


def _meant(port: str, kind: Class, tree: Tree) -> list[Plugged]:
    if not port.startswith("usb:"):
        if not Path(port).exists():
            raise KadianError("K0200", port)
        return [one for one in plugged(kind, tree) if Path(one.node).resolve() == Path(port).resolve()]
    found = matching(port, kind, tree)
    if len({one.place for one in found}) != 1:
        resolve(port, kind, tree)  # Says which there are.
    return found
