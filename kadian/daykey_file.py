"""The key of the day on disk, for its owner's eyes alone. There is never more than one."""

from pathlib import Path

import msgspec

from kadian.daykey import DayKey, from_seed, to_seed
from kadian.errors import KadianError
from kadian.messages import HolderSeed
from kadian.secretfile import write_secret


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
    try:
        write_secret(path, msgspec.json.encode(to_seed(key)))
    except KadianError as error:
        raise KadianError("K0456", str(path), reason=error.values.get("reason", "")) from error
