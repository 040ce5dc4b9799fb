"""Where a face is in a thermal picture."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SPOT = 3
"""Pixels of the square whose median stands for its middle: up to four bad pixels in it change nothing."""


def hottest(pixels: NDArray[np.floating], size: int) -> float:
    """The mean of the warmest square of `size` x `size` pixels, in the pixels' unit.

    Every pixel is first replaced by the median of its 3 x 3 neighbourhood, so that one or two hot pixels (a defect, a
    lamp far away, a cigarette) count for nothing. A face that is smaller than the square reads too low, never too high.

    Args:
        pixels: shape (rows, columns), both at least 3.
        size: side of the square, the face's width in the picture; a larger one than the picture is cut down to it.
    """
    calm = np.median(
        sliding_window_view(pixels, (SPOT, SPOT)).reshape(*np.subtract(pixels.shape, SPOT - 1), -1), axis=-1
    )
    side = max(1, min(size - SPOT + 1, *calm.shape))
    sums = np.pad(calm.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    squares = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return float(squares.max() / side**2)
