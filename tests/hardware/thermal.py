"""What a Lepton on a PureThermal board gives OpenCV: 16-bit pictures in 0.01 K, and a capture that hands them out.

There is no video device to load into a kernel here, so the camera stands in at the lowest place that Python reaches:
the object that `cv2.VideoCapture` would be.
"""

import time

import numpy as np

COLUMNS, ROWS = 160, 120


def kelvin(celsius):
    return round(celsius * 100) + 27315


def scene(face=None, room=18.0, *, columns=COLUMNS, rows=ROWS, side=24, at=(40, 60), telemetry=0, noise=0.05, seed=1):
    """A room with a face (a disc of `side` pixels, cooler towards its edge) at row, column; telemetry rows below."""
    chance = np.random.default_rng(seed)
    picture = np.full((rows, columns), kelvin(room), np.float64)
    if face is not None:
        row, column = np.mgrid[:rows, :columns]
        away = np.hypot(row - at[0], column - at[1]) / (side / 2)
        inside = away <= 1
        picture[inside] = kelvin(face) - 150 * np.clip(away[inside] - 0.8, 0, 1)
    picture += chance.normal(0, noise * 100, picture.shape)
    below = chance.integers(0, 65536, (telemetry, columns))
    return np.vstack([np.round(picture), below]).astype(np.uint16)


class Camera:
    """A `cv2.VideoCapture` with a Lepton behind it, nine pictures a second."""

    def __init__(self, picture, rate=9.0):
        self.picture, self.rate = picture, rate
        self.there = True
        self.released = False

    def isOpened(self):  # noqa: N802
        return self.there

    def set(self, prop, value):
        return True

    def read(self):
        time.sleep(1 / self.rate)
        return self.there, self.picture if self.there else None

    def release(self):
        self.released = True
