"""What the gate's screen shows now."""

import json
import math
import threading
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from agent.acts import Stage
from kadian.messages import Screening
from kadian.text import say


class Resting(NamedTuple):
    """Somebody who sits and waits for the second measurement.

    Attributes:
        id: what `Typed.remeasure_of` and `Remeasure.id` name.
        seconds_left: of the rest, 0 when the person is to be measured.
        celsius: what was measured.
    """

    id: UUID
    seconds_left: float
    celsius: float | None


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
            "capacity_left": None,
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
        """Who rests and is to be measured again, the one whose rest ends first in front; told as often as one likes."""
        self._put(
            rests=[
                {"id": str(rest.id), "seconds_left": math.ceil(rest.seconds_left), "celsius": rest.celsius}
                for rest in rests
            ]
        )

    def devices(self, *, troubles: Sequence[str], waiting: int, online: bool, capacity_left: int | None = None) -> None:
        """The state of the computer.

        Args:
            troubles: what is wrong now, as words of the catalogue (`kiosk.no_thermometer` …).
            waiting: screenings that are not in the office yet.
            online: whether the office is reached.
            capacity_left: how many screenings the disk still takes, None where that is not known.
        """
        told = [{language: say(f"kiosk.{word}", language) for language in ("zh", "en")} for word in troubles]
        self._put(troubles=told, waiting=waiting, online=online, capacity_left=capacity_left)

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
