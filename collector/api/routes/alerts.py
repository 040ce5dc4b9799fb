from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from collector.api.answers.alert import (
    AlertAnswer,
    AlertPage,
    AlertState,
    AlertWithTimeline,
    alert_answers,
    with_timeline,
)
from collector.api.office import Office, OfficeHere
from collector.api.paging import cursor_of, place_of
from collector.api.problems import Failed, Problem, both
from collector.api.questions import NO_NUL, Cursor, Limit
from collector.ledger import incidents
from collector.ledger.incidents import Incident, Outcome

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])
AlertId = Annotated[str, Path(max_length=36, pattern=NO_NUL, description="the alert's `id`")]
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such alert."}}


class Hand(BaseModel):
    """Who takes it, and what they say."""

    by: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)] | None = None
    note: Annotated[str, Field(max_length=500, pattern=NO_NUL)] | None = None


class Taking(Hand):
    """Who takes it, what they say, and in how many minutes they are there."""

    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


class Closing(Hand):
    """Who closes it, what they say, and what it was: a fever indeed, none, nobody there any more, the device."""

    outcome: Outcome | None = None


@router.get("", response_model=AlertPage)
def page(
    office: OfficeHere, state: AlertState | None = None, limit: Limit = 100, cursor: Cursor = None
) -> dict[str, Any]:
    """Incidents, newest first."""
    before = place_of(cursor, tuple[int, str])
    with office.ledger.read() as connection:
        found = incidents.listing(connection, state, limit + 1, before)
    shown = found[:limit]
    more = len(found) > limit
    return {
        "items": alert_answers(office, shown),
        "next_cursor": cursor_of((shown[-1].opened_ms, shown[-1].id)) if more else None,
    }


@router.get("/{alert_id}", response_model=AlertWithTimeline, responses=UNKNOWN)
def one(office: OfficeHere, alert_id: AlertId) -> dict[str, Any]:
    """One incident with all that happened to it."""
    with office.ledger.read() as connection:
        found = incidents.find(connection, alert_id)
    if found is None:
        raise Failed(404, both("http.no_alert", alert=alert_id))
    return with_timeline(office, found)


@router.post("/{alert_id}/acknowledge", response_model=AlertAnswer, responses=UNKNOWN)
def acknowledge(office: OfficeHere, alert_id: AlertId, hand: Taking | None = None) -> dict[str, Any]:
    """Take an alert. A second call changes nothing and gives the same answer."""
    hand = hand or Taking()
    with office.ledger.begin() as connection:
        now_ms = office.now_ms()
        taken = incidents.acknowledge(connection, alert_id, hand.by, now_ms, hand.note, minutes=hand.minutes)
    return _told(office, taken, alert_id)


@router.post("/{alert_id}/resolve", response_model=AlertAnswer, responses=UNKNOWN)
def resolve(office: OfficeHere, alert_id: AlertId, hand: Closing | None = None) -> dict[str, Any]:
    """Close an alert. A second call changes nothing and gives the same answer."""
    hand = hand or Closing()
    with office.ledger.begin() as connection:
        now_ms = office.now_ms()
        closed = incidents.resolve(connection, alert_id, hand.by, now_ms, hand.note, outcome=hand.outcome)
    return _told(office, closed, alert_id)


def _told(office: Office, incident: Incident | None, alert_id: str) -> dict[str, Any]:
    if incident is None:
        raise Failed(404, both("http.no_alert", alert=alert_id))
    return alert_answers(office, [incident])[0]
