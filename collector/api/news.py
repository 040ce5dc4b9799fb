"""What is new, in the words of Server-Sent Events: read and encoded once for all open streams."""

import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from collector.api.answers.alert import alert_answers
from collector.api.answers.gate import MOST, gate_answers, known_gates
from collector.api.answers.screening import screening_answer
from collector.api.office import Office
from collector.api.problems import Failed, both
from collector.ledger import Connection, incidents, overview, screenings

AT_ONCE = 500
"""Events that one stream is given at a time, about 300 kB: what a browser that is slow to take them holds on to."""
KEPT = 5_000
"""Events that are kept encoded: about 3 MB, and a second of a whole city's screenings."""
LOOK_SECONDS = 1.0
"""After so long the ledger is looked at again, though nothing in this process wrote to it."""
State = tuple[str, str | None, str | None]
SILENT: State = ("unknown", None, None)
"""State, since when, and version of a gate that has not spoken of itself."""
PLACE = re.compile(r"(\d{1,15})-(\d{1,15})", re.ASCII)


class Told(NamedTuple):
    """An event as it is sent, and the place behind it."""

    told: bytes
    screening: int
    event: int


@dataclass
class Reader:
    """How far one stream has come in the screenings and in the incidents' events.

    `number` is that of the next event that it takes from those that are kept; None: it is not among them, and reads
    the ledger by itself until it is.
    """

    screening: int
    event: int
    number: int | None = None
    behind: bool = True

    @property
    def place(self) -> str:
        """The `id:` from which a reconnect goes on."""
        return f"{self.screening}-{self.event}"


def reader_at(office: Office, last_event_id: str | None) -> Reader:
    """A reader behind the place of an earlier stream, or at now.

    A place beyond the ledger's end (of another ledger) is taken as now.

    Raises:
        Failed: 422, it is not the id of an event.
    """
    with office.ledger.read() as connection:
        screening, event = screenings.last_position(connection), overview.last_event(connection)
    if not last_event_id:
        return Reader(screening, event)
    place = PLACE.fullmatch(last_event_id)
    if place is None:
        raise Failed(422, both("http.bad_event"))
    return Reader(min(int(place[1]), screening), min(int(place[2]), event))


class News:
    """The newest events of an office, for any number of streams and threads.

    Fifty pages that each read and encode the same screening cost fifty times as much as one; here the first that
    looks after a commit does it for all. A stream that was away reads what it missed by itself, and then joins.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._board = office.board
        self._lock = Lock()
        self._kept: deque[Told] = deque(maxlen=KEPT)
        self._end: Reader | None = None
        self._next = 0
        self._version = -1
        self._looked = float("-inf")
        self._words_read = -1
        # Of a configured entrance that it is not heard of is known; a stranger's first word is news.
        self._states = dict.fromkeys((entrance.gate_id for entrance in office.settings.entrances), SILENT)

    @property
    def again(self) -> bool:
        """Whether there may be something that it was too early to read."""
        return self._board.words_due

    def take(self, reader: Reader) -> list[bytes]:
        """The events behind the reader's place, which moves on: gates whose state changed, screenings, alerts.

        A reader that joins is told of every gate.
        """
        with self._lock:
            # A copy: whoever looks next moves the place on, and this reader is told what is behind it by its number.
            end = replace(self._look())
            first = self._next - len(self._kept)
            if reader.number is not None and reader.number >= first:
                some = list(islice(self._kept, reader.number - first, reader.number - first + AT_ONCE))
                if some:
                    reader.screening, reader.event = some[-1].screening, some[-1].event
                reader.number += len(some)
                reader.behind = reader.number < self._next
                return [one.told for one in some]
            reader.number = None
            joins = end.screening - reader.screening <= AT_ONCE and end.event - reader.event <= AT_ONCE
            number = self._next
            greeting = list(self._greeting(reader)) if joins else []
        events = greeting + list(self._missed(reader, end))
        reader.behind = not joins
        if joins:
            reader.screening, reader.event, reader.number = end.screening, end.event, number
        return events

    def _look(self) -> Reader:
        """Read what has come since the last look; returns the place up to which everything is read."""
        office, version = self._office, self._office.ledger.changed.version
        fresh = version == self._version and time.monotonic() - self._looked < LOOK_SECONDS
        if self._end is not None and fresh and not self._board.words_due:
            return self._end
        self._version, self._looked = version, time.monotonic()
        with office.ledger.read() as connection:
            last, event = screenings.last_position(connection), overview.last_event(connection)
            end = self._end
            if end is None or last - end.screening > KEPT or last < end.screening:
                # Nobody has read for long: whoever comes now reads by itself up to here.
                self._kept.clear()
                self._next += 1
                self._end = end = Reader(last, event)
            self._keep_gates(end)
            self._keep_rest(connection, end, last, event)
        return end

    def _keep_rest(self, connection: Connection, end: Reader, last: int, event: int) -> None:
        for told in _told(self._office, connection, end, (last, event), KEPT):
            self._keep(told, end)

    def _keep_gates(self, end: Reader) -> None:
        with self._board.now() as standings:
            if self._board.words_read == self._words_read:
                return
            states = self._states | {
                gate: (standing.word.state, standing.word.state_at, standing.word.version)
                for gate, standing in standings.items()
                if standing.word is not None
            }
            moved = [gate for gate, state in states.items() if self._states.get(gate) != state]
            answers = gate_answers(self._office, moved, standings) if self._words_read >= 0 else []
        self._states, self._words_read = states, self._board.words_read
        for answer in answers:
            self._keep(event_of("gate", end.place, answer), end)

    def _keep(self, told: bytes, place: Reader) -> None:
        self._kept.append(Told(told, place.screening, place.event))
        self._next += 1

    def _greeting(self, reader: Reader) -> Iterator[bytes]:
        with self._board.now() as standings:
            answers = gate_answers(self._office, known_gates(self._office, standings)[:MOST], standings)
        for answer in answers:
            yield event_of("gate", reader.place, answer)

    def _missed(self, reader: Reader, end: Reader) -> Iterator[bytes]:
        with self._office.ledger.read() as connection:
            yield from _told(self._office, connection, reader, (end.screening, end.event), AT_ONCE)


def _told(office: Office, connection: Connection, reader: Reader, upto: tuple[int, int], most: int) -> Iterator[bytes]:
    """At most `most` screenings and `most` events of incidents from the reader's place, which moves, up to another."""
    found = screenings.after(connection, reader.screening, most) if reader.screening < upto[0] else []
    changed = incidents.events_after(connection, reader.event, most) if reader.event < upto[1] else []
    for stored in found:
        if stored.position <= upto[0]:
            reader.screening = stored.position
            yield event_of("screening", reader.place, screening_answer(stored, office.zone))
    changed = [(position, incident) for position, incident in changed if position <= upto[1]]
    answers = {answer["id"]: answer for answer in alert_answers(office, [incident for _, incident in changed])}
    for position, incident in changed:
        reader.event = position
        yield event_of("alert", reader.place, answers[incident.id])


def event_of(name: str, place: str, answer: dict[str, Any]) -> bytes:
    """One event on the wire (HTML standard, section 9.2). JSON text has no line breaks of its own."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), place.encode(), msgspec.json.encode(answer))
