"""Fifty live pages, full ingest and somebody who exports everything, at once."""

import threading
import time
from typing import NamedTuple

from tests.faults.crowd import crowd, settle
from tests.faults.growth import Grown, Growth
from tests.faults.oracle import Count, stored
from tests.faults.readers import Readers
from tests.system.site import Site


class Crowded(NamedTuple):
    """What the readers saw (see `readers`), screenings exported in how many exports, the office's growth, the count."""

    readers: dict[str, float]
    exports: int
    exported: int
    grown: Grown
    found: Count


def crowded(place: Site, gates: int, rate: float, readers: int, seconds: float, settled: float) -> Crowded:
    """For so long; the first `settled` seconds are left out of the growth."""
    crowd(place, gates, rate)
    place.start()
    place.until(lambda: next(stored(place), None), 20, "screenings arrive")
    growth = Growth(lambda: place.office.process.pid if place.office.process else 0)
    pages = Readers(place, readers)
    over = threading.Event()
    exports: list[int] = []

    def export() -> None:
        while not over.is_set():
            exports.append(sum(1 for _ in stored(place)))
            over.wait(0.2)

    exporting = threading.Thread(target=export)
    exporting.start()
    try:
        time.sleep(seconds)
        over.set()
        exporting.join(60)
        growth.close()
        found, _ = settle(place, 30)
        return Crowded(pages.close(), len(exports), sum(exports), growth.grown(settled), found)
    finally:
        over.set()
        exporting.join(60)
        growth.close()
        pages.end()
