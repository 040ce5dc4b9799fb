"""What people ask of the office, over HTTP, of ledgers of several sizes: at rest, and while gates send.

`KADIAN_BENCH_ROWS=5000000,50000000` and `KADIAN_BENCH_GATES=9,12600` say how large; 50 million rows want 25 GB of disk.
`KADIAN_BENCH_LEDGERS=FOLDER` keeps each ledger there in a folder ROWS-GATES, and uses again what is there already. What
one holds ends when it was made: on a later day the question about today counts only what is sent meanwhile.
"""

import http.client
import itertools
import multiprocessing
import os
import random
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench import ledgers
from bench.figures import percentile
from bench.place import cpu_seconds, site
from bench.rollups import fill
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature, encode
from tests.system.site import SITE, Site

MANY = 1_000
"""From so many gates on a roll-up is of few screenings, and filling takes ten times as long."""
ROWS = os.environ.get("KADIAN_BENCH_ROWS", "")
GATES = [int(gates) for gates in os.environ.get("KADIAN_BENCH_GATES", "9,12600").split(",")]
ASKED = int(os.environ.get("KADIAN_BENCH_ASKED", "150"))
"""How often each question is asked."""
KEPT = os.environ.get("KADIAN_BENCH_LEDGERS")
A_SECOND = {9: 45, 12_600: 420}
"""Screenings a second meanwhile: five a gate, and a tenth of a whole city's peak."""
FOR_EVER = "[retention]\n" + "".join(
    f"{name} = 0\n" for name in ("screenings", "registrations", "minutes", "hours", "days", "rejects", "incidents")
)
DAY_MS = ledgers.DAY_MS


def questions(gates: int, now_ms: int) -> dict[str, Callable[[], str]]:
    """The path of each question; each time about another gate and day, so that nothing is answered by a cache alone."""
    chance = random.Random(1)

    def gate() -> str:
        return f"g{chance.randrange(gates):05d}"

    def day() -> int:
        midnight = (now_ms + ledgers.ZONE_MS) // DAY_MS * DAY_MS - ledgers.ZONE_MS
        return midnight - chance.randrange(1, 25) * DAY_MS

    def window(days: int) -> str:
        start = day()
        return f"since={start - (days - 1) * DAY_MS}&until={start + DAY_MS}"

    def a_day() -> str:
        start = day()
        return f"/api/v1/gates/{gate()}/series?start={start}&end={start + DAY_MS}&points=500"

    def by_hour() -> str:
        return f"/api/v1/gates/{gate()}/series?start={now_ms - 30 * DAY_MS}&end={now_ms}&points=721"

    return {
        "the latest of each gate": lambda: "/api/v1/gates/latest",
        "all about 1,000 gates": lambda: "/api/v1/gates",
        "a gate's day in 500 points": a_day,
        "30 days by the hour, with p95": by_hour,
        "confirmed fevers of a week": lambda: f"/api/v1/fevers?state=confirmed&{window(7)}",
        "unconfirmed fevers of a week": lambda: f"/api/v1/fevers?state=unconfirmed&{window(7)}",
        "today by gate and verdict": lambda: "/api/v1/screenings/summary",
        "another day by gate and verdict": lambda: f"/api/v1/screenings/summary?{window(1)}",
        "the newest 100": lambda: "/api/v1/screenings",
        "100 of a gate": lambda: f"/api/v1/screenings?gate={gate()}&until={day()}",
        "100 stopped": lambda: f"/api/v1/screenings?verdict=stop&until={day()}",
        "100 stopped at a gate": lambda: f"/api/v1/screenings?verdict=stop&gate={gate()}&until={day()}",
    }


