"""200 fevers in 20 minutes, random kills of office and broker, the phone's service away for 10 of them: what rang."""

import os
import time
from typing import Any

from bench.figures import milliseconds
from bench.place import site
from tests.faults.ringing import fevers_under_kills
from tests.system.service import Service

SHARE = float(os.environ.get("KADIAN_RINGING_SHARE", "0.1"))
FEVERS, SECONDS, KILLS = 200, 1200.0, 40
OUTAGE = 0.3, 0.8
"""Of the time."""


def run() -> dict[str, Any]:
    """A tenth of the length, unless `KADIAN_RINGING_SHARE` says otherwise; always 200 fevers."""
    seed = int(os.environ.get("KADIAN_SEED", time.time_ns() % 1_000_000))
    seconds = SECONDS * SHARE
    service = Service()
    try:
        with site(channel=service.url) as place:
            kills = max(4, round(KILLS * SHARE))
            outage = OUTAGE[0] * seconds, OUTAGE[1] * seconds
            rung = fevers_under_kills(place, service, FEVERS, seconds, outage, kills, seed)
    finally:
        service.close()
    print(f"seed {seed}: {rung.fevers} fevers, {rung.ids} ids, {rung.repeated} repeated, {rung.kills} office kills")
    calm = {"calm": milliseconds("fever while nothing was wrong → phone", rung.delays)} if rung.delays else {}
    return {**rung._asdict(), **calm, "delays": len(rung.delays), "seconds": seconds, "seed": seed}
