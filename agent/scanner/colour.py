"""The colour of a code's dark modules, against the code's own light ones.

The light modules are white, whatever the lamp: each channel of the dark ones is divided by a plane of white laid
through the light ones, in linear light, so that lamp, white balance and shade fall out. What all three channels have
in common (a veil of glare, or ink that is nearly black) says nothing of the hue and is taken off. A thin margin between
two colours, too little colour or a black code is `unknown`. A picture can carry any colour: it is shown, never proven.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agent.scanner.found import Corner
from agent.scanner.pictures import Image
from kadian.messages.screening import Colour

SIDE = 96
"""Pixels of the code laid flat: some three a module of a health code."""
GRAY = 10
"""Levels between the channels below which a code with its paper is as good as gray, and is not looked into."""
LEAST, VEILED = 0.05, 0.45
"""How far apart the lightest and the darkest channel of the dark modules must be, as a share of white, and how much
more for what a veil adds to all three: black stays below 0.03 in grain, and below this in grain under a veil."""


_LINEAR = (np.arange(256) / 255) ** 2.2
_TERMS = np.stack([np.ones((SIDE, SIDE)), *(np.indices((SIDE, SIDE)) / SIDE - 0.5)], -1)


def colour_of(image: Image, corners: Sequence[Corner]) -> tuple[Colour, float]:
    """The colour of the code between these four corners (pixels), and how sure that is, 0…1.

    Args:
        image: gray (of which nothing is known) or blue-green-red.
        corners: of the code, from its top left in turn.
    """
    if image.ndim != 3 or len(corners) != 4:
        return "unknown", 0.0
    ratio = _ratio(image, corners)
    return ("unknown", 0.0) if ratio is None else judge(ratio)


def judge(ratio: NDArray[np.float64]) -> tuple[Colour, float]:
    """The colour of ink that gives back these shares of white light (red, green, blue; 0 none, 1 as white)."""
    least = float(ratio.min())
    # A veil lifts all three alike; a share of it is left, for no dye gives back nothing at all.
    red, green, blue = (ratio - 0.9 * least) / max(0.05, 1 - 0.9 * least)
    spread = float(ratio.max() - least)
    enough = LEAST + VEILED * least
    if spread < enough or least > 0.75:
        return "unknown", 0.0
    # How far each colour's bounds are away, as a share; below 0 it is another, and between two bounds it is neither.
    # Over-exposed amber gives back all of red and of green.
    if 1.06 * red >= green and red >= blue:
        yellow, margin = green / red, (0.6 - blue / red) / 0.2
        margins: dict[Colour, float] = {
            "red": min((0.13 - yellow) / 0.1, margin),
            "amber": min((yellow - 0.19) / 0.12, (1.12 - yellow) / 0.12, margin),
        }
    else:
        margins = {"green": min((0.78 - red / green) / 0.2, (0.8 - blue / green) / 0.2)}
    colour = max(margins, key=lambda one: margins[one])
    if margins[colour] < 0:
        return "unknown", 0.0
    return colour, min(1.0, 0.3 + (spread - enough) / 0.15) * min(1.0, 0.4 + margins[colour])


def _ratio(image: Image, corners: Sequence[Corner]) -> NDArray[np.float64] | None:
    import cv2

    square = np.array([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], np.float32)
    quad = np.array(corners, np.float32)
    if cv2.contourArea(quad) < 400:
        return None
    flat = cv2.warpPerspective(image, cv2.getPerspectiveTransform(quad, square), (SIDE, SIDE), flags=cv2.INTER_AREA)
    calm = cv2.GaussianBlur(flat, (0, 0), 0.8)
    blue, green, red = cv2.split(calm)
    least, most = cv2.min(cv2.min(blue, green), red), cv2.max(cv2.max(blue, green), red)
    if (cv2.subtract(most, least) > GRAY).mean() < 0.1:
        return None
    linear = _LINEAR[calm]
    split = cv2.adaptiveThreshold(least, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 35, 0)
    core = np.ones((3, 3), np.uint8)
    light, dark = cv2.erode(split, core) > 0, cv2.erode(255 - split, core) > 0
    if light.sum() < 60 or dark.sum() < 60:
        return None
    terms = _TERMS[light]
    plane = np.linalg.solve(terms.T @ terms, terms.T @ linear[light])
    white = np.maximum(_TERMS[dark] @ plane, 0.0)
    shares = linear[dark] / np.maximum(white, 0.004)
    # The darker half: what is left at the edges of modules is mixed with white.
    total = shares.sum(1)
    ratio: NDArray[np.float64] = np.median(shares[total <= np.median(total)], 0)[::-1]
    if white.mean() < 0.004 or ratio.min() > 0.9:
        return None
    return np.clip(ratio, 0.0, 1.5)
