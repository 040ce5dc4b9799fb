"""How many screenings an outbox holds under its cap, what one takes on disk, and how it works when it is full."""

import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from agent.outbox import Outbox
from agent.settings import Outbox as Settings
from bench.figures import milliseconds
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Code, Receipt, Screening, Temperature

MONTH = 30 * 86_400
"""Screenings in 30 days at one a second."""
ROWS = int(os.environ.get("KADIAN_ROWS", str(MONTH)))
AT_ONCE = 2_000


def screening(epoch: str, seq: int) -> Screening:
    """One with all that a gate of today says, and values that differ from person to person."""
    return Screening(
        id=new_id(),
        epoch=epoch,
        seq=seq,
        at=(datetime(2026, 11, 23, 6, tzinfo=UTC) + timedelta(milliseconds=seq * 1003)).astimezone(),
        clock="synced",
        verdict="pass",
        temperature=Temperature(
            36 + seq % 130 / 100, "body_estimate", "forehead", 33 + seq % 270 / 100, seq % 251 / 10, "device",
            5 + seq % 13, seq % 17 / 100, "gy614v3",
        ),
        code=Code("pass", "valid", token_urlsafe(16), "green", "2026-12-01"),
        operator="v-12",
    )  # fmt: skip


def run() -> dict[str, Any]:
    """Fills an outbox of the default cap, opens it anew, records, drains a part and refuses at the cap."""
    cap = Settings().max_bytes
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        path = Path(folder) / "outbox.db"
        box = Outbox(path, max_bytes=cap)
        began = time.monotonic()
        while box.last_seq < ROWS:
            insert(box, min(AT_ONCE, ROWS - box.last_seq))
        filled = time.monotonic() - began
        box.close()
        size = path.stat().st_size
        began = time.monotonic()
        box = Outbox(path, max_bytes=cap)
        opened = time.monotonic() - began
        times = []
        for _ in range(300):
            began = time.monotonic()
            box.record(screening)
            times.append(time.monotonic() - began)
        began = time.monotonic()
        first = box.pending(limit=500)
        read = time.monotonic() - began
        more = 0
        try:
            while more < 4 * MONTH:
                insert(box, AT_ONCE)
                more += AT_ONCE
                box.record(screening)
        except KadianError as refused:
            said = refused.code
        oldest = box.pending(limit=1)[0].seq
        began = time.monotonic()
        box.apply(Receipt(box.epoch, 10_000))
        drained = time.monotonic() - began
        again = box.record(screening).seq
        box.close()
    found = {
        "rows": ROWS,
        "bytes_a_row": round(size / ROWS, 1),
        "file_mb": round(size / 1e6, 1),
        "cap_mb": round(cap / 1e6, 1),
        "fits_at_the_cap": box.last_seq - 1,
        "days_at_one_a_second": round((box.last_seq - 1) / 86_400, 1),
        "open_s": round(opened, 2),
        "read_500_ms": round(read * 1e3, 1),
        "fill_rows_a_second": round(ROWS / filled),
        "refused_with": said,
        "oldest_unsent_at_the_cap": oldest,
        "mark_10000_done_s": round(drained, 2),
    }
    print(", ".join(f"{name} {value}" for name, value in found.items()))
    if len(first) != 500 or oldest != 1 or again != box.last_seq:
        raise SystemExit("the oldest unsent screening was dropped, or the outbox did not go on after the receipt")
    return {**found, "record": milliseconds("record into a full outbox", times)}


def insert(box: Outbox, count: int) -> None:
    """Many in one commit, as far as the outbox's own insert goes; one at a time would take a day."""
    store = box._store  # noqa: SLF001

    def work(connection: sqlite3.Connection) -> None:
        for number in range(1, count + 1):
            store.insert(connection, screening(box.epoch, box.last_seq + number))

    store.change(work)
    store.last_seq += count
    store.waiting += count
