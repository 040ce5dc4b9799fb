"""Puts a camera, the scanner and the judge of codes together for one gate."""

import time
from collections.abc import Callable
from datetime import datetime

from agent.proof import open_proof
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
) -> Sight:
    """The camera of these settings, with every code in its view judged by the policy of the moment.

    Args:
        settings: the gate's.
        on_code: called with each sight of a code and its moment.
        policy: what the office says now.
        now: this machine's time, with an offset.
        monotonic: seconds.

    Raises:
        KadianError: K0252 no decoder is installed, K0456 the day's key for holders cannot be read or made.
    """
    proof = open_proof(settings, policy=policy, now=now, monotonic=monotonic)
    live = Live(Cascade())

    def look(image: Image, at: float) -> list[Found]:
        proof.turn()
        return live.look(image, at)

    source = open_source(settings.camera.source if settings.camera else "", monotonic)
    return Sight(source, look, proof.read, on_code)
