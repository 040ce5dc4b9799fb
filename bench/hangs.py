"""Fifty times the gate's program stands still: how long until it works again, and what is lost."""

import os
import sqlite3
import time
from typing import Any

from bench.figures import percentile
from bench.place import site
from tests.system.site import Feeder
from tests.system.supervisor import Supervisor

HANGS = int(os.environ.get("KADIAN_HANGS", "50"))
WATCHDOG = float(os.environ.get("KADIAN_WATCHDOG", "15"))
"""Seconds; the unit's."""


def run() -> dict[str, Any]:
    """Seconds from SIGSTOP to READY under a supervisor that does as systemd does, and the recorder's word."""
    took = []
    with site() as place:
        part = place.gate("e01")
        feeder = Feeder(place.folder / "e01" / "port", pause=0.02)
        supervisor = Supervisor(part.arguments, place.folder, watchdog=WATCHDOG)
        supervisor.start()
        try:
            supervisor.until_ready(1, 20)
            feeder.start()
            for hang in range(HANGS):
                time.sleep(1.5)
                began = time.monotonic()
                supervisor.hang()
                took.append(supervisor.until_ready(hang + 2, 60) - began)
        finally:
            feeder.stop()
            supervisor.stop()
            feeder.close()
        said = {line["seq"]: line["id"] for line in place.recorded("e01")}
        with sqlite3.connect(place.folder / "e01" / "outbox.db") as outbox:
            seqs = [seq for (seq,) in outbox.execute("SELECT seq FROM screening ORDER BY seq")]
    lost = len(set(said) - set(seqs))
    gaps = seqs != list(range(1, len(seqs) + 1))
    found = {
        "hangs": HANGS,
        "recorded": len(said),
        "lost": lost,
        "gaps": gaps,
        "restarted_p50_s": round(percentile(took, 0.5), 1),
        "restarted_worst_s": round(max(took), 1),
    }
    print(", ".join(f"{name} {value}" for name, value in found.items()))
    return found
