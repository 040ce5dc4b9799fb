"""Which way is left to a person when the service before does not take a message. Pure."""

from collections.abc import Iterable, Sequence

from collector.alerts.settings import Person
from collector.ledger.deliveries import Delivery

UNANSWERED_MS = 20_000
"""A service that has not taken a message for so long is left for the person's next channel."""


def fails(delivery: Delivery, now_ms: int) -> bool:
    """Whether nobody can count on it: refused, of unknown fate, or not taken for a while, for whatever reason."""
    in_vain = now_ms - delivery.created_ms >= UNANSWERED_MS
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
    for (*about, person), tries in same.items():
        # Of people who share a channel each is reached by what went through it.
        used = {one.channel for (*other, _), these in same.items() if other == about for one in these}
        left = [channel for channel in channels.get(person, ()) if channel not in used]
        if left and all(fails(delivery, now_ms) for delivery in tries):
            found.append((tries[-1], left[0]))
    return found
