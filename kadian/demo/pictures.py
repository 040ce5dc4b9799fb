"""QR codes as a camera would have shown them, drawn by zxing-cpp's own writer."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

# Blue, green, red: OpenCV's order.
COLOURS = {"black": (0, 0, 0), "green": (60, 140, 20), "amber": (20, 150, 240), "red": (40, 30, 200)}


def qr_png(text: str, path: Path, *, colour: str = "black", scale: int = 5) -> None:
    """Writes a picture of `text` as a QR code; `path` appears whole or not at all.

    Args:
        text: what the code says.
        path: a .png file.
        colour: black, green, amber or red.
        scale: pixels a module.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    gray = np.asarray(zxingcpp.write_barcode_to_image(code, scale=scale, add_quiet_zones=True))
    dark = (gray < 128)[..., None]
    picture = np.where(dark, np.array(COLOURS[colour], np.uint8), np.uint8(255)).astype(np.uint8)
    _write(picture, path)


def scene_png(path: Path) -> None:
    """Writes a picture of the empty place before the lens, 640 × 480; `path` appears whole or not at all."""
    rows = np.linspace(90, 150, 480, dtype=np.uint8)[:, None, None]
    _write(np.broadcast_to(rows, (480, 640, 3)), path)


def _write(picture: NDArray[np.uint8], path: Path) -> None:
    fresh = path.with_name(f".{path.name}")
    ok, packed = cv2.imencode(".png", picture)
    if not ok:
        raise ValueError(f"no picture could be made for {path.name}")
    fresh.write_bytes(packed.tobytes())
    fresh.replace(path)
