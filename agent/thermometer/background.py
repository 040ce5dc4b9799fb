"""What stands before a thermometer when nobody does, and what stands out from it as skin."""

from agent.thermometer.sample import Sample

SURFACE_LOW, SURFACE_HIGH = 28.0, 43.0
"""°C between which a surface may be skin. Foreheads coming in from the frost: 33.2 ± 1.5,
doi 10.1007/s00508-020-01754-2."""

WARMER = 4.0
"""°C by which skin stands out from surroundings below 28 °C."""

STEP = 1.0
"""°C by which skin stands out from a background that is itself as warm as skin (a wall in the sun)."""

NEAR = 0.5
"""°C by which it stands out from one that is not quite so warm, and slowly becomes it."""

FOLLOW_SECONDS = 10.0
"""The sun moves slowly and the background with it; a person is a step."""


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


def is_warm(sample: Sample) -> bool:
    """Whether a sample is as warm as skin may be."""
    return max(SURFACE_LOW, skin_from(sample.ambient)) <= sample.surface <= SURFACE_HIGH


class Background:
    """Follows what is there while nobody is."""

    def __init__(self) -> None:
        self._surface: float | None = None
        self._at = 0.0

    def is_person(self, sample: Sample) -> bool:
        """Whether a sample is as warm as skin and stands out from the background."""
        if self._surface is None or not is_warm(sample):
            return is_warm(sample)
        least = skin_from(sample.ambient)
        return abs(sample.surface - self._surface) >= (STEP if self._surface >= least else NEAR)

    def follow(self, surface: float, at: float) -> None:
        """Nobody is there: a surface in °C at a moment in seconds is the background, or the way to it."""
        if self._surface is None or abs(surface - self._surface) >= STEP:
            self._surface = surface
        else:
            share = min(1.0, max(0.0, at - self._at) / FOLLOW_SECONDS)
            self._surface += (surface - self._surface) * share
        self._at = at

    def becomes(self, surface: float, at: float) -> None:
        """What stood there for long was no person."""
        self._surface, self._at = surface, at
