"""Writes messages to people into the ledger's outbox, with the incidents that each tells of."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

import msgspec

from collector.alerts.dispatch import digest
from collector.alerts.dispatch.decide import Ring
from collector.alerts.dispatch.grouped import grouped
from collector.alerts.message import Message
from collector.alerts.settings import Person
from collector.alerts.why import Why
from collector.ledger import Connection, deliveries, incidents
from collector.ledger.deliveries import Delivery, Kind, delivery_id
from collector.ledger.incidents import Incident


class Post:
    """For one write of the ledger.

    Args:
        connection: the write.
        now_ms: the office's clock, milliseconds since 1970.
        timezone: of the site.
    """

    def __init__(self, connection: Connection, now_ms: int, timezone: tzinfo) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._timezone = timezone

    def ring(self, ring: Ring, told: Sequence[Incident], muted: int) -> None:
        """One message to each of these people about these incidents; `muted` others are explained by them."""
        for person in ring.people:
            channel = person.channels[0]
            id_ = delivery_id(told[0].id, channel, ring.kind, ring.nth)
            message = grouped(id_, told, muted, ring.kind, self._timezone)
            self._put(message, person, channel, ring.kind, ring.nth, [one.id for one in told])

    def digest(self, people: Iterable[Person], lines: Sequence[Incident]) -> None:
        """One message with all these lines to each of these people."""
        for person in people:
            channel = person.channels[0]
            # A line may have been in one before, that was refused.
            nth = self._now_ms // 60_000
            id_ = delivery_id(lines[0].id, channel, "digest", nth)
            message = digest.message(id_, lines, self._now_ms, self._timezone)
            self._put(message, person, channel, "digest", nth % 1_000_000, [one.id for one in lines])

    def again(self, failed: Delivery, channel: str) -> None:
        """The same message through another channel."""
        id_ = delivery_id(failed.incident, channel, failed.kind, failed.nth)
        message = msgspec.structs.replace(msgspec.json.decode(failed.body, type=Message), id=id_)
        told = deliveries.about(self._connection, failed.id)
        new = msgspec.structs.replace(
            self._delivery(message, channel, failed.kind, failed.nth), incident=failed.incident, person=failed.person
        )
        if not deliveries.put(self._connection, new, told):
            return
        for incident in told:
            incidents.note(self._connection, incident, self._now_ms, Why.OTHER_WAY.value, who=channel)

    def _put(  # noqa: PLR0917 - what, to whom, which way, why, of what
        self, message: Message, person: Person, channel: str, kind: Kind, nth: int, told: Sequence[str]
    ) -> None:
        new = msgspec.structs.replace(self._delivery(message, channel, kind, nth), person=person.id)
        deliveries.put(self._connection, new, told)

    def _delivery(self, message: Message, channel: str, kind: Kind, nth: int) -> Delivery:
        body = msgspec.json.encode(message).decode()
        now_ms = self._now_ms
        return Delivery(message.id, message.incident, channel, "waiting", body, 0, now_ms, now_ms, kind=kind, nth=nth)
