"""Timelines of screenings, as short as they are told."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from collector.ledger.screenings import StoredScreening
from kadian.messages import Code, Screening, Temperature

START_MS = 1_795_474_800_000  # 2026-11-24 07:00 in Shanghai


class Timeline:
    """Screenings in the order of their arrival; minutes since 07:00."""

    def __init__(self):
        self.position = 0

    def __call__(self, minute, celsius=38.4, *, name=None, gate="g1", holder=None, of=None, received=None, **more):
        self.position += 1
        kind = more.pop("kind", "body_estimate")
        quality = more.pop("quality", "ok")
        site = more.pop("site", None)
        status = more.pop("status", "valid")
        at_ms = START_MS + round(minute * 60_000)
        received_ms = START_MS + round((minute if received is None else received) * 60_000) + 50
        screening = Screening(
            id=UUID(int=self.position if name is None else name),
            epoch="e",
            seq=self.position,
            at=datetime.fromtimestamp(at_ms / 1000, UTC),
            clock=more.pop("clock", "synced"),
            verdict=more.pop("verdict", "recheck"),
            temperature=None
            if celsius is None
            else Temperature(celsius=celsius, kind=kind, site=site, quality=quality),
            code=Code(format="pass", status=status, holder=holder) if holder or status != "valid" else None,
            reasons=more.pop("reasons", ()),
            remeasure_of=None if of is None else UUID(int=of),
            drained=more.pop("drained", False),
        )
        assert not more
        return StoredScreening(self.position, gate, screening, at_ms, received_ms)


@pytest.fixture
def at():
    return Timeline()
