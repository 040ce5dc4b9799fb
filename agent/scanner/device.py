"""A camera, a stream or a video file, through OpenCV."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import numpy as np
import structlog

from agent.scanner.source import Clock, Frame, SourceState

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0
"""Seconds before a source that is gone is opened again; doubled each time, and never so long that a camera that was
plugged in again waits for more than five."""
SILENT_SECONDS = 5.0
"""Without a frame for so long, an open camera counts as silent."""
GIVE_UP_SECONDS = 15.0
"""A camera that gave nothing for so long is opened anew: some drivers never wake after a replug."""
LOOK_SECONDS = 0.25
"""How often `stop` is looked at while a driver keeps its picture to itself."""


class DeviceSource:
    """Frames of `cv2.VideoCapture(target)`; opened again with growing pauses when it is gone.

    A driver may block for as long as it likes, in opening and in reading. So both are done on a thread of their own,
    that hands over the newest frame: whoever looks through frames ends within a second of `stop`, and a thread that
    hangs in a driver is left behind with it (it is a daemon) when the camera is opened anew.

    Args:
        target: an index, a device, a URL or a file.
        name: for the log, without user and password.
        clock: monotonic seconds.
        paced: a video file, shown at its own speed and from the beginning again at its end.
        capture: opens the target; `cv2.VideoCapture` and what is like it.
    """

    def __init__(
        self,
        target: str | int,
        name: str,
        clock: Clock = time.monotonic,
        *,
        paced: bool = False,
        capture: Callable[[str | int], Any] | None = None,
    ) -> None:
        self.name = name
        self.count = 0
        self._target = target
        self._clock = clock
        self._paced = paced
        self._capture = capture or _capture
        self._open = False
        self._last = -np.inf

    @property
    def state(self) -> SourceState:
        """`lost` while it cannot be opened, `silent` while it is open and gives nothing."""
        if not self._open:
            return "lost"
        return "ok" if self._clock() - self._last <= SILENT_SECONDS else "silent"

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Frames as they come, the newest of those that came while the last was looked at."""
        pause, lost = FIRST_PAUSE, False
        while not stop.is_set():
            before = self.count
            reader = _Reader(self._capture, self._target, paced=self._paced)
            try:
                for image in self._taken(reader, stop):
                    if self.count == before and (lost or not before):
                        log.info("camera_opened", camera=self.name)
                    self.count += 1
                    yield Frame(image, self._last)
            finally:
                self._open = False
                reader.end()
            gave = self.count > before
            lost = not (gave and self._paced)
            if gave:
                pause = FIRST_PAUSE
            if lost and not stop.is_set():
                log.warning("camera_lost", camera=self.name, again_in_seconds=pause)
                stop.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _taken(self, reader: "_Reader", stop: Event) -> Iterator[Any]:
        """The frames of one opening, until it ends, hangs for too long, or `stop`."""
        begun = self._clock()
        while not stop.is_set():
            if reader.opened.is_set() and not self._open:
                self._open = True
                self._last = begun = self._clock()
            try:
                image = reader.frames.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if self._clock() - begun > GIVE_UP_SECONDS:
                    log.warning("camera_hangs", camera=self.name, seconds=GIVE_UP_SECONDS)
                    return
                continue
            if image is None:
                return
            self._open = True
            self._last = begun = self._clock()
            yield image


class _Reader:
    """One opening of a camera, on its own thread: at most one frame waits, and a newer one takes its place."""

    def __init__(self, capture: Callable[[str | int], Any], target: str | int, *, paced: bool) -> None:
        self.frames: queue.Queue[Any] = queue.Queue(2)
        self.opened = Event()
        self._end = Event()
        self._capture = capture
        self._target = target
        self._paced = paced
        threading.Thread(target=self._run, name="camera-reader", daemon=True).start()

    def end(self) -> None:
        """Tells the thread to end; it does so when the driver lets it."""
        self._end.set()

    def _run(self) -> None:
        try:
            capture = self._capture(self._target)
            try:
                if capture.isOpened():
                    self.opened.set()
                    self._read(capture)
            finally:
                capture.release()
        except Exception:
            # OpenCV's back-ends raise what they like for a camera that is pulled out; it is opened again.
            log.exception("camera_failed")
        finally:
            self._hand_over(None)

    def _read(self, capture: Any) -> None:
        import cv2

        rate = capture.get(cv2.CAP_PROP_FPS) if self._paced else 0.0
        pause = 1 / rate if 1 <= rate <= 240 else 0.04
        while not self._end.is_set():
            good, image = capture.read()
            if not good or image is None:
                return
            self._hand_over(np.asarray(image, dtype=np.uint8))
            if self._paced and self._end.wait(pause):
                return

    def _hand_over(self, image: Any) -> None:
        while not self._end.is_set():
            if image is not None and not self._paced and self.frames.qsize() > 0:
                try:
                    self.frames.get_nowait()
                except queue.Empty:
                    continue
            try:
                self.frames.put(image, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
            return


def _capture(target: str | int) -> Any:
    import cv2

    capture = cv2.VideoCapture(target)
    # The newest frame, not the oldest of a queue: a person waits for the answer. Drivers may ignore it.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
