"""Puts a camera, the scanner and the judge of codes together for one gate."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from agent.daykeys import DayKeys
from agent.reader import Reader
from agent.scanner.camera import open_source
from agent.scanner.cascade import Cascade
from agent.scanner.found import Found
from agent.scanner.live import Live
from agent.scanner.pictures import Image
from agent.settings import AgentSettings
from agent.sight import Sight
from kadian.messages import Code, Policy


def eyes(
    settings: AgentSettings,
    *,
    on_code: Callable[[Code, float], None],
    policy: Callable[[], Policy],
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    reader: Reader | None = None,
) -> Sight:
    """The camera of these settings, with every code in its view judged by the policy of the moment.

    Args:
        settings: the gate's.
        on_code: called with each sight of a code and its moment.
        policy: what the office says now.
        now: this machine's time, with an offset.
        monotonic: seconds.
        reader: who judges; one that a gate shares with its other eyes, else one of its own.

    Raises:
        KadianError: K0252 no decoder is installed, K0456 the day's key for holders cannot be read or made.
    """
    judge = reader or reader_of(settings, policy=policy, now=now, monotonic=monotonic)
    live = Live(Cascade())

    def look(image: Image, at: float) -> list[Found]:
        judge.turn()
        return live.look(image, at)

    source = open_source(settings.camera.source if settings.camera else "", monotonic)
    return Sight(source, look, judge.read, on_code)


def reader_of(
    settings: AgentSettings,
    *,
    policy: Callable[[], Policy],
    now: Callable[[], datetime],
    synced: Callable[[], bool] = lambda: True,
    monotonic: Callable[[], float] = time.monotonic,
) -> Reader:
    """The judge of codes for this gate's camera and code gun alike, with the day's key where the settings say.

    Raises:
        KadianError: K0456 the day's key for holders cannot be read or made.
    """
    given = settings.codes.holder_key_file
    path = Path(given) if given else Path(settings.outbox.path).parent / "holder.key"
    return Reader(DayKeys(path), policy=policy, now=now, synced=synced, monotonic=monotonic)
