"""The outbox's file: how it is opened, checked, and put aside when it is damaged."""

import contextlib
import os
import sqlite3
from pathlib import Path

import structlog

from agent.outbox.room import WAL_BYTES
from agent.outbox.wal import PAGE, forgotten
from kadian.errors import KadianError
from kadian.identifiers import new_epoch

logger = structlog.get_logger(__name__)
SLACK_PAGES = 256
"""Above the cap, so that marking done and deleting find room when no screening does any more."""
QUICK_CHECK_BELOW = 64 << 20
"""Bytes; a larger file is not read through at start, a slow card would need minutes for it."""
WHOLE_CHECK_BELOW = 16 << 20
"""Bytes; below it the indices are compared with the rows too: what an index forgets would never be sent."""
LOG, KEPT_LOG = "-wal", "-wal.damaged"
"""Behind the file's name: SQLite's write-ahead log, and one with a damage in it."""
VERSION = 2
"""1 had its bodies unpacked; its files are gone on with."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE boot (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE screening (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    body BLOB NOT NULL,
    boot INTEGER NOT NULL,
    monotonic_ns INTEGER NOT NULL,
    unsynced INTEGER NOT NULL,
    done_at INTEGER
);
CREATE INDEX waiting ON screening (seq) WHERE done_at IS NULL;
CREATE INDEX adrift ON screening (seq) WHERE unsynced AND done_at IS NULL;
CREATE INDEX done ON screening (done_at) WHERE done_at IS NOT NULL;
"""


class Damaged(Exception):  # noqa: N818 - the field's word
    """The file is no outbox, or not a whole one."""


def connect(path: Path, cap_pages: int) -> sqlite3.Connection:
    """Opens an outbox, or makes an empty one with a new epoch.

    WAL with synchronous=FULL: of the journal modes tried under 54 power cuts the only one at its price that lost
    nothing. Locked for this process alone, which also does without a shared-memory file on a full disk.

    Raises:
        Damaged: it is not a whole outbox.
        sqlite3.Error: the disk or another process refuses.
    """
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_BYTES // PAGE}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        _make_or_check(connection, path)
        pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
        connection.execute(f"PRAGMA max_page_count = {max(cap_pages, pages) + SLACK_PAGES}")
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damage(error):
            raise Damaged(str(error)) from error
        raise
    except Damaged:
        connection.close()
        raise
    return connection


def kind_of(error: Exception) -> int:
    """SQLite's primary result code, 0 when it gave none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is broken; a number that is there already is one that was forgotten."""
    return kind_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)


def _make_or_check(connection: sqlite3.Connection, path: Path) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    # Locked by now, and not written to yet: the log is as the last process left it.
    log = path.with_name(path.name + LOG)
    missing = forgotten(log.read_bytes()) if log.exists() else 0
    if missing == 1:
        logger.warning("outbox_end_torn", path=str(log))
    elif missing:
        # SQLite deletes its log when it closes the file; under a second name it is kept for salvage.
        path.with_name(path.name + KEPT_LOG).unlink(missing_ok=True)
        os.link(log, path.with_name(path.name + KEPT_LOG))
        raise Damaged("the write-ahead log is damaged in the middle")
    if not tables:
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('epoch', ?)", (new_epoch(),))
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        with contextlib.suppress(OSError):
            path.chmod(0o600)
        return
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not 1 <= version <= VERSION or not tables >= {"meta", "boot", "screening"}:
        raise Damaged(f"no outbox of version {VERSION}")
    size = path.stat().st_size
    if size < QUICK_CHECK_BELOW:
        check = "integrity_check" if size < WHOLE_CHECK_BELOW else "quick_check"
        said = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
        if said != "ok":
            raise Damaged(str(said))
    if version != VERSION:
        connection.execute(f"PRAGMA user_version = {VERSION}")


def vanished(path: Path, ballast: Path) -> bool:
    """Whether there was an outbox here whose file is gone, or is there without anything in it."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return ballast.exists()
    except OSError:
        return False


def put_aside(path: Path, stamp: str) -> Path:
    """Renames an outbox with its log out of the way, under a name that still opens; never over an older one.

    Args:
        path: the outbox's file.
        stamp: the time, as it is to stand in the name.

    Raises:
        OSError: the disk refuses.
    """
    target = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    for end, new in ((LOG, LOG), (KEPT_LOG, LOG), ("", "")):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(target.with_name(target.name + new))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return target


def refusal(error: Exception, path: Path) -> KadianError:
    """The complaint of SQLite or of the disk in the house's words."""
    code = kind_of(error)
    if code == sqlite3.SQLITE_FULL:
        return KadianError("K0450", str(path))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return KadianError("K0452", str(path))
    return KadianError("K0451", str(path), reason=str(error))
