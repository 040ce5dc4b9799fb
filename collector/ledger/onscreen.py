"""What the gates' screens are to show of incidents: that somebody comes, until it is over."""

from sqlalchemy import ColumnElement, Connection, and_, select, update

from collector.ledger import incidents as known
from collector.ledger.incidents import Incident
from collector.ledger.tables import incidents


def to_show(connection: Connection, since_ms: int) -> list[Incident]:
    """Taken since then, and not on their gate's screen: those that rang at once, of now, the oldest first."""
    rings = and_(incidents.c.severity == "page", incidents.c.late == 0)
    taken = and_(incidents.c.state == "acknowledged", incidents.c.acknowledged_ms >= since_ms)
    return _those(connection, and_(rings, taken, incidents.c.screen_ms.is_(None)))


def to_take_away(connection: Connection, since_ms: int) -> list[Incident]:
    """Over since then, and still on their gate's screen, the oldest first."""
    closed = and_(incidents.c.state == "resolved", incidents.c.resolved_ms >= since_ms)
    return _those(connection, and_(closed, incidents.c.screen_ms.is_not(None)))


def answered(connection: Connection, incident: str, gate: str, now_ms: int) -> None:
    """The gate has done as it was told: it shows the incident that is taken, or does not show any more what is over."""
    one = and_(incidents.c.id == incident, incidents.c.gate == gate)
    shows = one & (incidents.c.state == "acknowledged") & incidents.c.screen_ms.is_(None)
    if connection.execute(update(incidents).where(shows).values(screen_ms=now_ms)).rowcount:
        known.note(connection, incident, now_ms, "shown", who=gate)
    connection.execute(update(incidents).where(one & (incidents.c.state == "resolved")).values(screen_ms=None))


def _those(connection: Connection, such: ColumnElement[bool]) -> list[Incident]:
    query = select(incidents.c.id).where(such).order_by(incidents.c.opened_ms)
    found = [known.find(connection, incident) for incident in list(connection.scalars(query))]
    return [incident for incident in found if incident is not None]
