"""One code at two gates in less time than the way takes: a picture was passed on, or a family shares a phone. A hint.

It pages nobody and refuses nobody. One incident for a pair of gates and a day counts how often, until it is resolved.
What is remembered is bounded by number too: of two showings between which half a million others arrive, nothing is
said.
"""

import sys

from collector.ledger.screenings import StoredScreening
from collector.rules.lateness import is_dated, moment_ms
from collector.rules.passings import Passings
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, is_late, local_day, place

NAME = "two_gates"


class State:
    """The codes of the last while, by holder."""

    def __init__(self) -> None:
        self.passings = Passings()


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
    state.passings.forget(stored.received_ms - memory_ms(settings))
    screening = stored.screening
    holder = screening.code.person if screening.code else None
    if not settings.walking_ms or holder is None or screening.remeasure_of or not is_dated(stored):
        return Reason.NOT_CONCERNED, []
    moment = moment_ms(stored)
    near = [one for one in state.passings.of(holder) if abs(one.moment - moment) <= settings.walking_ms]
    if any(one.moment == moment and one.gate == stored.gate for one in near):
        return Reason.SEEN_BEFORE, []
    state.passings.note(sys.intern(stored.gate), holder, moment, stored.received_ms)
    elsewhere = [one for one in near if one.gate != stored.gate]
    if not elsewhere:
        return Reason.ONE_GATE, []
    nearest = min(elsewhere, key=lambda other: (abs(other.moment - moment), other.moment, other.gate))
    return Reason.TWO_GATES, [_finding(nearest.gate, stored, settings)]


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
