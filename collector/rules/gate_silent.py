"""A gate at an open entrance that is not heard any more, judged by who is expected to pass there.

It pages where somebody is to stand by the roster; without a roster, where people usually pass at this hour, or by day
where that is not known. Elsewhere it can wait, and a gate that was switched off there is silent by right. What was a
page stays one until the gate is heard; at night a silent gate is a notice, which in the morning becomes a page.

Nothing is said of a gate that has never spoken: it is `neither_state`'s.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, local
from collector.rules.scene import HEARD_MS, GateNow, Scene
from collector.rules.standing import Since, here

NAME = "gate_silent"
SILENT_MS = HEARD_MS
DAY_HOURS = range(6, 22)
"""Of the site, where nothing else says when people pass."""


class State:
    """Since when which gate has been silent."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """Pages `silent:<gate>` and notices `silent-night:<gate>`; `happened_ms`: when the silence began."""
    day = local(scene.now_ms, settings).hour in DAY_HOURS
    found: dict[str, GateNow] = {}
    for gate in scene.gates.values():
        if gate.heard_ms_ago is None or gate.heard_ms_ago < SILENT_MS:
            continue
        if scene.entrances.get(settings.entrances.get(gate.gate, "")) != "open":
            continue
        cause = _cause(state, gate, day=day)
        if cause is not None:
            found[cause] = gate
    silences = {cause: gate.silent_ms for cause, gate in found.items()}
    return [
        Finding(
            rule=NAME,
            reason=Reason.SILENT_GATE if cause.startswith("silent:") else Reason.SILENT_AT_NIGHT,
            cause=cause,
            gate=found[cause].gate,
            screening="",
            severity="page" if cause.startswith("silent:") else "notice",
            late=False,
            happened_ms=began_ms,
            facts=here(found[cause].gate, began_ms, settings),
        )
        for cause, began_ms in state.since.keep(found, scene.now_ms, silences).items()
    ]


def _cause(state: State, gate: GateNow, *, day: bool) -> str | None:
    page, notice = f"silent:{gate.gate}", f"silent-night:{gate.gate}"
    if page in state.since:
        return page
    # One that was silent already is so until it is heard, also where the office has only begun to listen again.
    if gate.silent_ms < SILENT_MS and notice not in state.since:
        return None
    if expected(gate, day=day):
        return page
    return None if gate.state == "stopped" else notice


def expected(gate: GateNow, *, day: bool) -> bool:
    """Whether people are to be expected there now."""
    if gate.on_duty is not None:
        return gate.on_duty > 0
    if gate.usual_per_hour is not None:
        return gate.usual_per_hour > 0
    return day
