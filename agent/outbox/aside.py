"""Outboxes put aside: renamed out of the way, and known by their name until all that can be read of them is saved.

An outbox is put aside at the moment its main file is renamed: it then lies there as `unsaved`, whenever the power goes,
and the next start goes on from there. Its log follows it, and only when its screenings are in the new file do both
get the name under which they stay.
"""

import os
from pathlib import Path

from agent.outbox.wal import LOG

UNSAVED, SAVED = ".unsaved-", ".damaged-"
"""In the names of what is put aside: before all that can be read of it is in the new file, and after."""


def put_aside(path: Path, stamp: str) -> None:
    """Renames an outbox and its log out of the way, under a name that still opens; never over an older one.

    Args:
        path: the outbox's file.
        stamp: the time, as it is to stand in the name.

    Raises:
        OSError: the disk refuses.
    """
    name, number = stamp, 1
    while any(_named(path, kind + name).exists() for kind in (UNSAVED, SAVED)):
        number += 1
        name = f"{stamp}-{number}"
    if path.exists():
        path.rename(_named(path, UNSAVED + name))
    bring_log(path)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unsaved(path: Path) -> list[Path]:
    """What was put aside of this outbox and is not saved yet."""
    begins = path.stem + UNSAVED
    return sorted(one for one in path.parent.glob("*") if one.name.startswith(begins) and one.suffix == path.suffix)


def bring_log(path: Path) -> None:
    """Renames a log whose outbox was just put aside after it; to be called before a new one is made in its place.

    Raises:
        OSError: the disk refuses.
    """
    log, asides = _log(path), unsaved(path)
    if log.exists() and asides and not path.exists():
        last = max(asides, key=lambda one: one.stat().st_ctime_ns)
        if not _log(last).exists():
            log.rename(_log(last))


def mark_saved(aside: Path) -> Path:
    """Gives what was put aside the name under which it stays.

    Raises:
        OSError: the disk refuses.
    """
    target = aside.with_name(aside.name.replace(UNSAVED, SAVED))
    if _log(aside).exists():
        _log(aside).rename(_log(target))
    return aside.rename(target)


def _named(path: Path, kind: str) -> Path:
    return path.with_name(path.stem + kind + path.suffix)


def _log(path: Path) -> Path:
    return path.with_name(path.name + LOG)
