"""The outbox's file: how it is opened and checked."""

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import structlog

from agent.outbox.aside import bring_log, unsaved
from agent.outbox.room import WAL_BYTES
from agent.outbox.wal import LOG, PAGE, forgotten
from kadian.errors import KadianError
from kadian.identifiers import new_epoch

logger = structlog.get_logger(__name__)
SLACK_PAGES = 256
"""Above the cap, so that marking done and deleting find room when no screening does any more."""
QUICK_CHECK_BELOW = 64 << 20
"""Bytes; a larger file is not read through at start, a slow card would need minutes for it."""
WHOLE_CHECK_BELOW = 16 << 20
"""Bytes; below it the indices are compared with the rows too: what an index forgets would never be sent."""
SHARED_FIRST, SHARED_SIZE = (1 << 30) + 2, 510
"""The bytes of a file that SQLite locks (sqlite.org/lockingv3.html, SHARED lock), beyond any that it holds."""
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
        sqlite3.Error, OSError: the disk or another process refuses.
    """
    bring_log(path)
    _check_log(path)
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


def used(connection: sqlite3.Connection) -> int:
    """Pages that hold something."""
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return pages - free


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits to disk at its end; changes nothing after an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def kind_of(error: Exception) -> int:
    """SQLite's primary result code, 0 when it gave none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is broken; a number that is there already is one that was forgotten."""
    return kind_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)


def _check_log(path: Path) -> None:
    """Looks through the log before SQLite does, which deletes it on closing with all that it would not replay.

    Raises:
        Damaged: there is a damage in its middle.
        OSError: the disk refuses.
    """
    log = path.with_name(path.name + LOG)
    if not (log.exists() and path.exists()):
        return
    with path.open("rb") as held:
        try:
            fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except (BlockingIOError, PermissionError):
            return  # another process works on it, so its log is on the move; SQLite will say so
        missing = forgotten(log.read_bytes())
    if missing == 1:
        logger.warning("outbox_end_torn", path=str(log))
    elif missing:
        raise Damaged("the write-ahead log is damaged in the middle")


def _make_or_check(connection: sqlite3.Connection, path: Path) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
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
        if unsaved(path):
            return False
        return path.stat().st_size == 0
    except FileNotFoundError:
        return ballast.exists()
    except OSError:
        return False


def refusal(error: Exception, path: Path) -> KadianError:
    """The complaint of SQLite or of the disk in the house's words."""
    code = kind_of(error)
    if code == sqlite3.SQLITE_FULL:
        return KadianError("K0450", str(path))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return KadianError("K0452", str(path))
    return KadianError("K0451", str(path), reason=str(error))
