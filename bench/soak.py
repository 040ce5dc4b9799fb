"""`make soak`: ten times the usual crowd and a fault every 20 s, for 20 minutes."""

import os
import time
from typing import Any

from bench.place import site
from tests.faults.soak import soak

SECONDS = float(os.environ.get("KADIAN_SOAK_SECONDS", "1200"))
EVERY = float(os.environ.get("KADIAN_SOAK_EVERY", "20"))
MOST_MEGABYTES, MOST_FILES, MOST_THREADS = 24.0, 8, 4
"""By which the office may have grown over the measured stretch; sockets and pages of its cache come and go."""


def run() -> dict[str, Any]:
    """Ends in failure when anything is lost, doubled, or piles up."""
    seed = int(os.environ.get("KADIAN_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}")
    with site() as place:
        soaked = soak(place, SECONDS, EVERY, seed, settled=min(120.0, SECONDS / 10))
    found, grown = soaked.found, soaked.grown
    print("; ".join(f"{name} {times}" for name, times in soaked.faults.items()))
    for sentence in soaked.left_out:
        print(f"left out: {sentence}")
    print(
        f"{sum(soaked.faults.values())} faults, {found.said} recorded, {found.stored} in the office, "
        f"lost {found.lost}, doubled {found.doubled}, gates in another order {found.disordered}, "
        f"gaps {found.gaps}, left at gates {found.waiting}"
    )
    print(
        f"the office over {grown.seconds:.0f} s: {grown.resident:.0f} MiB, {grown.megabytes:+.1f} MiB "
        f"({grown.an_hour:+.1f} an hour), files {grown.files:+.0f}, threads {grown.threads:+.0f}"
    )
    if not found.sound:
        raise SystemExit(f"seed {seed}: not all is as it was said: {found}")
    if grown.megabytes > MOST_MEGABYTES or grown.files > MOST_FILES or grown.threads > MOST_THREADS:
        raise SystemExit(f"seed {seed}: the office grows: {grown}")
    return {"seed": seed, "faults": soaked.faults, **found._asdict(), "grown": grown._asdict()}
