"""Who may touch a SQLite ledger at once: one office, beside it other commands; a restore alone.

Two empty files beside the ledger carry the locks, since one on the ledger itself would break SQLite's own, which POSIX
drops as soon as any descriptor of that file is closed. The kernel lets go of a lock when its holder dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kadian.errors import KadianError

OFFICE = ".office"
"""Held by the office, so that there is one."""
USE = ".use"
"""Shared by all that have the ledger open; held by a restore alone."""


class Held:
    """A lock, until it is closed, once or more often."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def close(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def only_office(file: Path | None) -> Iterator[None]:
    """Be the one office of a ledger's file; of a ledger on a server there may be several.

    Raises:
        KadianError: K0348 another office is; K0302 the lock cannot be written.
    """
    if file is None:
        yield
        return
    held = _lock(file, OFFICE, fcntl.LOCK_EX)
    if held is None:
        raise KadianError("K0348", str(file))
    try:
        yield
    finally:
        held.close()


def use(file: Path) -> Held:
    """Keep restores away from a ledger for as long as it is open.

    Raises:
        KadianError: K0389 one is under way; K0388 one was cut; K0302 the lock cannot be written.
    """
    held = _lock(file, USE, fcntl.LOCK_SH)
    if held is None:
        raise KadianError("K0389", str(file))
    if cut(file).exists():
        held.close()
        raise KadianError("K0388", str(file))
    return held


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep everybody else away from a ledger.

    Raises:
        KadianError: K0386 an office or a command has it open; K0389 another restore is under way; K0302 the lock
            cannot be written.
    """
    held = _lock(file, USE, fcntl.LOCK_EX)
    if held is None:
        shared = _lock(file, USE, fcntl.LOCK_SH)
        if shared is None:
            raise KadianError("K0389", str(file))
        shared.close()
        raise KadianError("K0386", str(file))
    try:
        yield
    finally:
        held.close()


def cut(file: Path) -> Path:
    """What lies beside a ledger while its restore is at a step that must not be left half done."""
    return file.with_name(file.name + ".restore-cut")


def make(file: Path) -> None:
    """Make a ledger's file where there is none, for its owner alone.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            give(descriptor, file.parent.stat())
        finally:
            os.close(descriptor)


def give(descriptor: int, like: os.stat_result) -> None:
    """Give a file that root has made to whom it is for: the office, which is not root, must be able to open it."""
    found = os.fstat(descriptor)
    if os.geteuid() == 0 and (found.st_uid, found.st_gid) != (like.st_uid, like.st_gid):
        os.fchown(descriptor, like.st_uid, like.st_gid)


def _lock(file: Path, suffix: str, how: int) -> Held | None:
    lock = file.with_name(file.name + suffix)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise KadianError("K0302", str(lock), why=error.strerror or str(error)) from None
    try:
        give(descriptor, (file if file.exists() else file.parent).stat())
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise KadianError("K0302", str(lock), why=error.strerror or str(error)) from None
    return Held(descriptor)
