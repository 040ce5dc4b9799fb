"""Fevers: each first high reading with the one that confirmed or cleared it, read off what gates and rules said.

A gate says `temperature_high` of a first high reading, and of the second one, which names the one before it by
`remeasure_of`, `fever_confirmed`, `cleared`, or `rest_not_over` when it came too early to decide. The rule
`confirmed_fever` knows more: readings at two gates, or with limits of the office's own; its incident names the first.
Nothing here looks at whose code was shown.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Select, and_, or_, select, union_all

from collector.ledger.tables import UNUSUAL, incidents, screenings

FeverState = Literal["confirmed", "unconfirmed", "cleared"]
RULE = "confirmed_fever"
CAUSE = "fever:"
"""How the cause of its incidents begins: the id of the first reading follows."""
EARLY_READINGS = 20
"""Readings before the rest was over that one person is followed through; each costs a question, where there is one."""
MOST_LOOKED_AT = 400
"""High readings looked at for one page: where hardly any are of the wanted state, a page is short instead of late."""
_COLUMNS = [
    screenings.c[name]
    for name in ("position", "id", "gate", "at", "at_ms", "celsius", "kind", "verdict", "reasons", "remeasure_of")
]


class Reading(msgspec.Struct, frozen=True):
    """One screening as far as it is about a fever: °C, milliseconds since 1970; `reasons` is the JSON of the words."""

    position: int
    id: UUID
    gate: str
    at: str
    at_ms: int
    celsius: float | None
    kind: str | None
    verdict: str
    reasons: str
    remeasure_of: UUID | None

    @property
    def place(self) -> tuple[int, int]:
        """In order of the gate's own time; the ledger's order decides between equals."""
        return self.at_ms, self.position

    def says(self, word: str) -> bool:
        """Whether this is among the reasons."""
        return f'"{word}"' in self.reasons


class Fever(msgspec.Struct, frozen=True):
    """A first high reading and what became of it; `first` is None where it never came, or is deleted already.

    `second` confirmed or cleared it; `incident` is the id of the one that the rules opened.
    """

    state: FeverState
    first: Reading | None
    second: Reading | None
    incident: str | None

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the list: that of its first reading."""
        reading = self.first or self.second
        return reading.place if reading else (0, 0)


