"""A channel that refused the morning's test: what it is to tell today, nobody would hear."""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import Scene
from collector.rules.standing import Since, here

NAME = "channel_refused"


class State:
    """Since when each channel has refused."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """A page for each channel, `refused-test:<channel>`, until it takes a test; it goes by the other channels."""
    channels = {f"refused-test:{channel}": channel for channel in scene.refused}
    return [
        Finding(
            rule=NAME,
            reason=Reason.CHANNEL_REFUSED,
            cause=cause,
            gate="",
            screening="",
            severity="page",
            late=False,
            happened_ms=began_ms,
            facts=here("", began_ms, settings)
            | {"name": channels[cause], "channel": channels[cause], "why": scene.refused[channels[cause]][:200]},
        )
        for cause, began_ms in state.since.keep(channels, scene.now_ms).items()
    ]
