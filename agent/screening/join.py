"""Which code belongs to which reading."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from agent.screening.health import colour_may_come
from kadian.messages import Code, CodeRule, Temperature

STILL_IN_VIEW = 1.0
"""Seconds: a code that was used already joins again only if it was seen this shortly before."""
SHOWN_AGAIN = 2.0
"""Seconds out of view after which a code counts as shown anew."""
REQUIRED_WAIT = 5.0
"""Seconds that a reading waits for a code where one is required."""
SETTLE_SECONDS = 0.3
"""So long after it came into view a code may still get its colour, which takes two frames that agree."""
MOST_CODES = 64
SCENERY_SECONDS = 60.0
"""A code that proves nothing and has been in view for so long is a poster on the wall, not a person's."""


class Joined(NamedTuple):
    """One person: what was measured, what was shown, and when (monotonic seconds).

    `chosen`: the rest that the volunteer said is ended by this reading.
    """

    temperature: Temperature | None
    code: Code | None
    at: float
    code_at: float | None = None
    chosen: UUID | None = None


@dataclass(slots=True)
class _Showing:
    code: Code
    began: float
    seen_at: float
    used: bool = False

    @property
    def settles_at(self) -> float | None:
        return self.began + SETTLE_SECONDS if colour_may_come(self.code) else None

    @property
    def scenery(self) -> bool:
        return self.code.status == "unverified" and self.seen_at - self.began > SCENERY_SECONDS


class Joiner:
    """Every reading becomes exactly one `Joined`, with the code last shown before it or shortly after it.

    At a gate without a thermometer every showing of a code becomes one. What has its code waits for a moment more where
    that may still get its colour, never longer than for a code.

    Args:
        rule: the policy's rule for codes; may be changed at any time.
        thermometer: whether the gate measures.
        camera: whether the gate can see codes; if not, nothing waits for one.
        join_seconds: how long before a reading its code may have been last seen.
        code_wait_seconds: how long a reading waits for a code where codes are optional.
    """

    def __init__(
        self,
        rule: CodeRule = "optional",
        *,
        thermometer: bool = True,
        camera: bool = True,
        join_seconds: float = 6.0,
        code_wait_seconds: float = 0.7,
    ) -> None:
        self.rule: CodeRule = rule
        self._thermometer = thermometer
        self._camera = camera
        self._join = join_seconds
        self._wait = code_wait_seconds
        self._shown: dict[tuple[str | None, ...], _Showing] = {}
        self._waiting: Joined | None = None
        self._settles_at: float | None = None

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do (monotonic seconds), or None."""
        if self._waiting is None:
            return None
        patient = self._waiting.at + self._patience()
        return patient if self._settles_at is None else min(patient, self._settles_at)

    def reading(
        self, temperature: Temperature, at: float, chosen: UUID | None = None, *, wait: bool = True
    ) -> list[Joined]:
        """A reading has come to rest. A reading that still waits gives way: it was somebody else's.

        Args:
            temperature: the reading.
            at: when it was made.
            chosen: the rest that the volunteer said it ends.
            wait: whether it may wait for a code that is not shown yet.
        """
        done = self._flush()
        showing = self._eligible(at)
        if showing is not None:
            self._use_all()
            joined = Joined(temperature, showing.code, at, showing.seen_at, chosen)
            return [*done, *(self._settle(joined, showing, at) if wait else [joined])]
        self._waiting = Joined(temperature, None, at, None, chosen)
        return [*done, *(self.tick(at) if wait else self._flush())]

    def code(self, code: Code, at: float) -> list[Joined]:
        """A code is in view (said again for as long as it stays there)."""
        if self.rule == "off":
            return []
        key = _key(code)
        showing = self._shown.get(key)
        away = SHOWN_AGAIN if self._thermometer else max(self._join, SHOWN_AGAIN)
        if showing is None or at - showing.seen_at > away:
            showing = _Showing(code, at, at)
        showing.code, showing.seen_at = code, at
        self._shown.pop(key, None)
        self._shown[key] = showing
        while len(self._shown) > MOST_CODES:
            del self._shown[next(iter(self._shown))]
        done = self.tick(at)
        waiting = self._waiting
        if waiting is not None and waiting.code is not None:
            if _key(waiting.code) == key:
                return [*done, *self._settle(waiting._replace(code=code), showing, at)]
            done += self._flush()
        if showing.used or showing.scenery:
            return done
        if not self._thermometer:
            showing.used = True
            return [*done, *self._settle(Joined(None, code, at, at), showing, at)]
        if self._waiting is not None:
            self._use_all()
            done += self._settle(self._waiting._replace(code=code, code_at=at), showing, at)
        return done

    def forget(self, code: Code) -> None:
        """A code that was shown for another purpose is nobody's."""
        self._shown.pop(_key(code), None)

    def rename(self, code: Code, to: Code) -> None:
        """A card in view stands for somebody else from now on; whether it was used already stays as it is."""
        showing = self._shown.pop(_key(code), None)
        if showing is not None:
            showing.code = to
            self._shown[_key(to)] = showing

    def tick(self, now: float) -> list[Joined]:
        """What has waited long enough."""
        deadline = self.deadline
        return self._flush() if deadline is not None and now >= deadline else []

    def close(self) -> list[Joined]:
        """What still waits, as it is: nobody will show a code any more."""
        return self._flush()

    def _flush(self) -> list[Joined]:
        waiting, self._waiting, self._settles_at = self._waiting, None, None
        return [] if waiting is None else [waiting]

    def _settle(self, joined: Joined, showing: _Showing, now: float) -> list[Joined]:
        """At once where the code is as clear as it will be, else when it is, or at the deadline."""
        self._waiting, self._settles_at = joined, showing.settles_at
        return self._flush() if self._settles_at is None else self.tick(now)

    def _patience(self) -> float:
        if not self._camera or self.rule == "off":
            return 0.0
        return max(REQUIRED_WAIT, self._wait) if self.rule == "required" else self._wait

    def _eligible(self, at: float) -> _Showing | None:
        if self.rule == "off":
            return None
        for showing in reversed(self._shown.values()):
            if not showing.scenery and at - showing.seen_at <= (STILL_IN_VIEW if showing.used else self._join):
                return showing
        return None

    def _use_all(self) -> None:
        # What was shown before this reading was shown by this person or by one who has left.
        for showing in self._shown.values():
            showing.used = True


def _key(code: Code) -> tuple[str | None, ...]:
    return (code.holder,) if code.holder else (None, code.format, code.status, code.colour, code.expires)
