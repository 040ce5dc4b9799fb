"""Ledgers of any size, filled by SQLite itself: days with peaks, 1 % high, second readings that name the first.

`python -m bench.ledgers FILE ROWS GATES` makes one; 50 million rows take about ten minutes and 13 GB.
"""

import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from collector.ledger import Ledger

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
ZONE_MS = 8 * HOUR_MS
A_GATE_A_DAY = 18_500
"""Screenings: 50 million at nine gates are 300 days."""
FEWEST_DAYS = 30
CURVE = (1, 1, 1, 1, 2, 8, 40, 100, 70, 40, 30, 35, 40, 35, 30, 30, 40, 80, 90, 50, 30, 20, 8, 2)
"""How busy each hour is: people leave from seven on and come home until seven."""
HIGH_EVERY = 101
REST_MS = 200_000

ROW = """
INSERT INTO screenings (id, gate, life, seq, at, at_ms, received_ms, clock, verdict, reasons, celsius, kind, body_site,
    surface, ambient, conversion, samples, spread, device, quality, code_format, code_status, holder, colour, operator,
    remeasure_of)
SELECT uuid7(ms, i), printf('g%05d', i % :gates), i % :gates + 1, i / :gates + 1,
    strftime('%Y-%m-%dT%H:%M:%f', ms / 1000.0, 'unixepoch', '+8 hours') || '000+08:00', ms, ms + 180, 'synced',
    CASE kind WHEN 'high' THEN 'recheck' WHEN 'confirmed' THEN 'stop' WHEN 'moving' THEN 'none' ELSE 'pass' END,
    CASE kind WHEN 'high' THEN '["temperature_high"]' WHEN 'confirmed' THEN '["fever_confirmed"]'
        WHEN 'cleared' THEN '["cleared"]' WHEN 'moving' THEN '["moving"]' ELSE '[]' END,
    celsius, 'body_estimate', 'forehead', round(celsius - 1.7, 2), round(12 + 9.0 * noise, 1), 'device', 12,
    round(noise / 5, 2), 'gy614v3', CASE kind WHEN 'moving' THEN 'moving' ELSE 'ok' END,
    CASE WHEN who % 5 THEN 'pass' END, CASE WHEN who % 5 THEN 'valid' END,
    CASE WHEN who % 5 THEN printf('%022x', who * 2654435761) END, CASE WHEN who % 5 THEN 'green' END, 'v-12',
    CASE WHEN kind IN ('confirmed', 'cleared') THEN uuid7(:start + (k - :shift) * :step, i - :shift) END
FROM (
    SELECT *, CASE WHEN kind IN ('confirmed', 'cleared') THEN i - :shift ELSE i END AS who,
        round(CASE WHEN kind IN ('high', 'confirmed') THEN 37.3 + 1.6 * noise * noise ELSE 35.9 + 0.4 * noise
        + 0.8 * (abs(random()) % 1000 / 1000.0) END, 2) AS celsius
    FROM (
        SELECT k, k + :before AS i, :start + k * :step AS ms, abs(random()) % 1000 / 1000.0 AS noise,
            CASE WHEN k >= :shift AND (k + :before - :shift) % :every = 0
                    AND (k + :before - :shift) / :every % 10 < 8
                THEN CASE WHEN (k + :before - :shift) / :every % 10 < 4 THEN 'confirmed' ELSE 'cleared' END
                WHEN (k + :before) % :every = 0 THEN 'high' WHEN (k + :before) % 211 = 0 THEN 'moving'
                ELSE 'normal' END AS kind
        FROM numbers WHERE k < :count
    )
)
"""
INCIDENTS = """
INSERT INTO incidents (id, rule, cause, gate, state, severity, late, facts, opened_ms, happened_ms, last_ms, count)
SELECT lower(hex(randomblob(18))), 'confirmed_fever', 'fever:' || substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-'
    || substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-' || substr(h, 21), gate, 'resolved', 'page', 0,
    json_object('gate', gate, 'entrance', gate, 'name', gate, 'time', '07:30', 'day', '2026-11-23', 'count', 1,
    'celsius', round(celsius, 1), 'kind', 'body_estimate'), received_ms, at_ms, at_ms, 1
FROM (SELECT *, lower(hex(remeasure_of)) AS h FROM screenings WHERE verdict <> 'pass' AND verdict = 'stop')
"""
TELEMETRY = (
    '{"at":"2026-11-23T07:00:00+08:00","version":"0.2.0","clock":"synced","thermometer":{"state":"ok",'
    '"driver":"gy614v3"},"camera":{"state":"ok"},"outbox":{"epoch":"01HZX0000000000000000000","last_seq":4711,'
    '"waiting":0}}'
)


