"""A reading below the fixed limit that is high for here and now: a hint. And a gate too cold to judge anybody.

The fixed limit stays in force and is not this rule's business. Usual is the median of the last 60 accepted values of a
cell (gate × device × kind and site of measurement × hour of the day × band of 5 °C of the ambient), and their spread
1.4826 · MAD. Accepted is a first reading of good quality, below the fixed limit, that was not unusual itself: eight
feverish people among sixty do not hide each other. A cell with few values is drawn to the whole site's, and that to
36.4 ± 0.35 °C (`robust.level`). Unusual is what is k · spread above the median, k from the share of readings that is
to be told of (`unusual_share`), and 38.0 °C always.
"""

import sys
from datetime import date
from typing import NamedTuple

import msgspec

from collector.ledger.screenings import StoredScreening
from collector.rules.cell import MOST, Told, grown, is_whole, read
from collector.rules.confirmed_fever import TOO_EARLY
from collector.rules.lateness import is_dated, moment_ms
from collector.rules.reason import Reason
from collector.rules.robust import Level, deviations
from collector.rules.rule import Facts, Finding, RuleSettings, is_late, local, place
from kadian.limits import limit

NAME = "baseline"
BELOW_LIMIT, SPREAD = 90, 35
"""The prior in hundredths: 36.4 ± 0.35 °C where the limit is 37.3; as far below any other limit, which is our guess."""
NARROWEST = 20
"""A gun errs by up to 0.3 °C when it is used well (a metrology institute, Xiamen 2020): less spread is not believed."""
CEILING = 3800
COLD = 60
"""With a MAD of 0.6 °C within the last 20 values a fever of one degree cannot be told from a cold forehead."""
BAND = 5
MOST_AN_HOUR = 30_000
"""Cells of one hour of the day, those of the longest silence go first: 0.3 kB each, 220 MB if all hours were full."""
SHAPE = 1


class State:
    """Cells by hour of the day; `changed`: hours that no snapshot has; `told`: the day of a gate's last cold hint."""

    def __init__(self) -> None:
        self.hours: list[dict[str, bytes]] = [{} for _ in range(24)]
        self.changed: set[int] = set()
        self.told: dict[str, date] = {}


class Cell(NamedTuple):
    """Where one reading belongs: its own cell and the whole site's, and the fixed limit in hundredths."""

    hour: int
    own: str
    site: str
    fixed: int

    @property
    def prior(self) -> Level:
        """What is believed before anything was measured."""
        return Level(self.fixed - BELOW_LIMIT, SPREAD)


def memory_ms(settings: RuleSettings) -> int:  # noqa: ARG001 - a rule's form
    """What it has learnt is in its snapshot; no screening is needed besides."""
    return 0


def judge(state: State, stored: StoredScreening, settings: RuleSettings) -> list[Finding]:
    """A hint for an unusual reading, one incident a gate and day; and one a day where it is too cold to judge."""
    return explain(state, stored, settings)[1]


def explain(state: State, stored: StoredScreening, settings: RuleSettings) -> tuple[Reason, list[Finding]]:
    """Why there is a hint or not, and the finding. What arrives late teaches, and is no hint any more."""
    screening = stored.screening
    if not settings.unusual_share or screening.remeasure_of or TOO_EARLY in screening.reasons:
        return Reason.NOT_CONCERNED, []
    cell = _cell(stored, settings)
    if cell is None or screening.temperature is None:
        return Reason.NO_RESULT, []
    value = round(screening.temperature.celsius * 100)
    return (Reason.FLAGGED, []) if value >= cell.fixed else _weighed(state, cell, value, stored, settings)


def _weighed(
    state: State, cell: Cell, value: int, stored: StoredScreening, settings: RuleSettings
) -> tuple[Reason, list[Finding]]:
    """What a value below the fixed limit is beside its cell, which learns from it afterwards."""
    known = _known(state, cell)
    high = value >= min(_bound(known.level, settings), CEILING)
    _learn(state, cell, value, usual=not high)
    cold = known.scatter >= COLD and value < CEILING
    if is_late(stored, settings):
        return Reason.OLD_NEWS, []
    day = local(moment_ms(stored), settings).date()
    if cold:
        return Reason.TOO_COLD, _cold(state, day, stored, settings, known.scatter / 100)
    if not high:
        return Reason.NORMAL, []
    facts: Facts = {"celsius": value / 100, "usual": round(known.level.centre / 100, 1)}
    return Reason.UNUSUAL, [_finding(Reason.UNUSUAL, f"baseline:{stored.gate}:{day}", stored, settings, facts)]