def ask(port: int, path: Callable[[], str], times: int) -> list[float]:
    """Seconds from the request to the last byte of each answer, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    found = []
    for _ in range(times):
        wanted = path()
        began = time.perf_counter()
        connection.request("GET", wanted)
        answer = connection.getresponse()
        body = answer.read()
        found.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{wanted}: {answer.status} {body[:300]!r}")
    connection.close()
    return found


def send(port: int, gates: int, a_second: int, stop: Any) -> None:
    """Gates that send single screenings at a steady pace, until `stop` is set."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began, epoch = time.monotonic(), f"bench-{new_id()}"
    for number in itertools.count():
        if stop.is_set():
            break
        one = Screening(
            id=new_id(), epoch=epoch, seq=number // gates + 1, at=datetime.now(UTC), clock="synced", verdict="pass",
            temperature=Temperature(36.54, "body_estimate", "forehead", 34.91, 21.3, "device", 5, 0.05, "gy614v3"),
            code=Code("pass", "valid", "q83vEjRWeJq83vEjRWeJ", "green"),
        )  # fmt: skip
        client.publish(f"kadian/v1/{SITE}/g{number % gates:05d}/screening", encode(one), qos=1)
        time.sleep(max(0.0, began + (number + 1) / a_second - time.monotonic()))
    client.disconnect()
    client.loop_stop()


def run() -> dict[str, Any]:
    """Every size at every number of gates; the ratio compares each size with the one before."""
    return {str(gates): _sizes(gates) for gates in GATES}


def _sizes(gates: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    before: dict[str, dict[str, float]] = {}
    for rows in map(int, (ROWS or ("200000,1000000" if gates >= MANY else "1000000,5000000")).split(",")):
        with site(office_more=FOR_EVER) as place:
            found[str(rows)] = _one(place, rows, gates, before)
        before = found[str(rows)]["questions"]
    return found


def _one(place: Site, rows: int, gates: int, before: dict[str, dict[str, float]]) -> dict[str, Any]:
    file = place.folder / "office" / "kadian.db"
    if KEPT:
        kept = Path(KEPT).absolute() / f"{rows}-{gates}"
        kept.mkdir(parents=True, exist_ok=True)
        file.parent.symlink_to(kept)
    else:
        file.parent.mkdir()
    sizes = {} if file.exists() else _make(file, rows, gates)
    sizes["mb_a_million_with_roll_ups"] = round(_size(file) / rows, 1)
    print(f"\n{rows:,} screenings at {gates:,} gates: {', '.join(f'{k} {v}' for k, v in sizes.items())}")
    now_ms = _ends(file)
    place.start()
    place.until(lambda: place.ask("/api/v1/gates/latest", 120), 180, "the office has looked at every gate")
    table: dict[str, dict[str, float]] = {}
    asked = questions(gates, now_ms)
    for name, path in asked.items():
        ask(place.http_port, path, 10)
        worked = cpu_seconds(place)
        table[name] = _figures("", ask(place.http_port, path, ASKED))
        table[name]["cpu_ms"] = round((cpu_seconds(place) - worked) / ASKED * 1e3, 1)
    stop = multiprocessing.Event()
    sender = multiprocessing.Process(target=send, args=(place.broker_port, gates, A_SECOND.get(gates, 45), stop))
    sender.start()
    time.sleep(2)
    for name, path in asked.items():
        table[name] |= _figures("busy_", ask(place.http_port, path, ASKED))
    stop.set()
    sender.join()
    for name, figures in table.items():
        if name in before:
            figures["ratio"] = round(figures["p95_ms"] / before[name]["p95_ms"], 2)
        told = ", ".join(f"{key} {value}" for key, value in figures.items())
        print(f"  {name:34} {told}", flush=True)
    return {**sizes, "questions": table}


def _make(file: Path, rows: int, gates: int) -> dict[str, float]:
    """The name stands for a whole ledger: one that was cut short is made again."""
    unfinished = file.with_name("unfinished.db")
    for part in file.parent.glob("unfinished.db*"):
        part.unlink()
    ledgers.make(unfinished, rows, gates)
    bare = unfinished.stat().st_size
    fill(unfinished)
    unfinished.rename(file)
    return {"mb_a_million": round(bare / rows, 1)}


def _ends(file: Path) -> int:
    """When the newest screening of a ledger was measured, milliseconds since 1970."""
    database = sqlite3.connect(file)
    (newest,) = database.execute("SELECT max(at_ms) FROM screenings").fetchone()
    database.close()
    return int(newest)


def _figures(prefix: str, seconds: list[float]) -> dict[str, float]:
    return {
        f"{prefix}p50_ms": round(percentile(seconds, 0.5) * 1e3, 1),
        f"{prefix}p95_ms": round(percentile(seconds, 0.95) * 1e3, 1),
    }


def _size(file: Path) -> int:
    """All files of a database."""
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.stem}*") if part.is_file())
