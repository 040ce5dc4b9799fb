"""Screenings and reports as gates of today say them, with values that differ from person to person."""

from datetime import datetime
from random import gauss, random, randrange
from secrets import token_urlsafe
from uuid import UUID
from zoneinfo import ZoneInfo

from kadian.identifiers import new_id
from kadian.messages import (
    CameraHealth,
    Code,
    OutboxHealth,
    Screening,
    Telemetry,
    Temperature,
    ThermometerHealth,
)
from kadian.messages.screening import Verdict

ZONE = ZoneInfo("Asia/Shanghai")
HIGH = 0.008
"""Share of first readings that are high: cold hands, sun, a stove; most pass the second time."""
FEVERS = 0.01
"""Share of the high ones that the second reading confirms: about one in 12,500 people."""
BACK = 0.3
"""Share of passages at a gate with somebody resting at which that one is measured again."""


class People:
    """Who comes to one gate: most once, who was high a second time."""

    def __init__(self) -> None:
        self._resting: list[UUID] = []

    def next(self, epoch: str, seq: int, wall: float) -> Screening:
        """One person at one gate; `wall` in seconds since 1970."""
        who = new_id()
        again: UUID | None = None
        verdict: Verdict = "pass"
        reasons: tuple[str, ...] = ()
        body = min(37.2, max(35.4, gauss(36.5, 0.25)))
        if self._resting and random() < BACK:
            again, reasons = self._resting.pop(0), ("cleared",)
            if random() < FEVERS:
                body, verdict, reasons = 37.3 + 2 * random(), "stop", ("fever_confirmed",)
        elif random() < HIGH:
            body, verdict, reasons = 37.3 + random(), "recheck", ("temperature_high",)
            self._resting.append(who)
        return Screening(
            id=who,
            epoch=epoch,
            seq=seq,
            at=datetime.fromtimestamp(wall, ZONE),
            clock="synced",
            verdict=verdict,
            reasons=reasons,
            remeasure_of=again,
            temperature=Temperature(
                round(body, 2), "body_estimate", "forehead", round(body - 1.7, 2), randrange(80, 260) / 10, "device",
                5 + randrange(13), randrange(17) / 100, "gy614v3",
            ),
            code=Code("pass", "valid", token_urlsafe(16), "green", "2026-12-01"),
            operator=f"v-{randrange(40)}",
        )  # fmt: skip


def report(epoch: str, last_seq: int, waiting: int) -> Telemetry:
    """A gate's half-minute's word about itself."""
    return Telemetry(
        at=datetime.now(ZONE),
        version="bench",
        clock="synced",
        thermometer=ThermometerHealth("ok", "gy614v3", last_seq * 12, 0, 21.5),
        camera=CameraHealth("ok", last_seq * 30, last_seq, 120.0, 35.0, "ok"),
        outbox=OutboxHealth(epoch, last_seq, waiting, capacity_left=2_500_000),
        uptime_seconds=86_400.0,
        disk_free_bytes=20_000_000_000,
        cpu_celsius=52.0,
    )
