"""A series store on another machine: catching up with and without bad lines, charts of raw points, a kill."""

import random
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.figures import milliseconds
from collector.ledger import Ledger, cursors, measured
from collector.ledger.follower import NotNow
from collector.ledger.measured import Measured
from collector.series.embedded import EmbeddedSeries
from collector.series.open import MOST_AT_ONCE, cursor_of
from collector.series.remote.answers import LinesRefused
from collector.series.remote.lines import line
from collector.series.remote.series import RemoteSeries
from collector.series.victoriametrics import VictoriaMetrics
from kadian import programs
from tests.collector.series.remote.victoria import Running

SITE, ZONE = "chuanchang", ZoneInfo("Asia/Shanghai")
DAY_MS = 86_400_000
BEGIN = 1_750_000_000_000 // DAY_MS * DAY_MS
GATES = 9
COUNT = 300_000
BAD = 1000


class Refusing(VictoriaMetrics):
    """Refuses a batch for one bad line in a thousand, as InfluxDB does; all others go to the real server."""

    requests = 0

    def write(self, lines: Sequence[str]) -> None:  # noqa: D102 - as above
        self.requests += 1
        if any("probe" not in text and int(text[-6:]) % BAD == 0 for text in lines):
            raise LinesRefused("unable to parse a line")
        super().write(lines)


def rows(count: int, gates: int, days: float) -> Iterator[Measured]:
    chance = random.Random(1)
    for seq in range(1, count + 1):
        celsius = round(chance.gauss(36.5, 0.3), 2)
        verdict = "recheck" if celsius >= 37.3 else "pass"
        at_ms = BEGIN + int(seq / count * days * DAY_MS)
        yield Measured(seq, f"e{seq % gates:02}", 1, seq, at_ms, verdict, celsius, "body_estimate", "ok", None, None)


def fill(ledger: Ledger) -> None:
    """Rows straight into the table: the way in is measured elsewhere."""
    names = "position, id, gate, life, seq, at, at_ms, received_ms, clock, verdict, reasons, celsius, kind, quality"
    marks = ", ".join("?" * len(names.split(",")))
    with ledger.begin() as connection:
        values = [
            (
                *(row.position, row.seq.to_bytes(16), row.gate, 1, row.seq, "2026-01-01T00:00:00+00:00", row.at_ms),
                *(row.at_ms, "synced", row.verdict, "[]", row.celsius, row.kind, row.quality),
            )
            for row in rows(COUNT, GATES, 1)
        ]
        connection.exec_driver_sql(f"INSERT INTO screenings ({names}) VALUES ({marks})", values)


def seen(ledger: Ledger, store: VictoriaMetrics) -> RemoteSeries:
    """The store as the office sees it."""
    return RemoteSeries(
        "victoriametrics",
        store,
        ledger=ledger,
        site=SITE,
        zone=ZONE,
        now_ms=lambda: time.time_ns() // 1_000_000,
        monotonic=time.monotonic,
    )


def catch_up(ledger: Ledger, store: VictoriaMetrics) -> float:
    """How many seconds a store takes from position 0 to the ledger's end."""
    with ledger.begin() as connection:
        cursors.put(connection, cursor_of("victoriametrics"), 0)
    series = seen(ledger, store)
    begun = time.monotonic()
    while True:
        with ledger.read() as connection:
            batch = measured.after(connection, series.position(), MOST_AT_ONCE)
        if not batch:
            return time.monotonic() - begun
        try:
            series.write(batch)
        except NotNow as wait:
            time.sleep(wait.seconds)


def charts(server: Running, ledger: Ledger) -> dict[str, Any]:
    """Charts of 500 points of one gate with 10,000 readings a day, and the embedded store's of the same."""
    store, found = VictoriaMetrics(server.url, SITE, read_seconds=60), dict[str, Any]()
    remote = seen(ledger, store)
    lines = [line(SITE, row._replace(gate="long")) for row in rows(3_650_000, 1, 365)]
    for start in range(0, len(lines), 10_000):
        store.write(lines[start : start + 10_000])
    time.sleep(12)
    for days in (1, 30, 365):
        seconds = []
        for _ in range(7):
            begun = time.perf_counter()
            buckets = remote.chart("long", BEGIN, BEGIN + days * DAY_MS, 500)
            seconds.append(time.perf_counter() - begun)
        assert sum(bucket.count for bucket in buckets) > 9_000 * days  # noqa: S101 - a figure of nothing is none
        found[f"{days}_days"] = milliseconds(f"chart of {days} days, {10_000 * days:,} raw points", seconds)
    store.close()
    return found


def killed(program: str, folder: Path, port: int) -> dict[str, int]:
    """Of 10,000 points, how many are left after a kill -9 so many seconds after they were taken."""
    left = {}
    for wait in (2, 4, 6, 8, 10, 12):
        server = Running(program, folder / f"kill{wait}", port).start()
        store = VictoriaMetrics(server.url, SITE)
        store.write([line(SITE, row) for row in rows(10_000, 1, 1)])
        time.sleep(wait)
        server.end(signal.SIGKILL)
        server.start()
        left[f"{wait}_s"] = sum(
            len(points.times_ms) for points in store.points("e00", 0, 2 * BEGIN) if points.field == "celsius"
        )
        store.close()
        server.end()
    print("left of 10,000 points after a kill -9:", left)
    return left


def run() -> dict[str, Any]:
    """Needs victoria-metrics; about two minutes."""
    program = programs.find("victoria-metrics")
    if program is None:
        return {"skipped": "victoria-metrics is not installed"}
    with tempfile.TemporaryDirectory(prefix="kadian-remote-") as name:
        folder = Path(name)
        server = Running(program, folder / "vm", 18_431).start()
        ledger = Ledger.open(f"sqlite:///{folder}/kadian.db")
        fill(ledger)
        plain, refusing = VictoriaMetrics(server.url, SITE), Refusing(server.url, SITE)
        times = [catch_up(ledger, plain) for _ in range(5)]
        embedded = EmbeddedSeries(ledger, ZONE, lambda: BEGIN)
        begun = time.monotonic()
        while True:
            with ledger.read() as connection:
                batch = measured.after(connection, embedded.position(), MOST_AT_ONCE)
            if not batch:
                break
            embedded.write(batch)
        own = time.monotonic() - begun
        bad = catch_up(ledger, refusing)
        found: dict[str, Any] = {
            "lines_a_second": round(COUNT / statistics.median(times)),
            "lines_a_second_with_one_bad_in_1000": round(COUNT / bad),
            "requests_a_bad_line": round(refusing.requests / (COUNT / BAD), 1),
            "embedded_lines_a_second": round(COUNT / own),
        }
        print(found)
        found |= charts(server, ledger)
        server.end()
        size = sum(file.stat().st_size for file in (folder / "vm").rglob("*") if file.is_file())
        found["bytes_a_point"] = round(size / (3_650_000 + COUNT * 6), 2)
        print(f"{found['bytes_a_point']} bytes a point on disk")
        ledger.close()
        found["left_after_a_kill"] = killed(program, folder, 18_432)
    return found
