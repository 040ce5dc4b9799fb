"""One screening as the office tells it: with its place in the ledger, without the holder of the code."""

from datetime import tzinfo
from typing import Any

import msgspec
from pydantic import BaseModel, Field

from collector.api.times import iso
from collector.ledger.screenings import StoredScreening
from collector.rules.lateness import is_late
from kadian.messages import ClockState, Colour, Quality, TemperatureKind, Verdict


class TemperatureAnswer(BaseModel):
    """As in the gate's message, °C; what the gate did not say is absent."""

    celsius: float
    kind: TemperatureKind
    site: str | None = None
    surface: float | None = None
    ambient: float | None = None
    conversion: str | None = None
    samples: int | None = None
    spread: float | None = None
    device: str | None = None
    quality: Quality = "ok"


class CodeAnswer(BaseModel):
    """The code that was shown; never its text or whose it is."""

    format: str
    status: str
    colour: Colour | None
    expires: str | None


class ScreeningAnswer(BaseModel):
    """One screening. `temperature` and `code` are absent when there was none."""

    position: int = Field(description="place in the ledger, in the order of arrival")
    gate: str
    id: str
    epoch: str
    seq: int
    at: str = Field(description="the gate's own time")
    received_at: str = Field(description="when the office stored it")
    late: bool = Field(description="old news on arrival, such as a backlog: not to be shown as now")
    clock: ClockState
    verdict: Verdict
    reasons: list[str]
    temperature: TemperatureAnswer | None = None
    code: CodeAnswer | None = None
    operator: str | None
    remeasure_of: str | None
    unattended: bool = Field(description="nobody was signed on at a gate where people sign on")


class ScreeningPage(BaseModel):
    """Screenings, newest first; `next_cursor` leads to older ones, null at the end."""

    items: list[ScreeningAnswer]
    next_cursor: str | None


def screening_answer(stored: StoredScreening, zone: tzinfo) -> dict[str, Any]:
    """A stored screening in the form of `ScreeningAnswer`."""
    screening = stored.screening
    answer: dict[str, Any] = {
        "position": stored.position,
        "gate": stored.gate,
        "id": str(screening.id),
        "epoch": screening.epoch,
        "seq": screening.seq,
        "at": screening.at.isoformat(),
        "received_at": iso(stored.received_ms, zone),
        "late": is_late(stored),
        "clock": screening.clock,
        "verdict": screening.verdict,
        "reasons": list(screening.reasons),
        "operator": screening.operator,
        "remeasure_of": str(screening.remeasure_of) if screening.remeasure_of else None,
        "unattended": screening.unattended,
    }
    if screening.temperature is not None:
        answer["temperature"] = {**msgspec.to_builtins(screening.temperature), "quality": screening.temperature.quality}
    if screening.code is not None:
        code = screening.code
        answer["code"] = {
            "format": code.format,
            "status": code.status,
            "colour": code.colour,
            "expires": code.expires,
        }
    return answer