def page(  # noqa: PLR0917 - the filters, in the order of the call
    connection: Connection,
    since_ms: int,
    until_ms: int,
    state: FeverState | None = None,
    gate: str | None = None,
    limit: int = 100,
    before: tuple[int, int] | None = None,
) -> tuple[list[Fever], tuple[int, int] | None]:
    """At most `limit` fevers whose first reading was in the window, newest first, and the place to go on from.

    A page may be short, even empty, while there is a place to go on from.
    """
    found: list[Fever] = []
    size = min(max(2 * limit, 50), 300)
    for _ in range(max(MOST_LOOKED_AT // size, -(-limit // size))):
        marks = _marked(connection, since_ms, until_ms, gate, size, before)
        for fever in _fevers(connection, marks):
            if state is None or fever.state == state:
                found.append(fever)
            if len(found) > limit:
                return found[:limit], found[limit - 1].place
        if len(marks) < size:
            return found, None
        before = marks[-1].place
    return found, before


def _marked(  # noqa: PLR0917 - as above
    connection: Connection,
    since_ms: int,
    until_ms: int,
    gate: str | None,
    size: int,
    before: tuple[int, int] | None,
) -> list[Reading]:
    """Readings that a gate called high, newest first: two walks, merged, along an index that few screenings are in."""
    at_ms, position, reasons = screenings.c.at_ms, screenings.c.position, screenings.c.reasons
    window = and_(UNUSUAL, at_ms >= since_ms, at_ms < until_ms)
    if gate is not None:
        window = and_(window, screenings.c.gate == gate)
    if before is not None:
        earlier = or_(at_ms < before[0], and_(at_ms == before[0], position < before[1]))
        window = and_(window, at_ms <= before[0], earlier)
    high, again = reasons.contains('"temperature_high"'), reasons.contains('"fever_confirmed"')
    rechecks = select(*_COLUMNS).where(window, screenings.c.verdict == "recheck", high)
    stops = select(*_COLUMNS).where(window, screenings.c.verdict == "stop", or_(high, again))
    both = union_all(rechecks, stops)
    newest = both.order_by(both.selected_columns.at_ms.desc(), both.selected_columns.position.desc())
    return [Reading(*row) for row in connection.execute(newest.limit(size))]


def _fevers(connection: Connection, marks: Sequence[Reading]) -> list[Fever]:
    """What became of each of these readings; those that are the second one of another are told with it."""
    decided = _decided(connection, marks)
    elsewhere = _told_elsewhere(connection, marks)
    opened = _opened(connection, marks)
    seconds = _seconds_of_incidents(connection, marks)
    found = []
    for mark in marks:
        incident = opened.get(f"{CAUSE}{mark.id}")
        alert = incident["id"] if incident else None
        second = decided.get(mark.id)
        by_rule = seconds.get((mark.gate, mark.at_ms))
        if mark.says("fever_confirmed"):
            if mark.id not in elsewhere:
                found.append(Fever("confirmed", None, mark, alert))
        elif second is not None and second.says("fever_confirmed"):
            found.append(Fever("confirmed", mark, second, alert))
        elif incident is not None:
            found.append(Fever("confirmed", mark, _at(connection, incident, mark), alert))
        elif by_rule is None:
            found.append(Fever("unconfirmed" if second is None else "cleared", mark, second, None))
        elif not by_rule.first_is_here:
            found.append(Fever("confirmed", None, mark, by_rule.id))
    return found


def _decided(connection: Connection, marks: Iterable[Reading]) -> dict[UUID, Reading]:
    """The reading that decided about each, by the first one's id: the earliest, and one that confirms before others."""
    origin = {mark.id: mark.id for mark in marks}
    asked = list(origin)
    found: dict[UUID, Reading] = {}
    for _ in range(EARLY_READINGS + 1):
        if not asked:
            break
        query = select(*_COLUMNS).where(screenings.c.remeasure_of.in_(asked)).order_by(screenings.c.at_ms)
        asked = []
        for reading in _read(connection, query):
            first = origin.get(reading.remeasure_of) if reading.remeasure_of else None
            if first is None or (first in found and found[first].says("fever_confirmed")):
                continue
            if reading.says("fever_confirmed") or (reading.says("cleared") and first not in found):
                found[first] = reading
            elif reading.id not in origin:
                origin[reading.id] = first
                asked.append(reading.id)
    return found


def _told_elsewhere(connection: Connection, marks: Iterable[Reading]) -> set[UUID]:
    """Those of these readings that confirmed a fever which a reading before them tells of, as far as it is kept.

    The way back leads through readings that came too early. Where it ends without a high one, the first never came or
    is deleted.
    """
    before = {mark.id: mark.remeasure_of for mark in marks if mark.remeasure_of and mark.says("fever_confirmed")}
    found = set()
    for _ in range(EARLY_READINGS + 1):
        query = select(*_COLUMNS).where(screenings.c.id.in_(set(before.values())))
        there = {reading.id: reading for reading in _read(connection, query)} if before else {}
        steps = [(mark, there[earlier]) for mark, earlier in before.items() if earlier in there]
        found |= {mark for mark, reading in steps if _tells_of_fever(reading)}
        before = {
            mark: reading.remeasure_of
            for mark, reading in steps
            if reading.remeasure_of and not (_tells_of_fever(reading) or reading.says("cleared"))
        }
    return found


def _tells_of_fever(reading: Reading) -> bool:
    return reading.says("temperature_high") or reading.says("fever_confirmed")


def _opened(connection: Connection, marks: Iterable[Reading]) -> dict[str, Any]:
    """The incidents that the rules opened about these readings, by cause."""
    columns = incidents.c.cause, incidents.c.id, incidents.c.gate, incidents.c.happened_ms
    causes = [f"{CAUSE}{mark.id}" for mark in marks]
    query = select(*columns).where(incidents.c.rule == RULE, incidents.c.cause.in_(causes))
    return {row["cause"]: row for row in connection.execute(query).mappings()}


class _ByRule(NamedTuple):
    """An incident by which a rule confirmed a fever, and whether the reading that it names as the first is kept."""

    id: str
    first_is_here: bool


def _seconds_of_incidents(connection: Connection, marks: Sequence[Reading]) -> dict[tuple[str, int], _ByRule]:
    """By gate and moment, those of these readings by which a rule confirmed a fever."""
    if not marks:
        return {}
    query = select(incidents.c.gate, incidents.c.happened_ms, incidents.c.id, incidents.c.cause).where(
        incidents.c.rule == RULE, incidents.c.happened_ms.between(marks[-1].at_ms, marks[0].at_ms)
    )
    of_marks = {(mark.gate, mark.at_ms) for mark in marks}
    rows = [row for row in connection.execute(query) if (row.gate, row.happened_ms) in of_marks]
    firsts = {row.cause: UUID(row.cause[len(CAUSE) :]) for row in rows if row.cause.startswith(CAUSE)}
    here = set(connection.scalars(select(screenings.c.id).where(screenings.c.id.in_(firsts.values()))))
    return {(row.gate, row.happened_ms): _ByRule(row.id, firsts.get(row.cause) in here) for row in rows}


def _at(connection: Connection, incident: Any, first: Reading) -> Reading | None:
    """The reading by which an incident was found; None where it is not known to the millisecond (a clock not set)."""
    query = select(*_COLUMNS).where(
        screenings.c.gate == incident["gate"],
        screenings.c.at_ms == incident["happened_ms"],
        screenings.c.position != first.position,
    )
    return next(iter(_read(connection, query.limit(1))), None)


def _read(connection: Connection, query: Select[Any]) -> list[Reading]:
    return [Reading(*row) for row in connection.execute(query)]
