"""All gates of a city: on their lines, heard, and driven at a pace or as fast as they are receipted."""

import asyncio
import random
import time
from collections.abc import Callable
from time import monotonic

from bench.load.drain import Draining
from bench.load.gate import Gate
from bench.load.line import Line
from kadian.messages import Receipt, decode

TURN = 0.002
"""Seconds between two turns: what fell due meanwhile is sent at once."""
TELEMETRY = 30.0
PING = 20.0


class City:
    """Gates g00000, g00001 … of one site, dealt out to lines.

    Args:
        gates: how many.
        connections: how many lines they share.
        make: makes a gate of a name and a line.
    """

    def __init__(self, gates: int, connections: int, make: Callable[[str, Line], Gate]) -> None:
        self.lines = [Line(f"bench-{number}", self._heard) for number in range(min(connections, gates))]
        self.gates = [make(f"g{number:05}", self.lines[number % len(self.lines)]) for number in range(gates)]
        self._by_name = {gate.name: gate for gate in self.gates}
        self._telemetry_at = self._second_at = self._ping_at = 0.0
        self._reported = 0
        self.sent = self.receipts = self.receipted = 0
        self.delays: list[tuple[float, float]] = []
        """(when the receipt came, seconds since the screening was due) of each screening."""
        self.latest = 0.0
        """Seconds by which the program itself was late at most: its own ceiling shows here."""

    @property
    def out(self) -> int:
        """Screenings that are sent and not receipted."""
        return self.sent - self.receipted

    async def open(self, port: int) -> None:
        """Connect all lines, subscribe as the gates do, and say that all are online."""
        for number, line in enumerate(self.lines):
            mine = self.gates[number :: len(self.lines)]
            await line.open(port, [name for gate in mine for name in gate.subscriptions])
        for gate in self.gates:
            gate.online()
        while not all(line.idle for line in self.lines):
            self._flush()
            await asyncio.sleep(TURN)
        self._telemetry_at = self._second_at = monotonic()

    async def pace(self, rate: float, seconds: float) -> None:
        """Poisson arrivals, `rate` a second over all gates, each gate as likely as the other."""
        due = begun = monotonic()
        wall = time.time() - begun
        while due < begun + seconds:
            now = monotonic()
            while due <= now:
                self.latest = max(self.latest, now - due)
                self._measure(due, wall + due)
                due += random.expovariate(rate)
            await self._turn(now)

    async def saturate(self, ahead: int, seconds: float) -> None:
        """As fast as receipts come: always `ahead` screenings under way."""
        begun = now = monotonic()
        wall = time.time() - begun
        while now < begun + seconds:
            while self.out < ahead:
                self._measure(now, wall + now)
            await self._turn(now)
            now = monotonic()

    async def flood(self, seconds: float) -> None:
        """As fast as the broker takes it, nobody's receipt awaited: what this program can do at most."""
        begun = now = monotonic()
        wall = time.time() - begun
        while now < begun + seconds:
            for number, line in enumerate(self.lines):
                mine = (len(self.gates) - 1 - number) // len(self.lines) + 1
                for _ in range(line.room):
                    gate = self.gates[number + random.randrange(mine) * len(self.lines)]
                    gate.measure(now, wall + now)
                    gate.out.clear()
                    self.sent += 1
            self._flush()
            await asyncio.sleep(0)
            now = monotonic()
        self.receipted = self.sent

    async def settle(self, seconds: float) -> bool:
        """Until all is receipted; False when it is not within `seconds`."""
        begun = monotonic()
        while self.out and (now := monotonic()) < begun + seconds:
            await self._turn(now)
        return not self.out

    def told(self) -> dict[str, int]:
        """In all: measured, not receipted (lost, if it stays so), sent again, refused by the broker."""
        return {
            "total": sum(gate.seq for gate in self.gates),
            "lost": sum(gate.missing for gate in self.gates),
            "again": sum(gate.again for gate in self.gates),
            "refused": sum(line.refused for line in self.lines),
        }

    def close(self) -> None:
        """End all lines."""
        for line in self.lines:
            line.close()

    async def drain(self, pause: float, most: float) -> float | None:
        """All gates come back with what `Draining` keeps, and measure every `pause` seconds meanwhile.

        Returns:
            Seconds until nothing waited any more, or None when that took longer than `most`.
        """
        gates = [gate for gate in self.gates if isinstance(gate, Draining)]
        begun = now = due = monotonic()
        wall = time.time() - begun
        for gate in gates:
            gate.back()
        while now < begun + most:
            while due <= now:
                for gate in gates:
                    gate.measure(due, wall + due)
                self.sent += len(gates)
                due += pause
            for gate in gates:
                gate.push(now)
            await self._turn(now)
            now = monotonic()
            if all(gate.drained for gate in gates):
                return now - begun
        return None

    def _measure(self, at: float, wall: float) -> None:
        self.sent += 1
        random.choice(self.gates).measure(at, wall)

    def _heard(self, topic: str, payload: bytes) -> None:
        parts = topic.split("/", 4)
        if parts[4] != "receipt":
            return
        now = monotonic()
        self.receipts += 1
        delays = self._by_name[parts[3]].receipted(decode(Receipt, payload), now)
        self.receipted += len(delays)
        self.delays.extend((now, delay) for delay in delays)

    def _flush(self) -> None:
        for line in self.lines:
            line.flush()

    async def _turn(self, now: float) -> None:
        """Reports that are due, what has to go again, and a breath for the lines."""
        pause = TELEMETRY / len(self.gates)
        while self._telemetry_at <= now:
            self.gates[self._reported % len(self.gates)].telemetry()
            self._reported += 1
            self._telemetry_at += pause
        if now >= self._second_at:
            self._second_at = now + 1
            for gate in self.gates:
                gate.quiet(now)
        if now >= self._ping_at:
            self._ping_at = now + PING
            for line in self.lines:
                line.ping()
        self._flush()
        await asyncio.sleep(TURN)
