"""Every entrance is open with a gate or sealed: so many entrances, so many open, so many sealed, none left over.

What can break that: an entrance that the office has in neither state, a gate that reports and stands at no entrance,
and an open entrance whose gate has never said a word.
"""

from collector.rules.reason import Reason
from collector.rules.rule import Facts, Finding, RuleSettings, Severity
from collector.rules.scene import Scene
from collector.rules.standing import Since, here

NAME = "neither_state"
HEARD_MS = 90_000
"""A gate that was heard so lately reports: it speaks each half minute."""
NEVER_MS = 86_400_000
"""So long a new gate may be under way before its open entrance is called unwatched."""


class State:
    """Since when what has been so."""

    def __init__(self) -> None:
        self.since = Since()


def look(state: State, scene: Scene, settings: RuleSettings) -> list[Finding]:
    """Pages `neither:<entrance>` and `homeless:<gate>`, and the notice `unwatched:<entrance>`, as long as each lasts.

    A site that lists no entrances has none to tell apart, so no gate is out of place there.
    """
    gate_of = {entrance: gate for gate, entrance in settings.entrances.items()}
    counts = {word: sum(one == word for one in scene.entrances.values()) for word in ("open", "sealed", None)}
    neither = {
        f"neither:{entrance}": gate_of.get(entrance, entrance)
        for entrance, word in scene.entrances.items()
        if word is None
    }
    homeless = {
        f"homeless:{gate.gate}": gate.gate
        for gate in scene.gates.values()
        if scene.entrances
        and gate.gate not in settings.entrances
        and gate.heard_ms_ago is not None
        and gate.heard_ms_ago < HEARD_MS
    }
    unwatched = {
        f"unwatched:{entrance}": gate_of.get(entrance, entrance)
        for entrance, word in scene.entrances.items()
        if word == "open" and _never_spoke(scene, gate_of.get(entrance, entrance))
    }
    gates = neither | homeless | unwatched
    facts: Facts = {"total": len(scene.entrances), "open": counts["open"], "sealed": counts["sealed"]}
    return [
        _finding(cause, gates[cause], began_ms, facts, settings)
        for cause, began_ms in state.since.keep(gates, scene.now_ms).items()
        if cause not in unwatched or scene.now_ms - began_ms >= NEVER_MS
    ]


def _never_spoke(scene: Scene, gate: str) -> bool:
    known = scene.gates.get(gate)
    return known is None or known.heard_ms_ago is None


def _finding(cause: str, gate: str, began_ms: int, facts: Facts, settings: RuleSettings) -> Finding:
    kind = cause.split(":", maxsplit=1)[0]
    kinds: dict[str, tuple[Reason, Severity]] = {
        "neither": (Reason.NEITHER_STATE, "page"),
        "homeless": (Reason.NO_ENTRANCE, "page"),
        "unwatched": (Reason.NEVER_SPOKE, "notice"),
    }
    reason, severity = kinds[kind]
    return Finding(
        rule=NAME,
        reason=reason,
        cause=cause,
        gate=gate,
        screening="",
        severity=severity,
        late=False,
        happened_ms=began_ms,
        facts=here(gate, began_ms, settings) | facts | {"kind": kind},
    )
