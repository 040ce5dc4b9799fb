"""Which scale, offset and unit turn the numbers on the wire into the numbers shown."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from agent.thermometer.learning.capture import Capture

OFFSETS = (-273.15, -273.1, -273.2, -40.0, -50.0, -100.0)
"""Zero points in use: kelvin (and its tenths, 2731 and 2732), the sensor's lowest value."""

PLAIN, SCALED, SHIFTED, FREE = range(4)
"""How strange a fit is: tenths or hundredths without offset; another scale; another known zero or unit; a zero that is
only known from the data."""


class Fit(Struct, frozen=True):
    """Wire number × `scale` + `offset` = degrees of `unit` (`C` or `F`)."""

    scale: float
    offset: float
    unit: str
    tier: int


def fits(
    numbers: Sequence[float], captures: Sequence[Capture], scales: Sequence[float], *, fahrenheit: bool
) -> Iterator[Fit]:
    """All fits of some numbers (one a capture) to what was shown.

    A display rounds or cuts what the wire says, so the wire's number may lie up to one step above what is shown, or
    half a step below.

    Args:
        numbers: as read from the bytes.
        captures: what was shown for each.
        scales: worth trying.
        fahrenheit: the display shows °F.
    """
    for scale in scales:
        for unit in ("F", "C") if fahrenheit else ("C", "F"):
            ranges = [_in_unit(capture, fahrenheit, unit) for capture in captures]
            lowest = max(low - number * scale for number, (low, _) in zip(numbers, ranges, strict=True))
            highest = min(high - number * scale for number, (_, high) in zip(numbers, ranges, strict=True))
            if lowest > highest:
                continue
            own = unit == ("F" if fahrenheit else "C")
            exact = {round(one.value - number * scale, 6) for number, one in zip(numbers, captures, strict=True)}
            if own and len(exact) == 1 and all(scale > one.step * 0.999 for one in captures):
                # The display shows all that the wire says: no rounding leaves room for another zero point.
                lowest = highest = exact.pop()
            yield _fit(scale, lowest, highest, unit, own=own)


def _in_unit(capture: Capture, fahrenheit: bool, unit: str) -> tuple[float, float]:
    """Between which values of the wire's unit the display shows what it showed."""
    tiny = 1e-6
    low, high = capture.value - capture.step / 2 - tiny, capture.value + capture.step * 0.999
    if fahrenheit == (unit == "F"):
        return low, high
    if fahrenheit:
        return (low - 32) / 1.8, (high - 32) / 1.8
    return low * 1.8 + 32, high * 1.8 + 32


def _fit(scale: float, lowest: float, highest: float, unit: str, *, own: bool) -> Fit:
    if lowest <= 0 <= highest:
        tier = (PLAIN if scale in {0.1, 0.01, 1.0} else SCALED) if own else SHIFTED
        return Fit(scale, 0.0, unit, tier)
    usual = [offset for offset in OFFSETS if lowest <= offset <= highest]
    if usual and own:
        return Fit(scale, usual[0], unit, SHIFTED)
    middle = (lowest + highest) / 2
    for digits in range(4):
        offset = round(middle, digits)
        if lowest <= offset <= highest:
            return Fit(scale, offset, unit, FREE)
    return Fit(scale, middle, unit, FREE)
