"""What the gates' recorders say against what the office tells over HTTP."""

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.system.site import Site

Key = tuple[str, str, int]
"""Gate, epoch, seq."""


class Count(NamedTuple):
    """What faults left.

    `said` were confirmed to whoever stands at the gate; `stored` are in the office. `lost` were said and are not
    stored as they were said; `doubled` are stored twice, by number or by id; `disordered` gates have their numbers in
    another order than the recorder's; `unsaid` are stored and were never confirmed (a kill between the commit and the
    word); `gaps` are numbers that the office still misses, `waiting` what the gates still hold for it.
    """

    said: int
    stored: int
    lost: int
    doubled: int
    disordered: int
    unsaid: int
    gaps: int
    waiting: int

    @property
    def sound(self) -> bool:
        """Nothing lost, doubled, in disorder, missing or left behind."""
        return (self.lost, self.doubled, self.disordered, self.gaps, self.waiting) == (0, 0, 0, 0, 0)


def said(place: Site) -> dict[Key, str]:
    """What all gates' recorders wrote, in their order; the ids by number."""
    return {(gate, line["epoch"], line["seq"]): line["id"] for gate in place.gates for line in place.recorded(gate)}


def stored(place: Site) -> Iterator[dict[str, Any]]:
    """Every screening in the office, page by page, as anybody reads it."""
    cursor = ""
    while True:
        page = place.ask(f"/api/v1/screenings?limit=1000{cursor}", 60)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def count(place: Site) -> Count:
    """Compares all that was said with all that is stored, once the gates have ended: they alone open their files."""
    words = said(place)
    rows = [((row["gate"], row["epoch"], row["seq"]), row["id"]) for row in stored(place)]
    there = dict(rows)
    spoken: dict[tuple[str, str], int] = {}
    disordered = set()
    for gate, epoch, seq in words:
        if seq <= spoken.get((gate, epoch), 0):
            disordered.add(gate)
        spoken[gate, epoch] = seq
    return Count(
        said=len(words),
        stored=len(rows),
        lost=sum(there.get(key) != identity for key, identity in words.items()),
        doubled=len(rows) - min(len(there), len({identity for _, identity in rows})),
        disordered=len(disordered),
        unsaid=len(there.keys() - words.keys()),
        gaps=sum(len(ranges) for ranges in place.ask("/api/v1/screenings/summary?since=0", 60)["gaps"].values()),
        waiting=sum(waiting(place, gate) for gate in place.gates),
    )


def waiting(place: Site, gate: str) -> int:
    """How many screenings a gate still holds for the office, read from its file."""
    path = place.folder / gate / "outbox.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as outbox:
        found: int = outbox.execute("SELECT count(*) FROM screening WHERE done_at IS NULL").fetchone()[0]
        return found
