"""A winter gate: fevers found and people asked to sit down, by the fixed limit and by the baseline, by minutes inside.

Nobody was measured here. Foreheads are drawn from what was measured of 92 people who came in from -5.5…0 °C to 20.5 °C
(Dzien 2020), and judged by the office's own rules. A fever is 1.0 °C more on the forehead; or what a fever clinic saw
of 1,176 people, where the forehead shows less and less of a higher one. The same seed gives the same table, so that a
test compares docs/screening.md with it; see `bench.wintertables` for the words.
"""

import random
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime
from statistics import NormalDist, mean, stdev
from typing import Any
from uuid import UUID

from bench import wintertables
from collector.ledger.screenings import StoredScreening
from collector.rules import baseline, confirmed_fever
from collector.rules.reason import Reason
from collector.rules.robust import FULL, deviations
from collector.rules.rule import RuleSettings
from kadian.messages import Screening, Temperature

DZIEN = {0: (33.17, 1.45), 1: (34.90, 1.49), 3: (35.77, 1.10), 5: (36.08, 0.79), 60: (36.6, 0.24)}
"""Minutes inside: mean and standard deviation of the forehead, °C (Dzien 2020)."""
HEALTHY_BELOW, ARMPIT = 0.25, 36.5
CLINIC = {"37.8": 0.83, "38.5": 1.08, "39.5": 1.33}
"""Armpit, and how far the forehead is below it, °C: three grades of zhqkyx.net; which armpit stands for which grade is
our guess."""
RISES = {"+1.0": 1.0} | {armpit: float(armpit) - below - (ARMPIT - HEALTHY_BELOW) for armpit, below in CLINIC.items()}
"""By fever, how much more the forehead shows than of a healthy person."""
SETTINGS = RuleSettings()
MORNING_MS = 1_795_474_800_000  # 2026-11-24 07:00 in Shanghai
PEOPLE = 240
"""In one hour of one morning, four a minute."""
MORNINGS = 4
FIXED, BOTH, ALONE, COLD = "fixed", "with_hints", "alone", "too_cold"
"""The limit 37.3; that and the baseline's hints, as it is built; the baseline in the limit's place; no word at all."""
METHODS = (FIXED, BOTH, ALONE)


class Gate:
    """One gate's readings through the real rules. The baseline learns on as it goes."""

    def __init__(self, minutes: int, seed: int = 0) -> None:
        self.state = baseline.State()
        self.forehead = NormalDist(*DZIEN[minutes])
        self._chance = random.Random(seed * 100 + minutes)
        self._seq = 0

    def people(self, count: int = PEOPLE) -> list[float]:
        """Foreheads of healthy people in no order: one of each so many-th part of the distribution."""
        found = [self.forehead.inv_cdf((number + self._chance.random()) / count) for number in range(count)]
        self._chance.shuffle(found)
        return found

    def judged(self, celsius: float, *, day: int, number: int, learning: bool = True) -> set[str]:
        """Which methods ask somebody to sit down; without `learning` the baseline does not know of it afterwards."""
        self._seq += 1
        state = self.state if learning else _apart(self.state)
        stored = _stored(self._seq, round(celsius, 1), MORNING_MS + day * 86_400_000 + number * 15_000)
        bound = baseline.bound(state, stored, SETTINGS)
        fixed = bool(confirmed_fever.is_high(stored, SETTINGS))
        reason, _ = baseline.explain(state, stored, SETTINGS)
        told = {
            FIXED: fixed,
            BOTH: fixed or reason is Reason.UNUSUAL,
            ALONE: bound is not None and round(celsius, 1) >= bound,
            COLD: reason is Reason.TOO_COLD,
        }
        return {method for method, true in told.items() if true}

    def bound(self, number: int, day: int = 0) -> float:
        """The baseline's limit, °C."""
        stored = _stored(self._seq, 36.0, MORNING_MS + day * 86_400_000 + number * 15_000)
        return baseline.bound(self.state, stored, SETTINGS) or 0.0

    def morning(self, day: int) -> None:
        """Learn from one."""
        for number, celsius in enumerate(self.people()):
            self.judged(celsius, day=day, number=number)


def _apart(state: baseline.State) -> baseline.State:
    other = copy(state)
    other.hours = [dict(cells) for cells in state.hours]
    other.changed, other.told = set(), dict(state.told)
    return other


