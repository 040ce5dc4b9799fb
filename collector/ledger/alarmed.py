"""Which readings the rule for fevers rang for: its incidents, and the screenings that their timelines name."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, or_, select

from collector.ledger.highs import COLUMNS, Reading, read
from collector.ledger.said import screenings_of
from collector.ledger.tables import incident_events, incidents, screenings
from collector.rules.confirmed_fever import CAUSE

RULE = "confirmed_fever"
LATE = "late-fever:"
"""How the causes of those begin that tell of many late readings: the gate and the site's day of arrival follow."""
LONGEST_MS = 6 * 3_600_000
"""So far from the reading that opened it the others of an incident may be; as shipped it is an hour."""
BY_PLACE = '"by":"place"'
"""In the facts of an incident that nothing but the place holds together."""
_COLUMNS = tuple(incidents.c[name] for name in ("id", "cause", "gate", "happened_ms", "facts"))


class Alert(NamedTuple):
    """What the rule told of one person.

    `first`: the first reading; None where it is not known. `second`: the one that it rang for first; None where the
    incident's timeline is from before it named screenings. `by_place`: nothing but the place makes one person of them.
    """

    id: str
    first: UUID | None
    second: UUID | None
    gate: str
    happened_ms: int
    by_place: bool


class Rung(NamedTuple):
    """A reading for which the rule rang, and that is not the first of its incident.

    `stands_alone`: no other reading of a list tells of it: the first is gone or was not called high by its gate.
    """

    alert: Alert
    stands_alone: bool


def told_of(connection: Connection, readings: Sequence[Reading]) -> tuple[dict[UUID, Alert], dict[UUID, Rung]]:
    """By the ids of these readings: what the rule told of which they are the first, and those it rang for later."""
    if not readings:
        return {}, {}
    ids = {reading.id for reading in readings}
    causes = {f"{CAUSE}{id_}" for id_ in ids} | {cause for reading in readings for cause in _late_causes(reading)}
    spans = [[reading.at_ms for reading in readings], [reading.received_ms for reading in readings]]
    # A gate without a clock: its incidents happened when they arrived.
    near = [incidents.c.happened_ms.between(min(span) - LONGEST_MS, max(span) + LONGEST_MS) for span in spans]
    wanted = or_(incidents.c.cause.in_(causes), *near)
    rows = connection.execute(select(*_COLUMNS).where(incidents.c.rule == RULE, wanted)).all()
    alerts, named = _alerts(connection, rows)
    older = {(alert.gate, alert.happened_ms): alert for alert in alerts if alert.second is None}
    found = {reading.id: named.get(reading.id) or older.get((reading.gate, reading.at_ms)) for reading in readings}
    firsts = [alert.first for alert in found.values() if alert and alert.first]
    listed = {one.id for one in _readings(connection, firsts) if one.is_told}
    rung = {
        id_: Rung(alert, alert.first not in listed and (alert.first is None or alert.second in {None, id_}))
        for id_, alert in found.items()
        if alert is not None and alert.first != id_
    }
    return {alert.first: alert for alert in (*alerts, *named.values()) if alert.first in ids}, rung


def seconds(connection: Connection, alerts: Iterable[Alert]) -> dict[UUID | None, Reading]:
    """The readings that these rang for first, by the first readings' ids, as far as they are known and kept."""
    asked = list(alerts)
    readings = {one.id: one for one in _readings(connection, [alert.second for alert in asked if alert.second])}
    found = {alert.first: readings[alert.second] for alert in asked if alert.second in readings}
    for alert in asked:
        if alert.second is None:
            moment = screenings.c.gate == alert.gate, screenings.c.at_ms == alert.happened_ms
            query = select(*COLUMNS).where(*moment, screenings.c.id != alert.first).limit(1)
            found.update((alert.first, one) for one in read(connection, query))
    return found


def _late_causes(reading: Reading) -> list[str]:
    """Whatever the site's time zone is: its day is the one of UTC, or the one before or after."""
    day = datetime.fromtimestamp(reading.received_ms / 1000, UTC).date()
    return [f"{LATE}{reading.gate}:{day + timedelta(days=off)}" for off in (-1, 0, 1)]


def _readings(connection: Connection, ids: Sequence[UUID]) -> list[Reading]:
    return read(connection, select(*COLUMNS).where(screenings.c.id.in_(ids))) if ids else []


def _alerts(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[list[Alert], dict[UUID, Alert]]:
    """What these incidents tell, one for each, and by each screening that a timeline names.

    Of an incident that tells of many, each screening has its own person's.
    """
    columns = incident_events.c.incident, incident_events.c.what, incident_events.c.note
    of_these = incident_events.c.incident.in_([row.id for row in rows])
    query = select(*columns).where(of_these, incident_events.c.what.in_(("opened", "repeated")))
    lines = connection.execute(query.order_by(incident_events.c.position)).all() if rows else []
    told = [(line.incident, *(UUID(id_) if id_ else None for id_ in screenings_of(line.note))) for line in lines]
    opened: dict[tuple[str, UUID | None], UUID | None] = {}
    for incident, judged, first in told:
        opened.setdefault((incident, first), judged)
    alerts = {row.id: _alert(row, opened.get((row.id, None))) for row in rows}
    named = {}
    for incident, judged, first in told:
        if judged is not None:
            of_person = alerts[incident]._replace(first=first, second=opened[incident, first], by_place=False)
            named[judged] = of_person if first else alerts[incident]
    return list(alerts.values()), named


def _alert(row: Row[Any], second: UUID | None) -> Alert:
    first = UUID(row.cause[len(CAUSE) :]) if row.cause.startswith(CAUSE) else None
    return Alert(row.id, first, second, row.gate, row.happened_ms, by_place=BY_PLACE in row.facts)
