"""Coloured codes: how many are read in grain, and which colour is told at each level of spoiling."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from agent.scanner.cascade import Cascade
from agent.scanner.found import Found
from bench.degraded import Picture, Rng, modules, noisy, words

INKS = {
    "green": ((60, 140, 20), (80, 175, 76), (50, 110, 0), (110, 190, 60)),
    "amber": ((20, 150, 240), (0, 193, 255), (40, 165, 255), (60, 200, 250)),
    "red": ((40, 30, 200), (60, 60, 235), (20, 20, 160), (70, 70, 245)),
    "unknown": ((0, 0, 0), (45, 40, 40)),
}
"""Dark modules, blue-green-red; black codes have no colour."""
FULL = 40
PALE = {"yellow": (90, 225, 250), "green": (120, 205, 110), "red": (120, 110, 245)}


def code(rng: Rng, ink: tuple[int, int, int], cell: int = 5) -> tuple[Picture, str]:
    """A code in one ink on white, `cell` pixels a module, and its text."""
    text = words(rng, 6, 14)
    grid = modules(text).repeat(cell, 0).repeat(cell, 1)
    return np.where(grid[..., None] < 128, np.array(ink, np.uint8), np.uint8(250)).astype(np.uint8), text


def spoilt(image: Picture, rng: Rng, level: str) -> Picture:
    """The picture of a screen at one level: each adds what a real camera adds."""
    seen = image.astype(np.float32)
    everything = level == "hard"
    if level == "mid" or everything:
        slope = np.linspace(rng.uniform(0.6, 0.9), 1, image.shape[1], dtype=np.float32)[None, :, None]
        seen = cv2.GaussianBlur(seen, (0, 0), 1.2) * slope
    if level == "white balance" or everything:
        seen *= rng.uniform(0.4, 1.0, 3).astype(np.float32)
    if level == "over-exposed":
        seen *= rng.uniform(1.3, 1.8)
    if level == "veil" or everything:
        share = rng.uniform(0.25, 0.5)
        seen = seen * (1 - share) + 255 * share * rng.uniform(0.8, 1.0)
    if level == "moire" or everything:
        phase = np.arange(image.shape[1], dtype=np.float32) * 2 * np.pi / rng.uniform(2.5, 6)
        seen *= np.stack([0.75 + 0.25 * np.sin(phase + 2.1 * i) for i in range(3)], -1)[None]
    grain = {"clean": 1.0, "hard": 18.0}.get(level, 6.0)
    return noisy(seen.clip(0, 255).astype(np.uint8), rng, grain)


def run(count: int = 10) -> dict[str, Any]:
    """Prints the colours told of decoded codes at each level, and what is read of pale codes in heavy grain."""
    cascade, results = Cascade(), dict[str, Any]()
    for level in ("clean", "mid", "white balance", "over-exposed", "veil", "moire", "hard"):
        told: Counter[str] = Counter()
        for colour, inks in INKS.items():
            for ink in inks:
                for number in range(count):
                    rng = np.random.default_rng([number, *ink, *level.encode()])
                    picture, text = code(rng, ink)
                    found = [one for one in cascade.read(spoilt(picture, rng, level)) if one.text == text]
                    told["codes"] += 1
                    if not found:
                        told["not read"] += 1
                    elif found[0].colour == colour:
                        told["right"] += 1
                    elif found[0].colour == "unknown":
                        told["unknown"] += 1
                    else:
                        told["wrong"] += 1
                        told["wrongly green"] += found[0].colour == "green"
        results[level] = dict(told)
        print(f"colour {level:14}", ", ".join(f"{name} {value}" for name, value in sorted(told.items())))
    return results


def grainy(readers: dict[str, Callable[[Picture], Sequence[Found]]], sigma: float) -> dict[str, dict[str, int]]:
    """How many of 40 pale yellow, green and red codes each reader reads in grain of so many levels."""
    results: dict[str, dict[str, int]] = {name: {} for name in readers}
    for colour, ink in PALE.items():
        for name, read in readers.items():
            results[name][colour] = 0
            for number in range(FULL):
                rng = np.random.default_rng([number, *ink])
                picture, text = code(rng, ink)
                seen = noisy(picture, rng, sigma)
                results[name][colour] += text in {one.text for one in read(seen)}
    for name, row in results.items():
        print(f"grain {sigma:.0f} {name:8}", ", ".join(f"{colour} {value}/{FULL}" for colour, value in row.items()))
    return results
