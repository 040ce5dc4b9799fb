"""A keyboard's event node, read alone: what it types reaches nobody else.

Layout and numbers: Linux, include/uapi/linux/input.h. An event is a `struct input_event`: seconds, microseconds (each a
native long), type, code (16 bits each), value (32 bits, signed).
"""

import errno
import fcntl
import os
import re
import select
import struct
from collections.abc import Callable
from pathlib import Path

from agent.wire.line import Gone
from agent.wire.usb import MACHINE, Plugged, Tree, matching, plugged
from kadian.errors import KadianError

EVENT = struct.Struct("llHHi")
EVIOCGRAB = 0x40044590
"""_IOW('E', 0x90, int): from now on the events come to this file alone."""

QUIET_SECONDS = 0.2
MOST_EVENTS = 512
WORD_BITS = struct.calcsize("l") * 8
KEYS_OF_A_KEYBOARD = (2, 11, 16, 28, 30, 44)
"""1, 0, Q, Enter, A, Z: what types codes has them; the consumer keys and mice of the same device have not."""

BUSY = {errno.EBUSY: "K0202", errno.EACCES: "K0201", errno.EPERM: "K0201"}
GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO}


class EventLine:
    """An event node as a `Line`; `read` gives whole events."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._rest = b""

    def read(self) -> bytes:
        """The events that have come, or that come within 0.2 s."""
        try:
            if not select.select([self._file], [], [], QUIET_SECONDS)[0]:
                return b""
            found = os.read(self._file, EVENT.size * MOST_EVENTS)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as trouble:
            raise Gone(str(trouble)) from trouble
        if not found:
            raise Gone("end of file")
        found = self._rest + found
        whole = len(found) - len(found) % EVENT.size
        self._rest = found[whole:]
        return found[:whole]

    def waiting(self) -> int:
        """Not to be known of an event node."""
        return 0

    def write(self, data: bytes) -> None:
        """Nothing is ever sent to a keyboard.

        Raises:
            Gone: always.
        """
        raise Gone(f"a keyboard takes nothing, least of all {len(data)} bytes")

    def close(self) -> None:
        """Lets go of it; the kernel ends the grab."""
        os.close(self._file)


def grab(file: int) -> None:
    """Takes the keyboard for this process alone: otherwise the codes would also be typed into the gate's own screen.

    Raises:
        OSError: another program has taken it.
    """
    fcntl.ioctl(file, EVIOCGRAB, 1)


def open_events(port: str, _baud: int, *, tree: Tree = MACHINE, take: Callable[[int], None] = grab) -> EventLine:
    """Opens the keyboard that the settings name, and grabs it.

    Args:
        port: `usb:VVVV:PPPP[@place]`, `name:…` (what it calls itself) or a symlink of /dev/input/by-id or by-path.
        _baud: keyboards have none.
        tree: where the kernel tells what is plugged in.
        take: how it is grabbed.

    Raises:
        KadianError: K0200 to K0203, K0230 to K0233.
    """
    node = keyboard(port, tree)
    try:
        file = os.open(node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as trouble:
        raise _refusal(port, trouble) from trouble
    try:
        take(file)
    except OSError as trouble:
        os.close(file)
        raise _refusal(port, trouble) from trouble
    return EventLine(file)


def keyboard(port: str, tree: Tree = MACHINE) -> str:
    """The node of the keyboard that a name means; never one by its bare number, which may be the operator's own.

    Raises:
        KadianError: K0230 no such keyboard is plugged in, K0231 several are, K0232 it is written wrongly, K0233 it is a
            bare number.
    """
    if port.startswith("name:"):
        found = [one for one in keyboards(tree) if title(one, tree) == port.removeprefix("name:")]
    elif not port.startswith("usb:"):
        if re.fullmatch(r"(.*/)?event\d+", port):
            raise KadianError("K0233", port)
        return port
    else:
        found = [one for one in matching(port, "input", tree) if types(one, tree)]
    if not found:
        there = ", ".join(f"{one.name} ({title(one, tree)})" for one in keyboards(tree))
        raise KadianError("K0230", port, there=there or "—")
    if len({one.place or one.node for one in found}) > 1:
        raise KadianError("K0231", port, several=", ".join(f"{one.name} ({one.node})" for one in found))
    return found[0].node


def title(one: Plugged, tree: Tree = MACHINE) -> str:
    """What an input device calls itself, on Bluetooth too, where there is no USB id."""
    try:
        return (tree.sys / "class/input" / Path(one.node).name / "device/name").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def keyboards(tree: Tree = MACHINE) -> list[Plugged]:
    """All devices that can type, the operator's own keyboard among them."""
    return [one for one in plugged("input", tree) if types(one, tree)]


def types(one: Plugged, tree: Tree = MACHINE) -> bool:
    """Whether a device has the keys of a keyboard."""
    words = tree.sys / "class/input" / Path(one.node).name / "device/capabilities/key"
    try:
        bits = 0
        for word in words.read_text("ascii").split():
            bits = bits << WORD_BITS | int(word, 16)
    except (OSError, ValueError):
        return False
    return all(bits >> key & 1 for key in KEYS_OF_A_KEYBOARD)


def _refusal(port: str, trouble: OSError) -> KadianError:
    code = "K0200" if trouble.errno in GONE else BUSY.get(trouble.errno or 0, "K0203")
    return KadianError(code, port, baud="—", reason=trouble.strerror or str(trouble))
