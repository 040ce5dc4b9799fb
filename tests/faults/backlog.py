"""Many gates come back at once with what they kept without a network, while people go on to come."""

import time
from typing import NamedTuple

from bench.figures import percentile
from tests.faults.crowd import SUMMARY, crowd, settle
from tests.faults.oracle import Count
from tests.faults.receipts import Receipts
from tests.system.site import Site


class Drained(NamedTuple):
    """How long the drain took (seconds), p95 of live screenings meanwhile (seconds), what came twice, the count."""

    seconds: float
    live_p95: float
    again: int
    found: Count


def drained(place: Site, gates: int, backlog: int, rate: float, limit: float) -> Drained:
    """Each gate with so long a backlog, and people at so many a second meanwhile; at most `limit` seconds."""
    names = crowd(place, gates, rate, backlog=backlog)
    place.start()
    place.until(lambda: all((place.folder / name / "filled").exists() for name in names), 120, "gates have a backlog")
    receipts = Receipts(place)
    try:
        began, since = time.monotonic(), time.time()
        (place.folder / "open").touch()
        place.until(lambda: place.ask(SUMMARY, 30)["total"] >= gates * backlog, limit, "the backlog is in the office")
        took, until = time.monotonic() - began, time.time()
        found, _ = settle(place, 60)
        return Drained(took, percentile(receipts.delays(since, until), 0.95), receipts.sent - found.stored, found)
    finally:
        receipts.close()
