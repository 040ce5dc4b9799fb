"""The picture of growth, docs/growth.svg; the same figures give the same file."""

from pathlib import Path
from typing import Any

GROWTH = Path(__file__).parent.parent / "docs" / "growth.svg"
STYLE = {
    "svg.hashsalt": "kadian",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.marker": "o",
    "lines.markersize": 3.5,
}


def draw(steps: list[dict[str, Any]], to: Path = GROWTH) -> None:
    """Throughput, cost and the time of questions over the number of gates, all axes logarithmic."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    gates = [step["gates"] for step in steps]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 3.4), layout="constrained")
        speed, cost, questions = figure.subplots(1, 3)
        speed.set_title("screenings a second")
        speed.plot(gates, [step["receipted_a_second"] for step in steps], label="receipted")
        speed.plot(gates, [step["with_followers_a_second"] for step in steps], label="with rules and series")
        cost.set_title("CPU a screening, µs")
        for part in ("office", "broker"):
            cost.plot(gates, [step[f"{part}_microseconds"] for step in steps], label=part)
        questions.set_title("questions, p95 ms")
        for name in steps[0]["questions_p95_ms"]:
            questions.plot(gates, [step["questions_p95_ms"][name] for step in steps], label=name)
        for axes in (speed, cost, questions):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xlabel("gates")
            axes.legend(fontsize=7, frameon=False)
        to.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(to, format="svg", metadata={"Date": None, "Creator": None})
