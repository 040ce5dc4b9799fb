"""A folder of pictures as a camera: what lies in it is what stands before the gate."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import structlog

from agent.scanner.pictures import is_picture_name, load
from agent.scanner.source import Clock, Frame, SourceState
from kadian.errors import KadianError

log = structlog.get_logger(__name__)


class FolderSource:
    """The pictures of a folder in name order, each in turn, for ever; an empty folder is blank time.

    The folder is listed again at each pass, so pictures may come, change and go. A picture that cannot be read, or is
    gone since the listing, is passed over; it is logged once, until it is mended or gone.
    """

    def __init__(self, folder: Path, clock: Clock = time.monotonic, pictures_a_second: float = 5.0) -> None:
        self.name = str(folder)
        self.count = 0
        self._folder = folder
        self._clock = clock
        self._pause = 1 / pictures_a_second
        self._state: SourceState = "silent"
        self._broken: set[Path] = set()

    @property
    def state(self) -> SourceState:
        """`ok` with a picture to show, `silent` without, `lost` when the folder is not there."""
        return self._state

    def frames(self, stop: Event) -> Iterator[Frame]:
        """One frame a picture, `pictures_a_second`; a broken picture takes no time, an empty pass takes one pause."""
        while not stop.is_set():
            shown = 0
            for path in self._pass():
                frame = self._frame(path)
                if frame is None:
                    continue
                shown += 1
                self._become("ok")
                yield frame
                if stop.wait(self._pause):
                    return
            if not shown:
                self._become("silent" if self._folder.is_dir() else "lost")
                stop.wait(self._pause)

    def _pass(self) -> list[Path]:
        try:
            paths = sorted(path for path in self._folder.iterdir() if is_picture_name(path))
        except OSError:
            return []
        self._broken &= set(paths)
        return paths

    def _frame(self, path: Path) -> Frame | None:
        try:
            image = load(path)
        except KadianError as error:
            if path not in self._broken:
                self._broken.add(path)
                log.warning("picture_skipped", picture=path.name, code=error.code)
            return None
        self._broken.discard(path)
        self.count += 1
        return Frame(image, self._clock())

    def _become(self, state: SourceState) -> None:
        if state != self._state:
            self._state = state
            log.info("camera_state", state=state, camera=self.name)
