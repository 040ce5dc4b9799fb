"""Which source a setting names: a camera, a stream, a video file, or a folder of pictures."""

import re
import time
from pathlib import Path

from agent.scanner.device import DeviceSource
from agent.scanner.folder import FolderSource
from agent.scanner.source import Clock, Source


def open_source(source: str | int, clock: Clock = time.monotonic) -> Source:
    """The source that a setting names: 0 or "0", /dev/video0, a URL, a video file, or a folder. Opens nothing yet."""
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
