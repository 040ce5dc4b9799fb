"""Reading codes: our cascade beside each engine alone, on the same pictures in one run."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from agent.scanner.cascade import Cascade, engine
from agent.scanner.found import Found
from agent.scanner.live import Live
from agent.scanner.pictures import Image

DATA = Path(__file__).parents[2] / "shared" / "data" / "qr"
EMPTY_ROUNDS = 30

Read = Callable[[Image], Sequence[Found]]


def _pictures() -> list[tuple[Image, str]]:
    found = []
    for path in sorted(DATA.glob("*/*.png")):
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        text = path.with_suffix(".txt")
        if image is not None and text.exists():
            found.append((image.astype(np.uint8), _folded(text.read_bytes().decode("utf-8"))))
    return found


def _folded(text: str) -> str:
    # The expected texts were kept with one kind of line end, whatever stands in the code.
    return text.replace("\r\n", "\n")


def _milliseconds(read: Read, image: Image) -> tuple[Sequence[Found], float]:
    began = time.perf_counter()
    found = read(image)
    return found, (time.perf_counter() - began) * 1e3


def run() -> dict[str, Any]:
    """Pictures read, texts that were wrong, milliseconds a picture and an empty 1280 × 720 frame."""
    cv2.setNumThreads(1)
    pictures = _pictures()
    if not pictures:
        print("the pictures (../shared/data/qr) are not beside this checkout; nothing measured")
        return {}
    noise = np.random.default_rng(7).normal(0, 2, (720, 1280, 3))
    empty = (np.linspace(90, 150, 720)[:, None, None] + noise).clip(0, 255).astype(np.uint8)
    cascade = Cascade()

    def alone(name: str) -> Read:
        one = engine(name)
        return lambda image: one.read(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8))

    readers: dict[str, Read] = {"kadian": cascade.read, **{name: alone(name) for name in ("zxing", "zbar", "opencv")}}
    results: dict[str, Any] = {"pictures": len(pictures)}
    for name, read in readers.items():
        right = wrong = 0
        spent = []
        for image, expected in pictures:
            found, took = _milliseconds(read, image)
            spent.append(took)
            texts = [_folded(one.text) for one in found]
            right += expected in texts
            wrong += bool(texts) and expected not in texts
        watch = Live(cascade) if name == "kadian" else None
        blank = []
        for number in range(EMPTY_ROUNDS):
            began = time.perf_counter()
            # Our gate spreads its costly looks over the frames in which something moves; an engine alone does not.
            found = watch.look(empty, number / 10) if watch else read(empty)
            blank.append((time.perf_counter() - began) * 1e3)
        results[name] = {
            "read": right,
            "wrong": wrong,
            "mean_ms": round(sum(spent) / len(spent), 2),
            "empty_720p_ms": round(sorted(blank)[len(blank) // 2], 2),
        }
        print(
            f"{name:8} read {right}/{len(pictures)}, wrong {wrong}, {results[name]['mean_ms']} ms a picture,", end=" "
        )
        print(f"{results[name]['empty_720p_ms']} ms an empty 720p frame")
    return results
