"""The story as the office meets it: what arrives when, and what it sees of each gate at a moment. Pure."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from collector.alerts.rehearsal.story import GATES, SEALED, TROUBLES, Passing, Trouble, passings
from collector.rules.scene import GateNow, Scene
from kadian.messages import Code, Screening, Temperature

NAMES = UUID("0d3b5d1e-55ff-5a3e-9a70-6a4f2b6f2f11")
HEARTBEAT = 30
"""Seconds from one report of a gate to the next."""
FEVER = 37.3
USUAL_PER_HOUR = 200.0
MINUTES = 10
"""Over which the flow at a gate is taken."""


class World:
    """From `begin` on; seconds are counted from there."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        everybody = passings()
        self._ids = {one.name: self._id(one) for one in everybody if one.name}
        self._times = {gate: [one.at for one in everybody if one.gate == gate] for gate in GATES}
        come = [(arrives(one), number, one) for number, one in enumerate(everybody)]
        self._coming = deque(sorted(come, key=lambda each: each[:2]))

    def arrivals(self, until: float) -> Iterator[tuple[str, Screening]]:
        """Gate and screening of what reaches the office up to a moment and has not been given yet, in that order."""
        while self._coming and self._coming[0][0] <= until:
            at, number, one = self._coming.popleft()
            yield one.gate, self._screening(one, number, drained=at > one.at)

    def scene(self, now_ms: int) -> Scene:
        """What the office sees."""
        at = now_ms / 1000 - self._begin.timestamp()
        offline = _wrong(at, "offline")
        gates = {gate: self._gate(gate, at) for gate in GATES}
        states: dict[str, str | None] = {gate: "sealed" if gate in SEALED else "open" for gate in (*GATES, *SEALED)}
        return Scene(now_ms, gates, None if offline is None else round((at - offline.at) * 1000), states)

    def _gate(self, gate: str, at: float) -> GateNow:
        wrong = {one.what for one in TROUBLES if one.gate == gate and one.at <= at < one.until}
        times = self._times[gate]
        come = bisect_right(times, at) - bisect_right(times, at - 60 * MINUTES)
        return GateNow(
            gate,
            heard_ms_ago=round((at - _last_heard(gate, at)) * 1000),
            state="lost" if "unplugged" in wrong else "online",
            thermometer="lost" if "thermometer" in wrong else "ok",
            camera="lost" if "camera" in wrong else "ok",
            unattended="unattended" in wrong,
            per_minute=come / MINUTES,
            usual_per_hour=USUAL_PER_HOUR,
        )

    def _screening(self, one: Passing, number: int, *, drained: bool) -> Screening:
        high = one.celsius >= FEVER
        verdict = "stop" if one.refused or (high and one.again) else "recheck" if high else "pass"
        reasons = ("code_expired",) if one.refused else ("fever_confirmed",) if high and one.again else ()
        return Screening(
            id=self._id(one),
            epoch="rehearsal",
            seq=number + 1,
            at=self._begin.astimezone(UTC) + timedelta(seconds=one.at),
            clock="synced",
            verdict=verdict,  # type: ignore[arg-type]  # one of the words
            reasons=(("temperature_high",) if high and not one.again else reasons),
            temperature=Temperature(one.celsius, "body_estimate", "forehead", device="gy614v3"),
            code=Code("pass", "expired" if one.refused else "valid", holder=one.holder),
            remeasure_of=self._ids[one.again] if one.again else None,
            drained=drained,
        )

    @staticmethod
    def _id(one: Passing) -> UUID:
        return uuid5(NAMES, f"{one.gate} {one.at} {one.holder}")


def arrives(one: Passing) -> float:
    """When a screening reaches the office: at once, or when the line or the gate is back."""
    cut = [
        trouble
        for trouble in TROUBLES
        if trouble.what == "offline" or (trouble.what, trouble.gate) == ("unplugged", one.gate)
    ]
    return next((trouble.until + 1 for trouble in cut if trouble.at <= one.at < trouble.until), one.at)


def _wrong(at: float, what: str) -> Trouble | None:
    return next((one for one in TROUBLES if one.what == what and one.at <= at < one.until), None)


def _last_heard(gate: str, at: float) -> float:
    """When the gate's last report came; each gate has its own second of the half minute."""
    offset = GATES.index(gate) * HEARTBEAT / len(GATES)
    last = at - (at - offset) % HEARTBEAT
    for one in TROUBLES:
        silent = one.what == "offline" or (one.what, one.gate) == ("unplugged", gate)
        if silent and one.at <= last < one.until:
            last = one.at - (one.at - offset) % HEARTBEAT if at < one.until else one.until
    return last
