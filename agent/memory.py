"""What a gate that was killed still knows: the screenings of the last while, as its outbox keeps them."""

from datetime import timedelta

import structlog

from agent.clock import Clock
from agent.outbox import Kept, Outbox
from agent.screener import Screener
from agent.screening.rests import KEPT_SECONDS
from kadian.errors import KadianError
from kadian.messages import Refused, Screening, decode

log = structlog.get_logger(__name__)
MOST = 1000
"""Screenings looked at: an hour of one person every four seconds."""


def recall(screener: Screener, outbox: Outbox, clock: Clock, now: float) -> None:
    """Puts the screener where it was: who rests, and since when. A disk that refuses is no reason not to start.

    Args:
        screener: new.
        outbox: what was recorded.
        clock: for how long ago that was.
        now: monotonic seconds.
    """
    try:
        rows = outbox.newest(MOST)
    except KadianError as error:
        log.warning("rests_forgotten", code=error.code, what=error.what())
        return
    for row in rows:
        try:
            screening = decode(Screening, row.body)
        except Refused:
            continue
        ago = age(row, screening, clock)
        if ago is None:
            # A rest that begins anew is too long, never too short; but it may be yesterday's, so it waits for its own
            # person's code or the volunteer's choice, and takes in nobody who comes by.
            screener.take_back(screening, now)
            screener.rests.forget_last()
        elif ago <= KEPT_SECONDS:
            screener.take_back(screening, now - ago)


def age(row: Kept, screening: Screening, clock: Clock) -> float | None:
    """How many seconds ago a screening was made; None where nobody knows.

    Within one boot the monotonic clock says it exactly. Over a boot only wall times that both can be believed say it.
    """
    if row.boot_id == clock.boot_id:
        return max(0.0, (clock.monotonic_ns() - row.monotonic_ns) / 1e9)
    wall, state = clock.now()
    if state == "synced" and screening.clock != "unsynced":
        return max(timedelta(), wall - screening.at).total_seconds()
    return None
