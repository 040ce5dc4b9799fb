"""What waits for one channel, in the order in which it goes, and what went lately."""

from typing import Any

import msgspec
from sqlalchemy import Connection, and_, case, func, select

from collector.ledger.deliveries import Delivery
from collector.ledger.tables import deliveries, incidents


class Queued(msgspec.Struct, frozen=True):
    """A message that is due. `urgent`: it tells of a confirmed fever whose person can still be met."""

    delivery: Delivery
    urgent: bool


class Standing(msgspec.Struct, frozen=True):
    """How many messages of a channel wait, and when its service last took one; None: never."""

    waiting: int
    accepted_ms: int | None


def heads(connection: Connection, channel: str, now_ms: int, fever: str) -> list[Queued]:
    """The first of each kind that is due: fevers before others, and of each what was never tried before the rest.

    Whether there is room for one depends on its kind alone, so no more need be looked at.

    Args:
        connection: to the ledger.
        channel: by its name in the settings.
        now_ms: the office's clock.
        fever: the rule that always rings.
    """
    urgent = case(
        (
            and_(incidents.c.rule == fever, incidents.c.late == 0, deliveries.c.kind.not_in(("digest", "test"))),
            1,
        ),
        else_=0,
    )
    tried = case((deliveries.c.attempts > 0, 1), else_=0)
    place = func.row_number().over(partition_by=(urgent, tried), order_by=(deliveries.c.next_ms, deliveries.c.id))
    waiting = (
        select(deliveries, urgent.label("urgent"), tried.label("tried"), place.label("place"))
        .join(incidents, incidents.c.id == deliveries.c.incident, isouter=True)
        .where(deliveries.c.state == "waiting", deliveries.c.next_ms <= now_ms, deliveries.c.channel == channel)
        .subquery()
    )
    query = select(waiting).where(waiting.c.place == 1).order_by(waiting.c.urgent.desc(), waiting.c.tried)
    return [Queued(_delivery(row), bool(row["urgent"])) for row in connection.execute(query).mappings()]


def tries(connection: Connection, channel: str, since_ms: int, but: str | None = None) -> list[int]:
    """When each message was last handed to the service since then, leaving one out by its id; sorted."""
    query = select(deliveries.c.tried_ms).where(deliveries.c.channel == channel, deliveries.c.tried_ms > since_ms)
    if but is not None:
        query = query.where(deliveries.c.id != but)
    return sorted(connection.scalars(query))


def standings(connection: Connection) -> dict[str, Standing]:
    """How each channel stands that ever had a message."""
    waiting = func.sum(case((deliveries.c.state == "waiting", 1), else_=0))
    accepted = func.max(case((deliveries.c.state == "accepted", deliveries.c.done_ms)))
    query = select(deliveries.c.channel, waiting, accepted).group_by(deliveries.c.channel)
    return {channel: Standing(int(count), done_ms) for channel, count, done_ms in connection.execute(query)}


def _delivery(row: Any) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__struct_fields__})