def bound(state: State, stored: StoredScreening, settings: RuleSettings) -> float | None:
    """From how many °C on the next reading of this kind would be unusual; None: it is no result. Changes nothing."""
    cell = _cell(stored, settings)
    return None if cell is None else min(_bound(_known(state, cell).level, settings), CEILING) / 100


def snapshot(state: State) -> dict[str, bytes]:
    """The hours that have changed since the last one, by two digits; then none counts as changed."""
    changed, state.changed = sorted(state.changed), set()
    return {f"{hour:02}": msgspec.msgpack.encode((SHAPE, state.hours[hour])) for hour in changed}


def restore(parts: dict[str, bytes]) -> State:
    """What the newest snapshot of each hour has.

    Raises:
        ValueError: one is damaged, or of another shape.
    """
    state = State()
    for hour, part in parts.items():
        try:
            shape, cells = msgspec.msgpack.decode(part, type=tuple[int, dict[str, bytes]])
        except msgspec.MsgspecError as error:
            raise ValueError(f"hour {hour}: {error}") from error
        if shape != SHAPE or not all(map(is_whole, cells.values())) or not hour.isdigit() or int(hour) not in range(24):
            raise ValueError(f"hour {hour} has the shape {shape}")
        state.hours[int(hour)] = cells
    return state


def _cell(stored: StoredScreening, settings: RuleSettings) -> Cell | None:
    """None: no good temperature, none with a limit, or at an hour that is not known."""
    temperature = stored.screening.temperature
    if temperature is None or temperature.quality != "ok" or not is_dated(stored):
        return None
    fixed = limit(temperature, settings)
    if fixed is None or not -MOST < temperature.celsius * 100 < MOST:
        return None
    band = "" if temperature.ambient is None else max(-4, min(9, int(temperature.ambient // BAND)))
    kind = f"{temperature.kind}|{temperature.site or ''}|{band}"
    return Cell(
        local(stored.at_ms, settings).hour,
        f"{stored.gate}|{temperature.device or ''}|{kind}",
        f"||{kind}",
        round(fixed * 100),
    )


def _known(state: State, cell: Cell) -> Told:
    cells = state.hours[cell.hour]
    known = cells.get(cell.own)
    return read(known, cell.prior if known else read(cells.get(cell.site), cell.prior).level)


def _bound(level: Level, settings: RuleSettings) -> float:
    return level.centre + deviations(settings.unusual_share) * max(level.spread, NARROWEST)


def _learn(state: State, cell: Cell, value: int, *, usual: bool) -> None:
    cells = state.hours[cell.hour]
    state.changed.add(cell.hour)
    whole = cells.get(cell.site)
    # Taken out and put in again: what was heard last stands last.
    cells[cell.own] = grown(cells.pop(cell.own, None), value, read(whole, cell.prior).level, usual=usual)
    if usual:
        cells[cell.site] = grown(cells.pop(cell.site, None), value, cell.prior)
    while len(cells) > MOST_AN_HOUR:
        del cells[next(iter(cells))]


def _cold(state: State, day: date, stored: StoredScreening, settings: RuleSettings, scatter: float) -> list[Finding]:
    """Once a gate and day."""
    if state.told.get(stored.gate) == day:
        return []
    state.told[sys.intern(stored.gate)] = day
    facts: Facts = {"kind": "cold", "scatter": scatter}
    return [_finding(Reason.TOO_COLD, f"cold-gate:{stored.gate}:{day}", stored, settings, facts)]


def _finding(reason: Reason, cause: str, stored: StoredScreening, settings: RuleSettings, facts: Facts) -> Finding:
    return Finding(
        rule=NAME,
        reason=reason,
        cause=cause,
        gate=stored.gate,
        screening=str(stored.screening.id),
        severity="hint",
        late=False,
        happened_ms=moment_ms(stored),
        facts=place(stored, settings) | facts,
    )
