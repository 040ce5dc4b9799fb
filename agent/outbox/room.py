"""Room on the disk: on one that is full SQLite cannot even delete, so some is held back beforehand."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

WAL_BYTES = 2 << 20
"""What the write-ahead log is cut back to. Nothing is committed in pieces that make it grow to twice this."""
BALLAST_BYTES = 2 * WAL_BYTES
SPARE_BYTES = WAL_BYTES
"""A new screening is refused while less than this is free."""


def free_bytes(folder: Path) -> int:
    """What an ordinary process may still write into this folder's file system."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class Room:
    """The free space around an outbox, and a ballast file that can be thrown off to go on deleting.

    Args:
        path: the outbox's file; the ballast lies beside it.
        free: how many bytes are free in a folder.
    """

    def __init__(self, path: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self.ballast = path.with_name(path.name + ".ballast")
        self._folder = path.parent
        self._free = free

    def enough(self) -> bool:
        """Whether a screening may be added."""
        return self.free() >= SPARE_BYTES

    def free(self) -> int:
        """Free bytes; none on a file system that does not answer."""
        try:
            return self._free(self._folder)
        except OSError:
            return 0

    def throw_off(self) -> bool:
        """Frees the ballast; False when there was none."""
        try:
            self.ballast.unlink()
        except OSError:
            return False
        return True

    def take_up(self) -> None:
        """Puts the ballast back where there is room for it and for more."""
        if self.ballast.exists() or self.free() < BALLAST_BYTES + 2 * SPARE_BYTES:
            return
        with contextlib.suppress(OSError):
            descriptor = os.open(self.ballast, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
            except OSError:
                self.ballast.unlink()
                raise
            finally:
                os.close(descriptor)
