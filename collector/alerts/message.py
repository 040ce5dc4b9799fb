"""The message to a phone: all that is needed, and no person in it."""

from datetime import datetime, tzinfo

import msgspec

from collector.alerts.sentences import sentence
from collector.ledger.incidents import Incident


class Message(msgspec.Struct, frozen=True):
    """What a channel is given. `id` is the same at every repetition; `at` is ISO 8601 in the site's own time.

    `kind`: alarm, escalated (nobody before took it), again (taken, and nothing was said since), digest, test.
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
    kind: str = "alarm"
    link: str = ""


def message(incident: Incident, id_: str, timezone: tzinfo) -> Message:
    """The message about one incident, under this id."""
    return Message(
        id=id_,
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
