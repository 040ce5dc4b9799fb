"""What has arrived and is not committed yet, bounded in messages and in bytes."""

from collections import deque
from collections.abc import Sequence
from threading import Condition

from collector.ingest.arrival import Arrival

MOST_MESSAGES = 8192
"""MQTT 5's receive maximum stays below; 3.1.1 knows no such limit."""
MOST_BYTES = 32 << 20
"""An array of 500 has about 200,000."""
PATIENCE_SECONDS = 5.0
"""How long the broker is held back for room; well below its keepalive."""


class Waiting:
    """A queue between the network's thread and the committer's; for one of each."""

    def __init__(
        self, most_messages: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._patience = patience
        self._arrivals: deque[Arrival] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._patient = True

    def __len__(self) -> int:
        return len(self._arrivals)

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
                self._arrivals.append(arrival)
                self._bytes += len(arrival.payload)
            self._changed.notify_all()
        return ()

    def wait(self, seconds: float, messages: int = 1) -> bool:
        """Block until so many messages wait, or for so long; returns whether any does."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._arrivals) >= messages, seconds)
            return bool(self._arrivals)

    def take(self) -> Arrival | None:
        """The one that has waited longest. Its room is free when it is `done`."""
        try:
            return self._arrivals.popleft()
        except IndexError:
            return None

    def done(self, arrivals: Sequence[Arrival]) -> None:
        """These are committed."""
        with self._changed:
            self._bytes -= sum(len(one.payload) for one in arrivals)
            self._patient = True
            self._changed.notify_all()

    def _room(self) -> bool:
        return len(self._arrivals) < self._most_messages and self._bytes < self._most_bytes
