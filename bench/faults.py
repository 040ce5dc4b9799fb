"""What faults and load cost beside what was to be reached, figure by figure; `KADIAN_FAULTS=disk,network` names some.

With `KADIAN_FAULTS_SHARE=1` each is as long as it is to be, three hours together; a tenth of that otherwise.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import percentile
from bench.place import site
from tests.faults.backlog import drained
from tests.faults.crowd import back, crowd, said, settle
from tests.faults.crowded import crowded
from tests.faults.disk import Disk, NoDisk, failing, noticed, well_again
from tests.faults.lines import cuts, half_open, slow
from tests.faults.lossy import NoLoss, lossy
from tests.faults.oracle import Count
from tests.faults.poison import poisoned
from tests.faults.shuffle import shuffled
from tests.faults.storm import without_rest
from tests.system.site import free_port

SHARE = float(os.environ.get("KADIAN_FAULTS_SHARE", "0.1"))
SEED = int(os.environ.get("KADIAN_SEED", time.time_ns() % 1_000_000))
GATES = 9


class Row(NamedTuple):
    """One line of the table."""

    what: str
    goal: str
    reached: str


def broker() -> list[Row]:
    """The broker killed each second for ten minutes."""
    with site() as place:
        kills, took, found = without_rest(place, place.broker, GATES, 600 * SHARE)
    reached = f"{kills} kills, {_kept(found)}, back after {took:.1f} s"
    return [Row("broker killed each second, nine gates", "0 lost, back within 10 s", reached)]


def office() -> list[Row]:
    """The office killed in the middle of commits, soon after it is up again, for ten minutes."""
    with site() as place:
        kills, took, found = without_rest(place, place.office, GATES, 600 * SHARE, every=3, rate=20)
    reached = f"{kills} kills, {_kept(found)}, back after {took:.1f} s"
    return [Row("office killed each 3 s, 180 a second", "0 lost, 0 doubled", reached)]


def backlog() -> list[Row]:
    """Nine gates come back with twelve hours each."""
    with site() as place:
        found = drained(place, GATES, round(12 * 3600 * SHARE), 4, 600)
    again = found.again / found.found.stored
    reached = f"{found.seconds:.0f} s, live p95 {found.live_p95:.2f} s, twice {again:.2%}, {_kept(found.found)}"
    return [Row("nine backlogs of 12 h at once", "live p95 within 2 s, at most 1 % twice", reached)]


def disk() -> list[Row]:
    """The office's disk full for ten minutes; then failing and read-only."""
    rows = []
    with site() as place:
        try:
            small = Disk(place)
        except (NoDisk, FileNotFoundError) as why:
            return [Row("the office's disk full", "", str(why))]
        crowd(place, GATES, 2)
        place.start()
        place.until(lambda: said(place) > GATES, 20, "people pass")
        for name, seconds in (("full", 600), ("EIO", 60), ("EROFS", 60)):
            if name == "full":
                small.fill()
                seen, _ = noticed(place)
                time.sleep(seconds * SHARE)
                small.free()
            else:
                with failing(place, name):
                    seen, _ = noticed(place)
                    time.sleep(seconds * SHARE)
            again = well_again(place) + back(place)
            reached = f"{seconds * SHARE:.0f} s, 503 after {seen:.1f} s, stores again after {again:.1f} s"
            rows.append(Row(f"the office's disk: {name}", "503 within 30 s, back within 10 s", reached))
        found, _ = settle(place, 120)
        place.office.stop()
        small.close()
    return [*rows, Row("after these", "0 lost", _kept(found))]


def network() -> list[Row]:
    """A hundred cuts of 1 to 30 seconds."""
    with site() as place:
        found = cuts(place, GATES, max(2, round(100 * SHARE)), 1, 30, SEED)
    reached = f"{_kept(found.found)}, back p50 {percentile(found.back, 0.5):.1f} s, worst {max(found.back):.1f} s"
    return [Row(f"{found.cuts} cuts of 1 to 30 s", "0 lost", reached)]


