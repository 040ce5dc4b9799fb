"""Thermometers' bytes: fuzzed inputs and frames a second of every parser; ours beside two usual loops on a bad line."""

import os
import time
from collections.abc import Callable
from random import Random
from typing import Any

from agent.thermometer import Driver, Sample, find, names
from kadian.demo.thermometers import gy_mcu90614_frame
from tests.hardware.noise import damaged, feed_fuzzed

FUZZ = int(os.environ.get("KADIAN_FUZZ", "100000"))
"""Inputs for each parser."""

SPEED_BYTES = 400_000
FRAMES = 20_000
LENGTH = 9

LINES: dict[str, dict[str, float]] = {
    "clean": {},
    "from the middle of a frame": {"start": 4},
    "0.1 % lost": {"lost": 0.001},
    "1 % lost": {"lost": 0.01},
    "0.1 % flipped": {"flipped": 0.001},
    "1 % flipped": {"flipped": 0.01},
    "1 % lost, flipped and inserted": {"lost": 0.01, "flipped": 0.01, "added": 0.01},
}

Reading = tuple[int, int]
"""Object and ambient in 0.01 °C."""


def ours(stream: bytes, pieces: list[int]) -> list[Reading]:
    """The driver, in the pieces in which a port may give the bytes."""
    parser = find("gy_mcu90614").make_parser()
    samples: list[Sample] = []
    at = 0
    for size in pieces:
        samples += parser.feed(stream[at : at + size])
        at += size
    samples += parser.settle()
    return [(sample.raw, round((sample.ambient or 0) * 100)) for sample in samples]


def blocks(stream: bytes, _: list[int]) -> list[Reading]:
    """`read(9)` again and again, each block checked for its head and its sum."""
    taken = (stream[at : at + LENGTH] for at in range(0, len(stream) - LENGTH + 1, LENGTH))
    return [_values(block) for block in taken if block[:4] == b"\x5a\x5a\x45\x04" and sum(block[:8]) & 0xFF == block[8]]


def collecting(stream: bytes, _: list[int]) -> list[Reading]:
    """The sample loop of many makers: collect nine bytes from a 5A on, look at the head, never at the sum."""
    found: list[Reading] = []
    kept = bytearray()
    for byte in stream:
        if kept or byte == 0x5A:
            kept.append(byte)
        if len(kept) == LENGTH:
            if kept[:2] == b"\x5a\x5a":
                found.append(_values(bytes(kept)))
            kept.clear()
    return found


def _values(frame: bytes) -> Reading:
    return int.from_bytes(frame[4:6], "big", signed=True), int.from_bytes(frame[6:8], "big", signed=True)


READERS: dict[str, Callable[[bytes, list[int]], list[Reading]]] = {
    "kadian": ours,
    "read(9)": blocks,
    "collecting loop": collecting,
}


def lines() -> dict[str, Any]:
    """Frames read right (%) and values that were never sent, on lines of each kind."""
    sent = [(3000 + n * 7 % 1200, 1800 + n * 11 % 977) for n in range(FRAMES)]
    frames = [gy_mcu90614_frame(surface / 100, ambient / 100) for surface, ambient in sent]
    true = set(sent)
    results: dict[str, Any] = {}
    for line, faults in LINES.items():
        chance = Random(7)
        rates = {name: rate for name, rate in faults.items() if name != "start"}
        stream = damaged(b"".join(frames), chance, **rates)[int(faults.get("start", 0)) :]
        pieces = [chance.randrange(1, 40) for _ in range(len(stream) // 10)]
        pieces.append(len(stream))
        results[line] = {}
        for name, read in READERS.items():
            got = read(stream, pieces)
            wrong = sum(reading not in true for reading in got)
            results[line][name] = {"right": round(100 * (len(got) - wrong) / FRAMES, 1), "wrong": wrong}
        row = "   ".join(f"{name} {found['right']:5} % / {found['wrong']}" for name, found in results[line].items())
        print(f"{line:32} {row}")
    return results


def parser_of(driver: Driver) -> dict[str, float]:
    """Fuzzed inputs a parser took, in how many seconds of one core; and good frames a second."""
    strangers = [frame for name in names() if name != driver.name for frame in find(name).captured]
    began = time.process_time()
    fed, samples = feed_fuzzed(driver.make_parser(), driver.captured, strangers, FUZZ, Random(driver.name))
    seconds = time.process_time() - began
    parser = driver.make_parser()
    frame = driver.captured[0]
    count = SPEED_BYTES // len(frame)
    began = time.process_time()
    for _ in range(count):
        parser.feed(frame)
        parser.settle()
    speed = count / (time.process_time() - began)
    found = {
        "inputs": FUZZ,
        "bytes": fed,
        "seconds": round(seconds, 2),
        "samples": samples,
        "frames_per_second": round(speed),
    }
    print(
        f"{driver.name:15} {FUZZ} inputs, {fed / 1e6:.1f} MB, {samples} samples, "
        f"{found['seconds']} s; {found['frames_per_second']} frames a second"
    )
    return found


def run() -> dict[str, Any]:
    """Fuzz counts and speed of each parser; right and wrong values beside the usual loops."""
    results: dict[str, Any] = {"parsers": {name: parser_of(find(name)) for name in names()}}
    print(f"\nof {FRAMES} frames of a GY-MCU90614, right / values never sent")
    results["lines"] = lines()
    return results
