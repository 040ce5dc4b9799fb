"""A gate that has been doing for ten minutes what one gate can do: people stand in a line before it.

The office sees who was measured, not who waits. A gate that measures as fast as it can for ten minutes has no gap into
which a person could have come without waiting. It ends when a quarter of the pace is gone.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import Scene
from collector.rules.standing import Since, here

NAME = "queue_long"
ENDS_AT = 0.75
"""The share of the pace at which the line is gone: a pace that wavers about the limit is one line of people."""


class State:
    """Since when there has been a line at each gate."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """A notice for each gate with a line, `queue:<gate>`."""
    most = settings.queue_per_minute
    busy = {
        f"queue:{name}": gate
        for name, gate in scene.gates.items()
        if most and gate.per_minute >= most * (ENDS_AT if f"queue:{name}" in state.since else 1)
    }
    return [
        Finding(
            rule=NAME,
            reason=Reason.QUEUE,
            cause=cause,
            gate=busy[cause].gate,
            screening="",
            severity="notice",
            late=False,
            happened_ms=began_ms,
            facts=here(busy[cause].gate, began_ms, settings) | {"per_minute": round(busy[cause].per_minute)},
        )
        for cause, began_ms in state.since.keep(busy, scene.now_ms).items()
    ]
