"""What the office knows of each gate at the moment, kept up from the ledger for all who ask."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from threading import Lock

from collector.api.times import day_start_ms
from collector.ledger import Connection, Ledger, gates, latest, screenings
from collector.ledger.gates import GateWord
from collector.ledger.latest import Brief

READ_ANEW = 20_000
"""Screenings behind which it is cheaper to ask for the newest of each gate than to read all that came."""
AT_ONCE = 5_000
SHARE = 20
"""The gates' own words are read again after so many times as long as reading them took: at most 5 % of one core."""


@dataclass
class Standing:
    """How one gate stands: its own last word, its newest screening, and how many it measured today by verdict."""

    word: GateWord | None = None
    newest: Brief | None = None
    received_ms: int | None = None
    today: dict[str, int] = field(default_factory=dict)


class Board:
    """The standings of all gates that have spoken, in memory. For any number of threads.

    Reading all gates for every open page at every commit is what an office with thousands of gates cannot do: here
    each new screening is read once, whoever asks. Nothing is read while nobody asks.

    Args:
        ledger: what is followed.
        zone: the site's, for its midnight.
        now_ms: the office's clock, milliseconds since 1970.
        counts: how many of each verdict each gate measured since a moment.
    """

    def __init__(
        self,
        ledger: Ledger,
        zone: tzinfo,
        now_ms: Callable[[], int],
        counts: Callable[[Connection, int], dict[str, dict[str, int]]],
    ) -> None:
        self._ledger = ledger
        self._zone = zone
        self._now_ms = now_ms
        self._counts = counts
        self._lock = Lock()
        self._standings: dict[str, Standing] = {}
        self._position = 0
        self._day_ms: int | None = None
        self._words_from = 0.0
        self.words_read = 0
        """How often the gates' own words were read: as long as it stands still, none has changed."""
        self.words_due = False
        """Whether they may have changed since, and it is too early to read them again."""

    @contextmanager
    def now(self) -> Iterator[dict[str, Standing]]:
        """The standings as they are now, by gate. They are the board's own: read them inside the block alone."""
        with self._lock:
            self._look()
            yield self._standings

    def _look(self) -> None:
        day_ms = day_start_ms(self._now_ms(), self._zone)
        with self._ledger.read() as connection:
            last = screenings.last_position(connection)
            if day_ms != self._day_ms or not self._position <= last <= self._position + READ_ANEW:
                self._read_anew(connection, day_ms, last)
            while self._position < last:
                for brief in latest.behind(connection, self._position, AT_ONCE):
                    self._take(brief, day_ms)
            self.words_due = time.monotonic() < self._words_from
            if not self.words_due:
                self._words(connection)

    def _read_anew(self, connection: Connection, day_ms: int, last: int) -> None:
        counts = self._counts(connection, day_ms)
        newest = {brief.gate: brief for brief in latest.newest(connection)}
        self._standings = {
            gate: Standing(newest=newest.get(gate), today=counts.get(gate, {})) for gate in {*counts, *newest}
        }
        self._position, self._day_ms, self._words_from = last, day_ms, 0.0

    def _take(self, brief: Brief, day_ms: int) -> None:
        self._position = brief.position
        standing = self._standings.setdefault(brief.gate, Standing())
        if standing.newest is None or standing.newest.place < brief.place:
            standing.newest = brief
        standing.received_ms = max(standing.received_ms or 0, brief.received_ms)
        if brief.at_ms >= day_ms:
            standing.today[brief.verdict] = standing.today.get(brief.verdict, 0) + 1

    def _words(self, connection: Connection) -> None:
        begun = time.monotonic()
        for word in gates.words(connection):
            standing = self._standings.setdefault(word.gate, Standing())
            standing.word = word
            standing.received_ms = max(standing.received_ms or 0, word.last_screening_ms or 0) or None
        self.words_read += 1
        ended = time.monotonic()
        self._words_from = ended + SHARE * (ended - begun)
