from typing import Annotated

from fastapi import APIRouter, Response

from collector.api.answers.fever import FeverPage, fever_answer
from collector.api.encoded import encoded
from collector.api.office import OfficeHere
from collector.api.paging import cursor_of, place_of
from collector.api.questions import Cursor, GateName, Limit
from collector.api.times import TimeText, ms_of
from collector.ledger import fevers
from collector.ledger.fevers import FeverState
from collector.series.lengths import DAY_MS

router = APIRouter(prefix="/api/v1/fevers", tags=["screenings"])
WEEK_MS = 7 * DAY_MS


@router.get("", response_model=FeverPage)
def page(
    office: OfficeHere,
    *,
    since: TimeText = None,
    until: TimeText = None,
    state: FeverState | None = None,
    gate: Annotated[str | None, GateName] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """High readings first seen from `since` on and before `until`, newest first; of the last week unless told."""
    before = place_of(cursor, tuple[int, int])
    since_ms, until_ms = ms_of(since, "since", office.zone), ms_of(until, "until", office.zone)
    # What is measured at this very moment belongs to a list that ends now, and so does a gate's clock that is ahead.
    until_ms = office.now_ms() + DAY_MS if until_ms is None else until_ms
    since_ms = min(office.now_ms(), until_ms) - WEEK_MS if since_ms is None else since_ms
    with office.ledger.read() as connection:
        found, place = fevers.page(connection, since_ms, until_ms, state, gate, limit, before)
    return encoded(
        {"items": [fever_answer(fever) for fever in found], "next_cursor": None if place is None else cursor_of(place)}
    )
