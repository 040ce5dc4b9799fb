"""`python -m bench.scaling`: from what was measured to docs/scaling.json and the tables of docs/scaling.md.

The model is fitted on bench/results.json (city and growth); without them the tables are renewed from docs/scaling.json
alone.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from bench.capacity import Model, Observation, fitted
from bench.tables import renewed

DOCS = Path(__file__).parent.parent / "docs"
CONSTANTS = DOCS / "scaling.json"
PAGE = DOCS / "scaling.md"
RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Renews both files."""
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    if "city" in results and "growth" in results:
        CONSTANTS.write_bytes(msgspec.json.format(msgspec.json.encode(from_results(results)), indent=2) + b"\n")
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), read()), "utf-8")


def read() -> Model:
    """The constants as they were written last."""
    return msgspec.json.decode(CONSTANTS.read_bytes(), type=Model)


def from_results(results: dict[str, Any]) -> Model:
    """The model of what was measured: each step of growth, the city at its peak, the backlog."""
    observations = [_of_growth(step) for step in results["growth"]["steps"]]
    peak, backlog = results["city"]["peak"], results["city"]["backlog"]
    observations += [
        _of_load("city at its peak", peak, peak["gates"], peak["receipted"]),
        _of_load("backlog in arrays of 500", backlog, 9, backlog["stored"], backlog["stored"] / 500),
    ]
    model = fitted(results["machine"], observations, backlog["ledger_bytes_a_screening"])
    return msgspec.structs.replace(model, connections=results["city"]["connections"], growth=results["growth"]["steps"])


def _of_growth(step: dict[str, Any]) -> Observation:
    rate = step["stored"] / step["seconds"]
    return Observation(
        name=f"{step['gates']:,} gates, as fast as receipts let them",
        gates=step["gates"],
        screenings=rate,
        messages=rate,
        receipts=rate * step["receipts_a_screening"],
        office=rate * step["office_microseconds"] / 1e6,
        broker=rate * step["broker_microseconds"] / 1e6,
        office_mb=step["office_mb"],
        broker_mb=step["broker_mb"],
    )


def _of_load(
    name: str, found: dict[str, Any], gates: float, stored: float, messages: float | None = None
) -> Observation:
    seconds = found["seconds"]
    return Observation(
        name=name,
        gates=gates,
        screenings=stored / seconds,
        messages=(stored if messages is None else messages) / seconds,
        receipts=found["receipts"] / seconds,
        office=found["office"]["cores"],
        broker=found["broker"]["cores"],
        office_mb=found["peak_mb"]["office"],
        broker_mb=found["peak_mb"]["broker"],
    )


if __name__ == "__main__":
    main()
