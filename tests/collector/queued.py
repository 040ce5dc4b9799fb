"""Messages in the ledger's outbox, and who is told, as tests need them."""

from zoneinfo import ZoneInfo

from collector.alerts.dispatch import Dispatch, Dispatcher
from collector.alerts.settings import Channel
from collector.ledger import deliveries, queued
from collector.ledger.deliveries import Delivery, delivery_id


def queue(connection, incident, channel, now_ms, kind="alarm"):
    """Queue an empty message that is due at once; returns its id."""
    id_ = delivery_id(incident, channel, kind)
    new = Delivery(id_, incident, channel, "waiting", "{}", 0, now_ms, now_ms, kind=kind)
    deliveries.put(connection, new, [incident])
    return id_


def due(connection, now_ms, channel="phone"):
    """The messages that a channel may send now: the first of each kind, in the order in which they go."""
    return [one.delivery for one in queued.heads(connection, channel, now_ms, "confirmed_fever")]


def telling(*channels):
    """Dispatch to these channels, each of them a person."""
    named = [Channel(name, f"webhook+http://127.0.0.1/{name}") for name in channels]
    return Dispatch(named, timezone=ZoneInfo("Asia/Shanghai"))


def time_passes(ledger, dispatch, now_ms, *minutes):
    """So many minutes later, one after another, what waits is thought about."""
    for one in minutes:
        Dispatcher(ledger, dispatch, lambda one=one: now_ms + one * 60_000).step()
