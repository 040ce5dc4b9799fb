"""Gates without devices at a site, what they all said, and the count at the end."""

import time
from datetime import datetime

from tests.faults.oracle import Count, count
from tests.system.site import Part, Site, module

SUMMARY = "/api/v1/screenings/summary?since=0"
QUIET = 2.0
"""Seconds in which nothing more arrives."""
CLOSING = 0.5
"""Seconds until each gate has seen that nobody comes any more."""


def crowd(place: Site, gates: int, rate: float, port: int | None = None, first: int = 1, backlog: int = 0) -> list[str]:
    """Adds gates e01, e02 … (not started).

    Args:
        place: of the gates.
        gates: how many.
        rate: people a second at each.
        port: of the broker, or of what lies between.
        first: the number of the first.
        backlog: screenings that each has kept before it sends the first.
    """
    names = [f"e{number:02}" for number in range(first, first + gates)]
    for name in names:
        arguments = module("tests.faults.gate", place.folder, name, port or place.broker_port, rate, backlog)
        place.gates[name] = Part(name, arguments, place.folder)
    return names


def said(place: Site) -> int:
    """How many screenings the recorders have confirmed so far."""
    paths = [place.folder / name / "recorded.jsonl" for name in place.gates]
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def back(place: Site, seconds: float = 60) -> float:
    """Seconds from now until the office has a screening of each gate that was made after now."""
    began, now = time.monotonic(), time.time()
    away = set(place.gates)

    def all_there() -> bool:
        for name in sorted(away):
            newest = place.ask(f"/api/v1/screenings?gate={name}&limit=1")["items"]
            if newest and datetime.fromisoformat(newest[0]["at"]).timestamp() > now:
                away.discard(name)
        return not away

    place.until(all_there, seconds, "new screenings of all gates")
    return time.monotonic() - began


def settle(place: Site, seconds: float) -> tuple[Count, float]:
    """Nobody comes any more: waits until all is in the office and receipted, ends the gates and counts.

    Gives how long it took to arrive too.
    """
    began = time.monotonic()
    (place.folder / "closed").touch()
    time.sleep(CLOSING)
    place.until(lambda: place.ask(SUMMARY, 30)["total"] >= said(place), seconds, "the office has all that was said")
    took = time.monotonic() - began
    quiet = [place.folder / name / "waiting" for name in place.gates if _says(place, name)]
    place.until(lambda: all(path.read_text("ascii") == "0" for path in quiet), seconds, "all of it is receipted")
    if len(quiet) < len(place.gates):
        # Of a whole gate nothing is heard but what it records: what it was killed before saying comes within this.
        before = -1
        while (total := place.ask(SUMMARY, 30)["total"]) != before:
            before = total
            time.sleep(QUIET)
    place.stop_gates()
    return count(place), took


def _says(place: Site, name: str) -> bool:
    return (place.folder / name / "recorded.jsonl").exists() and not (place.folder / name / "agent.toml").exists()
