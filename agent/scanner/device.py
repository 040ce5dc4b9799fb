"""A camera, a stream or a video file, through OpenCV."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import numpy as np
import structlog

from agent.scanner.source import Clock, Frame, SourceState

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a source that is gone is opened again; doubled each time."""
SILENT_SECONDS = 5.0
"""Without a frame for so long, an open camera counts as silent."""


class DeviceSource:
    """Frames of `cv2.VideoCapture(target)`; opened again with growing pauses when it is gone.

    `paced`: a video file, shown at its own speed and from the beginning again at its end.
    """

    def __init__(self, target: str | int, name: str, clock: Clock = time.monotonic, *, paced: bool = False) -> None:
        self.name = name
        self.count = 0
        self._target = target
        self._clock = clock
        self._paced = paced
        self._open = False
        self._last = -np.inf

    @property
    def state(self) -> SourceState:
        """`lost` while it cannot be opened, `silent` while it is open and gives nothing."""
        if not self._open:
            return "lost"
        return "ok" if self._clock() - self._last <= SILENT_SECONDS else "silent"

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Frames as they come; reading blocks for as long as the driver lets a camera be silent."""
        pause, lost = FIRST_PAUSE, False
        while not stop.is_set():
            before = self.count
            capture = _capture(self._target)
            try:
                if capture.isOpened():
                    self._open = True
                    self._last = self._clock()
                    if lost or not before:
                        log.info("camera_opened", camera=self.name)
                    yield from self._read(capture, stop)
            finally:
                self._open = False
                capture.release()
            gave = self.count > before
            lost = not (gave and self._paced)
            if gave:
                pause = FIRST_PAUSE
            if lost and not stop.is_set():
                log.warning("camera_lost", camera=self.name, again_in_seconds=pause)
                stop.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _read(self, capture: Any, stop: Event) -> Iterator[Frame]:
        import cv2

        rate = capture.get(cv2.CAP_PROP_FPS) if self._paced else 0.0
        pause = 1 / rate if 1 <= rate <= 240 else 0.04
        while not stop.is_set():
            good, image = capture.read()
            if not good or image is None:
                return
            self.count += 1
            self._last = self._clock()
            yield Frame(np.asarray(image, dtype=np.uint8), self._last)
            if self._paced and stop.wait(pause):
                return


def _capture(target: str | int) -> Any:
    import cv2

    capture = cv2.VideoCapture(target)
    # The newest frame, not the oldest of a queue: a person waits for the answer. Drivers may ignore it.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