def _stored(seq: int, celsius: float, at_ms: int) -> StoredScreening:
    temperature = Temperature(celsius, "body_estimate")
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return StoredScreening(
        seq, "g1", Screening(UUID(int=seq), "e", seq, at, "synced", "pass", temperature), at_ms, at_ms
    )


def _share(told: Iterable[set[str]], methods: Iterable[str] = METHODS) -> dict[str, float]:
    """Of a hundred, how many each method asked to sit down."""
    kept = list(told)
    return {method: round(100 * sum(method in one for one in kept) / len(kept), 1) for method in methods}


def rest(minutes: int) -> dict[str, Any]:
    """Of a hundred healthy people how many sit down, and of a hundred of each fever how many are found."""
    gate = Gate(minutes)
    gate.morning(-1)
    healthy: list[set[str]] = []
    feverish: dict[str, list[set[str]]] = {fever: [] for fever in RISES}
    for day in range(MORNINGS):
        for number, celsius in enumerate(gate.people()):
            for fever, rise in RISES.items():
                feverish[fever].append(gate.judged(celsius + rise, day=day, number=number, learning=False))
            healthy.append(gate.judged(celsius, day=day, number=number))
    return {
        "minutes": minutes,
        "forehead": DZIEN[minutes],
        "asked": _share(healthy, (*METHODS, COLD)),
        "found": {fever: _share(told) for fever, told in feverish.items()},
    }


def first(minutes: int) -> dict[str, float]:
    """Of a hundred gates, at how many the very first person of the first day is found who has a fever of +1.0."""
    gate = Gate(minutes)
    return _share(gate.judged(celsius + 1.0, day=0, number=0, learning=False) for celsius in gate.people())


def cluster(minutes: int, mornings: int = 12) -> dict[str, Any]:
    """Eight of sixty have +1.0: of a hundred of them how many are found, and what it does to the limit, °C.

    Beside it what the mean and standard deviation of the same sixty would do, which is what a plain baseline takes.
    """
    sick: list[set[str]] = []
    after: list[set[str]] = []
    moved, plain = [], []
    for seed in range(mornings):
        gate = Gate(minutes, seed + 1)
        gate.morning(-1)
        before = gate.bound(0)
        healthy = gate.people(FULL)
        values = [celsius + (number % 8 == 3) for number, celsius in enumerate(healthy)]
        told = [gate.judged(celsius, day=0, number=number) for number, celsius in enumerate(values)]
        sick += told[3::8]
        moved.append(gate.bound(FULL) - before)
        k = deviations(SETTINGS.unusual_share)
        plain.append(mean(values) + k * stdev(values) - mean(healthy) - k * stdev(healthy))
        after += [gate.judged(celsius, day=0, number=FULL + n) for n, celsius in enumerate(gate.people(FULL))]
    return {
        "found": _share(sick),
        "asked_after": _share(after),
        "limit_moved": round(mean(moved), 2),
        "mean_would_move": round(mean(plain), 2),
    }


def clamped() -> dict[str, Any]:
    """A gun that shows 36.4, 36.5 or 36.6 whatever it sees: of a hundred fevers how many are found."""
    gate = Gate(60)
    told = [gate.judged(36.4 + number % 3 / 10, day=0, number=number) for number in range(PEOPLE)]
    return {"found": _share(told), "limit": round(gate.bound(PEOPLE - 1), 2)}


def sun(minutes: int) -> dict[str, Any]:
    """Four hours as ever, then the sun makes all 2 °C more: of a hundred healthy people how many sit down from then."""
    gate = Gate(minutes)
    for day in (-1, 0):
        for hour in range(4):
            for number, celsius in enumerate(gate.people()):
                gate.judged(celsius, day=day, number=hour * PEOPLE + number)
    told = [gate.judged(c + 2.0, day=0, number=4 * PEOPLE + n) for n, c in enumerate(gate.people())]
    return {"asked": _share(told)}


def run() -> dict[str, Any]:
    """Prints the tables of docs/screening.md."""
    results = {
        "rests": [rest(minutes) for minutes in DZIEN],
        "first": {minutes: first(minutes) for minutes in (5, 60)},
        "cluster": {minutes: cluster(minutes) for minutes in (5, 60)},
        "clamped": clamped(),
        "sun": {minutes: sun(minutes) for minutes in (5, 60)},
    }
    print("\n".join(wintertables.lines(results)))
    return results
