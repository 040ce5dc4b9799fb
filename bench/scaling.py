"""`python -m bench.scaling`: from what was measured to docs/scaling.json and the tables of docs/scaling.md.

The model is fitted on bench/results.json (city and growth); without them the tables are renewed from docs/scaling.json
alone.
"""

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from bench.capacity import PLACES, Model, Observation, fitted, most_gates, plan

DOCS = Path(__file__).parent.parent / "docs"
CONSTANTS = DOCS / "scaling.json"
PAGE = DOCS / "scaling.md"
RESULTS = Path(__file__).parent / "results.json"
MARKS = re.compile(r"(<!-- figures:(?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
TITLES = {
    "gates": "gates",
    "screenings_a_second": "screenings a second at the peak",
    "messages_a_second": "messages a second through the broker, in and out",
    "office_cores": "office, cores",
    "collectors": "collectors (each up to 60 % of a core)",
    "broker_cores": "broker, cores of mosquitto's kind",
    "mosquittos": "mosquittos, were it those",
    "office_gb": "memory of the collectors, GB",
    "screenings_a_day": "screenings a day (three busy hours)",
    "ledger_gb_a_day": "ledger, GB a day",
    "ledger_gb_30_days": "ledger, GB for 30 days",
}


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
    return fitted(results["machine"], observations, backlog["ledger_bytes_a_screening"])


def renewed(page: str, model: Model) -> str:
    """The page with all its tables as the model has them."""
    tables = {"measured": measured(model), "costs": costs(model), "places": places(model), "limit": limit(model)}
    return MARKS.sub(lambda found: f"{found[1]}{tables[found['name']]}\n{found[3]}", page)


def measured(model: Model) -> str:
    """Each load, what was measured of it and what the model says of the same."""
    head = [
        "load",
        "gates",
        "screenings/s",
        "receipts/s",
        "office, cores",
        "… by the model",
        "broker, cores",
        "… by the model",
    ]
    rows = [
        [
            one.name,
            f"{one.gates:,.0f}",
            f"{one.screenings:,.0f}",
            f"{one.receipts:,.0f}",
            f"{one.office:.2f}",
            f"{model.office.cores(one.gates, one.screenings, one.messages, one.receipts):.2f}",
            f"{one.broker:.3f}",
            f"{model.broker.cores(one.gates, one.screenings, one.messages, one.receipts):.3f}",
        ]
        for one in model.observations
    ]
    return f"Measured on {_machine(model)}.\n\n{_table(head, rows)}"


def costs(model: Model) -> str:
    """The constants."""
    rows = [
        [title, f"{getattr(model.office, name):,.1f} µs", f"{getattr(model.broker, name):,.1f} µs"]
        for title, name in (
            ("a screening", "screening"),
            ("a message that brings screenings", "message"),
            ("a receipt", "receipt"),
            ("a gate, each second", "gate"),
        )
    ]
    rows += [
        ["memory at rest", f"{model.office_memory.rest:,.0f} MB", f"{model.broker_memory.rest:,.0f} MB"],
        [
            "memory a thousand gates",
            f"{model.office_memory.thousand_gates:,.1f} MB",
            f"{model.broker_memory.thousand_gates:,.1f} MB",
        ],
        ["ledger, a million screenings", f"{model.ledger_bytes / 1000:,.2f} GB", ""],
    ]
    return _table(["CPU", "office", "broker"], rows)


def places(model: Model) -> str:
    """What each place takes."""
    plans = [plan(model, place) for place in PLACES]
    head = ["", *(f"{place.name} ({place.neighbourhoods:,} neighbourhoods)" for place in PLACES)]
    rows = [[title, *(_number(each[name]) for each in plans)] for name, title in TITLES.items()]
    return _table(head, rows)


def limit(model: Model) -> str:
    """Where one collector ends."""
    most = most_gates(model)
    return f"One collector at 60 % of a core: **{most:,} gates**, {most / 3:,.0f} screenings a second at their busiest."


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


def _machine(model: Model) -> str:
    machine = model.machine
    return f"{machine['cores']} cores of {machine['processor']}, Python {machine['python']}, {machine['at'][:10]}"


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
