"""The key of the day on disk, for its owner's eyes alone. There is never more than one."""

import os
from pathlib import Path

import msgspec

from kadian.daykey import DayKey, from_seed, to_seed
from kadian.errors import KadianError
from kadian.messages import HolderSeed


def read_key(path: Path) -> DayKey | None:
    """The key in a file; None when there is no file, or no day's key in it.

    Raises:
        KadianError: K0456 it cannot be read.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KadianError("K0456", str(path), reason=error.strerror or str(error)) from error
    try:
        return from_seed(msgspec.json.decode(raw, type=HolderSeed))
    except (msgspec.MsgspecError, ValueError):
        return None


def write_key(path: Path, key: DayKey) -> None:
    """Replaces the file as a whole: either key is there after a power cut, never half of one.

    Raises:
        KadianError: K0456 the disk refuses.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.json.encode(to_seed(key)))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KadianError("K0456", str(path), reason=error.strerror or str(error)) from error
