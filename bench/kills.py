"""A thousand kill -9 over gates, broker and office: what is lost and doubled. Takes up to 25 minutes."""

import os
import time
from typing import Any

from bench.place import site
from tests.system.storm import storm

KILLS = int(os.environ.get("KADIAN_KILLS", "1000"))
READINGS = int(os.environ.get("KADIAN_READINGS", "100000"))
SECONDS = float(os.environ.get("KADIAN_STORM_SECONDS", "1500"))
GATES = 4


def run() -> dict[str, Any]:
    """Counts kills, readings, lost, doubled; with fewer kills than asked for when the time is over."""
    seed = time.time_ns() % 1_000_000
    with site() as place:
        found = storm(place, GATES, KILLS, READINGS, SECONDS, seed)
    bound = 3 / found.kills if found.kills else 1.0
    print(f"seed {seed}: {found.kills} kills, {found.said} recorded, {found.lost} lost, {found.doubled} doubled")
    print(f"in the office {found.stored}, gaps {found.gaps}; below {bound:.2%} lost a kill at 95 % if none was lost")
    return {**found._asdict(), "seed": seed}
