"""The office's ears: when each gate was heard last, by a clock that nobody sets, and what it said of itself."""

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Literal

import msgspec

from kadian import topics
from kadian.messages import Status, Telemetry
from kadian.topics import Kind

SPEAKS = frozenset({Kind.SCREENING, Kind.TELEMETRY, Kind.REPLY})
"""What a gate alone can have said. A status may be its last will, which the broker says for it."""
MOST_TOPICS = 200_000
BLIP_SECONDS = 5.0
"""A connection that is back so soon has missed next to nothing: a line that breaks each minute must not hide a silent
gate for ever."""


class Words(msgspec.Struct, frozen=True):
    """What a gate last said of its devices, in the words of its telemetry."""

    thermometer: Literal["ok", "silent", "lost", "none"]
    stuck: bool
    camera: Literal["ok", "silent", "lost", "none"]
    lens: Literal["ok", "dark", "blurred"] | None
    unmeasured: bool


class Hearing(msgspec.Struct, frozen=True):
    """What was heard up to the moment `at`; all times in seconds of one monotonic clock.

    `began`: when the ears did. `listening`: since when there has been a connection to the broker, or when the last one
    began; `offline`: since when there is none. `heard`: when each gate was heard last.
    """

    at: float
    began: float
    listening: float
    offline: float | None
    heard: dict[str, float]
    states: dict[str, str]
    words: dict[str, Words]

    @property
    def offline_ms(self) -> int | None:
        """For so long there has been no connection to the broker; None: there is one."""
        return None if self.offline is None else round((self.at - self.offline) * 1000)

    def silent_ms(self, gate: str) -> int:
        """For so long the office has listened for this gate in vain: never longer than it has listened."""
        return round((self.at - max(self.heard.get(gate, self.began), self.listening)) * 1000)


class Ears:
    """For any number of threads.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._began = self._listening = clock()
        self._offline: float | None = self._began
        self._heard: dict[str, float] = {}
        self._states: dict[str, str] = {}
        self._words: dict[str, Words] = {}
        self._gates: dict[str, str | None] = {}

    def take(self, heard: Iterable[str]) -> None:
        """Messages have just come in on these topics, none of them kept by the broker. Runs for every single one."""
        now = self._clock()
        with self._lock:
            for topic in heard:
                gate = self._gates[topic] if topic in self._gates else self._learn(topic)
                if gate is not None:
                    self._heard[gate] = now

    def said(self, gate: str, status: Status | None, telemetry: Telemetry | None, *, retained: bool) -> None:
        """What a gate said of itself; what is `retained` it said some time ago."""
        with self._lock:
            if status is not None:
                self._states[gate] = status.state
                if status.state != "lost" and not retained:
                    self._heard[gate] = self._clock()
            if telemetry is not None:
                self._words[gate] = Words(
                    telemetry.thermometer.state,
                    telemetry.thermometer.stuck,
                    telemetry.camera.state,
                    telemetry.camera.lens,
                    telemetry.unmeasured,
                )

    def connected(self) -> None:
        """There is a connection to the broker: whoever was not heard meanwhile could not be."""
        with self._lock:
            if self._offline is not None:
                now = self._clock()
                if self._offline == self._began or now - self._offline > BLIP_SECONDS:
                    self._listening = now
                self._offline = None

    def lost(self) -> None:
        """There is none."""
        with self._lock:
            if self._offline is None:
                self._offline = self._clock()

    def hearing(self) -> Hearing:
        """All of it, as it is now."""
        with self._lock:
            return Hearing(
                self._clock(),
                self._began,
                self._listening,
                self._offline,
                self._heard.copy(),
                self._states.copy(),
                self._words.copy(),
            )

    def _learn(self, topic: str) -> str | None:
        try:
            whose = topics.parse(topic)
            gate = whose.gate if whose.kind in SPEAKS else None
        except ValueError:
            gate = None
        if len(self._gates) >= MOST_TOPICS:
            self._gates.clear()
        self._gates[topic] = gate
        return gate