def lines() -> list[Row]:
    """Silent, slow, lossy and shuffling lines."""
    seconds = 600 * SHARE
    with site() as place:
        silent = half_open(place, 60)
    with site() as place:
        took, late = slow(place, GATES, seconds, 2.0)
    with site() as place:
        taken, carried, mixed = shuffled(place, free_port(), GATES, seconds, SEED)
    rows = [
        Row(
            "half-open lines",
            "found within 22.5 s (gate) and 30 s (office)",
            f"{silent.gate:.1f} s and {silent.office:.1f} s, {_kept(silent.found)}",
        ),
        Row("all 2 s late, both ways", "0 lost", f"{_kept(late)}, drained in {took:.1f} s"),
        Row(
            "in another order and twice",
            "0 lost, 0 doubled",
            f"{carried} messages out of {taken}, {_kept(mixed)}, doubled {mixed.doubled}",
        ),
    ]
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        try:
            dropped, took, found = lossy(Path(folder), 0.2, seconds, GATES)
        except NoLoss as why:
            return [*rows, Row("every fifth packet lost", "", str(why))]
    return [
        *rows,
        Row("every fifth packet lost", "0 lost", f"{dropped} packets, {_kept(found)}, drained in {took:.1f} s"),
    ]


def poison() -> list[Row]:
    """A tenth of bad payloads for an hour, half of the time."""
    windows = max(3, round(60 * SHARE))
    with site() as place:
        found = poisoned(place, GATES, 5, windows, 30, SEED)
    pure, mixed = ([percentile(one, 0.95) for one in kind] for kind in (found.pure, found.mixed))
    without, with_it = percentile(pure, 0.5), percentile(mixed, 0.5)
    reached = f"{without * 1e3:.0f} ms → {with_it * 1e3:.0f} ms ({with_it / without - 1:+.0%}), {_kept(found.found)}"
    return [
        Row("a tenth of bad payloads: p95 of good ones", "unchanged, ±10 %", reached),
        Row(
            "the quarantine",
            "exact, its table bounded",
            f"{found.expected} refusals made, {found.counted} counted, {found.kept} kept",
        ),
    ]


def pages() -> list[Row]:
    """Fifty open pages, full ingest and exports."""
    with site() as place:
        found = crowded(place, GATES, 5, 50, 900 * SHARE, min(120, 300 * SHARE))
    seen, grown = found.readers, found.grown
    reached = f"p95 {seen['p95']:.2f} s, worst {seen['worst']:.2f} s, missed {seen['missed']:.0f}"
    memory = f"{grown.resident:.0f} MiB, {grown.megabytes:+.1f} in {grown.seconds:.0f} s ({grown.an_hour:+.0f} an hour)"
    return [
        Row("fifty pages, 45 a second, exports: new on a page", "p95 within 1 s", reached),
        Row("meanwhile", "0 lost", f"{_kept(found.found)}, {found.exported} rows in {found.exports} exports"),
        Row("the office's memory meanwhile", "+1 MB an hour", memory),
    ]


ALL: tuple[Callable[[], list[Row]], ...] = (broker, office, backlog, disk, network, lines, poison, pages)


def run() -> dict[str, Any]:
    """One table: what was to be reached, what was."""
    wanted = os.environ.get("KADIAN_FAULTS", ",".join(one.__name__ for one in ALL)).split(",")
    print(f"seed {SEED}, share {SHARE}")
    rows: list[Row] = []
    for measure in ALL:
        if measure.__name__ in wanted:
            found = measure()
            for row in found:
                print(f"{row.what:50} {row.goal:45} {row.reached}", flush=True)
            rows += found
    return {row.what: row._asdict() for row in rows} | {"seed": SEED, "share": SHARE}


def _kept(found: Count) -> str:
    if not found.sound:
        raise SystemExit(f"seed {SEED}: not all is as it was said: {found}")
    return f"{found.said} recorded, 0 lost"
