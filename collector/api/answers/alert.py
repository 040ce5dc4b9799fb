"""One incident as the office tells it: what happened, what to do, who has been told."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from collector.alerts.sentences import sentence
from collector.api.office import Office
from collector.api.times import iso
from collector.ledger import overview
from collector.ledger.incidents import Incident

LANGUAGES = ("zh", "en")
AlertState = Literal["open", "acknowledged", "resolved"]


class InBothLanguages(BaseModel):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


class DeliveryAnswer(BaseModel):
    """How one message to one channel stands, and what the service last answered."""

    channel: str
    state: Literal["waiting", "accepted", "refused"]
    answer: str | None


class AlertAnswer(BaseModel):
    """One incident."""

    id: str
    rule: str
    gate: str
    entrance: str | None
    state: AlertState
    severity: str
    late: bool = Field(description="found in screenings that were old when they arrived")
    opened_at: str
    happened_at: str
    last_at: str
    count: int = Field(description="how often the cause was found")
    acknowledged_at: str | None
    acknowledged_by: str | None
    resolved_at: str | None
    text: InBothLanguages
    what_to_do: InBothLanguages
    deliveries: list[DeliveryAnswer]


class AlertPage(BaseModel):
    """Incidents, newest first; `next_cursor` leads to older ones, null at the end."""

    items: list[AlertAnswer]
    next_cursor: str | None


def alert_answers(office: Office, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """Incidents in the form of `AlertAnswer`."""
    with office.ledger.read() as connection:
        deliveries = overview.deliveries_of(connection, [incident.id for incident in incidents])
    return [_answer(office, incident, deliveries.get(incident.id, [])) for incident in incidents]


def _answer(office: Office, incident: Incident, deliveries: Sequence[overview.DeliveryState]) -> dict[str, Any]:
    def moment(ms: int | None) -> str | None:
        return None if ms is None else iso(ms, office.zone)

    entrance = next((one for one in office.settings.entrances if one.gate_id == incident.gate), None)
    return {
        "id": incident.id,
        "rule": incident.rule,
        "gate": incident.gate,
        "entrance": entrance.id if entrance else None,
        "state": incident.state,
        "severity": incident.severity,
        "late": incident.late,
        "opened_at": moment(incident.opened_ms),
        "happened_at": moment(incident.happened_ms),
        "last_at": moment(incident.last_ms),
        "count": incident.count,
        "acknowledged_at": moment(incident.acknowledged_ms),
        "acknowledged_by": incident.acknowledged_by,
        "resolved_at": moment(incident.resolved_ms),
        "text": {language: sentence(incident, "text", language) for language in LANGUAGES},
        "what_to_do": {language: sentence(incident, "do", language) for language in LANGUAGES},
        "deliveries": [
            {"channel": delivery.channel, "state": delivery.state, "answer": delivery.answer} for delivery in deliveries
        ],
    }
