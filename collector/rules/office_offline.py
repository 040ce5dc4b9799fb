"""The office has no connection to the broker: it hears nobody, and nobody hears it.

All gates are silent then, which `gate_silent` finds as well; that one explains the other is for those who tell people.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import Scene
from collector.rules.standing import Since, here

NAME = "office_offline"
OFFLINE_MS = 30_000
"""A broker that is started anew is back within ten seconds, and so is the office."""


class State:
    """Since when."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """One page, `office_offline`, as long as it lasts."""
    # What was found before a restart goes on though the office has only begun to try.
    lasts = scene.offline_ms is not None and (scene.offline_ms > OFFLINE_MS or NAME in state.since)
    began = state.since.keep([NAME] if lasts else [], scene.now_ms, {NAME: scene.offline_ms or 0})
    return [
        Finding(
            rule=NAME,
            reason=Reason.OFFICE_OFFLINE,
            cause=cause,
            gate="",
            screening="",
            severity="page",
            late=False,
            happened_ms=began_ms,
            facts=here("", began_ms, settings),
        )
        for cause, began_ms in began.items()
    ]
