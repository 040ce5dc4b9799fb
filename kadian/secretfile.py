"""Secret files: made for their owner alone, whole or not at all, and refused when others may read them."""

import os
from contextlib import suppress
from pathlib import Path

from kadian.errors import KadianError


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read; it is on the disk, or as it was before, when this returns.

    Raises:
        KadianError: K0500 it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KadianError("K0500", str(path), reason=error.strerror or str(error)) from error


def make_secret(path: Path, content: bytes) -> None:
    """Writes a secret file unless there is one: of several programs that start together one makes it for all.

    Raises:
        KadianError: K0500 it cannot be written.
    """
    if path.exists():
        return
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    write_secret(mine, content)
    try:
        with suppress(FileExistsError):
            os.link(mine, path)
    except OSError as error:
        raise KadianError("K0500", str(path), reason=error.strerror or str(error)) from error
    finally:
        mine.unlink(missing_ok=True)


def read_secret(path: Path) -> bytes:
    """The content of a secret file.

    Raises:
        KadianError: K0500 it cannot be read, K0501 others may read it too.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise KadianError("K0501", str(path))
        return path.read_bytes()
    except OSError as error:
        raise KadianError("K0500", str(path), reason=error.strerror or str(error)) from error
