"""A thermometer that gives nothing, or repeats one number; a camera that gives nothing, or sees nothing.

Without its thermometer a gate measures nobody; without its camera it still does. What a silent gate last said of its
devices says nothing any more, and at a sealed entrance nobody is measured.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Facts, Finding, RuleSettings, Severity
from collector.rules.scene import HEARD_MS, GateNow, Scene
from collector.rules.standing import Since, here

NAME = "device_gone"
GONE_MS = 30_000
"""So long a plug may be out: a wobbly one comes back within seconds."""
GONE = frozenset({"lost", "silent"})


class State:
    """Since when which device has been gone."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """A page `thermometer:<gate>`, a notice `camera:<gate>`, for what lasts."""
    seen: dict[str, tuple[str, str]] = {}
    for gate in scene.gates.values():
        if gate.heard_ms_ago is None or gate.heard_ms_ago >= HEARD_MS:
            continue
        if scene.entrances.get(settings.entrances.get(gate.gate, "")) == "sealed":
            continue
        thermometer, camera = _thermometer(gate), _camera(gate)
        if thermometer:
            seen[f"thermometer:{gate.gate}"] = gate.gate, thermometer
        if camera:
            seen[f"camera:{gate.gate}"] = gate.gate, camera
    return [
        _finding(cause, *seen[cause], began_ms, settings)
        for cause, began_ms in state.since.keep(seen, scene.now_ms).items()
        if scene.now_ms - began_ms > GONE_MS
    ]


def _thermometer(gate: GateNow) -> str | None:
    if gate.thermometer in GONE:
        return gate.thermometer
    return "stuck" if gate.stuck else None


def _camera(gate: GateNow) -> str | None:
    if gate.camera in GONE:
        return gate.camera
    return "dark" if gate.lens == "dark" and gate.camera == "ok" else None


def _finding(cause: str, gate: str, how: str, began_ms: int, settings: RuleSettings) -> Finding:
    device = cause.partition(":")[0]
    reason, severity = DEVICES[device]
    facts: Facts = here(gate, began_ms, settings) | {"kind": f"{device}_{how}", "device": device}
    return Finding(
        rule=NAME,
        reason=reason,
        cause=cause,
        gate=gate,
        screening="",
        severity=severity,
        late=False,
        happened_ms=began_ms,
        facts=facts,
    )


DEVICES: dict[str, tuple[Reason, Severity]] = {
    "thermometer": (Reason.THERMOMETER_GONE, "page"),
    "camera": (Reason.CAMERA_GONE, "notice"),
}
