"""Pictures of codes as a gate's camera may see them: drawn, then spoilt in one named way, each from its own seed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import cv2
import numpy as np

from bench.degraded import (
    TALL,
    WIDE,
    Picture,
    Rng,
    box,
    clutter,
    jpeg,
    modules,
    noisy,
    one,
    placed,
    quad_at,
    soft,
    words,
)


class Sample(NamedTuple):
    """One picture and the texts that stand in it."""

    kind: str
    image: Picture
    texts: tuple[str, ...]


def nominal(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng)
    return noisy(image, rng, 3), (text,)


def rotations(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng, turn=np.pi)
    return noisy(image, rng, 4), (text,)


def perspective(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng, side=(200, 480), tilt=0.17, turn=0.6)
    return noisy(image, rng, 4), (text,)


def blurred(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, quad, text = one(rng, side=(180, 420))
    cell = np.linalg.norm(quad[0] - quad[1]) / 37
    if rng.random() < 0.5:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.35, 0.75) * cell)).astype(np.uint8)
    else:
        length = max(3, int(rng.uniform(0.8, 1.6) * cell))
        kernel: Picture = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        spin = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), rng.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, spin, (length, length))
        image = cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8)
    return noisy(image, rng, 3), (text,)


def bright_spots(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, quad, text = one(rng)
    left, top, right, bottom = box(quad)
    light: Picture = np.full(image.shape[:2], rng.uniform(0.18, 0.4), np.float32)
    for _ in range(int(rng.integers(2, 6))):
        centre = (int(rng.integers(left, right)), int(rng.integers(top, bottom)))
        axes = tuple(int(a) for a in rng.uniform(0.08, 0.4, 2) * (right - left))
        cv2.ellipse(light, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(1, 2.2), -1)
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(1, 6))
    return noisy((image * light[..., None]).clip(0, 255).astype(np.uint8), rng, 4), (text,)


def glare(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, quad, text = one(rng)
    left, top, right, bottom = box(quad)
    veil: Picture = np.zeros(image.shape[:2], np.float32)
    for _ in range(int(rng.integers(1, 3))):
        centre = (int(rng.integers(left, right)), int(rng.integers(top, bottom)))
        axes = tuple(int(a) for a in rng.uniform(0.05, 0.25, 2) * (right - left))
        cv2.ellipse(veil, centre, axes, rng.uniform(0, 180), 0, 360, rng.uniform(150, 400), -1)
    veil = cv2.GaussianBlur(veil, (0, 0), (right - left) * rng.uniform(0.03, 0.12))
    return noisy((image * 0.7 + veil[..., None]).clip(0, 255).astype(np.uint8), rng, 4), (text,)


def shadows(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, quad, text = one(rng)
    light: Picture = np.ones(image.shape[:2], np.float32)
    for _ in range(int(rng.integers(1, 4))):
        middle, angle = quad.mean(0) + rng.uniform(-80, 80, 2), rng.uniform(0, np.pi)
        far = np.array([np.cos(angle), np.sin(angle)]) * 2000
        ends = [tuple(int(a) for a in end) for end in (middle - far, middle + far)]
        cv2.line(light, ends[0], ends[1], rng.uniform(0.15, 0.5), int(rng.uniform(20, 160)))
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(1, 8))
    return noisy((image * light[..., None]).astype(np.uint8), rng, 4), (text,)


def damaged(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, quad, text = one(rng, level="QH"[int(rng.integers(0, 2))])
    left, top, right, bottom = box(quad)
    side = right - left
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.integers(left, right)), int(rng.integers(top, bottom))
        tint = [int(v) for v in rng.integers(0, 255, 3)]
        a, b = (int(v) for v in rng.uniform(0.03, 0.13, 2) * side)
        if rng.random() < 0.5:
            cv2.ellipse(image, (x, y), (a, b), rng.uniform(0, 180), 0, 360, tint, -1)
        else:
            cv2.line(
                image, (x, y), (int(rng.integers(left, right)), int(rng.integers(top, bottom))), tint, max(2, a // 4)
            )
    return noisy(image, rng, 3), (text,)


def low_contrast(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng)
    floor, span = rng.uniform(20, 180), rng.uniform(14, 40)
    return noisy((floor + image * (span / 255)).astype(np.uint8), rng, rng.uniform(0.5, 2.5)), (text,)


def brightness(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng)
    gain = rng.choice([rng.uniform(0.05, 0.2), rng.uniform(1.8, 3.0)])
    lifted = image.astype(np.float32) * gain + (90 if gain > 1 else 0)
    return noisy(lifted.clip(0, 255).astype(np.uint8), rng, 3), (text,)


def curved(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    bend, phase, wave = rng.uniform(0.02, 0.07), rng.uniform(-0.3, 0.3), rng.uniform(0, 0.02)

    def curve(u: Any, v: Any) -> Any:
        along = 2 * (u - 0.5)
        return phase * bend * along**3 + wave * np.sin(7 * v), bend * (along**2 - 0.5) + wave * np.sin(9 * u)

    image, _, text = one(rng, side=(220, 460), tilt=0.06, turn=np.pi, curve=curve)
    return noisy(image, rng, 4), (text,)


def small(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    text = words(rng)
    grid = modules(text, "M")
    image = placed(clutter(rng), grid, quad_at(rng, grid.shape[0] * rng.uniform(1.5, 2.4), 0.02, np.pi))
    return noisy(image, rng, 3), (text,)


def close(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng, side=(560, 690), tilt=0.01)
    return noisy(cv2.GaussianBlur(image, (0, 0), rng.uniform(1, 5)).astype(np.uint8), rng, 6), (text,)


def high_version(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    version = int(rng.integers(12, 31))
    text = words(rng)
    grid = modules(text, "LM"[int(rng.integers(0, 2))], version)
    image = placed(clutter(rng), grid, quad_at(rng, min(690, grid.shape[0] * rng.uniform(2.6, 5)), 0.02))
    return noisy(image, rng, 3), (text,)


def monitor(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng, side=(200, 460), turn=0.3)
    period, slant = rng.uniform(2.2, 6), rng.uniform(-0.4, 0.4)
    ys, xs = np.mgrid[0:TALL, 0:WIDE].astype(np.float32)
    phase = 2 * np.pi * (xs + slant * ys) / period
    stripes = np.stack([0.75 + 0.25 * np.sin(phase + 2.1 * channel) for channel in range(3)], -1)
    rows = 0.85 + 0.15 * np.sin(2 * np.pi * (ys - slant * xs) / rng.uniform(2.2, 8))
    return noisy((image * stripes * rows[..., None]).astype(np.uint8), rng, 4), (text,)


def inverted(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    text = words(rng)
    image = placed(clutter(rng), 255 - modules(text), quad_at(rng, rng.uniform(160, 420), 0.03, 0.3))
    return noisy(image, rng, 4), (text,)


def coloured(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    text = words(rng)
    tint = [(60, 140, 20), (20, 150, 240), (40, 30, 200), (90, 215, 250), (120, 190, 60)][int(rng.integers(0, 5))]
    grid = np.where(modules(text)[..., None] < 128, np.array(tint, np.uint8), np.uint8(255)).astype(np.uint8)
    cast = rng.uniform(0.6, 1, 3)
    image = placed(clutter(rng), np.asarray(grid * cast, np.uint8), quad_at(rng, rng.uniform(160, 420), 0.03, 0.3))
    return noisy(image, rng, rng.uniform(4, 25)), (text,)


def lots(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    columns = int(rng.integers(4, 9))
    rows = max(2, round(columns * TALL / WIDE))
    pitch = min(WIDE / columns, TALL / rows)
    image, texts = np.full((TALL, WIDE, 3), 235, np.uint8), []
    for row in range(rows):
        for column in range(columns):
            text = words(rng, 6, 14)
            texts.append(text)
            centre = np.array([(column + 0.5) * WIDE / columns, (row + 0.5) * TALL / rows])
            square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * pitch * 0.42 + rng.uniform(-2, 2, (4, 2))
            image = placed(image, modules(text, "M"), square + centre)
    light = 0.4 + 0.6 * soft(image.shape, rng, 3)
    return noisy((image * light[..., None]).astype(np.uint8), rng, 4), tuple(texts)


def compressed(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng, side=(120, 300))
    return jpeg(noisy(image, rng, 4), int(rng.integers(8, 25))), (text,)


def noise(rng: Rng) -> tuple[Picture, tuple[str, ...]]:
    image, _, text = one(rng)
    return noisy(image, rng, rng.uniform(30, 90)), (text,)


KINDS = (
    nominal,
    rotations,
    perspective,
    blurred,
    bright_spots,
    glare,
    shadows,
    damaged,
    low_contrast,
    brightness,
    curved,
    small,
    close,
    high_version,
    monitor,
    inverted,
    coloured,
    lots,
    compressed,
    noise,
)


def sample(kind: Callable[[Rng], tuple[Picture, tuple[str, ...]]], number: int) -> Sample:
    """The picture `number` of a kind, the same each time."""
    rng = np.random.default_rng([number, *kind.__name__.encode()])
    image, texts = kind(rng)
    return Sample(kind.__name__, image, texts)
