"""All of a city's gates at peak on one office, and nine gates that bring three days: what one small server holds.

Bounds by the environment: KADIAN_CITY_GATES, KADIAN_CITY_RATE (screenings a second over all), KADIAN_CITY_SECONDS,
KADIAN_CITY_CONNECTIONS (as many as gates: one a gate), KADIAN_OFFLINE (screenings that each of nine gates has kept).
"""

import os
import sqlite3
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench import alone
from bench.figures import percentile
from bench.town import Load, town

GATES = int(os.environ.get("KADIAN_CITY_GATES", "12600"))
RATE = float(os.environ.get("KADIAN_CITY_RATE", str(GATES / 3)))
"""One person every three seconds at each gate."""
SECONDS = float(os.environ.get("KADIAN_CITY_SECONDS", "50"))
CONNECTIONS = int(os.environ.get("KADIAN_CITY_CONNECTIONS", "126"))
OFFLINE = int(os.environ.get("KADIAN_OFFLINE", str(72 * 3600)))
BACKLOG_GATES = 9
LONGEST_DRAIN = 300.0


def run() -> dict[str, Any]:
    """The load program's own ceiling, the peak, and the backlog."""
    found = {
        "ceiling": alone.ceiling(GATES, CONNECTIONS),
        "connections": alone.connections(GATES, CONNECTIONS, RATE),
        "peak": peak(),
        "backlog": backlog(),
    }
    for name in ("peak", "backlog"):
        total, lost, stored = (found[name][key] for key in ("total", "lost", "stored"))
        if lost or stored != total:
            raise SystemExit(f"{name}: the gates made {total}, {lost} without a receipt, the office has {stored}")
    return found


def peak() -> dict[str, Any]:
    """Every gate of a city at its busiest: how long until a screening is committed, and what office and broker take."""
    with town() as place:
        moments: dict[str, Any] = {}

        def on(event: str) -> None:
            # Thousands of gates make a long page of metrics: it is asked for once the window is over.
            moments[event] = place.usage(), time.monotonic()
            if event == "end":
                moments["lags"] = place.lags()

        found = place.load(
            "--gates", GATES, "--connections", CONNECTIONS, "--rate", RATE, "--seconds", SECONDS, on=on
        )  # fmt: skip
        caught_up = place.caught_up(60)
        stored = place.ask("/api/v1/screenings/summary?since=0", 120)["total"]
        usage = place.usage()
        arrived = _until_taken_in(place.ledger, found)
    costs = _costs(moments, found)
    lags = moments["lags"]
    print(
        f"{GATES} gates over {CONNECTIONS} connections, {found['sent'] / found['seconds']:.0f} screenings/s for "
        f"{found['seconds']:.0f} s: "
        f"made {found['total']}, in the office {stored}, without a receipt {found['lost']}, sent again {found['again']}"
    )
    print(
        f"measured → receipt heard: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms (median of five parts "
        f"{_median(found['p99_ms_of_parts'])} ms), worst {found['p100_ms']} ms; measured → taken in: "
        f"p50 {percentile(arrived, 0.5):.0f} ms, p99 {percentile(arrived, 0.99):.0f} ms; the goal is 250 ms"
    )
    for name, part in usage.items():
        cost = costs[name]
        print(
            f"{name}: {cost['cores']:.2f} core, {cost['microseconds_a_screening']:.0f} µs a screening, "
            f"{part.memory / 1e6:.0f} MB, at most {part.peak / 1e6:.0f} MB"
        )
    print(f"the load program: {found['own_cpu']} core, late by {found['own_latest_ms']} ms at most")
    print(f"followers behind at the end: {lags}; all caught up {_after(caught_up)}")
    return {
        **found,
        **costs,
        "gates": GATES,
        "connections": CONNECTIONS,
        "stored": stored,
        "taken_in_p99_ms": percentile(arrived, 0.99),
        "followers_behind": lags,
        "caught_up_s": caught_up and round(caught_up, 1),
        "peak_mb": {name: round(part.peak / 1e6, 1) for name, part in usage.items()},
    }


def backlog() -> dict[str, Any]:
    """Nine gates come back after 72 hours, and go on measuring."""
    with town() as place:
        moments: dict[str, Any] = {}

        def on(event: str) -> None:
            moments[event] = place.usage(), time.monotonic()

        found = place.load("--gates", BACKLOG_GATES, "--backlog", OFFLINE, "--patience", LONGEST_DRAIN, on=on)
        stored = place.ask("/api/v1/screenings/summary?since=0", 120)["total"]
        usage = place.usage()
        caught_up = place.caught_up(120)
        size = place.ledger.stat().st_size
    drained = found["drain_s"]
    kept = BACKLOG_GATES * OFFLINE
    if drained is None:
        print(f"{kept} kept by {BACKLOG_GATES} gates: NOT drained within {LONGEST_DRAIN:.0f} s, in the office {stored}")
    else:
        print(
            f"{kept} kept by {BACKLOG_GATES} gates, drained in {drained} s ({kept / drained:.0f} a second; the goal is "
            f"300 s), in the office {stored}, sent again {found['again']}"
        )
    costs = _costs(moments, {**found, "receipted": stored})
    print(
        f"live meanwhile: p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms, worst {found['p100_ms']} ms, "
        f"n {found['sent']}; the goal is 2,000 ms; office {costs['office']['microseconds_a_screening']:.0f} µs a "
        f"screening; followers all caught up {_after(caught_up)}"
    )
    print(f"the ledger takes {size / stored:.0f} bytes a screening, indexes and series included")
    return {
        **found,
        **costs,
        "stored": stored,
        "caught_up_s": caught_up and round(caught_up, 1),
        "peak_mb": {name: round(part.peak / 1e6, 1) for name, part in usage.items()},
        "ledger_bytes_a_screening": round(size / stored),
    }


def _costs(moments: dict[str, Any], found: Load) -> dict[str, Any]:
    """CPU between begin and end, by process."""
    seconds = moments["end"][1] - moments["begin"][1]
    return {
        name: {
            "cores": round((after.cpu - moments["begin"][0][name].cpu) / seconds, 3),
            "microseconds_a_screening": round(
                (after.cpu - moments["begin"][0][name].cpu) / max(1, found["receipted"]) * 1e6, 1
            ),
        }
        for name, after in moments["end"][0].items()
    }


def _until_taken_in(ledger: Path, found: Load) -> list[float]:
    """Milliseconds from each screening's own time to the office's, which is taken right before the commit."""
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT received_ms - at_ms FROM screenings ORDER BY position DESC LIMIT ?", (found["sent"],)
        )
        return [float(late) for (late,) in rows]


def _median(parts: list[float | None]) -> float | None:
    """A part in which nothing was receipted has no figure, and leaves the whole without one."""
    known = [part for part in parts if part is not None]
    return median(known) if len(known) == len(parts) else None


def _after(seconds: float | None) -> str:
    return "NOT within the time given" if seconds is None else f"{seconds:.1f} s later"
