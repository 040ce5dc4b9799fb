"""From a stream of samples to one reading a person: wait until it stands still, take the median, once."""

from collections import deque
from statistics import median_low
from typing import Literal

from msgspec import Struct

from agent.thermometer.background import SURFACE_HIGH, SURFACE_LOW, Background
from agent.thermometer.sample import Sample
from kadian.messages import TemperatureKind

Stage = Literal["step_closer", "hold_still", "measured"]

AGREE = 5
SPREAD = 0.5
"""°C between the highest and the lowest of `AGREE` samples that count as standing still."""

SETTLE_SECONDS = 0.3
APPROACH = 1.0
"""°C: a device of a hundred frames a second gives five that agree while somebody is still on the way. So the last
moments must agree as well, and lie behind a step up from the background, not behind a climb of more than this."""

MOVING_SECONDS = 3.0
MOVING_SAMPLES = 8
"""A device of one frame a second may give five that do not agree while somebody still comes near."""

GAP_SECONDS = 1.5
GAP_PERIODS = 2.5
"""Without a sample for so long, and so many times the device's own period, a presence ends."""
LONGEST_PERIOD = 4.0
SLOW_PERIOD = 0.5
"""Seconds from one sample to the next of a device of which one sample of nobody is a departure already."""
ABSENT = 2
BACKGROUND_SECONDS = 30.0
"""Nobody stands so long before a gate's thermometer: what does is the background."""

OTHER_JUMP = 1.5
"""°C from one sample to the next: a head that moves slides, only another head jumps."""
OTHER_LEVEL = 1.0
"""°C from the last reading's plateau at which the new one is another person's."""

SAME_TRIGGER_SECONDS = 1.0
"""A gun that sends its value several times does so within this."""


class Measured(Struct, frozen=True):
    """One reading of one person, in °C.

    `celsius`, `surface` and `ambient` are medians of raw samples: each is a value that the device really gave. `spread`
    is the difference between the highest and the lowest `celsius`. `quality` is `moving` when nothing stood still,
    `stale` when the link says that the device repeats itself.
    """

    celsius: float
    kind: TemperatureKind
    surface: float
    ambient: float | None
    conversion: str | None
    samples: int
    spread: float
    quality: Literal["ok", "moving", "stale"]