def make(path: Path, rows: int, gates: int, now_ms: int | None = None) -> None:
    """A ledger of about `rows` screenings at `gates` gates that ends now; followers have read all of it."""
    began = time.monotonic()
    Ledger.open(f"sqlite:///{path}").close()
    now_ms = int(datetime.now(UTC).timestamp() * 1000) if now_ms is None else now_ms
    database = sqlite3.connect(path, isolation_level=None)
    database.create_function("uuid7", 2, _uuid7, deterministic=True)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-800000", "temp_store=FILE"):
        database.execute(f"PRAGMA {pragma}").close()
    later = _without_indexes(database)
    database.execute("BEGIN")
    written = _screenings(database, rows, gates, now_ms)
    database.execute("COMMIT")
    print(f"{written} rows, {time.monotonic() - began:.0f} s", flush=True)
    for statement in later:
        database.execute(statement)
    _beside(database, written, gates, now_ms)
    database.execute("PRAGMA journal_mode=WAL").close()
    database.close()
    print(f"with indexes {time.monotonic() - began:.0f} s, {path.stat().st_size / 1e9:.2f} GB", flush=True)


def _screenings(database: sqlite3.Connection, rows: int, gates: int, now_ms: int) -> int:
    days = max(FEWEST_DAYS, round(rows / (gates * A_GATE_A_DAY)))
    midnight = (now_ms + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS
    total = sum(CURVE)
    # The day at hand is as far as it has come.
    passed = sum(CURVE[: (now_ms - midnight) // HOUR_MS + 1])
    a_day = round(rows / (days + passed / total))
    database.execute("CREATE TEMP TABLE numbers (k INTEGER PRIMARY KEY)")
    most = a_day * max(CURVE) // total + 1
    database.execute(
        "WITH RECURSIVE c(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM c WHERE k < ?) "
        "INSERT INTO numbers SELECT k FROM c",
        (most,),
    )
    before = 0
    for day in range(-days, 1):
        for hour, weight in enumerate(CURVE):
            start = midnight + day * DAY_MS + hour * HOUR_MS
            count = a_day * weight // total
            step = HOUR_MS // max(count, 1)
            count = min(count, max(0, (now_ms - start) // step))
            shift = gates * max(1, round(REST_MS / step / gates))
            shift += gates * (shift % HIGH_EVERY == 0)
            values = {"gates": gates, "start": start, "step": step, "count": count, "before": before}
            database.execute(ROW, values | {"every": HIGH_EVERY, "shift": shift})
            before += count
    return before


def _beside(database: sqlite3.Connection, written: int, gates: int, now_ms: int) -> None:
    """What the office knows beside the screenings themselves."""
    database.execute("BEGIN")
    database.execute(INCIDENTS)
    for number in range(gates):
        name, last = f"g{number:05d}", (written - 1 - number) // gates + 1
        database.execute(
            "INSERT INTO epochs (life, gate, epoch, first_seen_ms) VALUES (?, ?, '01HZX0000000000000000000', ?)",
            (number + 1, name, now_ms - 400 * DAY_MS),
        )
        database.execute("INSERT INTO runs (life, first, last) VALUES (?, 1, ?)", (number + 1, last))
        database.execute(
            "INSERT INTO gates VALUES (?, 'online', '2026-11-23T07:00:00+08:00', '0.2.0', ?, ?, ?, ?)",
            (name, now_ms - DAY_MS, TELEMETRY, now_ms, now_ms),
        )
    database.execute("INSERT OR REPLACE INTO cursors VALUES ('rules', ?)", (written,))
    database.execute("COMMIT")


def _without_indexes(database: sqlite3.Connection) -> list[str]:
    """Drop the indexes of the screenings; the statements that make them again, which then costs one sorting each."""
    found = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'screenings' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in found:
        database.execute(f"DROP INDEX {name}")
    return [sql for _, sql in found]


def _uuid7(ms: int, number: int) -> bytes:
    return (ms << 80 | 0x7000 << 64 | 0x8000 << 48 | number).to_bytes(16, "big")


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
