"""A thread of the office that does one step after another, each as far from the last as that one says."""

import time
from abc import ABC, abstractmethod
from threading import Event, Thread

import structlog

from collector.ledger import Ledger

log = structlog.get_logger(__name__)

AFTER_FAILURE = 1.0
"""Seconds."""


class Paced(ABC):
    """Whatever a step fails of (the ledger cannot be read or written just now) is said once, and the next one tries.

    Args:
        ledger: what the steps are about.
        name: of the thread, and of the failure in the log (`part_stuck`).
        shortest: seconds that are left between two steps at least.
        wakes: a commit to the ledger ends a pause.
    """

    def __init__(self, ledger: Ledger, name: str, *, shortest: float = 0.0, wakes: bool = True) -> None:
        self._ledger = ledger
        self._name = name
        self._shortest = shortest
        self._wakes = wakes
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def pace(self) -> float:
        """One step; returns the seconds until the next one."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step at hand."""
        self._stopping.set()
        self._ledger.changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        stuck = False
        while not self._stopping.is_set():
            seen = self._ledger.changed.version
            try:
                pause = self.pace()
                stuck = False
            except Exception:
                if not stuck:
                    log.exception("part_stuck", part=self._name)
                stuck, pause = True, AFTER_FAILURE
            begun = time.monotonic()
            if self._wakes:
                self._ledger.changed.wait(seen, pause)
                pause = self._shortest - (time.monotonic() - begun)
            self._stopping.wait(max(0.0, pause))
