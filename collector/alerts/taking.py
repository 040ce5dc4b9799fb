"""What the buttons behind a message's link do."""

from collections.abc import Sequence
from typing import Literal

from collector.ledger import Connection, deliveries, incidents
from collector.ledger.deliveries import Delivery
from collector.ledger.incidents import Incident, Outcome

Came = Literal["taken", "first", "used", "done", "over", "list"]
"""Taken just now; somebody else was first; this link was used before; closed just now; it was over; only a list."""


def told_of(connection: Connection, delivery: Delivery) -> list[Incident]:
    """The incidents that a message tells of, the oldest first."""
    found = [incidents.find(connection, incident) for incident in deliveries.about(connection, delivery.id)]
    return sorted((one for one in found if one is not None), key=lambda one: (one.opened_ms, one.id))


def who(delivery: Delivery) -> str:
    """By which id the timeline knows whoever uses the link."""
    return delivery.person or delivery.channel


def take(connection: Connection, delivery: Delivery, minutes: int, now_ms: int) -> Came:
    """Whoever got the message takes all that it tells of, once; a digest is a list, of which nothing is taken."""
    if delivery.kind == "digest":
        return "list"
    told = told_of(connection, delivery)
    waiting = [one for one in told if one.state == "open"]
    if not waiting:
        return _nothing_left(told, delivery)
    if not deliveries.use(connection, delivery.id, now_ms):
        return "used"
    taken = [incidents.acknowledge(connection, one.id, who(delivery), now_ms, minutes=minutes) for one in waiting]
    ours = (now_ms, who(delivery))
    return "taken" if any(one and (one.acknowledged_ms, one.acknowledged_by) == ours for one in taken) else "first"


def _nothing_left(told: Sequence[Incident], delivery: Delivery) -> Came:
    """Whoever taps twice has it and need not hear that somebody else does."""
    if delivery.used_ms is not None or any(one.acknowledged_by == who(delivery) for one in told):
        return "used"
    return "over" if all(one.state == "resolved" for one in told) else "first"


def close(connection: Connection, delivery: Delivery, outcome: Outcome, now_ms: int) -> Came:
    """All that it tells of is over, and this is what it was. What is over stays as it is."""
    if delivery.kind == "digest":
        return "list"
    live = [one for one in told_of(connection, delivery) if one.state != "resolved"]
    closed = [incidents.resolve(connection, one.id, who(delivery), now_ms, outcome=outcome) for one in live]
    ours = (now_ms, who(delivery))
    return "done" if any(one and (one.resolved_ms, one.resolved_by) == ours for one in closed) else "over"
