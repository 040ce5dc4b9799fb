"""The step at which a ledger's file is replaced: any kill leaves the old ledger or the new one, whole.

A ledger's newest commits are in its write-ahead log until they are folded in, and a log beside another file than its
own damages that. So the old ledger is first made one file, and then one rename replaces it. Where that cannot be, since
it is damaged, file and log are kept as a pair under another name before either is touched, and a marker keeps offices
away (`holding.use`) until the new ledger is there. Whoever calls this holds `holding.alone`.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from collector.ledger import holding
from collector.ledger.copying import to_disk
from kadian.errors import KadianError

LOGS = ("-wal", "-journal")
"""What SQLite may have beside a ledger that belongs to it."""
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
PIECE = 1 << 20
MAGIC = b"SQLite format 3\0"
LOG_HEAD, FRAME_HEAD = 32, 24
"""Bytes in a write-ahead log, of itself and of each page in it (sqlite.org/fileformat2.html, 4)."""
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def bring(backup: Path, ledger: Path, fresh: Path) -> str:
    """Copy a backup beside a ledger, with the ledger's owner and rights, onto the disk.

    Returns:
        The SHA-256 of the copy.

    Raises:
        KadianError: K0383 the disk refuses.
    """
    try:
        fresh.unlink(missing_ok=True)
        # Through one descriptor: root must not be led elsewhere by a name in a folder that is not root's.
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "rb+") as stream, backup.open("rb") as source:
            shutil.copyfileobj(source, stream, PIECE)
            if ledger.exists():
                os.fchmod(descriptor, ledger.stat().st_mode & 0o777)
            holding.give(descriptor, (ledger if ledger.exists() else ledger.parent).stat())
            stream.flush()
            os.fsync(descriptor)
            stream.seek(0)
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise KadianError("K0383", str(fresh), why=error.strerror or str(error)) from error


def put_back(fresh: Path, ledger: Path, aside: Path) -> None:
    """Put a proven copy in a ledger's place; what was there stays under the name `aside`, log and all.

    Raises:
        KadianError: K0383 the disk refuses, all is as it was; K0386 another program has the ledger open; K0388 the
            disk refused half way, the restore must be run again.
    """
    marker = holding.cut(ledger)
    try:
        _set_aside(ledger, aside)
        if any(_beside(ledger, end).exists() for end in LOGS):
            marker.touch()
            to_disk(ledger.parent)
            for end in (*LOGS, "-shm"):
                _beside(ledger, end).unlink(missing_ok=True)
            to_disk(ledger.parent)
        fresh.replace(ledger)
        to_disk(ledger.parent)
        marker.unlink(missing_ok=True)
        to_disk(ledger.parent)
    except OSError as error:
        if marker.exists():
            raise KadianError("K0388", str(ledger)) from error
        raise KadianError("K0383", str(ledger), why=error.strerror or str(error)) from error


def _set_aside(ledger: Path, aside: Path) -> None:
    """Give what is there a second name; its logs too, unless all that they hold is in the file by then.

    They are copied before SQLite sees them: it deletes a log that it cannot read, even as it says that it cannot.
    """
    copies = []
    for end in LOGS:
        if _beside(ledger, end).exists():
            copies.append(_beside(aside, end))
            _copy(_beside(ledger, end), copies[-1])
    to_disk(ledger.parent)
    whole = True  # also when all stays where it is, since another program has it open
    try:
        whole = _settle(ledger)
    finally:
        if whole:
            for copy in copies:
                copy.unlink()
    if ledger.exists():
        try:
            os.link(ledger, aside)
        except FileExistsError:
            raise
        except OSError:  # a disk that knows no hard links
            _copy(ledger, aside)
    to_disk(ledger.parent)


def _settle(ledger: Path) -> bool:
    """Fold the logs of a ledger that was killed into its file; says whether all of them is there."""
    log = _beside(ledger, "-wal")
    size = log.stat().st_size if log.exists() else 0
    if not ledger.exists():
        return False
    with ledger.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return False
    try:
        with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=rw", uri=True)) as connection:
            _, frames, _ = connection.execute("PRAGMA wal_checkpoint").fetchone()
            page = connection.execute("PRAGMA page_size").fetchone()[0]
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()  # fails while anybody else has it open
    except sqlite3.Error as error:
        primary = error.sqlite_errorcode & 0xFF
        if primary in BUSY:
            raise KadianError("K0386", str(ledger)) from None
        if primary not in DAMAGED:
            raise KadianError("K0383", str(ledger), why=str(error)) from error
        return False
    to_disk(ledger)  # no connection is open any more, whose locks this would drop
    to_disk(ledger.parent)
    return bool(size == 0 or size <= LOG_HEAD + frames * (FRAME_HEAD + page))


def _copy(file: Path, name: Path) -> None:
    holding.make(name)
    shutil.copy2(file, name)
    to_disk(name)


def _beside(file: Path, end: str) -> Path:
    return file.with_name(file.name + end)
