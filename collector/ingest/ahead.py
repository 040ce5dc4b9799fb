"""Arrays of a backlog, read by another thread while the database writes those before them."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from collector.ingest.arrival import Arrival
from collector.ingest.intake import Intake, take_in

MOST_AHEAD = 8
"""Messages: arrays of 500 for one commit of 4,000 screenings, some 10 MB."""


class Ahead:
    """SQLite and PostgreSQL's client let go of Python's lock while they write: time to read what comes next.

    For the committer's thread. Live messages are not read ahead: they would wait for a commit more.

    Args:
        site: whose gates are heard.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._reader = ThreadPoolExecutor(1, "reader")
        self._read: dict[int, Future[Intake]] = {}

    def begin(self, coming: Iterable[Arrival]) -> None:
        """Have these read; they have to be kept until each was asked for."""
        for arrival in coming:
            if id(arrival) not in self._read:
                self._read[id(arrival)] = self._reader.submit(take_in, self._site, arrival.topic, arrival.payload)

    def intake(self, arrival: Arrival) -> Intake:
        """What a message brings, read here and now if it was not begun."""
        begun = self._read.pop(id(arrival), None)
        if begun is None or begun.cancel():
            return take_in(self._site, arrival.topic, arrival.payload)
        return begun.result()

    def close(self) -> None:
        """End the thread."""
        self._reader.shutdown(cancel_futures=True)
