"""kill -9 at random over gates, broker and office while people are measured; then the gates' word and the ledger's."""

import random
import sqlite3
import time
from typing import NamedTuple
from uuid import UUID

from tests.system.site import Feeder, Site

SUMMARY = "/api/v1/screenings/summary?since=0"


class Count(NamedTuple):
    """What a storm left: kills; screenings that gates said they recorded; lost of these; doubled; in the office."""

    kills: int
    said: int
    lost: int
    doubled: int
    stored: int
    gaps: int
    waiting: int


def storm(place: Site, gates: int, kills: int, readings: int, seconds: float, seed: int) -> Count:
    """Kills until there are so many kills and readings, or the time is over.

    Args:
        place: a site without gates, not started.
        gates: how many gates it gets.
        kills: of any part, one each second about.
        readings: at least so many are to be recorded.
        seconds: the most that it may take; then what was reached is counted.
        seed: of the order of the kills.
    """
    chance = random.Random(seed)
    names = [f"e{number:02}" for number in range(1, gates + 1)]
    for name in names:
        place.gate(name)
    feeders = [Feeder(place.folder / name / "port") for name in names]
    place.start()
    for feeder in feeders:
        feeder.start()
    victims = [*place.gates.values(), place.office, place.broker]
    made = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (made < kills or _lines(place, names) < readings):
        time.sleep(chance.uniform(0.4, 1.6))
        if made < kills:
            chance.choice(victims).kill()
            made += 1
    for feeder in feeders:
        feeder.stop()
    said = {(name, line["epoch"], line["seq"]): line["id"] for name in names for line in place.recorded(name)}
    place.until(lambda: place.ask(SUMMARY)["total"] >= len(said), 120, f"all {len(said)} in the office")
    # What a gate committed but was killed before saying arrives too.
    before = -1
    while (total := place.ask(SUMMARY)["total"]) != before:
        before = total
        time.sleep(3)
    gaps = sum(len(ranges) for ranges in place.ask(SUMMARY)["gaps"].values())
    for gate in place.gates.values():
        gate.stop()
    for feeder in feeders:
        feeder.close()
    with sqlite3.connect(f"file:{place.folder}/office/kadian.db?mode=ro", uri=True) as ledger:
        rows = ledger.execute("SELECT s.gate, epoch, seq, id FROM screenings s JOIN epochs USING (life)").fetchall()
    stored = {(gate, epoch, seq): str(UUID(bytes=identity)) for gate, epoch, seq, identity in rows}
    return Count(
        kills=made,
        said=len(said),
        lost=sum(stored.get(key) != identity for key, identity in said.items()),
        doubled=len(rows) - min(len(stored), len(set(stored.values()))),
        stored=len(rows),
        gaps=gaps,
        waiting=sum(_waiting(place, name) for name in names),
    )


def _lines(place: Site, names: list[str]) -> int:
    paths = [place.folder / name / "recorded.jsonl" for name in names]
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def _waiting(place: Site, name: str) -> int:
    with sqlite3.connect(f"file:{place.folder}/{name}/outbox.db?mode=ro", uri=True) as outbox:
        found: int = outbox.execute("SELECT count(*) FROM screening WHERE done_at IS NULL").fetchone()[0]
        return found
