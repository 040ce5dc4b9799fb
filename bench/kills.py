"""A thousand kill -9 over gates, broker and office: what is lost and doubled. Takes up to 20 minutes."""

import os
import time
from typing import Any

from bench.place import site
from tests.faults.storm import storm

KILLS = int(os.environ.get("KADIAN_KILLS", "1000"))
READINGS = int(os.environ.get("KADIAN_READINGS", "100000"))
SECONDS = float(os.environ.get("KADIAN_STORM_SECONDS", "1200"))
GATES, OTHERS = 1, 6
RATE = 30.0


def run() -> dict[str, Any]:
    """Counts kills, readings, lost, doubled; with fewer kills than asked for when the time is over."""
    seed = int(os.environ.get("KADIAN_SEED", time.time_ns() % 1_000_000))
    pace = SECONDS * 0.85 / KILLS
    with site() as place:
        kills, found = storm(
            place,
            gates=GATES,
            others=OTHERS,
            kills=KILLS,
            readings=READINGS,
            seconds=SECONDS,
            seed=seed,
            pace=pace,
            rate=RATE,
        )
    bound = 3 / kills if kills else 1.0
    print(f"seed {seed}: {kills} kills, {found.said} recorded, {found.lost} lost, {found.doubled} doubled")
    print(f"in the office {found.stored}, gaps {found.gaps}, gates in another order {found.disordered}")
    print(f"below {bound:.2%} lost a kill at 95 % if none was lost")
    return {"kills": kills, **found._asdict(), "seed": seed}
