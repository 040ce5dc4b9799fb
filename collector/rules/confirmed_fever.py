"""A fever that a second reading has confirmed. The first high reading asks for a rest and a second one, and is silent.

Confirmed is also what the gate itself has confirmed (`stop` for `fever_confirmed`) and what is high by the office's
limits, even when the first reading never came (the gate's outbox was lost between the two). Two high readings that only
the place holds together ring as well, and are said to be maybe two people (decision 040).
"""

import sys

from collector.ledger.screenings import StoredScreening
from collector.rules.chains import MEMORY_SPAN, Chain, Chains, Mark
from collector.rules.lateness import distance_ms, moment_ms
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings, arrival_day, is_late, place
from kadian.limits import limit

NAME = "confirmed_fever"
CAUSE = "fever:"
"""How a cause begins; the id of the first reading follows."""
AT_GATE = "fever_confirmed"
"""The reason word of a gate that has seen two high readings itself."""
TOO_EARLY = "rest_not_over"
"""The reason word of a gate that measured somebody again who still had to rest."""


class State:
    """The high readings of the last while, and the normal ones that clear them."""

    def __init__(self) -> None:
        self.chains: Chains | None = None


def memory_ms(settings: RuleSettings) -> int:
    """As long as a chain can last, and one reading more, which may be late by as much as is not called late."""
    return MEMORY_SPAN * settings.confirm_within_ms + settings.late_after_ms


def judge(state: State, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
    """The second high reading of one person and each that follows, all with one cause; see `explain`."""
    return explain(state, stored, settings)[1]


def explain(state: State, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    """Why a phone is to ring for this screening or not, and the findings.

    The cause is `fever:<id>`, the earliest reading of the chain when it was confirmed; it stays when an earlier one
    arrives later. Readings that were old on arrival are told together: `late-fever:<gate>:<day of arrival>`.
    """
    if state.chains is None:
        state.chains = Chains(settings.confirm_within_ms, memory_ms(settings))
    state.chains.forget(stored.received_ms)
    id_ = str(stored.screening.id)
    if id_ in state.chains:
        return Reason.SEEN_BEFORE, []
    early = TOO_EARLY in stored.screening.reasons
    high = None if early else is_high(stored, settings)
    mark = _mark(id_, stored, high=high is True)
    if high is None:
        if mark.earlier:
            state.chains.note(mark)
        return Reason.REST_NOT_OVER if early else Reason.NO_RESULT, []
    if not high:
        if mark.earlier or mark.holder:
            state.chains.note_normal(mark)
        return Reason.NORMAL, []
    chain = state.chains.add(mark)
    chain.named |= _is_confirmed_there(stored)
    reason = _reason(chain, stored)
    if reason is Reason.FIRST_HIGH:
        return reason, []
    chain.cause = chain.cause or f"{CAUSE}{chain.first.id}"
    return reason, [_finding(chain, reason, stored, settings)]


def is_high(stored: StoredScreening, settings: RuleSettings) -> bool | None:
    """Whether the temperature is at or above its limit; None: it is no result."""
    temperature = stored.screening.temperature
    allowed = limit(temperature, settings) if temperature is not None and temperature.quality == "ok" else None
    return temperature.celsius >= allowed if temperature is not None and allowed is not None else None


def _mark(id_: str, stored: StoredScreening, *, high: bool) -> Mark:
    screening = stored.screening
    return Mark(
        id_,
        sys.intern(stored.gate),
        holder=screening.code.holder if screening.code else None,
        earlier=str(screening.remeasure_of) if screening.remeasure_of else None,
        moment=distance_ms(stored),
        received=stored.received_ms,
        high=high,
    )


def _reason(chain: Chain, stored: StoredScreening) -> Reason:
    if chain.cause:
        return Reason.HIGH_AGAIN
    if len(chain.members) > 1:
        return Reason.CONFIRMED_BY_SECOND
    if _is_confirmed_there(stored):
        return Reason.CONFIRMED_AT_GATE
    return Reason.FIRST_HIGH


def _is_confirmed_there(stored: StoredScreening) -> bool:
    return stored.screening.verdict == "stop" and AT_GATE in stored.screening.reasons


def _finding(chain: Chain, reason: Reason, stored: StoredScreening, settings: RuleSettings) -> Finding:
    # What already rang while it was news is not told a second time as late.
    late = is_late(stored, settings) and not chain.rung
    chain.rung |= not late
    facts = place(stored, settings)
    temperature = stored.screening.temperature
    if temperature:
        facts |= {"celsius": round(temperature.celsius, 1), "kind": temperature.kind}
    if not chain.named:
        facts |= {"by": "place", "minutes": max(settings.confirm_within_ms // 60_000, 1)}
    return Finding(
        rule=NAME,
        reason=reason,
        cause=f"late-fever:{stored.gate}:{arrival_day(stored, settings)}" if late else str(chain.cause),
        gate=stored.gate,
        screening=str(stored.screening.id),
        severity="notice" if late else "page",
        late=late,
        happened_ms=moment_ms(stored),
        facts=facts,
        once=not late,
        first=str(chain.cause).removeprefix(CAUSE) if late else "",
    )
