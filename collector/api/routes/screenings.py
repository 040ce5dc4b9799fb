from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from collector.api.answers.screening import ScreeningPage, screening_answer
from collector.api.encoded import encoded
from collector.api.office import Office, OfficeHere
from collector.api.paging import cursor_of, place_of
from collector.api.questions import Cursor, GateName, Limit
from collector.api.times import TimeText, day_start_ms, iso, ms_of
from collector.ledger import lives, runs, screenings
from collector.ledger.lives import Lost
from collector.series.counts import WORDS, Totals
from kadian.messages import Verdict

router = APIRouter(prefix="/api/v1/screenings", tags=["screenings"])


class LostAnswer(BaseModel):
    """Numbers that will never come, and why: `deleted`, `other_life` or `never_came`."""

    epoch: str
    first: int
    last: int
    reason: str
    at: str


class Summary(BaseModel):
    """Counts of screenings, and which numbers of each gate's newest outbox have not arrived."""

    total: int
    by_gate: dict[str, int]
    by_verdict: dict[str, int]
    gaps: dict[str, list[tuple[int, int]]] = Field(description="by gate: [first, last] of each run of missing numbers")
    lost: dict[str, list[LostAnswer]] = Field(
        {}, description="by gate: what was asked for and is given up, of any epoch; absent where nothing is"
    )


@router.get("", response_model=ScreeningPage)
def page(
    office: OfficeHere,
    *,
    gate: Annotated[str | None, GateName] = None,
    since: TimeText = None,
    until: TimeText = None,
    verdict: Verdict | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Screenings measured from `since` on and before `until`, newest first."""
    before = place_of(cursor, tuple[int, int])
    since_ms, until_ms = ms_of(since, "since", office.zone), ms_of(until, "until", office.zone)
    with office.ledger.read() as connection:
        found = screenings.page(
            connection,
            gate=gate,
            since_ms=since_ms,
            until_ms=until_ms,
            verdict=verdict,
            limit=limit + 1,
            before=before,
        )
    shown = found[:limit]
    more = len(found) > limit
    return encoded(
        {
            "items": [screening_answer(stored, office.zone) for stored in shown],
            "next_cursor": cursor_of((shown[-1].at_ms, shown[-1].position)) if more else None,
        }
    )


@router.get("/summary", response_model=Summary)
def summary(office: OfficeHere, since: TimeText = None, until: TimeText = None) -> Response:
    """How many screenings there were, since the site's midnight unless `since` says otherwise."""
    since_ms, until_ms = ms_of(since, "since", office.zone), ms_of(until, "until", office.zone)
    if since_ms is None and until_ms is None:
        found = _today(office)
    else:
        if since_ms is None:
            since_ms = day_start_ms(office.now_ms(), office.zone)
        with office.ledger.read() as connection:
            found = office.totals(connection, since_ms, until_ms)
    with office.ledger.read() as connection:
        gaps = runs.gaps(connection)
        gone = lives.lost_for_good(connection)
    return encoded(
        {
            "total": sum(found.by_verdict.values()),
            "by_gate": dict(sorted(found.by_gate.items())),
            "by_verdict": dict(sorted(found.by_verdict.items())),
            "gaps": gaps,
        }
        | ({"lost": _lost(office, gone)} if gone else {})
    )


def _lost(office: Office, gone: list[Lost]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in gone:
        told = {"epoch": one.epoch, "first": one.first, "last": one.last, "reason": one.reason}
        found.setdefault(one.gate, []).append(told | {"at": iso(one.at_ms, office.zone)})
    return found


def _today(office: Office) -> Totals:
    """Since midnight, as everybody who looks at the page asks again and again."""
    by_gate: dict[str, int] = {}
    by_verdict = dict.fromkeys(WORDS, 0)
    with office.board.now() as standings:
        for gate, standing in standings.items():
            if standing.today:
                by_gate[gate] = sum(standing.today.values())
                for verdict, count in standing.today.items():
                    by_verdict[verdict] += count
    return Totals(by_gate, {verdict: count for verdict, count in by_verdict.items() if count})
