"""When the office asks a gate for what it misses, and when it stops asking. Pure; seconds are monotonic.

A number that is missing is either on its way (its gate says how many wait), or its gate believes that the office has
it: so it is after an older backup was restored. The first comes by itself; the second must be asked for.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from collector.ledger.lives import Key, Life, count
from collector.ledger.runs import Range
from kadian.messages import Reply, Telemetry

QUIET = 15.0
"""Seconds that a hole may stay before it is asked for: a gate sends anew what got lost on the way within ten."""
LONGEST = 3600.0
"""Seconds: pauses between two requests double up to this."""
MOST_ASKED = 8
"""Requests in vain after which nothing more is asked until the gate comes back or misses more."""
MOST_ANSWERED = 4
"""Requests in vain after which what a gate promised to send is given up: its disk has lost it."""
MOST_RANGES = 20
"""Holes of one life that are asked for at once."""
FRESH = 45.0
"""Seconds for which a gate's word on its outbox counts; it gives it every 30."""

Reason = Literal["deleted", "other_life", "never_came"]
"""Why numbers are lost: too old for the gate to have kept, of an outbox that is no more, or promised in vain."""


class Ask(msgspec.Struct, frozen=True):
    """Ask a gate for `first` to `last` of an epoch; without `last` for all from `first` on."""

    gate: str
    epoch: str
    first: int
    last: int | None = None


class GiveUp(msgspec.Struct, frozen=True):
    """These numbers of an epoch will never come."""

    gate: str
    epoch: str
    ranges: tuple[Range, ...]
    reason: Reason


class _Told(msgspec.Struct, frozen=True):
    epoch: str
    last_seq: int
    waiting: int
    at: float


class _Case(msgspec.Struct):
    """One life with a hole; `missing` as of the last look."""

    since: float
    missing: int
    next_at: float
    asked: int = 0
    answered: int = 0
    asked_at: float = float("-inf")


class Asking:
    """Which gate is to be asked for what. It knows numbers alone, and no database, network or clock."""

    def __init__(self) -> None:
        self._away: set[str] = set()
        self._told: dict[str, _Told] = {}
        self._cases: dict[Key, _Case] = {}
        self._answers: dict[Key, int | None] = {}
        self._greet: set[str] = set()

    def online(self, gate: str, *, retained: bool) -> None:
        """A gate is there: one that had come back while the office was away may have spoken to nobody."""
        self._away.discard(gate)
        for key in [key for key in self._cases if key[0] == gate]:
            del self._cases[key]
        if retained:
            self._greet.add(gate)

    def away(self, gate: str) -> None:
        """A gate is gone: it is asked when it comes back."""
        self._away.add(gate)
        self._greet.discard(gate)
        self._told.pop(gate, None)

    def told(self, gate: str, telemetry: Telemetry, now: float) -> None:
        """A gate says what its outbox holds."""
        self._away.discard(gate)
        outbox = telemetry.outbox
        self._told[gate] = _Told(outbox.epoch, outbox.last_seq, outbox.waiting, now)

    def answered(self, gate: str, reply: Reply) -> None:
        """A gate answers a request."""
        if reply.do != "resend" or reply.epoch is None:
            return
        key = gate, reply.epoch
        if (case := self._cases.get(key)) is not None:
            case.answered += 1
        if not reply.ok:
            self._answers[key] = reply.oldest

    def sent(self, ask: Ask, now: float) -> None:
        """A request left."""
        if ask.last is None:
            self._greet.discard(ask.gate)
            return
        case = self._cases.get((ask.gate, ask.epoch))
        if case is not None and case.asked_at != now:
            case.asked += 1
            case.asked_at = now
            case.next_at = now + min(QUIET * 2**case.asked, LONGEST)

    def decide(self, lives: Mapping[Key, Life], now: float) -> list[Ask | GiveUp]:
        """What to do now; the same again until it is done."""
        todo: list[Ask | GiveUp] = [*self._greetings(lives)]
        unknown = {(gate, told.epoch): Life(()) for gate, told in self._told.items()}
        for key, life in {**unknown, **lives}.items():
            todo += self._of(key, life, now)
        return todo

    def _greetings(self, lives: Mapping[Key, Life]) -> list[Ask]:
        if not self._greet:
            return []
        newest: dict[str, tuple[int, str, int]] = {}
        for (gate, epoch), life in lives.items():
            newest[gate] = max(newest.get(gate, (-1, "", 0)), (life.since_ms, epoch, life.last))
        self._greet &= newest.keys()
        return [Ask(gate, newest[gate][1], newest[gate][2] + 1) for gate in sorted(self._greet)]

    def _of(self, key: Key, life: Life, now: float) -> list[Ask | GiveUp]:
        told = self._told.get(key[0])
        told = told if told and told.epoch == key[1] else None
        fresh = told if told and now - told.at <= FRESH else None
        # Beyond what a gate has just spoken of lies what it has made since, which need not be asked for yet.
        last = fresh.last_seq if fresh else max(life.last, told.last_seq if told else 0)
        missing = life.missing(last) if len(life.have) != 1 or life.have[0] != (1, last) else ()
        if not missing:
            self._cases.pop(key, None)
            self._answers.pop(key, None)
            return []
        if key in self._answers:
            return self._settle(key, missing)
        if key[0] in self._away:
            return []
        total = count(missing)
        case = self._cases.setdefault(key, _Case(now, total, now + QUIET))
        if fresh and total <= fresh.waiting:
            case.since, case.next_at, case.missing = now, now + QUIET, total
            return []  # they wait at the gate, which knows it
        if total != case.missing:
            # Some of it comes, or there is more of it: either way a new beginning.
            case.missing, case.asked, case.answered, case.next_at = total, 0, 0, now + QUIET
        return self._due(key, case, missing, fresh, now)

    def _due(
        self, key: Key, case: _Case, missing: tuple[Range, ...], fresh: _Told | None, now: float
    ) -> list[Ask | GiveUp]:
        # Its gate believes that they are here: nothing is on its way, and no time makes it better.
        sure = case.asked == 0 and case.asked_at == float("-inf") and fresh is not None
        if not sure and now < case.next_at:
            return []
        first = missing[:MOST_RANGES]
        if case.answered >= MOST_ANSWERED:
            return [GiveUp(*key, first, "never_came")]
        if case.asked >= MOST_ASKED:
            return []
        return [Ask(*key, *hole) for hole in first]

    def _settle(self, key: Key, missing: tuple[Range, ...]) -> list[Ask | GiveUp]:
        """What a gate has answered that it no longer has."""
        oldest = self._answers[key]
        if oldest is None:
            return [GiveUp(*key, missing, "other_life")]
        gone = tuple((first, min(last, oldest - 1)) for first, last in missing if first < oldest)
        if not gone:
            del self._answers[key]
            return []
        return [GiveUp(*key, gone, "deleted")]
