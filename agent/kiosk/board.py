"""What the gate's screen shows now."""

import json
import threading
from collections.abc import Sequence

import msgspec

from agent.acts import Stage
from kadian.messages import Screening
from kadian.text import say


class Resting(msgspec.Struct, frozen=True):
    """One person who rests.

    Attributes:
        id: what `Typed.remeasure_of` and `Remeasure.id` name.
        left: whole seconds of the rest that are left, 0 when the person is to be measured.
        celsius: what was measured.
        at: when, HH:MM by this machine's clock.
        chosen: the next reading is this person's.
    """

    id: str
    left: int
    celsius: float
    at: str
    chosen: bool


class Board:
    """The last verdict and the state of the devices, as one JSON text with a version that grows at each change."""

    def __init__(self, gate: str) -> None:
        self._changed = threading.Condition()
        self._version = 0
        self._identified = 0
        self._shown: dict[str, object] = {
            "gate": gate,
            "screening": None,
            "stage": "warming_up",
            "operator": None,
            "unattended": False,
            "message": None,
            "identify": 0,
            "rests": [],
            "troubles": [],
            "waiting": 0,
            "online": False,
        }

    def show(self, screening: Screening) -> None:
        """A verdict, in words a volunteer reads at a glance; nothing of the code or its holder."""
        temperature = screening.temperature
        self._put(
            screening={
                "id": str(screening.id),
                "verdict": screening.verdict,
                "celsius": temperature.celsius if temperature else None,
                "reasons": [
                    {language: say(f"reason.{word}", language) for language in ("zh", "en")}
                    for word in screening.reasons
                ],
            }
        )

    def stage(self, stage: Stage) -> None:
        """What the gate waits for just now."""
        self._put(stage=stage)

    def duty(self, operator: str | None, *, unattended: bool) -> None:
        """Who is signed on, and whether somebody ought to be."""
        self._put(operator=operator, unattended=unattended)

    def message(self, text: str | None) -> None:
        """The office's note to whoever stands here; None takes it away."""
        self._put(message=text)

    def identify(self) -> None:
        """The office asks which gate this is: the screen is to make itself seen."""
        self._identified += 1
        self._put(identify=self._identified)

    def rests(self, rests: Sequence[Resting]) -> None:
        """Who rests and is to be measured again, the one whose rest ends first in front."""
        self._put(rests=[msgspec.to_builtins(rest) for rest in rests])

    def devices(self, *, troubles: Sequence[str], waiting: int, online: bool) -> None:
        """What is wrong now, as words of the catalogue (`kiosk.no_thermometer` …), and what waits in the outbox."""
        told = [{language: say(f"kiosk.{word}", language) for language in ("zh", "en")} for word in troubles]
        self._put(troubles=told, waiting=waiting, online=online)

    def _put(self, **changes: object) -> None:
        with self._changed:
            new = self._shown | changes
            if new == self._shown:
                return
            self._shown = new
            self._version += 1
            self._changed.notify_all()

    def after(self, version: int, seconds: float) -> tuple[int, str]:
        """The board as soon as it is newer than `version`, or as it is after `seconds`: (version, JSON)."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, seconds)
            return self._version, json.dumps(self._shown, ensure_ascii=False)
