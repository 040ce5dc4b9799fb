"""A message in the ledger's outbox, as the tests of the outbox need it."""

from collector.ledger import deliveries
from collector.ledger.deliveries import Delivery, delivery_id


def queue(connection, incident, channel, now_ms, kind="alarm"):
    """Queue an empty message that is due at once; returns its id."""
    id_ = delivery_id(incident, channel, kind)
    new = Delivery(id_, incident, channel, "waiting", "{}", 0, now_ms, now_ms, kind=kind)
    deliveries.put(connection, new, [incident])
    return id_
