from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from collector.api.answers.gate import MOST, GatesAnswer, LatestAnswer, brief_gate, gate_answers, known_gates
from collector.api.board import Standing
from collector.api.encoded import encoded
from collector.api.office import Office, OfficeHere
from collector.api.paging import cursor_of, place_of
from collector.api.problems import Failed, Problem, both
from collector.api.questions import Cursor, GateInPath
from collector.api.times import TimeText, day_start_ms, iso, ms_of
from collector.ledger import gates
from collector.series import steps_of

router = APIRouter(prefix="/api/v1/gates", tags=["gates"])


class BucketAnswer(BaseModel):
    """One point of a chart, °C; null temperatures where none was a result."""

    at: str
    count: int
    median: float | None
    p95: float | None = Field(description="the temperature that 95 in 100 do not exceed")
    max: float | None
    rechecks: int


class Chart(BaseModel):
    """The buckets of one gate in time order, `step_seconds` apart; empty ones are left out."""

    gate: str
    start: str
    end: str
    step_seconds: int
    buckets: list[BucketAnswer]


@router.get("", response_model=GatesAnswer)
def listing(
    office: OfficeHere,
    limit: Annotated[int, Query(ge=1, le=MOST, description="how many at most")] = MOST,
    cursor: Cursor = None,
) -> Response:
    """Every configured entrance, and each gate that has spoken, as they are now."""
    place = place_of(cursor, tuple[str])
    with office.board.now() as standings:
        names = known_gates(office, standings)
        first = _index_after(names, place[0]) if place else 0
        shown = names[first : first + limit]
        answers = gate_answers(office, shown, standings)
    more = first + limit < len(names)
    return encoded(
        {
            "site": office.settings.site,
            "timezone": office.settings.timezone,
            "now": iso(office.now_ms(), office.zone),
            "troubles": office.health(),
            "total": len(names),
            "gates": answers,
            "next_cursor": cursor_of((shown[-1],)) if more else None,
        }
    )


@router.get("/latest", response_model=LatestAnswer)
def latest(office: OfficeHere) -> Response:
    """All gates at once, each in one line: its newest screening by its own time, its state, its count of today."""
    now_ms = office.now_ms()
    none = Standing()
    with office.board.now() as standings:
        lines = [brief_gate(name, standings.get(name, none), now_ms) for name in known_gates(office, standings)]
    return encoded({"now": iso(now_ms, office.zone), "gates": lines})


@router.get("/{gate}/series", responses={404: {"model": Problem, "description": "No such gate."}})
def chart(
    office: OfficeHere,
    gate: GateInPath,
    start: TimeText = None,
    end: TimeText = None,
    points: Annotated[int, Query(ge=1, le=2000, description="how many buckets at most")] = 120,
) -> Chart:
    """A chart of one gate, from the site's midnight until now unless `start` and `end` say otherwise."""
    now = office.now_ms()
    start_ms, end_ms = ms_of(start, "start", office.zone), ms_of(end, "end", office.zone)
    # The bucket that is being filled belongs to a chart that ends now.
    end_ms = now + 1 if end_ms is None else end_ms
    start_ms = min(day_start_ms(now, office.zone), end_ms - 1) if start_ms is None else start_ms
    if end_ms <= start_ms:
        raise Failed(422, both("http.end_first"))
    if not _is_known(office, gate):
        raise Failed(404, both("http.no_gate", gate=gate))
    buckets = office.series.chart(gate, start_ms, end_ms, points)
    return Chart(
        gate=gate,
        start=iso(start_ms, office.zone),
        end=iso(end_ms, office.zone),
        step_seconds=steps_of(start_ms, end_ms, points, office.zone).step_ms // 1000,
        buckets=[
            BucketAnswer(
                at=iso(bucket.at_ms, office.zone),
                count=bucket.count,
                median=bucket.median,
                p95=bucket.p95,
                max=bucket.max,
                rechecks=bucket.rechecks,
            )
            for bucket in buckets
        ],
    )


def _index_after(names: list[str], name: str) -> int:
    try:
        return names.index(name) + 1
    except ValueError:
        raise Failed(422, both("http.bad_cursor")) from None


def _is_known(office: Office, gate: str) -> bool:
    if any(entrance.gate_id == gate for entrance in office.settings.entrances):
        return True
    with office.ledger.read() as connection:
        return gates.has_spoken(connection, gate)
