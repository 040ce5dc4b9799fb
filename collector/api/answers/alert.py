"""One incident as the office tells it: what happened, what to do, who has been told."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, Field

from collector.alerts.sentences import sentence
from collector.api.office import Office
from collector.api.times import iso
from collector.ledger import incidents as known
from collector.ledger import overview
from collector.ledger.incidents import Incident
from kadian.text import say

LANGUAGES = ("zh", "en")
AlertState = Literal["open", "acknowledged", "resolved"]


class InBothLanguages(BaseModel):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


class DeliveryAnswer(BaseModel):
    """How one message stands: to whom, through which channel, why, and what the service last answered."""

    id: str
    kind: str = Field(description="alarm, escalated, again or digest")
    recipient: str | None
    channel: str
    state: Literal["waiting", "accepted", "refused"]
    answer: str | None


class Because(InBothLanguages):
    """Why it rang, or why it did not: one word, and what it means."""

    word: str


class EventAnswer(BaseModel):
    """One line of an incident's timeline: what happened, through or by whom, and what was said."""

    at: str
    what: str
    who: str | None
    note: str | None


class AlertAnswer(BaseModel):
    """One incident."""

    id: str
    rule: str
    gate: str
    entrance: str | None
    state: AlertState
    stage: Literal["open", "notified", "acknowledged", "resolved", "over", "expired"] = Field(
        description="the state, and more of it: whether anybody was told, and how it ended"
    )
    ending: Literal["resolved", "over", "expired"] | None = Field(
        description="by somebody, by itself, or because nobody came"
    )
    severity: str
    because: Because | None = Field(description="why it rang last, or why it did not, while nobody has taken it")
    siren: bool = Field(description="it should have been taken long ago: the page calls for help")
    siren_at: str | None = Field(description="from when on that is so, unless somebody takes it")
    late: bool = Field(description="found in screenings that were old when they arrived")
    opened_at: str
    happened_at: str
    last_at: str
    count: int = Field(description="how often the cause was found")
    acknowledged_at: str | None
    acknowledged_by: str | None
    minutes: int | None = Field(description="in how many minutes from `acknowledged_at` somebody promised to be there")
    notified_at: str | None = Field(description="when the first service had a message about it")
    resolved_at: str | None
    text: InBothLanguages
    what_to_do: InBothLanguages
    deliveries: list[DeliveryAnswer]


class AlertWithTimeline(AlertAnswer):
    """One incident, and all that happened to it, in order."""

    timeline: list[EventAnswer]


class AlertPage(BaseModel):
    """Incidents, newest first; `next_cursor` leads to older ones, null at the end."""

    items: list[AlertAnswer]
    next_cursor: str | None


def alert_answers(office: Office, incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """Incidents in the form of `AlertAnswer`."""
    with office.ledger.read() as connection:
        deliveries = overview.deliveries_of(connection, [incident.id for incident in incidents])
    return [_answer(office, incident, deliveries.get(incident.id, [])) for incident in incidents]


def with_timeline(office: Office, incident: Incident) -> dict[str, Any]:
    """An incident in the form of `AlertWithTimeline`."""
    with office.ledger.read() as connection:
        events = known.timeline(connection, incident.id)
    told = [
        {"at": iso(event.at_ms, office.zone), "what": event.what, "who": event.who, "note": event.note}
        for event in events
    ]
    return alert_answers(office, [incident])[0] | {"timeline": told}


def _siren_ms(office: Office, incident: Incident) -> int | None:
    if incident.state != "open" or incident.severity != "page" or incident.late:
        return None
    return incident.opened_ms + office.settings.alerts.siren_seconds * 1000


def _because(word: str | None) -> dict[str, str] | None:
    if word is None:
        return None
    return {"word": word} | {language: say(f"why.{word}", language) for language in LANGUAGES}


def _answer(office: Office, incident: Incident, deliveries: Sequence[overview.DeliveryState]) -> dict[str, Any]:
    def moment(ms: int | None) -> str | None:
        return None if ms is None else iso(ms, office.zone)

    siren_ms = _siren_ms(office, incident)
    entrance = next((one for one in office.settings.entrances if one.gate_id == incident.gate), None)
    return {
        "id": incident.id,
        "rule": incident.rule,
        "gate": incident.gate,
        "entrance": entrance.id if entrance else None,
        "state": incident.state,
        "stage": incident.stage,
        "ending": incident.ending,
        "severity": incident.severity,
        "because": _because(incident.because) if incident.state == "open" else None,
        "siren": siren_ms is not None and office.now_ms() >= siren_ms,
        "siren_at": moment(siren_ms),
        "late": incident.late,
        "opened_at": moment(incident.opened_ms),
        "happened_at": moment(incident.happened_ms),
        "last_at": moment(incident.last_ms),
        "count": incident.count,
        "acknowledged_at": moment(incident.acknowledged_ms),
        "acknowledged_by": incident.acknowledged_by,
        "minutes": incident.minutes,
        "notified_at": moment(incident.notified_ms),
        "resolved_at": moment(incident.resolved_ms),
        "text": {language: sentence(incident, "text", language) for language in LANGUAGES},
        "what_to_do": {language: sentence(incident, "do", language) for language in LANGUAGES},
        "deliveries": [msgspec.structs.asdict(delivery) for delivery in deliveries],
    }
