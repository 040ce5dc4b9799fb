"""The cost of growth: what the office sustains, what a screening costs and how long questions take, gates by gates.

Prints a table and draws docs/growth.svg. KADIAN_GROWTH_SECONDS: the window at each step; KADIAN_GROWTH_GATES: steps.
"""

import os
import time
from statistics import median
from typing import Any
from urllib.parse import quote

import httpx

from bench.figures import percentile
from bench.plot import draw
from bench.town import Town, town

SECONDS = float(os.environ.get("KADIAN_GROWTH_SECONDS", "12"))
STEPS = tuple(int(step) for step in os.environ.get("KADIAN_GROWTH_GATES", "1,10,100,1000,12600").split(","))
CONNECTIONS = 126
AHEAD = 2_000
"""Screenings under way: the whole window of one gate."""
ASKED = 25
LONGEST_ASKING = 5.0
"""Seconds for one question, however slow its answers are."""
LONGEST_CATCHING_UP = 25.0
QUESTIONS = {
    "gates": "/api/v1/gates?limit=100",
    "a day in 500 points": "/api/v1/gates/g00000/series?start={day}&end={now}&points=500",
    "30 days by hour": "/api/v1/gates/g00000/series?start={month}&end={now}&points=720",
    "newest 100": "/api/v1/screenings?limit=100",
    "newest 100 of a gate": "/api/v1/screenings?gate=g00000&limit=100",
    "summary of a day": "/api/v1/screenings/summary?since={day}",
    "fevers of a week": "/api/v1/fevers?since={week}",
    "alerts": "/api/v1/alerts?state=open",
}
SPANS = {"day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400, "now": 0}


def run() -> dict[str, Any]:
    """Each step with an office of its own, as fast as its receipts let the gates go."""
    steps = [_step(gates) for gates in STEPS]
    _print(steps)
    draw(steps)
    if lost := {step["gates"]: step["lost"] for step in steps if step["lost"]}:
        raise SystemExit(f"without a receipt, by the number of gates: {lost}")
    return {"steps": steps}


def _step(gates: int) -> dict[str, Any]:
    with town() as place:
        begun: dict[str, Any] = {}

        def on(event: str) -> None:
            if event == "begin":
                begun.update(usage=place.usage(), at=time.monotonic())

        found = place.load(
            "--gates", gates, "--connections", CONNECTIONS, "--ahead", AHEAD, "--seconds", SECONDS, on=on
        )  # fmt: skip
        caught_up = place.caught_up(LONGEST_CATCHING_UP)
        seconds = time.monotonic() - begun["at"]
        after, stored = place.usage(), found["total"] - found["lost"] - found["receipted_before"]
        asked = {name: _ask(place, path) for name, path in QUESTIONS.items()}
    return {
        "gates": gates,
        "receipted_a_second": median(found["a_second_of_parts"]),
        "with_followers_a_second": round(stored / seconds, 1) if caught_up is not None else None,
        "receipts_a_screening": round(found["receipts"] / found["receipted"], 4),
        "telemetry_a_second": gates / 30,
        "seconds": seconds,
        "stored": stored,
        "lost": found["lost"],
        **{
            f"{name}_microseconds": round((usage.cpu - begun["usage"][name].cpu) / stored * 1e6, 1)
            for name, usage in after.items()
        },
        **{f"{name}_mb": round(usage.peak / 1e6, 1) for name, usage in after.items()},
        "p99_ms": found["p99_ms"],
        "load_cpu": found["own_cpu"],
        "questions_p50_ms": {name: times and times[0] for name, times in asked.items()},
        "questions_p95_ms": {name: times and times[1] for name, times in asked.items()},
    }


def _ask(place: Town, path: str) -> tuple[float, float] | None:
    """Median and 95th percentile in milliseconds on an office at rest; None when it knows no such question."""
    now = time.time()
    moments = {
        name: quote(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - back))) for name, back in SPANS.items()
    }
    url = place.url + path.format(**moments)
    seconds = []
    with httpx.Client(timeout=60) as client:
        for _ in range(ASKED):
            begun = time.perf_counter()
            answer = client.get(url)
            seconds.append(time.perf_counter() - begun)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            answer.raise_for_status()
            if sum(seconds) > LONGEST_ASKING:
                break
    return round(median(seconds) * 1e3, 1), round(percentile(seconds, 0.95) * 1e3, 1)


def _print(steps: list[dict[str, Any]]) -> None:
    rows = {
        "screenings/s receipted": "receipted_a_second",
        "… with the followers": "with_followers_a_second",
        "receipts a screening": "receipts_a_screening",
        "office, µs a screening": "office_microseconds",
        "broker, µs a screening": "broker_microseconds",
        "office, MB": "office_mb",
        "broker, MB": "broker_mb",
    }
    print(f"{'gates':32}" + "".join(f"{step['gates']:>12,}" for step in steps))
    for title, key in rows.items():
        print(f"{title:32}" + "".join(_cell(step[key]) for step in steps))
    for share in ("p50", "p95"):
        for name in QUESTIONS:
            cells = "".join(_cell(step[f"questions_{share}_ms"][name]) for step in steps)
            print(f"{f'{name}, {share} ms':32}{cells}")


def _cell(value: float | None) -> str:
    return f"{'-':>12}" if value is None else f"{value:>12,.10g}"
