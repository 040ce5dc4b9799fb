"""What the office's pages and figures ask of the ledger at a glance: counts, not rows."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from collector.ledger.tables import deliveries, incident_events, incidents, tellings


class DeliveryState(msgspec.Struct, frozen=True):
    """How one message stands: to whom, through which channel, why; waiting, accepted or refused; the last answer."""

    id: str
    kind: str
    recipient: str | None
    channel: str
    state: str
    answer: str | None


def last_event(connection: Connection) -> int:
    """The position of the newest event of any incident; 0 when there was none."""
    return connection.scalar(select(func.max(incident_events.c.position))) or 0


def open_by_rule(connection: Connection) -> dict[str, int]:
    """How many incidents of each rule nobody has acknowledged or resolved."""
    query = select(incidents.c.rule, func.count()).where(incidents.c.state == "open").group_by(incidents.c.rule)
    return dict(sorted(connection.execute(query).all()))


def deliveries_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[DeliveryState]]:
    """The messages of each of these incidents (1,000 at most), by channel; incidents without one are left out."""
    columns = (
        tellings.c.incident,
        deliveries.c.id,
        deliveries.c.kind,
        deliveries.c.person,
        deliveries.c.channel,
        deliveries.c.state,
        deliveries.c.answer,
    )
    query = select(*columns).join(deliveries, deliveries.c.id == tellings.c.delivery)
    query = query.where(tellings.c.incident.in_(ids)).order_by(deliveries.c.channel, deliveries.c.created_ms)
    found: dict[str, list[DeliveryState]] = {}
    for incident, *state in connection.execute(query):
        found.setdefault(incident, []).append(DeliveryState(*state))
    return found
