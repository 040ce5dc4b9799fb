"""Writes the dashboards beside this file: `python deploy/grafana/make.py`. A test compares, and runs each question."""

import json
from pathlib import Path
from typing import Any

SCREENINGS = '{__name__=~"kadian_screening_(celsius|unmeasured)",site=~"$site",gate=~"$gate"}'
RESULTS = 'kadian_screening_celsius{site=~"$site",gate=~"$gate",quality="ok",kind!="ambient"}'
GATES = 'site=~"$site",gate=~"$gate"'
FROM = """from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == "kadian_screening")
  |> filter(fn: (r) => r.site =~ /^${site:regex}$/ and r.gate =~ /^${gate:regex}$/)
"""
OF_ALL = '  |> filter(fn: (r) => r._field == "celsius" or r._field == "unmeasured")\n'
OF_RESULTS = '  |> filter(fn: (r) => r._field == "celsius" and r.quality == "ok" and r.kind != "ambient")\n'
BY_GATE = '  |> group(columns: ["gate"])\n'
COUNTED = "  |> aggregateWindow(every: v.windowPeriod, fn: count, createEmpty: false)\n"
# No quantile of PromQL reaches over several series, and the largest of several is none of all: each has its own line.
SERIES = "{{site}} {{gate}} {{kind}} {{lane}}"
BY_KIND = '  |> group(columns: ["site", "gate", "kind"])\n'
KEPT_BY_KIND = '  |> keep(columns: ["_time", "_value", "site", "gate", "kind"])'
KEPT = '  |> keep(columns: ["_time", "_value", "gate"])'


def of_verdict(verdict: str) -> str:
    return f'  |> filter(fn: (r) => r._field == "{verdict}")\n'


def quantile(share: float) -> str:
    function = f'(column, tables=<-) => tables |> quantile(q: {share}, method: "exact_selector", column: column)'
    return f"  |> aggregateWindow(every: v.windowPeriod, fn: {function}, createEmpty: false)\n"


# Title, kind of panel, unit, width of 24, PromQL by legend, Flux by legend.
NUMBERS: list[tuple[str, str, str, int, dict[str, str], dict[str, str]]] = [
    (
        "测了多少人 · People measured",
        *("stat", "short", 6),
        {"": f"sum(count_over_time({SCREENINGS}[$__range]))"},
        {"": FROM + OF_ALL + "  |> group()\n  |> count()"},
    ),
    (
        "请复测 · Asked to rest and measure again",
        *("stat", "short", 6),
        {"": f"sum(count_over_time(kadian_screening_recheck{{{GATES}}}[$__range])) or vector(0)"},
        {"": FROM + of_verdict("recheck") + "  |> group()\n  |> count()"},
    ),
    (
        "拦下 · Stopped",
        *("stat", "short", 6),
        {"": f"sum(count_over_time(kadian_screening_stop{{{GATES}}}[$__range])) or vector(0)"},
        {"": FROM + of_verdict("stop") + "  |> group()\n  |> count()"},
    ),
    (
        "最高体温 · Highest temperature",
        *("stat", "celsius", 6),
        {"": f"max(max_over_time({RESULTS}[$__range]))"},
        {"": FROM + OF_RESULTS + "  |> group()\n  |> max()"},
    ),
    (
        "各卡点人数 · People at each gate",
        *("timeseries", "short", 12),
        {"{{gate}}": f"sum by (gate) (count_over_time({SCREENINGS}[$__interval]))"},
        {"": FROM + OF_ALL + BY_GATE + COUNTED + KEPT},
    ),
    (
        "体温中位数，按卡点和测法 · Median temperature, by gate and kind",
        *("timeseries", "celsius", 12),
        {SERIES: f"quantile_over_time(0.5, {RESULTS}[$__interval])"},
        {"": FROM + OF_RESULTS + BY_KIND + quantile(0.5) + KEPT_BY_KIND},
    ),
    (
        "体温第 95 百分位，按卡点和测法 · 95th percentile, by gate and kind",
        *("timeseries", "celsius", 12),
        {SERIES: f"quantile_over_time(0.95, {RESULTS}[$__interval])"},
        {"": FROM + OF_RESULTS + BY_KIND + quantile(0.95) + KEPT_BY_KIND},
    ),
    (
        "请复测的人数 · Asked to measure again, at each gate",
        *("timeseries", "short", 12),
        {"{{gate}}": f"sum by (gate) (count_over_time(kadian_screening_recheck{{{GATES}}}[$__interval]))"},
        {"": FROM + of_verdict("recheck") + BY_GATE + COUNTED + KEPT},
    ),
    (
        "没测出结果的原因 · Why there was no result",
        *("timeseries", "short", 24),
        {
            "{{quality}}": 'sum by (quality) (count_over_time({__name__=~"kadian_screening_(celsius|unmeasured)",'
            f'{GATES},quality!="ok"}}[$__interval]))'
        },
        {
            "": FROM
            + OF_ALL
            + '  |> filter(fn: (r) => r.quality != "ok")\n  |> group(columns: ["quality"])\n'
            + COUNTED
            + '  |> keep(columns: ["_time", "_value", "quality"])'
        },
    ),
]
OFFICE: list[tuple[str, str, str, int, dict[str, str], dict[str, str]]] = [
    ("办公室能收能存 · The office takes and stores", "stat", "bool_yes_no", 6, {"": "kadian_up"}, {}),
    (
        "没人处理的事件 · Incidents nobody has taken",
        "stat",
        "short",
        6,
        {"": "sum(kadian_alerts_open) or vector(0)"},
        {},
    ),
    ("等着送达的消息 · Messages not yet accepted", "stat", "short", 6, {"": "kadian_deliveries_waiting"}, {}),
    ("被拒的消息 · Refused messages, last hour", "stat", "short", 6, {"": "increase(kadian_rejected_total[1h])"}, {}),
    (
        "每秒入账 · Screenings stored a second",
        *("timeseries", "short", 12),
        {
            "新 new": "rate(kadian_screenings_stored_total[$__rate_interval])",
            "重复 again": "rate(kadian_screenings_duplicate_total[$__rate_interval])",
        },
        {},
    ),
    (
        "写一次账本要多久 · Time of a commit",
        *("timeseries", "s", 12),
        {"": "rate(kadian_commit_seconds_sum[$__rate_interval]) / rate(kadian_commit_seconds_count[$__rate_interval])"},
        {},
    ),
    (
        "各卡点多久没来数据 · Time since each gate's last screening",
        *("timeseries", "s", 12),
        {"{{gate}}": "kadian_gate_age_seconds"},
        {},
    ),
    (
        "跟在账本后面的各部分落后多少 · How far behind the ledger each follower is",
        *("timeseries", "short", 12),
        {"{{follower}}": "kadian_follower_lag"},
        {},
    ),
    (
        "时序库肯不肯收 · Whether the series store takes what it is given",
        *("timeseries", "bool_yes_no", 12),
        {"{{backend}}": "kadian_series_store_up"},
        {},
    ),
    (
        "时序库拒收的测量 · Readings that the series store refused",
        *("timeseries", "short", 12),
        {"{{backend}}": "kadian_series_set_aside"},
        {},
    ),
]


