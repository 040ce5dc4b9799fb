"""A gate without its people: nobody signed on, nobody measured, or nobody there although the roster says so."""

from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, Severity
from collector.rules.scene import GateNow, Scene
from collector.rules.standing import Since, here

NAME = "unattended"
UNMEASURED_MS = 180_000
"""So long people may pass unmeasured: a volunteer who changes a battery."""
IDLE_MS = 20 * 60_000
"""So long nobody comes to a gate at the least before it is asked whether anybody stands there. The scene's own ten
minutes without a screening come before it."""
EXPECTED = 10.0
"""So many people would have come by the hour's usual flow: that none does, is chance once in twenty thousand times."""
IDLE_UNKNOWN_MS = 60 * 60_000
"""Where the usual flow is not known."""
HEARD_MS = 90_000
"""A gate that has not been heard for so long is silent, which is another matter: it speaks each half minute."""
KINDS: dict[str, tuple[Reason, Severity]] = {
    "unsigned": (Reason.UNSIGNED, "notice"),
    "deserted": (Reason.DESERTED, "notice"),
    "unmeasured": (Reason.UNMEASURED, "page"),
}


class State:
    """Since when what has been so at each gate."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """What lasts long enough: `unsigned:<gate>` and `deserted:<gate>` are notices, `unmeasured:<gate>` is a page."""
    seen = {f"{kind}:{gate.gate}": (kind, gate) for gate in scene.gates.values() for kind in _kinds(gate)}
    return [
        _finding(cause, *seen[cause], began_ms, settings)
        for cause, began_ms in state.since.keep(seen, scene.now_ms).items()
        if scene.now_ms - began_ms >= _patience_ms(*seen[cause])
    ]


def _kinds(gate: GateNow) -> list[str]:
    heard = gate.heard_ms_ago is not None and gate.heard_ms_ago < HEARD_MS
    so = {
        "unsigned": heard and gate.unattended and gate.per_minute > 0,
        "unmeasured": heard and gate.unmeasured,
        "deserted": heard and bool(gate.on_duty) and gate.per_minute == 0 and not gate.unmeasured,
    }
    return [kind for kind, is_so in so.items() if is_so]


def _patience_ms(kind: str, gate: GateNow) -> float:
    if kind == "unsigned":
        return 0
    if kind == "unmeasured":
        return UNMEASURED_MS
    if gate.usual_per_hour is None:
        return IDLE_UNKNOWN_MS
    return max(IDLE_MS, EXPECTED / gate.usual_per_hour * 3_600_000) if gate.usual_per_hour > 0 else float("inf")


def _finding(cause: str, kind: str, gate: GateNow, began_ms: int, settings: RuleSettings) -> Finding:
    reason, severity = KINDS[kind]
    return Finding(
        rule=NAME,
        reason=reason,
        cause=cause,
        gate=gate.gate,
        screening="",
        severity=severity,
        late=False,
        happened_ms=began_ms,
        facts=here(gate.gate, began_ms, settings) | {"kind": kind, "on_duty": gate.on_duty or 0},
    )
