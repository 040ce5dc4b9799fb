"""What scenes are made of, as it is written down when it changes, and scenes made of it again. Pure.

Of ages only so much is kept as rules ask: whether a gate was heard within `HEARD_MS`, and since when it has been
listened for in vain for longer. What screenings, roll-ups and the settings say is not written twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from collector.rules.scene import HEARD_MS, GateNow, Scene

Mark = Literal["began", "day"]
"""`began`: this office began to look; what was known before is void. `day`: all is written anew."""


class GateSaid(msgspec.Struct, frozen=True, omit_defaults=True):
    """One gate, in the words of `GateNow`. `heard`: now, before, never. `silent_ms`: when this was written."""

    heard: Literal["now", "before", "never"] = "now"
    silent_ms: int | None = None
    state: str = "unknown"
    thermometer: Literal["ok", "silent", "lost", "none"] | None = None
    stuck: bool = False
    camera: Literal["ok", "silent", "lost", "none"] | None = None
    lens: Literal["ok", "dark", "blurred"] | None = None
    unmeasured: bool = False


class OfficeSaid(msgspec.Struct, frozen=True, omit_defaults=True):
    """The office itself: its connection, its channels, and that its clock was set by `set_ms`.

    `dark_ms`: for so long no office had looked when this one began.
    """

    mark: Mark | None = None
    dark_ms: int = 0
    offline_ms: int | None = None
    refused: dict[str, str] = {}
    set_ms: int = 0


Key = tuple[Any, ...]
_gate = msgspec.json.Decoder(GateSaid)
_office = msgspec.json.Decoder(OfficeSaid)


class Written:
    """What was written of each gate and of the office."""

    def __init__(self) -> None:
        self._gates: dict[str, Key] = {}
        self._office: Key | None = None

    def changes(self, scene: Scene, mark: Mark | None = None, dark_ms: int = 0, set_ms: int = 0) -> "Changes":
        """What is to be written of a scene; with a `mark` all of it."""
        gates = {
            name: key
            for name, gate in scene.gates.items()
            if (key := _key(gate)) != self._gates.get(name) or mark is not None
        }
        office = scene.offline_ms is None, scene.refused
        said: list[tuple[str, str]] = []
        if mark is not None or set_ms or office != self._office:
            one = OfficeSaid(mark, dark_ms, scene.offline_ms, scene.refused, set_ms)
            said.append(("", msgspec.json.encode(one).decode()))
        said += [(name, msgspec.json.encode(_said(scene.gates[name])).decode()) for name in gates]
        return Changes(said, gates, office)

    def done(self, changes: "Changes") -> None:
        """They are in the ledger."""
        self._gates |= changes.gates
        self._office = changes.office


class Changes(msgspec.Struct, frozen=True):
    """`said`: gate and JSON, the office first."""

    said: list[tuple[str, str]]
    gates: dict[str, Key]
    office: Key


class Remade:
    """Scenes from what was written."""

    def __init__(self) -> None:
        self._gates: dict[str, tuple[int, GateSaid]] = {}
        self._office: tuple[int, OfficeSaid] | None = None

    def take_office(self, at_ms: int, said: str) -> OfficeSaid:
        """The next change of the office."""
        one = _office.decode(said)
        if one.mark == "began":
            self._gates.clear()
        if one.set_ms:
            self._gates = {gate: (then_ms + one.set_ms, was) for gate, (then_ms, was) in self._gates.items()}
        self._office = at_ms, one
        return one

    def take_gate(self, at_ms: int, gate: str, said: str) -> None:
        """The next change of a gate."""
        self._gates[gate] = at_ms, _gate.decode(said)

    def gates(self) -> Iterable[str]:
        """Of which something is known."""
        return self._gates

    def gate(self, gate: str, now_ms: int) -> GateNow:
        """As it was said to be, so much later."""
        at_ms, said = self._gates[gate]
        silent_ms = 0 if said.silent_ms is None else said.silent_ms + now_ms - at_ms
        ages = {"now": 0, "before": max(silent_ms, HEARD_MS), "never": None}
        return GateNow(
            gate,
            ages[said.heard],
            silent_ms,
            said.state,
            said.thermometer,
            said.stuck,
            said.camera,
            said.lens,
            said.unmeasured,
        )

    def offline_ms(self, now_ms: int) -> int | None:
        """As in a scene."""
        if self._office is None or self._office[1].offline_ms is None:
            return None
        return self._office[1].offline_ms + now_ms - self._office[0]

    def refused(self) -> Mapping[str, str]:
        """As in a scene."""
        return {} if self._office is None else self._office[1].refused


def _key(gate: GateNow) -> Key:
    return (
        None if gate.heard_ms_ago is None else gate.heard_ms_ago < HEARD_MS,
        gate.silent_ms < HEARD_MS,
        gate.state,
        gate.thermometer,
        gate.stuck,
        gate.camera,
        gate.lens,
        gate.unmeasured,
    )


def _said(gate: GateNow) -> GateSaid:
    recent = gate.heard_ms_ago is not None and gate.heard_ms_ago < HEARD_MS
    return GateSaid(
        "never" if gate.heard_ms_ago is None else "now" if recent else "before",
        gate.silent_ms if gate.silent_ms >= HEARD_MS else None,
        gate.state,
        gate.thermometer,
        gate.stuck,
        gate.camera,
        gate.lens,
        gate.unmeasured,
    )
