"""The tables of docs/scaling.md from the model's constants. Pure."""

import re
from typing import Any

from bench.capacity import PLACES, Model, most_gates, plan

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


def renewed(page: str, model: Model) -> str:
    """The page with all its tables as the model has them."""
    tables = {
        "growth": growth(model),
        "measured": measured(model),
        "costs": costs(model),
        "places": places(model),
        "limit": limit(model),
        "lines": lines(model),
    }
    return MARKS.sub(lambda found: f"{found[1]}{tables[found['name']]}\n{found[3]}", page)


def growth(model: Model) -> str:
    """What each step of growth sustains and costs, and how long its questions take."""
    rows = [
        [title, *("-" if step[key] is None else _number(step[key]) for step in model.growth)]
        for title, key in (
            ("screenings a second, receipted", "receipted_a_second"),
            ("… until rules and series have followed", "with_followers_a_second"),
            ("receipts a screening", "receipts_a_screening"),
            ("office, µs of CPU a screening", "office_microseconds"),
            ("broker, µs of CPU a screening", "broker_microseconds"),
            ("office, MB at most", "office_mb"),
        )
    ]
    rows += [
        [f"{name}: p50 / p95, ms", *(_times(step, name) for step in model.growth)]
        for name in (model.growth[0]["questions_p95_ms"] if model.growth else ())
    ]
    return _table(["gates", *(f"{step['gates']:,}" for step in model.growth)], rows)


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
        ["memory under load, at most", f"{model.office_memory.rest:,.0f} MB", f"{model.broker_memory.rest:,.0f} MB"],
        [
            "… and for a thousand gates more",
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


def lines(model: Model) -> str:
    """What few connections leave out."""
    said = [
        f"{int(count):,} connections: {one['broker_microseconds']} µs of the broker a screening, {one['broker_mb']} MB"
        for count, one in model.connections.items()
    ]
    return f"Measured without an office, at a city's pace: {'; '.join(said) or 'not on this machine'}."


def _machine(model: Model) -> str:
    machine = model.machine
    return f"{machine['cores']} cores of {machine['processor']}, Python {machine['python']}, {machine['at'][:10]}"


def _times(step: dict[str, Any], name: str) -> str:
    p50, p95 = step["questions_p50_ms"][name], step["questions_p95_ms"][name]
    return "-" if p50 is None else f"{p50:,.1f} / {p95:,.1f}"


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if value >= 1 else f"{value:.2g}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
