"""Which readings the rule for fevers rang for: its incidents, and the screenings that their timelines name."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, or_, select

from collector.ledger.highs import COLUMNS, Reading, read
from collector.ledger.incidents import screening_of
from collector.ledger.tables import incident_events, incidents, screenings

RULE = "confirmed_fever"
CAUSE = "fever:"
"""How the cause of its incidents begins: the id of the first reading follows."""
LATE = "late-fever:"
"""And of those that tell of many late readings at once: the gate and the site's day of arrival follow."""
LONGEST_MS = 6 * 3_600_000
"""So far from the reading that opened it the others of an incident may be; as shipped it is an hour."""
BY_PLACE = '"by":"place"'
"""In the facts of an incident that nothing but the place holds together."""
_COLUMNS = tuple(incidents.c[name] for name in ("id", "cause", "gate", "happened_ms", "facts"))


class Alert(NamedTuple):
    """An incident of the rule.

    `first`: the first reading; None where many are told together. `second`: the one that opened it; None where its
    timeline is from before it named screenings. `by_place`: nothing but the place makes one person of them.
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


def by_first(connection: Connection, readings: Iterable[Reading]) -> dict[UUID, Alert]:
    """The incidents whose first reading is one of these, by its id."""
    causes = [f"{CAUSE}{reading.id}" for reading in readings]
    query = select(*_COLUMNS).where(incidents.c.rule == RULE, incidents.c.cause.in_(causes))
    alerts, _ = _alerts(connection, connection.execute(query).all())
    return {alert.first: alert for alert in alerts.values() if alert.first is not None}


def rung(connection: Connection, readings: Sequence[Reading]) -> dict[UUID, Rung]:
    """Those of these readings for which the rule rang, as the second one or as a later one, by their ids."""
    if not readings:
        return {}
    spans = [[reading.at_ms for reading in readings], [reading.received_ms for reading in readings]]
    # A gate without a clock: its incidents happened when they arrived.
    near = [incidents.c.happened_ms.between(min(span) - LONGEST_MS, max(span) + LONGEST_MS) for span in spans]
    together = incidents.c.cause.in_({cause for reading in readings for cause in _late_causes(reading)})
    rows = connection.execute(select(*_COLUMNS).where(incidents.c.rule == RULE, or_(*near, together))).all()
    alerts, named = _alerts(connection, rows)
    older = {(alert.gate, alert.happened_ms): alert for alert in alerts.values() if alert.second is None}
    found = {reading.id: named.get(reading.id) or older.get((reading.gate, reading.at_ms)) for reading in readings}
    firsts = [alert.first for alert in found.values() if alert and alert.first]
    told = {one.id for one in _readings(connection, firsts) if one.is_told}
    return {
        id_: Rung(alert, alert.first not in told and (alert.first is None or alert.second in {None, id_}))
        for id_, alert in found.items()
        if alert is not None and alert.first != id_
    }


def seconds(connection: Connection, alerts: Iterable[Alert]) -> dict[str, Reading]:
    """The readings that opened these incidents, by the incident's id, as far as they are known and kept."""
    asked = list(alerts)
    readings = {one.id: one for one in _readings(connection, [alert.second for alert in asked if alert.second])}
    found = {alert.id: readings[alert.second] for alert in asked if alert.second in readings}
    for alert in asked:
        if alert.second is None:
            moment = screenings.c.gate == alert.gate, screenings.c.at_ms == alert.happened_ms
            query = select(*COLUMNS).where(*moment, screenings.c.id != alert.first).limit(1)
            found.update((alert.id, one) for one in read(connection, query))
    return found


def _late_causes(reading: Reading) -> list[str]:
    """Whatever the site's time zone is: its day is the one of UTC, or the one before or after."""
    day = datetime.fromtimestamp(reading.received_ms / 1000, UTC).date()
    return [f"{LATE}{reading.gate}:{day + timedelta(days=off)}" for off in (-1, 0, 1)]


def _readings(connection: Connection, ids: Sequence[UUID]) -> list[Reading]:
    return read(connection, select(*COLUMNS).where(screenings.c.id.in_(ids))) if ids else []


def _alerts(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[dict[str, Alert], dict[UUID, Alert]]:
    """Incidents by their ids, and by each screening that a timeline names."""
    columns = incident_events.c.incident, incident_events.c.what, incident_events.c.note
    wanted = (
        incident_events.c.incident.in_([row.id for row in rows]),
        incident_events.c.what.in_(("opened", "repeated")),
    )
    lines = (
        connection.execute(select(*columns).where(*wanted).order_by(incident_events.c.position)).all() if rows else []
    )
    named = [(line.incident, line.what, UUID(told)) for line in lines if (told := screening_of(line.note))]
    opened = {incident: id_ for incident, what, id_ in named if what == "opened"}
    alerts = {
        row.id: Alert(
            id=row.id,
            first=UUID(row.cause[len(CAUSE) :]) if row.cause.startswith(CAUSE) else None,
            second=opened.get(row.id),
            gate=row.gate,
            happened_ms=row.happened_ms,
            by_place=BY_PLACE in row.facts,
        )
        for row in rows
    }
    return alerts, {id_: alerts[incident] for incident, _, id_ in named}