def panel(number: int, place: dict[str, int], row: tuple[Any, ...], source: dict[str, str]) -> dict[str, Any]:
    title, kind, unit, _, promql, flux = row
    questions = promql if source["type"] == "prometheus" else flux
    targets: list[dict[str, Any]] = []
    for letter, (legend, question) in zip("ABCDE", questions.items(), strict=False):
        target: dict[str, Any] = {"refId": letter, "datasource": source}
        if source["type"] == "prometheus":
            target |= {"expr": question, "legendFormat": legend or "__auto", "instant": kind == "stat"}
            target |= {"range": kind != "stat", "editorMode": "code"}
        else:
            target |= {"query": question}
        targets.append(target)
    defaults: dict[str, Any] = {"unit": unit}
    if unit == "celsius":
        defaults["decimals"] = 2
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "none", "graphMode": "none"}
    return {
        "id": number,
        "title": title,
        "type": kind,
        "gridPos": place,
        "datasource": source,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
    }


def variable(name: str, label: str, source: dict[str, str], before: str) -> dict[str, Any]:
    if source["type"] == "prometheus":
        question: Any = f'label_values({{__name__=~"kadian_screening_.*"{before and f",{before}"}}},{name})'
    else:
        question = (
            'import "influxdata/influxdb/schema"\n'
            f'schema.tagValues(bucket: v.defaultBucket, tag: "{name}", '
            'predicate: (r) => r._measurement == "kadian_screening", start: v.timeRangeStart)'
        )
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": source,
        "query": question,
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "sort": 1,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def dashboard(uid: str, title: str, source: dict[str, str], rows: list[Any], period: str) -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    x = y = 0
    for number, row in enumerate(rows, 1):
        width, height = row[3], 4 if row[1] == "stat" else 8
        panels.append(panel(number, {"x": x, "y": y, "w": width, "h": height}, row, source))
        x = (x + width) % 24
        y += height if x == 0 else 0
    chosen = [] if rows is OFFICE else [("site", "小区 · site", ""), ("gate", "卡点 · gate", 'site=~"$site"')]
    return {
        "uid": uid,
        "title": title,
        "tags": ["kadian"],
        "timezone": "browser",
        "editable": False,
        "schemaVersion": 39,
        "version": 1,
        "refresh": "30s",
        "graphTooltip": 1,
        "time": {"from": period, "to": "now"},
        "templating": {"list": [variable(name, label, source, before) for name, label, before in chosen]},
        "annotations": {"list": []},
        "panels": panels,
    }


def dashboards() -> dict[str, dict[str, Any]]:
    """Each dashboard by the name of its file."""
    victoria = {"type": "prometheus", "uid": "kadian-victoriametrics"}
    influx = {"type": "influxdb", "uid": "kadian-influxdb"}
    prometheus = {"type": "prometheus", "uid": "kadian-prometheus"}
    numbers = "测温 · Screenings"
    return {
        "victoriametrics": dashboard("kadian-numbers-vm", f"{numbers} (VictoriaMetrics)", victoria, NUMBERS, "now-24h"),
        "influxdb": dashboard("kadian-numbers-influx", f"{numbers} (InfluxDB)", influx, NUMBERS, "now-24h"),
        "office": dashboard("kadian-office", "办公室运行 · The office at work", prometheus, OFFICE, "now-6h"),
    }


def text(board: dict[str, Any]) -> str:
    return json.dumps(board, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for name, board in dashboards().items():
        (Path(__file__).parent / "dashboards" / f"{name}.json").write_text(text(board), "utf-8")
