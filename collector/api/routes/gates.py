from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from collector.api.answers.gate import GatesAnswer, gates_now, known_gates
from collector.api.office import Office, OfficeHere
from collector.api.problems import Failed, Problem
from collector.api.questions import GateInPath
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
def listing(office: OfficeHere) -> dict[str, Any]:
    """Every configured entrance, and each gate that has spoken, as they are now."""
    return {
        "site": office.settings.site,
        "timezone": office.settings.timezone,
        "now": iso(office.now_ms(), office.zone),
        "gates": gates_now(office),
    }


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
        raise Failed(422, "end: it has to be later than start")
    if gate not in _known(office):
        raise Failed(404, f"No gate is called {gate}; /api/v1/gates lists them")
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


def _known(office: Office) -> list[str]:
    with office.ledger.read() as connection:
        spoken = [row.gate for row in gates.all(connection)]
    return known_gates((entrance.gate_id for entrance in office.settings.entrances), spoken)
