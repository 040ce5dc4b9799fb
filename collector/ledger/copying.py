"""A copy of an SQLite ledger that is whole and proven to be, made while the office works on, and its way back.

SQLite's own online backup copies pages in steps (sqlite.org/backup.html). It begins anew whenever somebody writes in
between, so the source is held in one read transaction: with a write-ahead log that is a snapshot, and hinders no one.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import make_url

from collector.ledger.engine import sqlite_file
from kadian.errors import KadianError

STEP_PAGES = 256
"""1 MiB: so much is copied at once."""
STEP_PAUSE = 0.001
"""Seconds in which the disk is left to the office, each time."""
COUNTED = ("screenings", "registrations", "incidents", "rejects")


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is to hold: rows by table, and the SHA-256 of its file, of so many bytes."""

    site: str
    made_at: str
    version: str
    schema: str
    bytes: int
    sha256: str
    counts: dict[str, int]


def file_of(url: str) -> Path:
    """The file of a ledger, links followed.

    Raises:
        KadianError: K0300 the URL is none; K0381 the ledger is on a server, which has its own tools for this.
    """
    file = sqlite_file(url)
    if file is None:
        raise KadianError("K0381", make_url(url).render_as_string(hide_password=True))
    return file


def manifest_of(backup: Path) -> Path:
    """Where a backup's manifest lies: beside it."""
    return backup.with_name(backup.name + ".json")


def copy(source: Path, target: Path) -> None:
    """Copy a ledger into a new file that only its owner may read, and prove it; it is on the disk on return.

    Raises:
        KadianError: K0383 it cannot be read or written; K0384 the ledger or its copy is not sound.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(_open(source, "mode=rw")) as here, closing(_open(target, "mode=rw")) as there:
            here.execute("BEGIN")
            here.execute("SELECT count(*) FROM sqlite_master").fetchone()
            here.backup(there, pages=STEP_PAGES, sleep=STEP_PAUSE)
            here.rollback()
            there.execute("PRAGMA journal_mode=DELETE").fetchone()  # one file, with no log beside it
        to_disk(target)
    except (OSError, sqlite3.OperationalError) as error:
        raise KadianError("K0383", str(target), why=str(error)) from error
    except sqlite3.Error as error:
        raise KadianError("K0384", str(source), why=str(error)) from error
    prove(target)


def prove(file: Path) -> None:
    """Have SQLite look at every page.

    Raises:
        KadianError: K0384, with SQLite's own words.
    """
    try:
        with closing(_open(file, "mode=ro&immutable=1")) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise KadianError("K0384", str(file), why=str(error)) from error
    if found != ["ok"]:
        raise KadianError("K0384", str(file), why="; ".join(found))


def describe(file: Path, site: str, made_at: str, version: str) -> Manifest:
    """The manifest of a backup.

    Raises:
        KadianError: K0384 it is no ledger.
    """
    try:
        with closing(_open(file, "mode=ro&immutable=1")) as connection:
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED}  # noqa: S608
    except (sqlite3.Error, TypeError) as error:
        raise KadianError("K0384", str(file), why=str(error)) from error
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Manifest(site, made_at, version, schema, file.stat().st_size, digest, counts)


def check(backup: Path) -> Manifest:
    """What a backup holds, once it is known to be what was made.

    Raises:
        KadianError: K0385 the file or its manifest is missing, or they do not belong together.
    """
    manifest = read_manifest(backup)
    try:
        with backup.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise KadianError("K0385", str(backup), why=str(error)) from error
    if digest != manifest.sha256:
        raise KadianError("K0385", str(backup), why="SHA-256")
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """What a backup is to hold.

    Raises:
        KadianError: K0385 the backup or its manifest is missing, or the latter is none.
    """
    try:
        backup.stat()
        return msgspec.json.decode(manifest_of(backup).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise KadianError("K0385", str(backup), why=str(error)) from error


def _open(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or a folder with its names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
