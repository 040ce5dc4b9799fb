"""What one gate may take: memory, processor, and time until its first reading is on disk, in a real agent."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from kadian.demo.thermometers import DEVICES, PtyThermometer
from tests.system.site import Part, Site, free_port

MEASURED_SECONDS = 20
WITH_CAMERA_MB, WITHOUT_CAMERA_MB = 120, 45
FIRST_READING_SECONDS = 2.0
CORE_SHARE = 0.10
PICTURES = 20
TEN_A_SECOND = """
import sys, time
from agent.scanner import folder
counted = sys.argv.pop(1)
class Source(folder.FolderSource):
    # Ten frames a second, counted: a folder's own pace is five.
    def __init__(self, path, clock=time.monotonic):
        super().__init__(path, clock, 10.5)
    def frames(self, stop):
        began = time.monotonic()
        for frame in super().frames(stop):
            if self.count % 20 == 0:
                open(counted, "w").write(str(20 / (time.monotonic() - began)))
                began = time.monotonic()
            yield frame
folder.FolderSource = Source
from kadian.command.main import main
main()
"""


def run() -> dict[str, Any]:
    """Each figure beside its limit."""
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Site(Path(folder), shutil.which("true") or "", free_port)
        plain = _gate(place, "plain", None)
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        _nobody(pictures)
        seeing = _gate(place, "seeing", pictures)
    found = {
        "rss_without_camera_mb": plain["rss_mb"],
        "rss_with_camera_mb": seeing["rss_mb"],
        "first_reading_without_camera_s": plain["first_reading_s"],
        "first_reading_with_camera_s": seeing["first_reading_s"],
        "core_share_10_frames_a_second": seeing["core_share"],
        "core_share_without_camera": plain["core_share"],
        "frames_a_second": seeing["frames_a_second"],
    }
    limits = {
        "rss_without_camera_mb": WITHOUT_CAMERA_MB,
        "rss_with_camera_mb": WITH_CAMERA_MB,
        "first_reading_without_camera_s": FIRST_READING_SECONDS,
        "first_reading_with_camera_s": FIRST_READING_SECONDS,
        "core_share_10_frames_a_second": CORE_SHARE,
    }
    for name, value in found.items():
        limit = limits.get(name)
        said = "" if limit is None else f"  (limit {limit}: {'met' if value < limit else 'NOT MET'})"
        print(f"{name:32} {value}{said}")
    return found


def _nobody(folder: Path) -> None:
    """A camera's frames of an empty lane: a slope of gray and a sensor's noise, another each time."""
    chance = np.random.default_rng(7)
    slope = np.linspace(90, 150, 720)[:, None, None]
    for number in range(PICTURES):
        frame = (slope + chance.normal(0, 2, (720, 1280, 3))).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:02}.bmp"), frame)


def _gate(place: Site, name: str, camera: Path | None) -> dict[str, float]:
    part = place.gate(name, camera=camera)
    counted = place.folder / name / "frames"
    if camera:
        part.arguments = [sys.executable, "-c", TEN_A_SECOND, str(counted), *part.arguments[3:]]
    device = PtyThermometer(place.folder / name / "port")
    encode = dict(DEVICES)["gy614v3"]
    began = time.monotonic()
    part.start()
    try:
        while not place.recorded(name):
            for body, count in ((36.5, 6), (23.0, 3)):
                for _ in range(count):
                    device.send(encode(body - 2.4 if body > 30 else body, 22.4, body))
                    time.sleep(0.01)
            if time.monotonic() - began > 30:
                raise SystemExit(f"the gate does not start:\n{part.said()[-2000:]}")
        first = place.recorded(name)[0]["at_monotonic"] - began
        time.sleep(3)
        before = _ticks(part)
        time.sleep(MEASURED_SECONDS)
        share = (_ticks(part) - before) / os.sysconf("SC_CLK_TCK") / MEASURED_SECONDS
        return {
            "rss_mb": round(_rss(part) / 1e6, 1),
            "first_reading_s": round(first, 2),
            "core_share": round(share, 3),
            "frames_a_second": round(float(counted.read_text()), 1) if camera else 0.0,
        }
    finally:
        device.close()
        part.stop()


def _ticks(part: Part) -> int:
    fields = Path(f"/proc/{_pid(part)}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _rss(part: Part) -> int:
    return int(Path(f"/proc/{_pid(part)}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _pid(part: Part) -> int:
    return part.process.pid if part.process else 0
