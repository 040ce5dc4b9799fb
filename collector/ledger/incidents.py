"""Incidents: what a person has to act on, each once, with its timeline."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, union, update

from collector.ledger.said import said
from collector.ledger.tables import deliveries, incident_events, incidents, tellings
from collector.rules.rule import Facts, Finding

NAMES = UUID("6a1f3a52-7c1e-5c0b-9d57-0f3f6f1f5c8e")
"""Ids are made from causes under this name space. Changing it makes old causes ring again."""
Ending = Literal["resolved", "over", "expired"]
Outcome = Literal["fever", "false_alarm", "nobody", "device"]
"""What it turned out to be: a fever indeed, none, nobody was there any more, the device was wrong."""


class Incident(msgspec.Struct, frozen=True):
    """One row of `tables.incidents`; times in milliseconds since 1970, `count` how often its cause was found.

    Its life: open, then notified (`notified_ms`: a service has taken a message about it), acknowledged (somebody took
    it), resolved. `ending` says how it ended: by somebody (resolved), by itself (over), or because nobody came in a
    long while (expired).
    """

    id: str
    rule: str
    cause: str
    gate: str
    state: str
    severity: str
    late: bool
    facts: Facts
    opened_ms: int
    happened_ms: int
    last_ms: int
    count: int
    acknowledged_ms: int | None
    acknowledged_by: str | None
    resolved_ms: int | None
    resolved_by: str | None
    notified_ms: int | None = None
    ending: Ending | None = None
    minutes: int | None = None
    level: int = 0
    because: str | None = None
    next_ms: int | None = None
    flaps: int = 0
    screen_ms: int | None = None

    @property
    def stage(self) -> str:
        """Where in its life it is: open, notified, acknowledged, resolved, over, expired."""
        if self.state == "resolved":
            return self.ending or "resolved"
        return "notified" if self.state == "open" and self.notified_ms else self.state


class IncidentEvent(msgspec.Struct, frozen=True):
    """One line of an incident's timeline.

    `what`: opened, repeated, notified, refused, acknowledged, how it ended, outcome (the `note` is an `Outcome`), or a
    word of `alerts.why.Why`. Of what a rule found, `note` is its reason and the screenings that it is about.
    """

    position: int
    incident: str
    at_ms: int
    what: str
    who: str | None
    note: str | None


def open_or_repeat(connection: Connection, finding: Finding, now_ms: int) -> tuple[Incident, bool]:
    """The incident of a finding's cause: the one that is there, counted up, or a new one.

    A resolved incident is only counted up when its cause happens once; else a new one is opened.

    Returns:
        The incident as it now is, and whether it is new.
    """
    known = _of_cause(connection, finding)
    if known is not None:
        # Readings may arrive in any order: the latest moment stays.
        last_ms = max(known.last_ms, finding.happened_ms)
        _set(connection, known.id, count=known.count + 1, last_ms=last_ms)
        note(connection, known.id, now_ms, "repeated", text=said(finding))
        return msgspec.structs.replace(known, count=known.count + 1, last_ms=last_ms), False
    new = Incident(
        id=incident_id(finding),
        rule=finding.rule,
        cause=finding.cause,
        gate=finding.gate,
        state="open",
        severity=finding.severity,
        late=finding.late,
        facts=finding.facts,
        opened_ms=now_ms,
        happened_ms=finding.happened_ms,
        last_ms=finding.happened_ms,
        count=1,
        acknowledged_ms=None,
        acknowledged_by=None,
        resolved_ms=None,
        resolved_by=None,
        next_ms=now_ms,
    )
    row = msgspec.structs.asdict(new) | {"late": int(new.late), "facts": msgspec.json.encode(new.facts).decode()}
    connection.execute(incidents.insert(), row)
    note(connection, new.id, now_ms, "opened", text=said(finding))
    return new, True


def incident_id(finding: Finding) -> str:
    """The id that an incident opened by this finding has, in every replay."""
    return str(uuid5(NAMES, finding.cause if finding.once else f"{finding.cause}:{finding.screening}"))


def acknowledge(
    connection: Connection,
    incident: str,
    who: str | None,
    now_ms: int,
    remark: str | None = None,
    *,
    minutes: int | None = None,
) -> Incident | None:
    """Somebody takes it, and is there in so many minutes. None: no such incident.

    One that is taken or closed already stays as it is. When to ask again is thought about at once: `next_ms`.
    """
    taken = {"state": "acknowledged", "acknowledged_ms": now_ms, "acknowledged_by": who, "minutes": minutes}
    # In one statement: of two at the same moment, also on a server of databases, one takes it.
    still = (incidents.c.id == incident) & (incidents.c.state == "open")
    if connection.execute(update(incidents).where(still).values(next_ms=now_ms, **taken)).rowcount:
        note(connection, incident, now_ms, "acknowledged", who=who, text=remark)
    return find(connection, incident)


def resolve(  # noqa: PLR0917 - what, who, when and why
    connection: Connection,
    incident: str,
    who: str | None,
    now_ms: int,
    remark: str | None = None,
    ending: Ending = "resolved",
    outcome: Outcome | None = None,
) -> Incident | None:
    """It is over. None: no such incident. One that is closed already stays as it is."""
    closed = {"state": "resolved", "resolved_ms": now_ms, "resolved_by": who, "ending": ending, "next_ms": None}
    still = (incidents.c.id == incident) & (incidents.c.state != "resolved")
    if connection.execute(update(incidents).where(still).values(**closed)).rowcount:
        note(connection, incident, now_ms, ending, who=who, text=remark)
        if outcome is not None:
            note(connection, incident, now_ms, "outcome", who=who, text=outcome)
    return find(connection, incident)


def find(connection: Connection, incident: str) -> Incident | None:
    """One incident by its id."""
    row = connection.execute(select(incidents).where(incidents.c.id == incident)).mappings().first()
    return _incident(row) if row else None


def due(connection: Connection, now_ms: int, most: int) -> list[Incident]:
    """Those that are to be thought about now, the oldest first, so many at most."""
    query = select(incidents).where(incidents.c.next_ms <= now_ms).order_by(incidents.c.opened_ms, incidents.c.id)
    query = query.limit(most)
    return [_incident(row) for row in connection.execute(query).mappings()]


def next_due_ms(connection: Connection) -> int | None:
    """When the next one is to be thought about; None: none is."""
    next_ms: int | None = connection.scalar(select(func.min(incidents.c.next_ms)))
    return next_ms


def such(connection: Connection, *conditions: ColumnElement[bool]) -> list[Incident]:
    """Those that meet all of these conditions, the oldest first."""
    query = select(incidents).where(*conditions).order_by(incidents.c.opened_ms, incidents.c.id)
    return [_incident(row) for row in connection.execute(query).mappings()]


def bearing(connection: Connection, rules: Iterable[str], because: Iterable[str]) -> list[Incident]:
    """Those that are not over and are of one of these rules, or wait for one of these reasons; the oldest first."""
    live = and_(incidents.c.state.in_(("open", "acknowledged")), incidents.c.severity != "hint")
    # Two walks, each along an index of its own: thousands that are open bear nothing.
    by_rule = select(incidents.c.id).where(live, incidents.c.rule.in_(sorted(rules)))
    by_reason = select(incidents.c.id).where(live, incidents.c.because.in_(sorted(because)))
    query = select(incidents).where(incidents.c.id.in_(union(by_rule, by_reason)))
    rows = connection.execute(query.order_by(incidents.c.opened_ms, incidents.c.id)).mappings()
    return [_incident(row) for row in rows]


def untold(connection: Connection, since_ms: int) -> list[Incident]:
    """Those opened since then of which no message tells that was not refused, the oldest first; no hints."""
    not_refused = (deliveries.c.id == tellings.c.delivery) & (deliveries.c.state != "refused")
    told = exists().where(tellings.c.incident == incidents.c.id, not_refused)
    wanted = and_(
        incidents.c.state.in_(("open", "acknowledged", "resolved")),  # for the index
        incidents.c.opened_ms > since_ms,
        incidents.c.severity != "hint",
        ~told,
    )
    query = select(incidents).where(wanted).order_by(incidents.c.opened_ms, incidents.c.id)
    return [_incident(row) for row in connection.execute(query).mappings()]


def last_rung(connection: Connection, rules: Iterable[str], since_ms: int) -> list[tuple[Incident, int]]:
    """Incidents of these rules that a phone rang for since then, and when; the latest last."""
    query = (
        select(incidents, deliveries.c.created_ms.label("rang"))
        .join(tellings, tellings.c.incident == incidents.c.id)
        .join(deliveries, deliveries.c.id == tellings.c.delivery)
        .where(incidents.c.rule.in_(sorted(rules)), deliveries.c.kind == "alarm", deliveries.c.created_ms > since_ms)
        .order_by(deliveries.c.created_ms)
    )
    return [(_incident(row), row["rang"]) for row in connection.execute(query).mappings()]


def change(connection: Connection, incident: str, **columns: Any) -> None:
    """Set columns of one incident: `level`, `because`, `next_ms`, `notified_ms`, `flaps`, `screen_ms`."""
    _set(connection, incident, **columns)


def listing(
    connection: Connection, state: str | None = None, limit: int = 100, before: tuple[int, str] | None = None
) -> list[Incident]:
    """At most `limit` incidents, newest first by (`opened_ms`, `id`); `before` is that pair of the page before."""
    opened, id_ = incidents.c.opened_ms, incidents.c.id
    query = select(incidents)
    if state is not None:
        query = query.where(incidents.c.state == state)
    if before is not None:
        query = query.where(or_(opened < before[0], and_(opened == before[0], id_ < before[1])))
    rows = connection.execute(query.order_by(opened.desc(), id_.desc()).limit(limit)).mappings()
    return [_incident(row) for row in rows]


def timeline(connection: Connection, incident: str) -> list[IncidentEvent]:
    """What happened to an incident, in order."""
    query = select(incident_events).where(incident_events.c.incident == incident).order_by(incident_events.c.position)
    return [IncidentEvent(**row) for row in connection.execute(query).mappings()]


def events_after(connection: Connection, position: int, limit: int) -> list[tuple[int, Incident]]:
    """The events behind `position`: the position of each, and its incident as it now is."""
    query = (
        select(incident_events.c.position.label("event"), incidents)
        .join(incidents, incidents.c.id == incident_events.c.incident)
        .where(incident_events.c.position > position)
        .order_by(incident_events.c.position)
        .limit(limit)
    )
    return [(row["event"], _incident(row)) for row in connection.execute(query).mappings()]


def first_notified(connection: Connection, incident: str, now_ms: int) -> None:
    """A service has a message about it now; only the first time counts."""
    first = (incidents.c.id == incident) & incidents.c.notified_ms.is_(None)
    connection.execute(update(incidents).where(first).values(notified_ms=now_ms))


def note(
    connection: Connection, incident: str, now_ms: int, what: str, *, who: str | None = None, text: str | None = None
) -> None:
    """Add a line to an incident's timeline."""
    connection.execute(
        incident_events.insert(), {"incident": incident, "at_ms": now_ms, "what": what, "who": who, "note": text}
    )


def _of_cause(connection: Connection, finding: Finding) -> Incident | None:
    """The incident that this finding belongs to."""
    same = and_(incidents.c.rule == finding.rule, incidents.c.cause == finding.cause)
    if not finding.once:
        same = and_(same, incidents.c.state != "resolved")
    query = select(incidents).where(or_(same, incidents.c.id == incident_id(finding)))
    row = connection.execute(query.order_by(incidents.c.opened_ms.desc()).limit(1)).mappings().first()
    return _incident(row) if row else None


def _set(connection: Connection, incident: str, **columns: Any) -> None:
    connection.execute(update(incidents).where(incidents.c.id == incident).values(**columns))


def _incident(row: Mapping[Any, Any]) -> Incident:
    columns = {name: row[name] for name in Incident.__struct_fields__}
    facts = msgspec.json.decode(row["facts"], type=Facts)
    return Incident(**columns | {"late": bool(row["late"]), "facts": facts})
