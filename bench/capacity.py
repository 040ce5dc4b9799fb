"""The capacity model of docs/scaling.md: fitted on measured loads, worked for a district, a city, a country. Pure.

One process's CPU over a time is taken as a sum of parts that repeat:

    CPU [µs] = screening · screenings + message · messages + receipt · receipts + gate · gates · seconds

`gate` is what a gate costs each second whether people come or not: its report each half minute, its state.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

import msgspec
import numpy as np

FULL = 0.6
"""Share of a core up to which a collector (one interpreter lock) or mosquitto (one thread) is planned."""
BUSY_HOURS = 3
"""Hours a day at the peak's pace: the rest of the day comes to as much as is left out here. An assumption."""
EACH_GATE = 1 / 3
"""Screenings a second at a gate's busiest. An assumption: one person every three seconds."""
GATES_A_NEIGHBOURHOOD = 9
REPORT_SECONDS = 30


class Observation(msgspec.Struct, frozen=True):
    """One measured load: rates a second, CPU in cores (1.0: one core), memory in MB at most."""

    name: str
    gates: float
    screenings: float
    messages: float
    receipts: float
    office: float
    broker: float
    office_mb: float
    broker_mb: float


class Costs(msgspec.Struct, frozen=True):
    """Of one process, microseconds of CPU: a screening, a message, a receipt, and a gate each second."""

    screening: float
    message: float
    receipt: float
    gate: float

    def cores(self, gates: float, screenings: float, messages: float, receipts: float) -> float:
        """Cores for rates a second."""
        return (
            self.screening * screenings + self.message * messages + self.receipt * receipts + self.gate * gates
        ) / 1e6


class Memory(msgspec.Struct, frozen=True):
    """MB of one process at most under load, and more for each thousand gates."""

    rest: float
    thousand_gates: float


class Model(msgspec.Struct, frozen=True):
    """All that the tables follow from."""

    machine: dict[str, Any]
    observations: list[Observation]
    office: Costs
    broker: Costs
    office_memory: Memory
    broker_memory: Memory
    ledger_bytes: float
    """A screening, indexes and series included."""
    connections: dict[str, dict[str, float]] = {}
    """How many stand for a city's gates, and what the broker takes with each number of them, without an office."""
    growth: list[dict[str, Any]] = []
    """The steps of bench/growth.py as it gives them."""


class Place(msgspec.Struct, frozen=True):
    """What is planned for; the names are those of the table's rows."""

    name: str
    neighbourhoods: int


PLACES = (
    Place("district", 100),
    Place("city", 1_400),
    Place("country", 650_000),
)


def fitted(machine: dict[str, Any], observations: list[Observation], ledger_bytes: float) -> Model:
    """The model of some observations."""
    return Model(
        machine=machine,
        observations=observations,
        office=costs(observations, [each.office for each in observations]),
        broker=costs(observations, [each.broker for each in observations]),
        office_memory=memory(observations, [each.office_mb for each in observations]),
        broker_memory=memory(observations, [each.broker_mb for each in observations]),
        ledger_bytes=ledger_bytes,
    )


def costs(observations: Sequence[Observation], cores: Sequence[float]) -> Costs:
    """Least squares of the relative error, no part below zero: each load counts alike, the small as the large."""
    rows = np.array([[one.screenings, one.messages, one.receipts, one.gates] for one in observations]) / 1e6
    return Costs(*(round(float(value), 3) for value in _non_negative(rows, np.array(cores))))


def memory(observations: Sequence[Observation], megabytes: Sequence[float]) -> Memory:
    """A straight line over the gates, by relative least squares."""
    rows = np.array([[1.0, one.gates / 1000] for one in observations])
    return Memory(*(round(float(value), 2) for value in _non_negative(rows, np.array(megabytes))))


def _non_negative(rows: Any, targets: Any) -> Any:
    """Coordinate descent on relative errors; the problem is convex, so it ends at the one answer."""
    rows = rows / targets[:, None]
    scale = np.linalg.norm(rows, axis=0)
    rows = rows / scale
    found = np.zeros(rows.shape[1])
    for _ in range(20_000):
        for column in range(rows.shape[1]):
            rest = 1.0 - rows @ found + rows[:, column] * found[column]
            found[column] = max(0.0, rows[:, column] @ rest)
    return found / scale


def plan(model: Model, place: Place) -> dict[str, float]:
    """What a place takes, each screening with a receipt of its own: the dearest case, as with many gates it is."""
    gates = place.neighbourhoods * GATES_A_NEIGHBOURHOOD
    peak = gates * EACH_GATE
    office = model.office.cores(gates, peak, peak, peak)
    broker = model.broker.cores(gates, peak, peak, peak)
    day = peak * BUSY_HOURS * 3600
    return {
        "gates": gates,
        "screenings_a_second": peak,
        "messages_a_second": 2 * (2 * peak + gates / REPORT_SECONDS),
        "office_cores": office,
        "collectors": ceil(office / FULL),
        "broker_cores": broker,
        "mosquittos": ceil(broker / FULL),
        "office_gb": ceil(office / FULL)
        * (model.office_memory.rest + model.office_memory.thousand_gates * gates / 1000)
        / 1000,
        "screenings_a_day": day,
        "ledger_gb_a_day": day * model.ledger_bytes / 1e9,
        "ledger_gb_30_days": 30 * day * model.ledger_bytes / 1e9,
    }


def most_gates(model: Model) -> int:
    """How many gates one collector takes at the peak before it is at its share of a core."""
    one = model.office.cores(1, EACH_GATE, EACH_GATE, EACH_GATE)
    return int(FULL / one)
