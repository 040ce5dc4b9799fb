"""What can still be read of a damaged outbox."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from kadian.messages import Refused, Screening, decode

CHUNK = 100
LEAST_ROW = 64
"""Bytes: fewer than this no screening takes, which bounds how many a file can hold."""


def readable(path: Path) -> Iterator[Screening]:
    """The whole screenings of a damaged file that were not marked done, in their order; damaged pages are skipped."""
    with contextlib.closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
        seq, last = 0, 1
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            # Without this SQLite reads nothing of a file that was cut short (lockBtree in its btree.c).
            connection.execute("PRAGMA writable_schema = ON")
            last = _last(connection, path)
        except sqlite3.DatabaseError:
            return
        while seq < last:
            try:
                rows = connection.execute(
                    "SELECT seq, body, done_at FROM screening NOT INDEXED WHERE seq > ? ORDER BY seq LIMIT ?",
                    (seq, CHUNK),
                ).fetchall()
                if not rows:
                    return
                following = rows[-1][0]
            except sqlite3.DatabaseError:
                following = seq + CHUNK
                rows = [row for number in range(seq + 1, following + 1) for row in _single(connection, number)]
            yield from _whole(rows)
            seq = following


def _last(connection: sqlite3.Connection, path: Path) -> int:
    most = path.stat().st_size // LEAST_ROW + 1
    with contextlib.suppress(sqlite3.DatabaseError):
        found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'screening'").fetchone()
        if found is not None and isinstance(found[0], int):
            return found[0]
    return most


def _single(connection: sqlite3.Connection, seq: int) -> list[tuple[int, bytes, int | None]]:
    try:
        return connection.execute(
            "SELECT seq, body, done_at FROM screening NOT INDEXED WHERE seq = ?", (seq,)
        ).fetchall()
    except sqlite3.DatabaseError:
        return []


def _whole(rows: list[tuple[int, bytes, int | None]]) -> Iterator[Screening]:
    for _, body, done_at in rows:
        if done_at is None and isinstance(body, bytes):
            with contextlib.suppress(Refused):
                yield decode(Screening, body)
