"""Decoding and encoding one screening: msgspec (ours) beside pydantic, in one run."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import pydantic

from kadian.identifiers import new_epoch, new_id
from kadian.messages import Code, Screening, Temperature, decode, encode

ROUNDS = 20_000


class PydanticTemperature(pydantic.BaseModel):
    """The peer's temperature."""

    celsius: float
    kind: Literal["surface", "body_estimate", "contact", "ambient"]
    site: str | None = None
    surface: float | None = None
    ambient: float | None = None
    conversion: str | None = None
    samples: int | None = None
    spread: float | None = None
    device: str | None = None
    quality: Literal["ok", "cold", "hot", "moving", "stale"] = "ok"


class PydanticCode(pydantic.BaseModel):
    """The peer's code."""

    format: str
    status: str
    holder: str | None = None
    colour: str | None = None
    expires: str | None = None


class PydanticScreening(pydantic.BaseModel):
    """The peer's screening: the same fields."""

    id: UUID
    epoch: str
    seq: int
    at: datetime
    clock: Literal["synced", "estimated", "unsynced"]
    verdict: Literal["pass", "recheck", "stop", "none"]
    temperature: PydanticTemperature | None = None
    code: PydanticCode | None = None
    reasons: tuple[str, ...] = ()
    operator: str | None = None
    remeasure_of: UUID | None = None


def _microseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(ROUNDS):
            work()
        best = min(best, time.perf_counter() - began)
    return best / ROUNDS * 1e6


def run() -> dict[str, Any]:
    """Microseconds a message, best of three runs of 20,000."""
    screening = Screening(
        id=new_id(),
        epoch=new_epoch(),
        seq=4711,
        at=datetime.now(UTC),
        clock="synced",
        verdict="pass",
        temperature=Temperature(36.54, "body_estimate", "forehead", 34.91, 21.3, "device", 12, 0.12, "gy614v3"),
        code=Code("pass", "valid", "q83v", "green", "2026-12-01"),
        reasons=("temperature_normal", "code_valid"),
    )
    payload = encode(screening)
    peer = PydanticScreening.model_validate_json(payload)
    found: dict[str, Any] = {
        "bytes": len(payload),
        "decode_us": {
            "msgspec": round(_microseconds(lambda: decode(Screening, payload)), 2),
            "pydantic": round(_microseconds(lambda: PydanticScreening.model_validate_json(payload)), 2),
        },
        "encode_us": {
            "msgspec": round(_microseconds(lambda: encode(screening)), 2),
            "pydantic": round(_microseconds(lambda: peer.model_dump_json(exclude_none=True)), 2),
        },
    }
    for verb in ("decode", "encode"):
        ours, theirs = found[f"{verb}_us"]["msgspec"], found[f"{verb}_us"]["pydantic"]
        found[f"{verb}_ratio"] = round(theirs / ours, 1)
        print(f"{verb}: msgspec {ours} µs, pydantic {theirs} µs: {theirs / ours:.1f} times")
    return found
