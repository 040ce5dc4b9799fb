"""Puts a camera and the scanner together for one gate."""

import time
from collections.abc import Callable

from agent.scanner.camera import open_source
from agent.scanner.cascade import Cascade
from agent.scanner.found import Found
from agent.scanner.live import Live
from agent.scanner.pictures import Image
from agent.settings import AgentSettings, Camera
from agent.sight import Sight
from kadian.messages import Code


def eyes(
    settings: AgentSettings,
    *,
    on_code: Callable[[Code, float], None],
    read: Callable[[str], Code | None],
    on_moved: Callable[[float], None] = lambda _at: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Sight:
    """The camera of these settings, with every code in its view judged by `read`; `on_moved` hears of movement.

    Raises:
        KadianError: K0252 no decoder is installed.
    """
    camera = settings.camera or Camera("")
    live = Live(Cascade(), camera.look_milliseconds / 1000)

    def look(image: Image, at: float) -> list[Found]:
        found = live.look(image, at)
        if live.moved_at == at:
            on_moved(at)
        return found

    return Sight(open_source(camera.source, monotonic), look, read, on_code)
