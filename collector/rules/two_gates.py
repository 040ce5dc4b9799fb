"""One code at two gates in less time than the way takes: a picture was passed on, or a family shares a phone. A hint.

It pages nobody and refuses nobody. One incident for a pair of gates and a day counts how often, until it is resolved.
"""

from collections import deque

import msgspec

from collector.ledger.screenings import StoredScreening
from collector.rules.lateness import is_dated, moment_ms
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, is_late, local_day, place

NAME = "two_gates"
MOST_OF_ONE = 32
"""Showings of one code that are remembered, the newest: a code that is held up all day costs no more than another."""


class Showing(msgspec.Struct, frozen=True, order=True, gc=False):
    """One code at one gate; `moment` and `received` in milliseconds.

    Python's garbage collection does not walk over it: a city remembers millions.
    """

    moment: int
    id: str
    gate: str
    holder: str
    received: int


class State:
    """The codes of the last while, by holder and by the screening's id."""

    def __init__(self) -> None:
        self.order: deque[Showing] = deque()
        self.of: dict[str, dict[str, Showing]] = {}


def memory_ms(settings: RuleSettings) -> int:
    """The walking time, and for the other of the two to be late by as much as is not called late."""
    return settings.walking_ms + settings.late_after_ms


def judge(state: State, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
    """A hint for each code that was at another gate just before or after; see `explain`."""
    return explain(state, stored, settings)[1]


def explain(state: State, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    """Why there is a hint or not, and the finding. Whichever of the two arrives last brings it.

    Not concerned: a code of nobody (a household's of which nobody was chosen), a second measurement, which may send
    somebody to another gate, and a gate whose clock cannot be believed.
    """
    _forget(state, stored.received_ms - memory_ms(settings))
    screening = stored.screening
    holder = screening.code.person if screening.code else None
    if not settings.walking_ms or holder is None or screening.remeasure_of or not is_dated(stored):
        return Reason.NOT_CONCERNED, []
    known = state.of.setdefault(holder, {})
    here = Showing(moment_ms(stored), str(screening.id), stored.gate, holder, stored.received_ms)
    if here.id in known:
        return Reason.SEEN_BEFORE, []
    elsewhere = [
        other
        for other in known.values()
        if other.gate != here.gate and abs(other.moment - here.moment) <= settings.walking_ms
    ]
    known[here.id] = here
    state.order.append(here)
    if len(known) > MOST_OF_ONE:
        del known[next(iter(known))]
    if not elsewhere:
        return Reason.ONE_GATE, []
    nearest = min(elsewhere, key=lambda other: (abs(other.moment - here.moment), other))
    return Reason.TWO_GATES, [_finding(nearest.gate, stored, settings)]


def _forget(state: State, before_ms: int) -> None:
    while state.order and state.order[0].received < before_ms:
        gone = state.order.popleft()
        known = state.of.get(gone.holder, {})
        known.pop(gone.id, None)
        if not known:
            state.of.pop(gone.holder, None)


def _finding(other: str, stored: StoredScreening, settings: RuleSettings) -> Finding:
    late = is_late(stored, settings)
    pair = ":".join(sorted((stored.gate, other)))
    return Finding(
        rule=NAME,
        reason=Reason.TWO_GATES,
        cause=f"{'late-' if late else ''}two-gates:{pair}:{local_day(stored, settings)}",
        gate=stored.gate,
        screening=str(stored.screening.id),
        severity="hint",
        late=late,
        happened_ms=moment_ms(stored),
        facts=place(stored, settings)
        | {"other": settings.names.get(other, other), "seconds": settings.walking_ms // 1000},
    )
