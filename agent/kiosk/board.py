"""What the gate's screen shows now."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from agent.acts import Stage
from agent.kiosk.room import Flow, hours_left
from kadian import __version__
from kadian.identifiers import new_id
from kadian.messages import Code, Screening

SAME_MOMENT_SECONDS = 1.5
"""A rest whose end moves by less than this is the same rest: its seconds come rounded, and a little late."""


class Resting(NamedTuple):
    """Somebody who sits and waits for the second measurement; `chosen`: the next reading is this person's."""

    id: UUID
    seconds_left: float
    celsius: float | None
    chosen: bool = False


class Note(NamedTuple):
    """What the office says to whoever stands here; `until` by the monotonic clock, None: until it is put away."""

    number: int
    text: str
    until: float | None


class Board:
    """The last verdict, the state of the devices and of the people, as one JSON text; a version grows at each change.

    Moments are kept by the monotonic clock and told as ages, so that a screen whose own clock is wrong still knows an
    old verdict from a live one. Words are the catalogue's; the screen says them in its language.

    Args:
        gate: its name.
        monotonic: the clock, in seconds.
    """

    def __init__(self, gate: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.gate = gate
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._version = 0
        self._flow = Flow()
        self._last_note = 0
        self._notes: dict[UUID | None, Note] = {}
        self._shown: dict[str, Any] = {
            "gate": gate,
            "epoch": new_id().hex,
            "software": __version__,
            "screening": None,
            "stage": "warming_up",
            "operator": None,
            "unattended": False,
            "message": None,
            "troubles": [],
            "waiting": 0,
            "online": False,
            "hours_left": None,
            "rests": [],
            "rest_seconds": 180,
            "old_lists": {},
            "household": [],
            "identify": 0,
        }

    def show(self, screening: Screening) -> None:
        """A verdict; of the code its status and colour, nothing of its text or holder."""
        now = self._monotonic()
        self._flow.passed(now)
        temperature, code = screening.temperature, screening.code
        self._put(
            screening={
                "id": str(screening.id),
                "verdict": screening.verdict,
                "celsius": temperature.celsius if temperature else None,
                "reasons": list(screening.reasons),
                "code": {"status": code.status, "colour": code.colour} if code else None,
                "since": now,
            }
        )

    def withdraw(self, screening: UUID) -> None:
        """This one came to nothing: its verdict is no longer shown, where it still is."""
        with self._changed:
            shown = self._shown["screening"]
            if shown and shown["id"] == str(screening):
                self._put(screening=None)

    def stage(self, stage: Stage) -> None:
        """What the gate waits for just now."""
        self._put(stage=stage)

    def duty(self, operator: str | None, *, unattended: bool) -> None:
        """Who is signed on, and whether somebody ought to be."""
        self._put(operator=operator, unattended=unattended)

    def message(self, text: str | None, *, seconds: float | None = None, name: UUID | None = None) -> None:
        """The office's note to whoever stands here, until it is put away.

        Args:
            text: None takes away the note of that name, or any where no name is said.
            seconds: how long it is shown; None: until somebody puts it away.
            name: the office's own for it. The same text under the same name is the same note, told once.
        """
        with self._changed:
            if not text:
                if name is None:
                    self._notes.clear()
                self._notes.pop(name, None)
            elif name is None or name not in self._notes or self._notes[name].text != text:
                # Behind all others, since the newest is shown.
                self._notes.pop(name, None)
                self._last_note += 1
                until = None if seconds is None else self._monotonic() + seconds
                self._notes[name] = Note(self._last_note, text, until)
            self._show_note()

    def put_away(self, number: int) -> None:
        """The note of this number has been read; others stay."""
        with self._changed:
            self._notes = {name: note for name, note in self._notes.items() if note.number != number}
            self._show_note()

    def _show_note(self) -> None:
        """The newest; the one before it when that is gone."""
        newest = next(reversed(self._notes.values()), None)
        wanted = newest and {"number": newest.number, "text": newest.text}
        if self._shown["message"] != wanted:
            self._put(message=wanted)

    def devices(self, *, troubles: Sequence[str], waiting: int, online: bool, capacity_left: int | None = None) -> None:
        """The state of the computer. Told again and again, so here a note that was shown long enough goes away.

        Args:
            troubles: what is wrong now, as words of the catalogue (`kiosk.no_thermometer` …).
            waiting: screenings that are not in the office yet.
            online: whether the office is reached.
            capacity_left: how many screenings the disk still takes, None where that is not known.
        """
        now = self._monotonic()
        left = hours_left(capacity_left, self._flow.moments, now)
        with self._changed:
            self._notes = {key: note for key, note in self._notes.items() if note.until is None or now < note.until}
            self._show_note()
        self._put(troubles=list(troubles), waiting=waiting, online=online, hours_left=left)

    def rests(self, resting: Iterable[Resting]) -> None:
        """Who rests now; may be told as often as one likes, the screen counts the seconds itself."""
        now = self._monotonic()
        with self._changed:
            known = {rest["id"]: rest["until"] for rest in self._shown["rests"]}
            told = []
            for rest in resting:
                until = now + rest.seconds_left
                before = known.get(str(rest.id), until)
                same = abs(before - until) < SAME_MOMENT_SECONDS or (rest.seconds_left <= 0 and before <= now)
                moment = before if same else until
                told.append({"id": str(rest.id), "celsius": rest.celsius, "chosen": rest.chosen, "until": moment})
            self._put(rests=told)

    def rule(self, *, rest_seconds: int, old_lists: Mapping[str, int]) -> None:
        """What the screen must know of the policy.

        Args:
            rest_seconds: how long somebody rests.
            old_lists: the lists that are too old (`kiosk.list.…`), with their age in days.
        """
        self._put(rest_seconds=rest_seconds, old_lists=dict(old_lists))

    def household(self, people: Iterable[Code]) -> None:
        """The people of the household card that is shown, of whom one is to be chosen; none: nothing to choose."""
        told = [{"number": one.member, "status": one.status, "expires": one.expires} for one in people]
        self._put(household=told)

    def identify(self) -> None:
        """Somebody looks for this gate: its screen blinks for a while."""
        with self._changed:
            self._put(identify=self._shown["identify"] + 1)

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
            version, shown = self._version, self._shown
        return version, json.dumps(_aged(shown, self._monotonic()) | {"version": version}, ensure_ascii=False)


def _aged(shown: dict[str, Any], now: float) -> dict[str, Any]:
    """Moments turned into seconds from now, which mean the same on every screen."""
    verdict = shown["screening"]
    aged = verdict and {name: value for name, value in verdict.items() if name != "since"}
    if aged:
        aged["age"] = round(now - verdict["since"], 2)
    rests = [
        {name: value for name, value in rest.items() if name != "until"}
        | {"seconds_left": max(0.0, round(rest["until"] - now, 1))}
        for rest in shown["rests"]
    ]
    return shown | {"screening": aged, "rests": rests}
