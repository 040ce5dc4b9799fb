"""Threads that an error has ended: no part of the office may stop working without a word."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from kadian.errors import KadianError

log = structlog.get_logger(__name__)


class Fallen:
    """Hears of every thread of this process that ends by an error, whoever began it."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """From here to the end of the block."""
        before, threading.excepthook = threading.excepthook, self._notice
        try:
            yield
        finally:
            threading.excepthook = before

    def trouble(self) -> KadianError | None:
        """Which parts have ended (K0375), or None."""
        return KadianError("K0375", ", ".join(self._names)) if self._names else None

    def _notice(self, ended: threading.ExceptHookArgs) -> None:
        if ended.exc_type is SystemExit:
            return
        name = ended.thread.name if ended.thread else "?"
        self._names = (*self._names, name)
        error = ended.exc_value or ended.exc_type()
        log.critical("thread_ended", thread=name, exc_info=(ended.exc_type, error, ended.exc_traceback))
