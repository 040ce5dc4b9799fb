"""The parts that run beside the gate's own thread, each in a thread of its own."""

import threading
import time
from collections.abc import Mapping
from typing import Protocol

import structlog

from kadian.messages.telemetry import DeviceState

log = structlog.get_logger(__name__)
RESTART_SECONDS = 1.0


class Part(Protocol):
    """What works until it is told to stop."""

    def run(self, stop: threading.Event) -> None:
        """Works until stopped. What it raises is logged, and it is run again."""


class Device(Part, Protocol):
    """A part that stands for hardware."""

    @property
    def state(self) -> DeviceState:
        """`ok`, `silent` or `lost`."""


class Server(Protocol):
    """What answers from threads of its own, between `start` and `stop`."""

    def start(self) -> None:
        """Begins to answer."""

    def stop(self) -> None:
        """Ends."""


class Serving:
    """A server as a part."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def run(self, stop: threading.Event) -> None:
        """Answers until stopped."""
        self._server.start()
        stop.wait()
        self._server.stop()


class Crew:
    """Runs parts. A gate with one part broken is better than none: a part that fails is started again.

    Args:
        parts: by name, as the log is to call them.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts
        self._threads: list[threading.Thread] = []

    def start(self, stop: threading.Event) -> None:
        """Sets all to work until `stop` is set."""
        self._threads = [
            threading.Thread(target=_keep_running, args=(name, part, stop), name=name, daemon=True)
            for name, part in self._parts.items()
        ]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> bool:
        """Waits for all to end, at most so long; says whether they have."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)


def _keep_running(name: str, part: Part, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            part.run(stop)
        except Exception:
            log.exception("part_failed", part_name=name)
        stop.wait(RESTART_SECONDS)
