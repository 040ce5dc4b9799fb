"""The message to a phone: all that is needed, and no person in it."""

from datetime import datetime, tzinfo

import msgspec

from collector.alerts.sentences import sentence
from collector.ledger.deliveries import delivery_id
from collector.ledger.incidents import Incident


class Message(msgspec.Struct, frozen=True):
    """What a channel is given. `id` is the same at every repetition; `at` is ISO 8601 in the site's own time.

    `link` is put in as it goes out: where whoever gets it takes it, without a login. Empty: no link.
    """

    id: str
    incident: str
    rule: str
    severity: str
    late: bool
    gate: str
    entrance: str
    name: str
    at: str
    text: str
    text_en: str
    what_to_do: str
    what_to_do_en: str
    count: int
    link: str = ""


def message(incident: Incident, channel: str, timezone: tzinfo) -> Message:
    """The message about an incident through one channel."""
    return Message(
        id=delivery_id(incident.id, channel),
        incident=incident.id,
        rule=incident.rule,
        severity=incident.severity,
        late=incident.late,
        gate=incident.gate,
        entrance=str(incident.facts.get("entrance", incident.gate)),
        name=str(incident.facts.get("name", incident.gate)),
        at=datetime.fromtimestamp(incident.happened_ms / 1000, timezone).isoformat(timespec="milliseconds"),
        text=sentence(incident, "text", "zh"),
        text_en=sentence(incident, "text", "en"),
        what_to_do=sentence(incident, "do", "zh"),
        what_to_do_en=sentence(incident, "do", "en"),
        count=incident.count,
    )
