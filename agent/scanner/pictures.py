"""Pictures from files, as a camera would give them."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadian.errors import KadianError

Image = NDArray[np.uint8]
"""Gray of shape (height, width), or blue-green-red of shape (height, width, 3); 0 to 255."""

SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff"))


def is_picture_name(path: Path) -> bool:
    """Whether the name is a picture's; a name with a leading dot is a picture still being written."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def load(path: Path) -> Image:
    """The picture in a file; a transparent one is laid on white, 16 bits a channel become 8.

    Read as bytes first, so that a name in any script works.

    Raises:
        KadianError: K0250 the file is missing or may not be read, K0251 it is no whole picture.
    """
    try:
        payload = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise KadianError("K0250", str(path), reason=error.strerror or str(error)) from None
    image = decode(payload)
    if image is None:
        raise KadianError("K0251", str(path))
    return image


def decode(payload: NDArray[np.uint8]) -> Image | None:
    """The picture in the bytes of a file, None when it is none."""
    import cv2

    if payload.size == 0:
        return None
    try:
        image = cv2.imdecode(payload, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if image is None or image.size == 0:
        return None
    return _plain(np.asarray(image))


def _plain(image: NDArray[Any]) -> Image:
    if image.dtype == np.uint16:
        image = image >> 8
    elif image.dtype != np.uint8:
        image = np.clip(np.nan_to_num(image.astype(np.float64)) * 255, 0, 255)
    flat = image.astype(np.uint8)
    if flat.ndim == 3 and flat.shape[2] == 4:
        alpha = flat[:, :, 3:].astype(np.uint16)
        flat = ((flat[:, :, :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
    elif flat.ndim == 3 and flat.shape[2] < 3:
        flat = flat[:, :, 0]
    return np.ascontiguousarray(flat)
