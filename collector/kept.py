"""A file that the office goes by while somebody may change it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from kadian.errors import KadianError

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Kept(Generic[T]):
    """What a file says, read again when it has changed; one that is damaged later leaves the last good content.

    Args:
        path: the file.
        read: its content and the moment of its last change into what it says; raises ValueError when it is damaged.

    Raises:
        KadianError: at the start, K0260 it cannot be read, K0261 it is not what it should be.
    """

    def __init__(self, path: Path, read: Callable[[bytes, datetime], T]) -> None:
        self._path = path
        self._read = read
        self._stamp = self._stamp_now()
        self._content = self._load()

    def content(self) -> T:
        """What the file says now, or last said."""
        try:
            stamp = self._stamp_now()
            if stamp == self._stamp:
                return self._content
            self._stamp = stamp
            self._content = self._load()
            log.info("list_read_again", file=self._path.name)
        except KadianError as error:
            log.warning("list_stays_as_it_was", code=error.code, what=error.what(), do=error.do())
        return self._content

    def _stamp_now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise KadianError("K0260", str(self._path), reason=error.strerror or str(error)) from None
        return found.st_mtime_ns, found.st_size

    def _load(self) -> T:
        try:
            raw = self._path.read_bytes()
        except OSError as error:
            raise KadianError("K0260", str(self._path), reason=error.strerror or str(error)) from None
        try:
            return self._read(raw, datetime.fromtimestamp(self._stamp[0] // 1_000_000_000, UTC))
        except ValueError as error:
            raise KadianError("K0261", str(self._path), reason=str(error)) from None
