"""Fevers: each first high reading with the one that confirmed or cleared it, read off what gates and rules said.

A gate says `temperature_high` of a first high reading, and of the second one, which names the one before it by
`remeasure_of`, `fever_confirmed`, `cleared`, or `rest_not_over` when it came too early to decide. The rule
`confirmed_fever` knows more: readings at two gates, or with limits of the office's own; its incident names the first.
Nothing here looks at whose code was shown.
"""

from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection, and_, or_, select, union_all

from collector.ledger import alarmed
from collector.ledger.highs import COLUMNS, Reading, read
from collector.ledger.tables import UNUSUAL, screenings

FeverState = Literal["confirmed", "unconfirmed", "cleared"]
EARLY_READINGS = 20
"""Readings before the rest was over that one person is followed through; each costs a question, where there is one."""
MOST_LOOKED_AT = 400
"""High readings looked at for one page: where hardly any are of the wanted state, a page is short instead of late."""


class Fever(msgspec.Struct, frozen=True):
    """A first high reading and what became of it.

    `first` is None where it never came, is deleted already, or was not called high by its gate. `second` confirmed or
    cleared it; `incident` is the id of the one that the rules opened. `by_place`: nothing but the place makes one
    person of the two.
    """

    state: FeverState
    first: Reading | None
    second: Reading | None
    incident: str | None
    by_place: bool = False

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
    rechecks = select(*COLUMNS).where(window, screenings.c.verdict == "recheck", high)
    stops = select(*COLUMNS).where(window, screenings.c.verdict == "stop", or_(high, again))
    both = union_all(rechecks, stops)
    newest = both.order_by(both.selected_columns.at_ms.desc(), both.selected_columns.position.desc())
    return read(connection, newest.limit(size))


def _fevers(connection: Connection, marks: Sequence[Reading]) -> list[Fever]:
    """What became of each of these readings; those that are the second one of another are told with it."""
    decided = _decided(connection, marks)
    elsewhere = _told_elsewhere(connection, marks)
    alerts, rung = alarmed.told_of(connection, marks)
    seconds = alarmed.seconds(connection, alerts.values())
    found = []
    for mark in marks:
        alert, rang = alerts.get(mark.id), rung.get(mark.id)
        opened = alert.id if alert else None
        second = decided.get(mark.id)
        if mark.says("fever_confirmed"):
            if mark.id not in elsewhere:
                found.append(Fever("confirmed", None, mark, opened))
        elif second is not None and second.says("fever_confirmed"):
            found.append(Fever("confirmed", mark, second, opened))
        elif alert is not None:
            found.append(Fever("confirmed", mark, seconds.get(mark.id), opened, by_place=alert.by_place))
        elif second is not None and (rang is None or rang.alert.by_place):
            found.append(Fever("cleared", mark, second, None))
        elif rang is None:
            found.append(Fever("unconfirmed", mark, None, None))
        elif rang.stands_alone:
            found.append(Fever("confirmed", None, mark, rang.alert.id, by_place=rang.alert.by_place))
    return found


def _decided(connection: Connection, marks: Iterable[Reading]) -> dict[UUID, Reading]:
    """The reading that decided about each, by the first one's id: the earliest, and one that confirms before others."""
    origin = {mark.id: mark.id for mark in marks}
    asked = list(origin)
    found: dict[UUID, Reading] = {}
    for _ in range(EARLY_READINGS + 1):
        if not asked:
            break
        query = select(*COLUMNS).where(screenings.c.remeasure_of.in_(asked)).order_by(screenings.c.at_ms)
        asked = []
        for reading in read(connection, query):
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
        query = select(*COLUMNS).where(screenings.c.id.in_(set(before.values())))
        there = {reading.id: reading for reading in read(connection, query)} if before else {}
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
