"""Where frames come from: a camera, a stream, a video file, or a folder of pictures."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Literal, NamedTuple, Protocol

from agent.scanner.pictures import Image

SourceState = Literal["ok", "silent", "lost"]
"""`ok` frames arrive, `silent` it is open but gives none, `lost` it cannot be opened."""
Clock = Callable[[], float]


class Frame(NamedTuple):
    """One picture, gray or blue-green-red, and when it was taken (monotonic seconds)."""

    image: Image
    at: float


class Source(Protocol):
    """What gives frames, for ever; it mends itself and says how it is."""

    name: str
    count: int

    @property
    def state(self) -> SourceState:
        """How it is now."""

    def frames(self, stop: Event) -> Iterator[Frame]:
        """Frames until `stop` is set; waits for the next one, and ends within about a second of `stop`."""


def open_source(source: str | int, clock: Clock = time.monotonic) -> Source:
    """The source that a setting names: 0 or "0", /dev/video0, a URL, a video file, or a folder. Opens nothing yet."""
    from agent.scanner.device import DeviceSource
    from agent.scanner.folder import FolderSource

    name = str(source)
    if name.isdigit():
        return DeviceSource(int(name), name, clock)
    if "://" in name:
        return DeviceSource(name, without_login(name), clock)
    path = Path(name)
    # A folder that is yet to be made is a folder all the same: a camera's or a video's name has a suffix or is in /dev.
    if path.is_dir() or not (path.exists() or path.suffix or path.is_relative_to("/dev")):
        return FolderSource(path, clock)
    return DeviceSource(name, name, clock, paced=path.is_file())


def without_login(url: str) -> str:
    """The URL as it may stand in a log: without user and password."""
    return re.sub(r"://[^/?#]*@", "://", url)
