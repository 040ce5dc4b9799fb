"""Five hundred power cuts of the gate's disk (an ext4 image through a loop device; needs root)."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.agent.outbox.power import NoLoop, cuts

CUTS = int(os.environ.get("KADIAN_CUTS", "500"))


def run() -> dict[str, Any]:
    """How much of what was said to be recorded was lost, how many files were damaged, how long opening took."""
    seed = time.time_ns() % 1_000_000
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        try:
            found = cuts(Path(folder), CUTS, seed)
        except (NoLoop, FileNotFoundError) as why:
            print(f"images cannot be mounted here, so there are no power cuts: {why}")
            return {}
    result = {
        "cuts": len(found),
        "recorded": found[-1].said,
        "lost": sum(cut.lost for cut in found),
        "corrupt": sum(cut.corrupt for cut in found),
        "slowest_start_s": round(max(cut.seconds for cut in found), 2),
        "seed": seed,
    }
    print(", ".join(f"{name} {value}" for name, value in result.items()))
    return result
