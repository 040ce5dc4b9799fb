"""The gates as the office sees them: what is configured, and what each last said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, Field

from collector.api.board import Standing
from collector.api.office import Office
from collector.api.times import iso
from collector.ledger import gates
from collector.settings import Entrance
from kadian.messages import Verdict

MOST = 1000
"""Gates in one answer: a whole neighbourhood, and of a city as much as a page can show."""
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
    """Every configured entrance in order, then each other gate that has spoken, by name."""

    site: str
    timezone: str
    now: str
    total: int = Field(description="how many gates there are in all")
    troubles: list[str] = Field(
        description="why the office cannot take or store anything at present; none when all is well"
    )
    gates: list[GateAnswer]
    next_cursor: str | None = Field(description="leads to the gates after these; null at the end")


class BriefGateAnswer(BaseModel):
    """One gate in one line."""

    gate: str
    state: Literal["online", "stopped", "lost", "unknown"]
    at: str | None = Field(description="the newest screening, by the gate's own time")
    celsius: float | None
    verdict: Verdict | None
    age_seconds: float | None = Field(description="since the last screening")
    today: int = Field(description="screenings since the site's midnight")


class BriefGate(msgspec.Struct, frozen=True):
    """The same as it is encoded: thousands are one answer."""

    gate: str
    state: str
    at: str | None
    celsius: float | None
    verdict: str | None
    age_seconds: float | None
    today: int


class LatestAnswer(BaseModel):
    """All gates, configured entrances first."""

    now: str
    gates: list[BriefGateAnswer]


def known_gates(office: Office, standings: Iterable[str]) -> list[str]:
    """Names of gates, each once: configured entrances in their order, then strangers by name."""
    configured = [entrance.gate_id for entrance in office.settings.entrances]
    return list(dict.fromkeys((*configured, *sorted(standings))))


def gate_answers(office: Office, names: Sequence[str], standings: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """These gates (1,000 at most) in the form of `GateAnswer`, for msgspec to encode."""
    with office.ledger.read() as connection:
        telemetry = gates.telemetry_of(connection, names)
    entrances = {entrance.gate_id: entrance for entrance in office.settings.entrances}
    now_ms, zone = office.now_ms(), office.zone
    return [
        gate_answer(
            name,
            entrances.get(name),
            standings.get(name) or Standing(),
            telemetry=telemetry.get(name),
            now_ms=now_ms,
            zone=zone,
        )
        for name in names
    ]


def gate_answer(
    name: str, entrance: Entrance | None, standing: Standing, *, telemetry: bytes | None, now_ms: int, zone: tzinfo
) -> dict[str, Any]:
    """One gate in the form of `GateAnswer`; `telemetry` is its last report as JSON. Pure."""
    word, newest, today = standing.word, standing.newest, standing.today
    heard = [standing.received_ms]
    if word is not None:
        heard += [word.state_received_ms, word.telemetry_received_ms]
    return {
        "gate": name,
        "entrance": entrance.id if entrance else None,
        "name": entrance.name if entrance else None,
        "entrance_state": entrance.state if entrance else "unlisted",
        "zone": entrance.zone if entrance else None,
        "x": entrance.x if entrance else None,
        "y": entrance.y if entrance else None,
        "state": word.state if word else "unknown",
        "state_at": _state_at(standing, zone),
        "version": word.version if word else None,
        "last_screening_at": None if standing.received_ms is None else iso(standing.received_ms, zone),
        "age_seconds": age_seconds([standing.received_ms], now_ms),
        "contact_age_seconds": age_seconds(heard, now_ms),
        "telemetry": None if telemetry is None else msgspec.Raw(telemetry),
        "today": {"total": sum(today.values()), **{verdict: today.get(verdict, 0) for verdict in VERDICTS}},
        "last": {"celsius": newest.celsius, "verdict": newest.verdict, "at": newest.at} if newest else None,
    }


def _state_at(standing: Standing, zone: tzinfo) -> str | None:
    """Since when its state is so. A will is written when the gate connects: it is lost since it was heard last."""
    word = standing.word
    if word is None:
        return None
    heard = [moment for moment in (standing.received_ms, word.telemetry_received_ms) if moment is not None]
    return iso(max(heard), zone) if word.state == "lost" and heard else word.state_at


def brief_gate(name: str, standing: Standing, now_ms: int) -> BriefGate:
    """One gate in one line. Pure."""
    word, newest, received_ms = standing.word, standing.newest, standing.received_ms
    state = word.state if word else "unknown"
    age = None if received_ms is None else max(0, now_ms - received_ms) / 1000
    today = sum(standing.today.values())
    if newest is None:
        return BriefGate(name, state, None, None, None, age, today)
    return BriefGate(name, state, newest.at, newest.celsius, newest.verdict, age, today)


def age_seconds(moments_ms: Iterable[int | None], now_ms: int) -> float | None:
    """Seconds since the newest of these moments; None when there is none, never below 0."""
    known = [moment for moment in moments_ms if moment is not None]
    return max(0, now_ms - max(known)) / 1000 if known else None
