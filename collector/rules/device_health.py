"""A thermometer that has given other values than its neighbours for a day: swapped, kept for the wrist, or checked.

One sentence for each device, of what is worst: a display that shows always the same hides every fever; a device that
is off shifts all; one that drifts will be off next week.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import DeviceDay, Scene
from collector.rules.standing import Since, here

NAME = "device_health"
ENOUGH = 100
"""People; of fewer a spread says little."""
OFFSET = 0.5
"""°C: what a thermometer may be off by before it is taken out of use (National Institute of Metrology, 2020)."""
DRIFT = 0.3
"""°C in a week: more than half of the way there."""
NARROW = 1 / 3
"""Of the others' spread: people differ by more than this device shows."""
WIDE_ENOUGH = 0.1
"""°C: below it the others have no spread either, and a device of tenths cannot be narrower."""
REPEATED = 0.5
"""Of all values one and the same, in tenths: of people 0.35 °C apart the most frequent tenth is 0.11, of people as
alike as 0.15 °C it is 0.26 (a normal distribution)."""


class State:
    """Since when what has been so of each device."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """A notice for each device that is not well: `health:<gate>:<device>:<kind>`."""
    ill = {f"health:{day.gate}:{day.device}:{kind}": (day, kind) for day in scene.devices if (kind := verdict(day))}
    return [
        _finding(cause, *ill[cause], began_ms, settings)
        for cause, began_ms in state.since.keep(ill, scene.now_ms).items()
    ]


def verdict(day: DeviceDay) -> str | None:
    """`clamped`, `offset`, `drift`, or None: fine, or too few people to say."""
    if day.count < ENOUGH:
        return None
    if day.repeated >= REPEATED or (day.site_spread >= WIDE_ENOUGH and day.spread <= NARROW * day.site_spread):
        return "clamped"
    if abs(day.offset) >= OFFSET:
        return "offset"
    return "drift" if day.drift is not None and abs(day.drift) >= DRIFT else None


def _finding(cause: str, day: DeviceDay, kind: str, began_ms: int, settings: RuleSettings) -> Finding:
    reasons = {"clamped": Reason.CLAMPED, "offset": Reason.OFFSET, "drift": Reason.DRIFTED}
    return Finding(
        rule=NAME,
        reason=reasons[kind],
        cause=cause,
        gate=day.gate,
        screening="",
        severity="notice",
        late=False,
        happened_ms=began_ms,
        facts=here(day.gate, began_ms, settings)
        | {
            "kind": kind,
            "device": day.device,
            "people": day.count,
            "offset": f"{day.offset:+.1f}",
            "drift": f"{day.drift or 0:+.1f}",
            "repeated": round(100 * day.repeated),
        },
    )
