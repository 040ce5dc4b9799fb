"""OpenCV's QRCodeDetector: only for comparison (`--engine opencv`), it reads about half of what zxing-cpp does."""

from importlib.util import find_spec

import numpy as np

from agent.scanner.found import Found, Gray

NAME = "opencv"


def available() -> bool:
    """Whether OpenCV is installed."""
    return find_spec("cv2") is not None


def read(gray: Gray) -> list[Found]:
    """The QR codes of a picture; codes in GBK or in hanzi mode are beyond this engine and are not found."""
    import cv2

    if min(gray.shape, default=0) < 21:
        return []
    try:
        _, texts, corners, _ = cv2.QRCodeDetector().detectAndDecodeMulti(np.ascontiguousarray(gray))
    except (cv2.error, UnicodeDecodeError):
        return []
    return [
        Found(text, "qr", NAME, tuple((float(x), float(y)) for x, y in quad))
        for text, quad in zip(texts, corners if corners is not None else (), strict=False)
        if text
    ]
