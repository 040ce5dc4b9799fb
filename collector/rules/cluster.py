"""Many high readings at one gate in a short time: the device first, the people second.

Of a sick device everybody is too warm: one value again and again, nearly all of the last few high, or those that are
not high have moved with them, or the air at the device has (sun on a gun is two degrees more). Of sick people the
others stay as they were. A confirmed fever rings by its own rule in any case.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median

from collector.ledger.screenings import StoredScreening
from collector.rules.confirmed_fever import AT_GATE, TOO_EARLY, is_high
from collector.rules.crowd import WITHIN_MS, Crowd, Person
from collector.rules.lateness import moment_ms
from collector.rules.reason import Reason
from collector.rules.robust import NORMAL, mad
from collector.rules.rule import Facts, Finding, RuleSettings, is_late, place

NAME = "cluster"
RUN = 5
"""So many people in a row, all of them high: five in a hundred being so, that is one run in three million."""
RECENT = 10
NEARLY_ALL = 7
"""Of the last ten."""
A_FEW = 3
"""Of the last ten: enough to ask whether the others moved as well."""
STEP = 0.5
"""°C that the others' median has moved: what a thermometer may be off by before it is taken out of use
(National Institute of Metrology, 2020)."""
AIR_STEP = 5.0
"""°C that the air at the device has moved within the last ten people: sun or a heater."""
ENOUGH = 4
"""Readings that make a median."""
COLD = 0.6
"""Median absolute deviation, °C: readings so wide apart are of people from the frost, of whom one in twelve is high by
the forehead's spread alone (Dzien 2020, doi 10.1007/s00508-020-01754-2). Then only a second reading counts."""
SPREADS = 3.0
"""Standard errors by which a median has to move: chance gives that once in seven hundred times."""
AMONG = 60
"""People among whom sick ones are counted."""
SICK = 6
CONFIRMED = 3
"""A second reading was high as well."""
USUAL = 0.02
"""The share of high readings where nothing is known yet: what a gate's limit is meant to give at most."""


class State:
    """The people of the last while, by gate."""

    def __init__(self) -> None:
        self.crowds: dict[str, Crowd] = {}


def memory_ms(settings: RuleSettings) -> int:  # noqa: ARG001 - a rule's form
    """As long as people are remembered, and as long again for what was known when they were measured."""
    return 2 * WITHIN_MS


def judge(state: State, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
    """What a high reading makes of those before it; see `explain`."""
    return explain(state, stored, settings)[1]


def explain(state: State, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    """Why there is a cluster or not, and the finding: of the device or of people, never both.

    Causes are `suspect:<gate>:<device>` and `cluster:<gate>`, each one incident until it is resolved. What arrives
    late says nothing of the device that hangs there now.
    """
    crowd = state.crowds.setdefault(stored.gate, Crowd())
    crowd.forget(stored.received_ms)
    high = is_high(stored, settings)
    temperature = stored.screening.temperature
    if high is None or temperature is None:
        return Reason.NO_RESULT, []
    if is_late(stored, settings):
        return Reason.NOT_CONCERNED, []
    if TOO_EARLY in stored.screening.reasons:
        return Reason.REST_NOT_OVER, []
    if crowd.knows(str(stored.screening.id)):
        return Reason.SEEN_BEFORE, []
    person = crowd.come(stored, temperature, high=high)
    if not high:
        return Reason.NORMAL, []
    person.again |= AT_GATE in stored.screening.reasons
    return _of_device(crowd, person.device, stored, settings) or _of_people(crowd, stored, settings)


def is_suspect(state: State, gate: str, device: str) -> bool:
    """Whether the last readings of this device at this gate speak against it."""
    crowd = state.crowds.get(gate)
    return crowd is not None and sign(crowd.of(device)) is not None


def sign(people: Sequence[Person]) -> Reason | None:
    """What speaks against the device that measured these people, the last one last; None: nothing does."""
    run, recent, before = people[-RUN:], people[-RECENT:], people[:-RECENT]
    highs = sum(one.high for one in recent)
    if len(run) == RUN and all(one.high for one in run):
        return Reason.SAME_VALUE if len({one.celsius for one in run}) == 1 else Reason.NEARLY_ALL_HIGH
    if highs >= NEARLY_ALL:
        return Reason.NEARLY_ALL_HIGH
    if highs < A_FEW:
        return None
    warmer = _moved(
        [one.celsius for one in before if not one.high], [one.celsius for one in recent if not one.high], STEP
    )
    air_before, air = ([one.ambient for one in part if one.ambient is not None] for part in (before, recent))
    return Reason.ALL_MOVED if warmer or _moved(air_before, air, AIR_STEP) else None


def _moved(before: Sequence[float], now: Sequence[float], step: float) -> bool:
    """Whether the median has risen by `step`, and by more than the values' own spread explains."""
    if len(now) < ENOUGH or len(before) < RECENT:
        return False
    # A median's standard error is 1.2533 σ/√n (of a normal distribution).
    error = 1.2533 * NORMAL * max(mad(before), mad(now)) * sqrt(1 / len(before) + 1 / len(now))
    return median(now) - median(before) >= max(step, SPREADS * error)


def _of_device(
    crowd: Crowd, device: str, stored: StoredScreening, settings: RuleSettings
) -> tuple[Reason, list[Finding]] | None:
    people = crowd.of(device)
    reason = sign(people)
    if reason is None:
        return None
    recent = people[-RECENT:]
    for one in recent:
        one.doubted |= one.high
    facts: Facts = {"kind": "device", "device": device, "high": sum(one.high for one in recent), "of": len(recent)}
    return reason, [_finding(f"suspect:{stored.gate}:{device}", reason, facts, stored, settings)]


def _of_people(crowd: Crowd, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    people = list(crowd)
    ill = [one for one in people[-AMONG:] if one.ill]
    well = [one.celsius for one in people[-AMONG:] if not one.high]
    cold = len(well) >= ENOUGH and mad(well) >= COLD
    if (cold or len(ill) < _unusual(people)) and sum(one.again for one in ill) < CONFIRMED:
        return Reason.FEW_HIGH, []
    facts: Facts = {"kind": "people", "high": len(ill), "of": min(len(people), AMONG)}
    return Reason.SEVERAL_ILL, [_finding(f"cluster:{stored.gate}", Reason.SEVERAL_ILL, facts, stored, settings)]


def _unusual(people: Sequence[Person]) -> float:
    """So many among the last sixty are no chance: three times the spread of what is usual (Poisson) above it."""
    older = people[:-AMONG]
    share = sum(one.high and not one.doubted for one in older) / len(older) if len(older) >= AMONG // 2 else USUAL
    expected = max(share, USUAL) * min(len(people), AMONG)
    return max(SICK, expected + 3 * sqrt(expected))


def _finding(cause: str, reason: Reason, facts: Facts, stored: StoredScreening, settings: RuleSettings) -> Finding:
    return Finding(
        rule=NAME,
        reason=reason,
        cause=cause,
        gate=stored.gate,
        screening=str(stored.screening.id),
        severity="page",
        late=False,
        happened_ms=moment_ms(stored),
        facts=place(stored, settings) | facts,
    )
