"""What the gates' screens are to show of incidents: that somebody comes, until it is over."""

from sqlalchemy import ColumnElement, Connection, and_, select, update

from collector.ledger import incidents as known
from collector.ledger.incidents import Incident
from collector.ledger.tables import incidents

TAKEN_AWAY = 0
"""As `screen_ms`: the gate has said that it does not show it any more."""
RINGS = and_(incidents.c.severity == "page", incidents.c.late == 0)


def to_show(connection: Connection, since_ms: int) -> list[Incident]:
    """Taken since then, and not on their gate's screen: those that rang at once, of now, the oldest first."""
    taken = and_(incidents.c.state == "acknowledged", incidents.c.acknowledged_ms >= since_ms)
    return _those(connection, and_(RINGS, taken, incidents.c.screen_ms.is_(None)))


def to_take_away(connection: Connection, since_ms: int) -> list[Incident]:
    """Over since then, and still on their gate's screen, or perhaps: its answer may be on its way. Oldest first."""
    closed = and_(incidents.c.state == "resolved", incidents.c.resolved_ms >= since_ms)
    taken = and_(RINGS, incidents.c.acknowledged_ms.is_not(None))
    return _those(connection, and_(closed, taken, incidents.c.screen_ms.is_distinct_from(TAKEN_AWAY)))


def shown(connection: Connection, incident: str, gate: str, now_ms: int) -> None:
    """The gate shows that somebody comes; nothing where it is over meanwhile."""
    one = and_(incidents.c.id == incident, incidents.c.gate == gate)
    shows = one & (incidents.c.state == "acknowledged") & incidents.c.screen_ms.is_(None)
    if connection.execute(update(incidents).where(shows).values(screen_ms=now_ms)).rowcount:
        known.note(connection, incident, now_ms, "shown", who=gate)


def taken_away(connection: Connection, incident: str, gate: str) -> None:
    """The gate does not show any more what is over."""
    over = and_(incidents.c.id == incident, incidents.c.gate == gate, incidents.c.state == "resolved")
    connection.execute(update(incidents).where(over).values(screen_ms=TAKEN_AWAY))


def _those(connection: Connection, such: ColumnElement[bool]) -> list[Incident]:
    query = select(incidents.c.id).where(such).order_by(incidents.c.opened_ms)
    found = [known.find(connection, incident) for incident in list(connection.scalars(query))]
    return [incident for incident in found if incident is not None]
