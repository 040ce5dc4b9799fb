"""What is new for one open stream, in the words of Server-Sent Events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from collector.api.answers.alert import alert_answers
from collector.api.answers.gate import gates_now
from collector.api.answers.screening import screening_answer
from collector.api.office import Office
from collector.api.problems import Failed
from collector.ledger import gates, incidents, overview, screenings

AT_ONCE = 500
SILENT = ("unknown", None, None)
"""State, since when, and version of a gate that has not spoken of itself."""
PLACE = re.compile(r"(\d{1,15})-(\d{1,15})", re.ASCII)


@dataclass
class Reader:
    """How far one stream has come in the screenings and in the incidents' events, and which gate states it told."""

    screening: int
    event: int
    states: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
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
        raise Failed(422, "Last-Event-ID: not the id of an event of this stream; begin again without it")
    return Reader(min(int(place[1]), screening), min(int(place[2]), event))


def news(office: Office, reader: Reader) -> list[bytes]:
    """The events behind the reader's place, which moves on: gates whose state changed, screenings, alerts."""
    with office.ledger.read() as connection:
        found = screenings.after(connection, reader.screening, AT_ONCE)
        changed = incidents.events_after(connection, reader.event, AT_ONCE)
        rows = gates.all(connection)
    states: dict[str, tuple[str | None, ...]] = {
        **{entrance.gate_id: SILENT for entrance in office.settings.entrances},
        **{row.gate: (row.state, row.state_at, row.version) for row in rows},
    }
    events = list(_gates(office, reader, states))
    for stored in found:
        reader.screening = stored.position
        events.append(event("screening", reader.place, screening_answer(stored, office.zone)))
    answers = {answer["id"]: answer for answer in alert_answers(office, [incident for _, incident in changed])}
    for position, incident in changed:
        reader.event = position
        events.append(event("alert", reader.place, answers[incident.id]))
    reader.behind = len(found) == AT_ONCE or len(changed) == AT_ONCE
    return events


def event(name: str, place: str, answer: dict[str, Any]) -> bytes:
    """One event on the wire (HTML standard, section 9.2). JSON text has no line breaks of its own."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (name.encode(), place.encode(), msgspec.json.encode(answer))


def _gates(office: Office, reader: Reader, states: dict[str, tuple[str | None, ...]]) -> Iterator[bytes]:
    before, reader.states = reader.states, states
    moved = {name for name, state in states.items() if before.get(name) != state}
    if moved:
        for answer in gates_now(office):
            if answer["gate"] in moved:
                yield event("gate", reader.place, answer)
