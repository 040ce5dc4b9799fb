"""Is it high, and may it be judged at all?"""

from typing import Literal

import msgspec

from kadian.limits import limit
from kadian.messages import Policy, Quality, Temperature

Judgement = Literal["high", "normal", "cold", "hot", "moving", "stale", "no_limit"]
"""`high` and `normal` are results; the others say why there is none."""

BODY_LOW = 35.0
"""°C: who stands at a gate is warmer inside (below is hypothermia), so the thermometer saw cold skin or hung loose."""
BODY_HIGH = 43.0
"""°C: beyond the scale of clinical thermometers; the sun or a stove was measured."""
DEFAULT_AMBIENT = 16.0
"""°C for the lowest surface, from a device that does not know the air: the coldest that is allowed."""


def with_quality(temperature: Temperature, policy: Policy) -> Temperature:
    """The same reading, marked `cold` or `hot` when it cannot be judged for that.

    It cannot when the air is outside the policy's working range, when a forehead's surface is colder than any that a
    body behind it explains, and when a body value lies outside 35…43 °C. A defect that the device itself saw
    (`moving`, `stale`) is kept.
    """
    quality = _quality(temperature, policy)
    return temperature if quality == temperature.quality else msgspec.structs.replace(temperature, quality=quality)


def judge(temperature: Temperature, policy: Policy) -> Judgement:
    """A reading against the limit made for its kind and site, in °C; a value that equals the limit is high.

    For `ambient`, and for a surface without a limit, there is no result. Only the quality `ok` is judged.
    """
    quality = _quality(temperature, policy)
    if quality != "ok":
        return quality
    allowed = limit(temperature, policy)
    if allowed is None:
        return "no_limit"
    return "high" if temperature.celsius >= allowed else "normal"


def coldest_forehead(ambient: float | None) -> float:
    """The surface in °C below which a forehead says nothing of the body, by the air in °C.

    The lower edge of the conversion in wide use between skin and body: 32.66 at 25 °C, 0.186 a degree below that and
    0.086 above. In the frost it lies at 28; foreheads come in with 33.2 ± 1.5 (doi 10.1007/s00508-020-01754-2).
    """
    away = (DEFAULT_AMBIENT if ambient is None else ambient) - 25.0
    return 32.66 + (0.186 if away <= 0 else 0.086) * away


def _quality(temperature: Temperature, policy: Policy) -> Quality:
    if temperature.quality != "ok" or temperature.kind == "ambient":
        return temperature.quality
    air = "ok" if temperature.kind == "contact" else _of_air(temperature, policy)
    return _of_person(temperature) if air == "ok" else air


def _of_air(temperature: Temperature, policy: Policy) -> Quality:
    if temperature.ambient is None:
        return "ok"
    own = policy.sites.get(temperature.site) if temperature.site else None
    lowest = own.ambient_low if own and own.ambient_low is not None else policy.ambient_low
    if temperature.ambient < lowest:
        return "cold"
    return "hot" if temperature.ambient > policy.ambient_high else "ok"


def _of_person(temperature: Temperature) -> Quality:
    surface = temperature.celsius if temperature.kind == "surface" else temperature.surface
    forehead = temperature.site in {None, "forehead"}
    if forehead and surface is not None and surface < coldest_forehead(temperature.ambient):
        return "cold"
    if temperature.kind == "surface" or BODY_LOW <= temperature.celsius <= BODY_HIGH:
        return "ok"
    return "cold" if temperature.celsius < BODY_LOW else "hot"
