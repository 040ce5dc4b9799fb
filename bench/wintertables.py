"""The tables of `bench.winter`, as docs/screening.md has them."""

from typing import Any

METHODS = ("fixed", "with_hints", "alone")


def lines(results: dict[str, Any]) -> list[str]:
    """Markdown, line by line; shares of a hundred."""
    return [*_rests(results), "", *_fevers(results), "", *_scenes(results)]


def _rests(results: dict[str, Any]) -> list[str]:
    heads = ("37.3", "+ 提示 hints", "只用基线 baseline alone")
    asked, seen = (" | ".join(f"{what} {head}" for head in heads) for what in ("请坐 asked:", "查出 found:"))
    found = [
        f"| 进屋后几分钟 minutes inside | 额头 forehead, °C | {asked} | {seen} | 太冷不判 too cold |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in results["rests"]:
        mean, deviation = row["forehead"]
        cells = [*_shares(row["asked"]), *_shares(row["found"]["+1.0"]), f"{row['asked']['too_cold']:.0f}"]
        found.append(f"| {row['minutes']} | {mean:.2f} ± {deviation:.2f} | {' | '.join(cells)} |")
    return found


def _fevers(results: dict[str, Any]) -> list[str]:
    fevers = [name for name in results["rests"][0]["found"] if name != "+1.0"]
    heads = [f"腋温 armpit {name}" for name in fevers]
    found = [
        f"| 进屋后几分钟 minutes inside | {' | '.join(heads)} |",
        "| ---: |" + " --- |" * len(heads),
    ]
    for row in results["rests"]:
        cells = [" / ".join(_shares(row["found"][name])) for name in fevers]
        found.append(f"| {row['minutes']} | {' | '.join(cells)} |")
    return found


def _scenes(results: dict[str, Any]) -> list[str]:
    found = ["| 情形 case | 37.3 | + 提示 hints | 只用基线 baseline alone |", "| --- | ---: | ---: | ---: |"]
    for minutes, shares in results["first"].items():
        found.append(_scene(f"第一天第一人发热 the very first person has a fever, {minutes} min: 查出 found", shares))
    for minutes, scene in results["cluster"].items():
        told = f"60 人里 8 人发热 eight of sixty have a fever, {minutes} min"
        found.append(_scene(f"{told}: 查出 found", scene["found"]))
        found.append(_scene("… 之后的健康人 healthy people after them: 请坐 asked", scene["asked_after"]))
        by_mean = f"(均值法 mean and SD: {scene['mean_would_move']:+.2f})"
        found.append(f"| … 限值移动 the limit moved, °C | 0 | | {scene['limit_moved']:+.2f} {by_mean} |")
    found.append(_scene("枪只显示 36.4–36.6 a clamped gun: 查出 found", results["clamped"]["found"]))
    for minutes, scene in results["sun"].items():
        told = f"11 点起太阳照枪 +2 °C the sun on the gun from 11:00, {minutes} min: 健康人请坐 healthy people asked"
        found.append(_scene(told, scene["asked"]))
    return found


def _scene(told: str, shares: dict[str, float]) -> str:
    return f"| {told} | {' | '.join(_shares(shares))} |"


def _shares(shares: dict[str, float]) -> list[str]:
    return [f"{shares[method]:.1f}" for method in METHODS]