class Lately:
    """The surfaces of the last `SETTLE_SECONDS`."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def add(self, surface: float, at: float) -> None:
        """One more, in °C, at a moment in seconds."""
        self._seen.append((surface, at))
        self._forget(at)

    def spread(self, at: float) -> float:
        """°C between the highest and the lowest, as of a moment; 0 when there is none."""
        self._forget(at)
        surfaces = [surface for surface, _ in self._seen]
        return round(max(surfaces) - min(surfaces), 2) if surfaces else 0.0

    def clear(self) -> None:
        """What was is of no interest any more."""
        self._seen.clear()

    def _forget(self, at: float) -> None:
        while self._seen and at - self._seen[0][1] > SETTLE_SECONDS:
            self._seen.popleft()


class Plateau:
    """Turns samples into one `Measured` a person.

    A person is there while samples read as skin; after the reading nothing more comes until the person has gone (two
    samples of something else, or a while without a sample), or until the value jumps and comes to rest on another
    level: somebody else has stepped in.

    Args:
        kind: what the driver's temperature is; `ambient` is never a person.
        conversion: how the driver's body value came about.
        finished: each sample is a finished measurement, made when somebody pulled a gun's trigger.
    """

    def __init__(self, kind: TemperatureKind, conversion: str | None = None, *, finished: bool = False) -> None:
        self._kind = kind
        self._conversion = conversion
        self._finished = finished
        self._window: deque[tuple[float, Sample]] = deque(maxlen=AGREE)
        self._lately = Lately()
        self._before_it = Lately()
        self._periods: deque[float] = deque(maxlen=9)
        self._background = Background()
        self._before: Sample | None = None
        self._last: float | None = None
        self._began: float | None = None
        self._seen = 0
        self._absent = 0
        self._done = False
        self._level: float | None = None
        self._jumped = False

    @property
    def stage(self) -> Stage:
        """What is waited for: somebody to come, to come to rest, or to leave."""
        if self._began is None:
            return "step_closer"
        return "measured" if self._done else "hold_still"

    def feed(self, sample: Sample, at: float) -> Measured | None:
        """Takes a sample at a monotonic time in seconds; gives a reading when this one completes it."""
        celsius = sample.body if self._kind == "body_estimate" else sample.surface
        if self._finished:
            return self._trigger(sample, celsius, at)
        self._pace(at)
        if celsius is None or self._kind == "ambient" or not self._background.is_person(sample):
            self._miss(sample, at)
            return None
        self._absent = 0
        if self._began is None:
            self._began = at
        if self._done:
            self._look_for_another(sample)
        self._before = sample
        self._window.append((celsius, sample))
        self._lately.add(sample.surface, at)
        self._seen += 1
        return self._stayed(at) if self._done else self._comes_to_rest(at)

    def _comes_to_rest(self, at: float) -> Measured | None:
        spread = self._spread()
        came_by_a_step = self._before_it.spread(at) <= APPROACH
        if len(self._window) == AGREE and spread <= SPREAD and came_by_a_step and self._lately.spread(at) <= SPREAD:
            self._level = median_low([sample.surface for _, sample in self._window])
            return self._measured(spread, "ok")
        began = at if self._began is None else self._began
        if at - began >= MOVING_SECONDS and self._seen >= MOVING_SAMPLES:
            return self._measured(spread, "moving")
        return None

    def _look_for_another(self, sample: Sample) -> None:
        """Notices a jump away from the reading's level; what was seen before it does not count with what follows."""
        if self._level is None or self._before is None or self._jumped:
            return
        if abs(sample.surface - self._before.surface) >= OTHER_JUMP:
            self._jumped = True
            self._window.clear()

    def _stayed(self, at: float) -> Measured | None:
        """Somebody is still there after the reading: the same person, another one, or what is no person at all."""
        if self._began is not None and at - self._began > BACKGROUND_SECONDS:
            self._background.becomes(median_low([sample.surface for _, sample in self._window]), at)
            self._leave()
        elif self._jumped and len(self._window) == AGREE and self._spread() <= SPREAD:
            self._jumped = False
            now = median_low([sample.surface for _, sample in self._window])
            if self._level is not None and abs(now - self._level) >= OTHER_LEVEL:
                self._began, self._level = at, now
                return self._measured(self._spread(), "ok")
        return None

    def _miss(self, sample: Sample, at: float) -> None:
        # Only five in a row agree: what came before the gap does not count with what follows.
        self._window.clear()
        self._absent += 1
        slow = bool(self._periods) and median_low(self._periods) >= SLOW_PERIOD
        if self._absent >= (1 if slow else ABSENT) and self._began is not None:
            self._leave()
        self._before_it.add(sample.surface, at)
        self._background.follow(sample.surface, at)

    def _pace(self, at: float) -> None:
        """Ends the presence after a silence that is long for this device, and learns how fast it speaks."""
        if self._last is not None:
            wait = at - self._last
            usual = median_low(self._periods) if self._periods else 0.0
            if wait > max(GAP_SECONDS, GAP_PERIODS * usual):
                self._leave()
            if 0 < wait <= LONGEST_PERIOD:
                self._periods.append(wait)
        self._last = at

    def _leave(self) -> None:
        self._window.clear()
        self._lately.clear()
        self._before_it.clear()
        self._began = None
        self._before = None
        self._seen = 0
        self._done = False
        self._level = None
        self._jumped = False

    def _trigger(self, sample: Sample, celsius: float | None, at: float) -> Measured | None:
        same = self._before is not None and self._before.raw == sample.raw and self._last is not None
        repeated = same and at - (self._last or 0.0) <= SAME_TRIGGER_SECONDS
        self._before, self._last = sample, at
        if repeated or celsius is None or self._kind == "ambient" or not SURFACE_LOW <= sample.surface <= SURFACE_HIGH:
            return None
        self._began = at
        self._window.clear()
        self._window.append((celsius, sample))
        return self._measured(0.0, "ok")

    def _spread(self) -> float:
        values = [celsius for celsius, _ in self._window]
        return round(max(values) - min(values), 2)

    def _measured(self, spread: float, quality: Literal["ok", "moving"]) -> Measured:
        self._done = True
        samples = [sample for _, sample in self._window]
        ambients = [sample.ambient for sample in samples if sample.ambient is not None]
        return Measured(
            celsius=median_low([celsius for celsius, _ in self._window]),
            kind=self._kind,
            surface=median_low([sample.surface for sample in samples]),
            ambient=median_low(ambients) if ambients else None,
            conversion=self._conversion,
            samples=len(samples),
            spread=spread,
            quality=quality,
        )
