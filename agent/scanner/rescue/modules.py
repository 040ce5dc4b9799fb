"""From a laid-out code to clean modules: each is dark or light by its own surroundings, then drawn anew."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Gray
from agent.scanner.rescue.symbol import symbol

Levels = NDArray[np.float32]
"""The mean gray of the middle of each module, (side, side)."""


def levels(laid: Gray, cell: int) -> Levels:
    """The middle half of each module of a code laid flat, `cell` pixels a module."""
    import cv2

    side, inner = laid.shape[0] // cell, max(1, cell // 2)
    mean = cv2.blur(laid.astype(np.float32), (inner, inner))
    return np.ascontiguousarray(mean[cell // 2 :: cell, cell // 2 :: cell][:side, :side])


def readings(seen: Levels) -> Iterator[NDArray[np.bool_]]:
    """Which modules are dark, judged in several ways, the most trusted first.

    Between the darkest and the lightest of some modules around (for spots and shadows); the same with the blur undone
    as the fixed modules show it; against the mean of more (for soft light); and by one level for all.
    """
    import cv2

    even = _evened(seen, 5)
    yield even < 0
    yield unblurred(even) < 0
    small = _evened(seen, 3)
    yield unblurred(small) < 0
    yield unmixed(_linear(seen), unblurred(even) < 0)
    yield _evened(seen, 9) < 0
    yield seen < cv2.blur(seen, (9, 9), borderType=cv2.BORDER_REFLECT)
    flat = cv2.normalize(seen, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)  # type: ignore[call-overload]
    yield flat <= cv2.threshold(flat, 0, 255, cv2.THRESH_OTSU)[0]


def _evened(seen: Levels, reach: int) -> Levels:
    """-1 as dark as the darkest, 1 as light as the lightest of `reach` modules around."""
    import cv2

    box = np.ones((reach, reach), np.uint8)
    low, high = cv2.blur(cv2.erode(seen, box), (reach, reach)), cv2.blur(cv2.dilate(seen, box), (reach, reach))
    return np.asarray(np.clip((2 * seen - low - high) / np.maximum(high - low, 4), -1.5, 1.5), dtype=np.float32)


def _linear(seen: Levels) -> Levels:
    """The levels against the mean of fifteen modules around, in units of their spread: what a blur did stays linear."""
    import cv2

    wide = (15, 15)
    mean = cv2.blur(seen, wide, borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(seen * seen, wide, borderType=cv2.BORDER_REFLECT)
    return np.asarray((seen - mean) / np.sqrt(np.maximum(square - mean * mean, 4)), dtype=np.float32)


def unblurred(even: Levels) -> Levels:
    """The levels with what leaks in from neighbours taken out, learnt from the fixed modules of this very code.

    A module is guessed from itself and its eight neighbours; the nine weights are those that serve the fixed modules
    best, in least squares, held towards "itself alone". A blur in any direction is undone thereby.
    """
    known = symbol(len(even))
    near = _neighbours(even.astype(np.float64))
    taps, wanted = near[known.fixed], np.where(known.dark[known.fixed], -1.0, 1.0)
    itself = np.zeros(9)
    itself[4] = 1.0
    hold = 0.02 * len(wanted)
    weights = itself + np.linalg.solve(taps.T @ taps + hold * np.eye(9), taps.T @ (wanted - taps @ itself))
    return np.asarray(near @ weights, dtype=np.float32)


def unmixed(even: Levels, dark: NDArray[np.bool_], rounds: int = 5) -> NDArray[np.bool_]:
    """A first judgement put right where a blur has mixed neighbours: what the judged ones leak in is subtracted.

    How much each neighbour leaks is learnt from all modules as they are judged by then, in least squares; then each is
    judged anew by what is left of its own. Wrong ones become fewer from round to round, for most neighbours are right.
    """
    side = len(even)
    known = symbol(side)
    level = even.astype(np.float64)
    for _ in range(rounds):
        sign = np.where(np.where(known.fixed, known.dark, dark), -1.0, 1.0)
        near = _neighbours(sign)
        whole = np.concatenate([near, np.ones((side, side, 1))], -1).reshape(-1, 10)
        share = np.linalg.solve(whole.T @ whole + np.eye(10), whole.T @ level.ravel())
        own = level - (whole @ share).reshape(side, side) + share[4] * sign
        dark = own * np.sign(share[4]) < 0
    return dark


def _neighbours(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each module (fifth of nine) and its eight neighbours, (side, side, 9); around the code it is light."""
    side = len(level)
    wide = np.pad(level, 1, constant_values=1.0)
    return np.stack([wide[y : y + side, x : x + side] for y in range(3) for x in range(3)], -1)


def drawn(dark: NDArray[np.bool_], scale: int = 3) -> Gray:
    """A picture of these modules as a printer would make it: fixed patterns set right, quiet zone, sharp edges.

    Nothing that carries text is touched: it is the decoder that corrects errors, or refuses.
    """
    known = symbol(len(dark))
    whole = np.where(known.fixed, known.dark, dark)
    return np.pad(np.where(whole, 0, 255).astype(np.uint8), 4, constant_values=255).repeat(scale, 0).repeat(scale, 1)
