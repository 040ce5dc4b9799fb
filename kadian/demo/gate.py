"""One gate's hardware in the demonstration: a pseudo-terminal that speaks real frames, a folder of real QR pictures."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from kadian.demo.people import Signer, Visit, code_text
from kadian.demo.pictures import qr_png, scene_png
from kadian.demo.thermometers import PtyThermometer

FRAME_SECONDS = 0.1
"""Both devices send about ten frames a second."""
AMBIENT = 22.4
BEFORE_SECONDS = 0.8
FACING_SECONDS = 1.3

Encode = Callable[[float, float, float], bytes]
"""(surface, ambient, body) in °C → one frame."""


class Hardware:
    """Plays the visits: code before the lens, forehead before the sensor, then nobody."""

    def __init__(self, folder: Path, encode: Encode, people: Iterator[Visit], sign: Signer, seed: int) -> None:
        self.port = folder / "thermometer"
        self.pictures = folder / "camera"
        self.pictures.mkdir(parents=True, exist_ok=True)
        self._encode = encode
        self._people = people
        self._sign = sign
        self._noise = Random(seed)  # noqa: S311 - a sensor's last digit
        scene_png(self.pictures / "code.png")
        self._pty = PtyThermometer(self.port)
        self._stop = threading.Event()
        self._plugged = threading.Event()
        self._plugged.set()
        self._thread = threading.Thread(target=self._run, name=f"hardware {folder.name}", daemon=True)

    def start(self) -> None:
        """People begin to come."""
        self._thread.start()

    def stop(self) -> None:
        """Nobody comes any more."""
        self._stop.set()
        self._thread.join(3)
        self._pty.close()

    def unplug(self) -> None:
        """Pulls the thermometer's cable; whoever stands there waits."""
        if self._plugged.is_set():
            self._plugged.clear()
            self._pty.unplug()

    def replug(self) -> None:
        """Puts it back."""
        if not self._plugged.is_set():
            self._pty.replug()
            self._plugged.set()

    def _run(self) -> None:
        for visit in self._people:
            if not self._nobody(visit.wait) or not self._serve(visit):
                return

    def _serve(self, visit: Visit) -> bool:
        picture = self.pictures / "code.png"
        text = code_text(visit.holder, datetime.now(UTC).date(), self._sign)
        if text is not None:
            qr_png(text, picture)
        there = self._nobody(BEFORE_SECONDS)
        there = there and self._frames(FACING_SECONDS, visit.surface, visit.body)
        scene_png(picture)
        return there and self._nobody(0.6)

    def _nobody(self, seconds: float) -> bool:
        return self._frames(seconds, AMBIENT + 0.6, AMBIENT + 0.6)

    def _frames(self, seconds: float, surface: float, body: float) -> bool:
        for _ in range(max(1, round(seconds / FRAME_SECONDS))):
            while not self._plugged.is_set():
                if self._stop.wait(0.2):
                    return False
            wobble = self._noise.gauss(0, 0.03)
            self._pty.send(self._encode(surface + wobble, AMBIENT + wobble, body + wobble))
            if self._stop.wait(FRAME_SECONDS):
                return False
        return True
