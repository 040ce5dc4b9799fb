"""Which way is left to a person when the service before does not take a message. Pure."""

from collections.abc import Iterable, Sequence

from collector.alerts.settings import Person
from collector.ledger.deliveries import Delivery

UNANSWERED_MS = 20_000
"""A service that has not taken a message for so long, and more than one try, is left for the person's next channel."""


def fails(delivery: Delivery, now_ms: int) -> bool:
    """Whether nobody can count on it: refused, of unknown fate, or tried again and again in vain."""
    held_back = delivery.next_ms - now_ms >= UNANSWERED_MS  # by the service, which asked to be left alone
    in_vain = (delivery.attempts > 1 or held_back) and now_ms - delivery.created_ms >= UNANSWERED_MS
    return delivery.state in {"refused", "unknown"} or (delivery.state == "waiting" and in_vain)


def other_ways(sent: Iterable[Delivery], people: Sequence[Person], now_ms: int) -> list[tuple[Delivery, str]]:
    """The messages that are to go another way, and which: a person's first channel that they have not gone yet.

    Args:
        sent: messages; those of one person, about one thing, of one kind, are one message that went several ways.
        people: who has which channels.
        now_ms: the office's clock.
    """
    channels = {person.id: person.channels for person in people}
    same: dict[tuple[str, str, int, str], list[Delivery]] = {}
    for delivery in sent:
        key = delivery.incident, delivery.kind, delivery.nth, delivery.person or ""
        same.setdefault(key, []).append(delivery)
    found = []
    for (*_, person), tries in same.items():
        used = {delivery.channel for delivery in tries}
        left = [channel for channel in channels.get(person, ()) if channel not in used]
        if left and all(fails(delivery, now_ms) for delivery in tries):
            found.append((tries[-1], left[0]))
    return found
