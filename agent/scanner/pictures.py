"""Pictures from files, as a camera would give them."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.scanner.header import header
from kadian.errors import KadianError

Image = NDArray[np.uint8]
"""Gray of shape (height, width), or blue-green-red of shape (height, width, 3); 0 to 255."""

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff"))

MOST_PIXELS = 64_000_000
"""A phone's largest photographs have 48 to 50 million."""
HALVED_PIXELS = 24_000_000
MOST_BYTES = 256 << 20


def is_picture_name(path: Path) -> bool:
    """Whether the name is a picture's; a name with a leading dot is a picture still being written."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def load(path: Path) -> Image:
    """The picture in a file; a transparent one is laid on white, 16 bits a channel become 8.

    Read as bytes first, so that a name in any script works, and never unpacked before it has said how large it is.

    Raises:
        KadianError: K0250 the file is missing or may not be read, K0251 it is no whole picture, K0254 it is larger
            than a gate can hold.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise KadianError("K0250", str(path), reason=os.strerror(errno.EISDIR if path.is_dir() else errno.EINVAL))
        if about.st_size > MOST_BYTES:
            raise KadianError("K0254", str(path), size=f"{about.st_size >> 20} MB", most=f"{MOST_BYTES >> 20} MB")
        payload = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise KadianError("K0250", str(path), reason=error.strerror or str(error)) from None
    said = header(payload.tobytes())
    if said is not None and said.pixels > MOST_PIXELS:
        size, most = f"{said.width} × {said.height}", f"{MOST_PIXELS // 1_000_000} MP"
        raise KadianError("K0254", str(path), size=size, most=most)
    image = decode(payload)
    if image is None:
        raise KadianError("K0251", str(path))
    return image


def decode(payload: NDArray[np.uint8]) -> Image | None:
    """The picture in the bytes of a file; None when it is none, or larger than `MOST_PIXELS`."""
    import cv2

    said = header(payload.tobytes())
    if said is None or not 0 < said.pixels <= MOST_PIXELS:
        return None
    # A large photograph is unpacked at half its size, which takes a quarter of the memory: the search does that anyway.
    halved = said.kind == "jpeg" and said.pixels > HALVED_PIXELS
    try:
        image = cv2.imdecode(payload, cv2.IMREAD_REDUCED_COLOR_2 if halved else cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if image is None or image.size == 0:
        return None
    return _plain(np.asarray(image))


def _plain(image: NDArray[Any]) -> Image:
    if image.dtype == np.uint16:
        # Some cameras use only the lower bits of the sixteen.
        image = image >> max(0, int(image.max(initial=0)).bit_length() - 8)
    elif image.dtype != np.uint8:
        image = np.clip(np.nan_to_num(image.astype(np.float64)) * 255, 0, 255)
    flat = image.astype(np.uint8)
    if flat.ndim == 3 and flat.shape[2] == 4:
        alpha = flat[:, :, 3:].astype(np.uint16)
        flat = ((flat[:, :, :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
    elif flat.ndim == 3 and flat.shape[2] < 3:
        flat = flat[:, :, 0]
    return np.ascontiguousarray(flat)
