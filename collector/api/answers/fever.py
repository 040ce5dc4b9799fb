"""A fever as the office tells it: its readings, never whose they are."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from collector.ledger.fevers import Fever
from collector.ledger.highs import Reading
from kadian.messages import TemperatureKind, Verdict


class ReadingAnswer(BaseModel):
    """One reading, °C; `at` is the gate's own time."""

    position: int
    id: str
    gate: str
    at: str
    celsius: float | None
    kind: TemperatureKind | None
    verdict: Verdict


class FeverAnswer(BaseModel):
    """A first high reading, and what became of it."""

    state: Literal["confirmed", "unconfirmed", "cleared"] = Field(
        description="unconfirmed: nobody was measured again in time, or not yet"
    )
    first: ReadingAnswer | None = Field(description="null where it never arrived, or is deleted already")
    second: ReadingAnswer | None = Field(description="the reading that confirmed or cleared it")
    alert: str | None = Field(description="the alert that it opened")
    by_place: bool = Field(
        description="confirmed, but neither a code nor a second measurement says that it is one person: maybe two"
    )


class FeverPage(BaseModel):
    """Fevers, newest first. A page may be short; `next_cursor` leads on, null at the end."""

    items: list[FeverAnswer]
    next_cursor: str | None


def fever_answer(fever: Fever) -> dict[str, Any]:
    """A fever in the form of `FeverAnswer`."""
    return {
        "state": fever.state,
        "first": _reading(fever.first),
        "second": _reading(fever.second),
        "alert": fever.incident,
        "by_place": fever.by_place,
    }


def _reading(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "position": reading.position,
        "id": str(reading.id),
        "gate": reading.gate,
        "at": reading.at,
        "celsius": reading.celsius,
        "kind": reading.kind,
        "verdict": reading.verdict,
    }
