"""What has arrived and is not committed yet, bounded in messages and in bytes; single screenings before backlogs."""

from collections import deque
from collections.abc import Sequence
from threading import Condition

from collector.ingest.arrival import Arrival

MOST_MESSAGES = 8192
"""MQTT 5's receive maximum stays below; 3.1.1 knows no such limit."""
MOST_BYTES = 32 << 20
"""An array of 500 has about 200,000."""
LARGE = 8192
"""Bytes from which on a message is a backlog's: a live array so large could not be sent before either."""
PATIENCE_SECONDS = 5.0
"""How long the broker is held back for room; well below its keepalive."""


class Waiting:
    """A queue between the network's thread and the committer's; for one of each.

    What gates measure now does not wait for what they bring from days without a network; what a broker is told is in
    the order of arrival all the same (MQTT 5, 4.6).
    """

    def __init__(
        self, most_messages: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._patience = patience
        self._live: deque[Arrival] = deque()
        self._backlog: deque[Arrival] = deque()
        self._untold: deque[Arrival] = deque()
        self._done: set[int] = set()
        self._bytes = 0
        self._changed = Condition()
        self._patient = True

    def __len__(self) -> int:
        return len(self._live) + len(self._backlog)

    def put(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Add what fits; returns what does not.

        Without room this blocks, and with it the reading of the socket: the broker is held back. When even then there
        is none (the disk refuses), what comes is given back at once, until something was committed.
        """
        with self._changed:
            for place, arrival in enumerate(arrivals):
                if not self._room():
                    self._changed.notify_all()
                    self._patient = self._patient and self._changed.wait_for(self._room, self._patience)
                    if not self._patient:
                        return arrivals[place:]
                (self._backlog if len(arrival.payload) >= LARGE else self._live).append(arrival)
                self._untold.append(arrival)
                self._bytes += len(arrival.payload)
            self._changed.notify_all()
        return ()

    def wait(self, seconds: float, messages: int = 1) -> bool:
        """Block until so many messages wait, or for so long; returns whether any does."""
        with self._changed:
            self._changed.wait_for(lambda: len(self) >= messages, seconds)
            return len(self) > 0

    def take(self) -> Arrival | None:
        """The live one that has waited longest, or else the backlog's. Its room is free when the broker is told."""
        try:
            return (self._live or self._backlog).popleft()
        except IndexError:
            return None

    def done(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """These are committed; returns what the broker may be told of now."""
        told = []
        with self._changed:
            self._done.update(map(id, arrivals))
            while self._untold and id(self._untold[0]) in self._done:
                told.append(self._untold.popleft())
                self._done.discard(id(told[-1]))
            self._bytes -= sum(len(one.payload) for one in told)
            self._patient = True
            self._changed.notify_all()
        return told

    def _room(self) -> bool:
        # What is committed stays in memory until the broker is told of what came before it.
        return len(self._untold) < self._most_messages and self._bytes < self._most_bytes
