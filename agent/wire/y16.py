"""A thermal camera's 16-bit pictures through V4L2.

`read` gives each picture as one packet, so that a parser without a camera can tell pictures apart:

    59 31 36 20 | WW WW | HH HH | pixels
    "Y16 "        width   height  row by row, little-endian unsigned 16-bit, as the sizes are
"""

import struct
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from agent.wire.line import Gone
from agent.wire.node import nodes
from agent.wire.usb import MACHINE, Tree
from kadian.errors import KadianError

HEAD = struct.Struct("<4sHH")
MAGIC = b"Y16 "
FAILED_READS = 10
"""So many empty reads in a row are an unplug: then each fails at once. A camera that hangs is waited for by OpenCV, ten
seconds a picture."""


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether there is a camera."""

    def set(self, prop: int, value: float) -> bool:
        """Whether the driver took the value."""

    def read(self) -> tuple[bool, Any]:
        """Whether there is a picture, and the picture."""

    def release(self) -> None:
        """Lets go of the camera."""


class Y16Line:
    """A thermal camera as a `Line`."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._failed = 0

    def read(self) -> bytes:
        """The next picture as one packet; waits as long as the camera takes."""
        there, picture = self._capture.read()
        if not there:
            self._failed += 1
            if self._failed >= FAILED_READS:
                raise Gone("no pictures")
            return b""
        self._failed = 0
        return packet(picture)

    def waiting(self) -> int:
        """Not known: the driver holds one picture."""
        return 0

    def write(self, data: bytes) -> None:
        """A camera is told nothing."""

    def close(self) -> None:
        """Lets go of the camera."""
        self._capture.release()


def packet(picture: Any) -> bytes:
    """A picture of shape (height, width), uint16, as a packet; what is not 16-bit and grey is a packet of size 0 x 0.

    An 8-bit or coloured picture means that the camera did not take Y16: its numbers are brightness.
    """
    if picture.dtype.name != "uint16" or picture.ndim > 3 or picture.size != picture.shape[0] * picture.shape[1]:
        return HEAD.pack(MAGIC, 0, 0)
    height, width = picture.shape[:2]
    return HEAD.pack(MAGIC, width, height) + bytes(picture.astype("<u2").tobytes())


def open_y16(
    port: str, idents: Iterable[str], tree: Tree = MACHINE, capture: Callable[[str], Capture] | None = None
) -> Y16Line:
    """Opens the camera with one of these USB ids, never another that is plugged in beside it.

    Args:
        port: `usb:VVVV:PPPP[@place]` or a path, see `nodes`.
        idents: the USB ids that it must have.
        tree: where the kernel tells what is plugged in.
        capture: opens a node, already set to 16-bit grey; OpenCV unless given.

    Raises:
        KadianError: K0200 it is not there, K0202 it cannot be opened (in use), K0220 it is another device, K0230 to
            K0232 its USB id names none, several, or is written wrongly.
    """
    # The second node of a camera carries metadata.
    path = nodes(port, "video4linux", idents, tree)[0]
    opened = (capture or _opencv)(path)
    if not opened.isOpened():
        opened.release()
        raise KadianError("K0202", port)
    return Y16Line(opened)


def _opencv(path: str) -> Capture:
    import cv2

    opened = cv2.VideoCapture(path, cv2.CAP_V4L2)
    opened.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"Y16 "))
    opened.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    opened.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return opened
