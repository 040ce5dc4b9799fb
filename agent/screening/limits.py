"""Is it high, and may it be judged at all?"""

from typing import Literal

import msgspec

from kadian.messages import Policy, Quality, Temperature

Judgement = Literal["high", "normal", "cold", "hot", "moving", "stale", "no_limit"]
"""`high` and `normal` are results; the others say why there is none."""


def with_quality(temperature: Temperature, policy: Policy) -> Temperature:
    """The same reading, marked `cold` or `hot` when the air is outside the policy's working range.

    A defect that the device itself saw (`moving`, `stale`) is kept; without an ambient value nothing is known.
    """
    quality = _quality(temperature, policy)
    return temperature if quality == temperature.quality else msgspec.structs.replace(temperature, quality=quality)


def judge(temperature: Temperature, policy: Policy) -> Judgement:
    """A reading against the limit made for its kind, in °C; a value that equals the limit is high.

    `body_estimate` and `contact` stand under `fever_celsius`, `surface` under `surface_fever_celsius`; for `ambient`,
    and for a surface without a limit, there is no result. Only the quality `ok` is judged.
    """
    quality = _quality(temperature, policy)
    if quality != "ok":
        return quality
    limit = {
        "body_estimate": policy.fever_celsius,
        "contact": policy.fever_celsius,
        "surface": policy.surface_fever_celsius,
    }.get(temperature.kind)
    if limit is None:
        return "no_limit"
    return "high" if temperature.celsius >= limit else "normal"


def _quality(temperature: Temperature, policy: Policy) -> Quality:
    if temperature.quality != "ok" or temperature.ambient is None:
        return temperature.quality
    if temperature.ambient < policy.ambient_low:
        return "cold"
    return "hot" if temperature.ambient > policy.ambient_high else "ok"
