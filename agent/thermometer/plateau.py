"""From a stream of samples to one reading a person: wait until it stands still, take the median, once."""

from collections import deque
from statistics import median_low
from typing import Literal

from msgspec import Struct

from agent.thermometer.sample import Sample
from kadian.messages import TemperatureKind

SURFACE_LOW, SURFACE_HIGH = 28.0, 43.0
"""°C between which a surface may be skin. Foreheads coming in from the frost: 33.2 ± 1.5,
doi 10.1007/s00508-020-01754-2."""

WARMER = 4.0
"""°C by which skin stands out from surroundings below 28 °C."""

STEP = 1.0
"""°C by which skin stands out from a background that is itself as warm as skin (a wall in the sun)."""

AGREE = 5
SPREAD = 0.5
"""°C between the highest and the lowest of `AGREE` samples that count as standing still."""

MOVING_SECONDS = 3.0
GAP_SECONDS = 1.5
ABSENT = 2
BACKGROUND_SECONDS = 30.0
"""Nobody stands so long before a gate's thermometer: what does is the background."""


class Measured(Struct, frozen=True):
    """One reading of one person, in °C.

    `celsius`, `surface` and `ambient` are medians of raw samples: each is a value that the device really gave. `spread`
    is the difference between the highest and the lowest `celsius`. `quality` is `moving` when nothing stood still,
    `stale` when the device repeats itself (agent.thermometer.stuck).
    """

    celsius: float
    kind: TemperatureKind
    surface: float
    ambient: float | None
    conversion: str | None
    samples: int
    spread: float
    quality: Literal["ok", "moving", "stale"]


def skin_from(ambient: float | None) -> float:
    """The surface in °C from which something may be skin, at an ambient temperature in °C.

    Below 28 °C ambient: 28, and 4 above the ambient. Beyond, skin and surroundings draw together, so the distance asked
    for shrinks by half a degree a degree, to 0.5: 33 at 30, 35.5 at 35.
    """
    if ambient is None:
        return SURFACE_LOW
    if ambient < 28.0:
        return max(SURFACE_LOW, ambient + WARMER)
    return ambient + max(WARMER - (ambient - 28.0) / 2, 0.5)


class Plateau:
    """Turns samples into one `Measured` a person.

    A person is there while samples read as skin; after the reading nothing more comes until the person has gone (two
    samples of something else, or 1.5 s without a sample).

    Args:
        kind: what the driver's temperature is; `ambient` is never a person.
        conversion: how the driver's body value came about.
    """

    def __init__(self, kind: TemperatureKind, conversion: str | None = None) -> None:
        self._kind = kind
        self._conversion = conversion
        self._window: deque[tuple[float, Sample]] = deque(maxlen=AGREE)
        self._began: float | None = None
        self._last: float | None = None
        self._seen = 0
        self._absent = 0
        self._done = False
        self._background: float | None = None

    @property
    def present(self) -> bool:
        """Whether somebody stands before the thermometer."""
        return self._began is not None

    def feed(self, sample: Sample, at: float) -> Measured | None:
        """Takes one sample, read at `at` (monotonic seconds); the reading if it is made by this one."""
        if self._last is not None and at - self._last > GAP_SECONDS:
            self._leave()
        self._last = at
        celsius = sample.body if self._kind == "body_estimate" else sample.surface
        if celsius is None or not self._is_person(sample):
            self._miss(sample)
            return None
        self._absent = 0
        if self._began is None:
            self._began = at
        self._window.append((celsius, sample))
        self._seen += 1
        if self._done:
            if at - self._began > BACKGROUND_SECONDS:
                self._background = median_low([held.surface for _, held in self._window])
                self._leave()
            return None
        spread = self._spread()
        if len(self._window) == AGREE and spread <= SPREAD:
            return self._measured(spread, "ok")
        # A device of one frame a second has given its five only after four seconds.
        if at - self._began >= MOVING_SECONDS and self._seen >= AGREE:
            return self._measured(spread, "moving")
        return None

    def _is_person(self, sample: Sample) -> bool:
        if self._kind == "ambient" or not SURFACE_LOW <= sample.surface <= SURFACE_HIGH:
            return False
        if self._background is not None and abs(sample.surface - self._background) < STEP:
            return False
        return sample.surface >= skin_from(sample.ambient)

    def _miss(self, sample: Sample) -> None:
        # Only five in a row agree: what came before the gap does not count with what follows.
        self._window.clear()
        self._absent += 1
        if self._absent >= ABSENT:
            self._leave()
        if self._background is None:
            return
        away = sample.surface - self._background
        # The sun moves slowly and the background with it; a person is a step.
        self._background = None if abs(away) >= STEP else self._background + away / 100

    def _leave(self) -> None:
        self._window.clear()
        self._began = None
        self._seen = 0
        self._done = False

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
