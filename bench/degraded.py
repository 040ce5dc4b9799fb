"""Drawing codes into scenes: what `bench.kinds` spoils."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

WIDE, TALL = 1280, 720
ALPHABET = "健康码出入证社区居民张三李四王五武汉市江岸区花桥街道绿色通行0123456789ABCDEFabcdef-/:"

Picture = NDArray[Any]
Rng = np.random.Generator


def modules(text: str, level: str = "M", version: int | None = None) -> Picture:
    """The modules of a code with its quiet zone of four, one pixel each."""
    more: dict[str, Any] = {} if version is None else {"version": version}
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, **more)
    return np.pad(np.array(code.to_image(scale=1, add_quiet_zones=False)), 4, constant_values=255)


def words(rng: Rng, low: int = 8, high: int = 40) -> str:
    return "".join(ALPHABET[i] for i in rng.integers(0, len(ALPHABET), int(rng.integers(low, high))))


def clutter(rng: Rng) -> Picture:
    """A scene: soft light, boxes, discs, lines and letters."""
    small = rng.uniform(40, 200, (4, 6, 3)).astype(np.float32)
    scene = np.clip(cv2.resize(small, (WIDE, TALL), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(10, 40))):
        x, y = int(rng.integers(0, WIDE)), int(rng.integers(0, TALL))
        a, b = int(rng.integers(5, 200)), int(rng.integers(5, 120))
        tint = [int(value) for value in rng.integers(0, 255, 3)]
        shape = int(rng.integers(0, 4))
        if shape == 0:
            cv2.rectangle(scene, (x, y), (x + a, y + b), tint, -1)
        elif shape == 1:
            cv2.ellipse(scene, (x, y), (a // 2, b // 2), 0, 0, 360, tint, -1)
        elif shape == 2:
            cv2.line(scene, (x, y), (x + a, y + b - 60), tint, int(rng.integers(1, 6)))
        else:
            cv2.putText(scene, "KADIAN 2026 gate", (x, y), cv2.FONT_HERSHEY_SIMPLEX, b / 80 + 0.3, tint, 2)
    return scene


def placed(
    scene: Picture, grid: Picture, quad: NDArray[Any], curve: Callable[[Any, Any], Any] | None = None
) -> Picture:
    """`grid` laid over the scene with its corners at `quad` (4×2, from the top left clockwise), edges anti-aliased."""
    cell = max(4, int(2.5 * np.linalg.norm(quad[0] - quad[1]) / grid.shape[1]))
    large = grid.repeat(cell, 0).repeat(cell, 1)
    if large.ndim == 2:
        large = cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)
    side = large.shape[0]
    back = cv2.getPerspectiveTransform(
        quad.astype(np.float32), np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    )
    left, top = np.floor(quad.min(0)).astype(int) - 30
    right, bottom = np.ceil(quad.max(0)).astype(int) + 30
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, WIDE), min(bottom, TALL)
    over = 3
    xs, ys = np.meshgrid(
        np.arange(left * over, right * over) / over + 1 / 6, np.arange(top * over, bottom * over) / over + 1 / 6
    )
    down = back @ np.stack([xs.ravel(), ys.ravel(), np.ones(xs.size)])
    u, v = (down[0] / down[2]).reshape(xs.shape), (down[1] / down[2]).reshape(xs.shape)
    if curve is not None:
        du, dv = curve(u / side, v / side)
        u, v = u + du * side, v + dv * side
    seen = cv2.remap(large, u.astype(np.float32), v.astype(np.float32), cv2.INTER_AREA, borderValue=(0, 0, 0))
    mask = ((u >= 0) & (u < side) & (v >= 0) & (v < side)).astype(np.float32)
    size = (right - left, bottom - top)
    seen = cv2.resize(seen, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    share = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)[..., None]
    out = scene.copy()
    part = out[top:bottom, left:right]
    part[:] = (part * (1 - share) + seen * share).clip(0, 255).astype(np.uint8)
    return out


def quad_at(rng: Rng, side: float, tilt: float = 0.0, turn: float = 0.1) -> Picture:
    """A square of `side` pixels, turned by up to `turn` radians, its corners moved by up to `tilt` of the side."""
    angle = rng.uniform(-turn, turn)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    round_ = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    quad: Picture = square @ round_ + rng.uniform(-tilt, tilt, (4, 2)) * side
    half = (quad.max(0) - quad.min(0)) / 2 + 4
    frame = np.array([WIDE, TALL])
    low = np.minimum(half, frame / 2)
    moved: Picture = quad + rng.uniform(low, np.maximum(frame - half, low))
    return moved


def noisy(image: Picture, rng: Rng, sigma: float) -> Picture:
    return (image + rng.normal(0, sigma, image.shape)).clip(0, 255).astype(np.uint8)


def jpeg(image: Picture, quality: int) -> Picture:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1))


def soft(shape: tuple[int, ...], rng: Rng, cells: int) -> NDArray[np.float32]:
    """A smooth random field, 0…1."""
    small = rng.uniform(0, 1, (cells, cells)).astype(np.float32)
    return np.clip(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1)


def one(
    rng: Rng, side: tuple[float, float] = (160, 420), tilt: float = 0.03, turn: float = 0.15, **more: Any
) -> tuple[Picture, Picture, str]:
    """One code in a scene: the picture, the code's corners with its quiet zone, its text."""
    text = words(rng)
    quad = quad_at(rng, rng.uniform(*side), tilt, turn)
    level = more.get("level", "LMQH"[int(rng.integers(0, 4))])
    return placed(clutter(rng), modules(text, level), quad, more.get("curve")), quad, text


def box(quad: NDArray[Any]) -> tuple[int, int, int, int]:
    left, top = np.maximum(quad.min(0).astype(int), 0)
    right, bottom = quad.max(0).astype(int)
    return left, top, min(right, WIDE), min(bottom, TALL)
