"""Puts a camera and the scanner together for one gate."""

import time
from collections.abc import Callable

from agent.scanner.camera import open_source
from agent.scanner.cascade import Cascade
from agent.scanner.live import Live
from agent.settings import AgentSettings, Camera
from agent.sight import Sight
from kadian.messages import Code


def eyes(
    settings: AgentSettings,
    *,
    on_code: Callable[[Code, float], None],
    read: Callable[[str], Code | None],
    monotonic: Callable[[], float] = time.monotonic,
) -> Sight:
    """The camera of these settings, with every code in its view judged by `read`.

    Raises:
        KadianError: K0252 no decoder is installed.
    """
    camera = settings.camera or Camera("")
    live = Live(Cascade(), camera.look_milliseconds / 1000)
    return Sight(open_source(camera.source, monotonic), live.look, read, on_code)
