"""The gates as the office sees them: what is configured, and what each last said."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, Field

from collector.api.office import Office
from collector.api.times import day_start_ms, iso
from collector.ledger import gates, overview, screenings
from collector.ledger.gates import GateRow
from collector.ledger.screenings import StoredScreening
from collector.settings import Entrance
from kadian.messages import Verdict

VERDICTS = ("pass", "recheck", "stop", "none")


class Today(BaseModel):
    """Screenings since the site's midnight, by verdict."""

    total: int
    passed: int = Field(alias="pass")
    recheck: int
    stop: int
    none: int


class Last(BaseModel):
    """The newest screening of a gate, by the gate's own time; °C."""

    celsius: float | None
    verdict: Verdict
    at: str


class GateAnswer(BaseModel):
    """One gate. Ages are seconds since the office received something."""

    gate: str
    entrance: str | None = Field(description="the configured entrance it stands at")
    name: str | None
    entrance_state: Literal["open", "sealed", "unlisted"]
    zone: str | None
    x: float | None
    y: float | None
    state: Literal["online", "stopped", "lost", "unknown"]
    state_at: str | None
    version: str | None
    last_screening_at: str | None
    age_seconds: float | None = Field(description="since the last screening")
    contact_age_seconds: float | None = Field(description="since the last message of any kind")
    telemetry: dict[str, Any] | None = Field(description="the gate's last report about itself, as in its message")
    today: Today
    last: Last | None


class GatesAnswer(BaseModel):
    """Every configured entrance, and each gate that has spoken."""

    site: str
    timezone: str
    now: str
    troubles: list[str] = Field(
        description="why the office cannot take or store anything at present; none when all is well"
    )
    gates: list[GateAnswer]


def gates_now(office: Office) -> list[dict[str, Any]]:
    """Every gate in the form of `GateAnswer`: configured entrances in their order, then strangers by name."""
    now = office.now_ms()
    with office.ledger.read() as connection:
        rows = {row.gate: row for row in gates.all(connection)}
        today = overview.verdicts_by_gate(connection, day_start_ms(now, office.zone))
        newest = {name: screenings.page(connection, gate=name, limit=1) for name in rows}
    entrances = {entrance.gate_id: entrance for entrance in office.settings.entrances}
    return [
        gate_answer(
            name,
            entrances.get(name),
            rows.get(name),
            newest=newest.get(name, ()),
            verdicts=today.get(name, {}),
            now_ms=now,
            zone=office.zone,
        )
        for name in known_gates(entrances, rows)
    ]


def known_gates(configured: Iterable[str], spoken: Iterable[str]) -> list[str]:
    """Names of gates, each once, in order."""
    return list(dict.fromkeys((*configured, *spoken)))


def gate_answer(
    name: str,
    entrance: Entrance | None,
    row: GateRow | None,
    *,
    newest: Iterable[StoredScreening],
    verdicts: Mapping[str, int],
    now_ms: int,
    zone: tzinfo,
) -> dict[str, Any]:
    """One gate in the form of `GateAnswer`. Pure."""
    heard = [row.state_received_ms, row.telemetry_received_ms, row.last_screening_ms] if row else []
    return {
        "gate": name,
        "entrance": entrance.id if entrance else None,
        "name": entrance.name if entrance else None,
        "entrance_state": entrance.state if entrance else "unlisted",
        "zone": entrance.zone if entrance else None,
        "x": entrance.x if entrance else None,
        "y": entrance.y if entrance else None,
        "state": row.state if row else "unknown",
        "state_at": row.state_at if row else None,
        "version": row.version if row else None,
        "last_screening_at": iso(row.last_screening_ms, zone) if row and row.last_screening_ms is not None else None,
        "age_seconds": age_seconds([row.last_screening_ms] if row else [], now_ms),
        "contact_age_seconds": age_seconds(heard, now_ms),
        "telemetry": msgspec.to_builtins(row.telemetry) if row and row.telemetry else None,
        "today": {"total": sum(verdicts.values()), **{verdict: verdicts.get(verdict, 0) for verdict in VERDICTS}},
        "last": next((_last(stored) for stored in newest), None),
    }


def age_seconds(moments_ms: Iterable[int | None], now_ms: int) -> float | None:
    """Seconds since the newest of these moments; None when there is none, never below 0."""
    known = [moment for moment in moments_ms if moment is not None]
    return max(0, now_ms - max(known)) / 1000 if known else None


def _last(stored: StoredScreening) -> dict[str, Any]:
    screening = stored.screening
    celsius = screening.temperature.celsius if screening.temperature else None
    return {"celsius": celsius, "verdict": screening.verdict, "at": screening.at.isoformat()}
