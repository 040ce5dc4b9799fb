"""What an array of thermopiles sees of a person: the hottest region as large as a face, never the hottest pixel."""

from math import radians, tan
from typing import Annotated, Any

import numpy as np
from msgspec import Meta, Struct
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from kadian.errors import KadianError

Picture = NDArray[np.integer[Any]]
"""Rows × columns of the frame's own numbers, as seen from behind the sensor: left is left."""

FACE_CM = 12.0
"""A narrow grown-up face, so that the region stays inside any: a choice of ours, not a measurement."""

SMALLEST = 2
"""Pixels along the region's side. One pixel could be a cigarette or a lamp; of four, two may be."""


Degrees = Annotated[float, Meta(ge=5, le=160)]


class View(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the face is: `distance_cm` from the sensor, and how wide the lens looks (`view_degrees`, horizontally)."""

    distance_cm: Annotated[float, Meta(ge=10, le=300)] = 50.0
    view_degrees: Degrees = 60.0


def face_pixels(view: View, columns: int, rows: int, driver: str) -> int:
    """How many pixels a face is wide: `columns` × 12 cm ÷ (2 · distance · tan(view ÷ 2)), rounded down, at most `rows`.

    Raises:
        KadianError: K0214 it is narrower than two pixels, so it cannot be told from a hot spot.
    """
    seen_cm = 2 * view.distance_cm * tan(radians(view.view_degrees / 2))
    wide = columns * FACE_CM / seen_cm
    if wide < SMALLEST:
        raise KadianError("K0214", driver, distance=f"{view.distance_cm:g}", pixels=f"{wide:.1f}")
    return min(int(wide), rows)


def hottest(picture: Picture, size: int) -> int:
    """The middle value (low median) of the `size` × `size` region where it is highest: a value some pixel really gave.

    Up to half of a region may be something hotter, or a dead pixel, and the value is still one of skin. A large region
    is laid at every quarter of its side: at every pixel it would cost a Raspberry Pi a core.
    """
    step = max(1, size // 4)
    windows = sliding_window_view(picture, (size, size))[::step, ::step].reshape(-1, size * size)
    middle = (size * size - 1) // 2
    return int(np.partition(windows, middle, axis=1)[:, middle].max())


def seen(picture: Picture, size: int, allowed: range, deviating: int = 0) -> int | None:
    """The hottest region's value; None when more than `deviating` pixels, or the value, are beyond `allowed`."""
    if np.count_nonzero((picture < allowed.start) | (picture >= allowed.stop)) > deviating:
        return None
    value = hottest(picture, size)
    return value if value in allowed else None
