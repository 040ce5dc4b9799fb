"""The dashboards, as far as they can be tried without Grafana: their questions answered by a real VictoriaMetrics.

What Grafana itself makes of them, and what InfluxDB makes of the Flux, was not tried: neither is in Debian.
"""

import importlib.util
import json
import random
import re
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml

from collector.api import Office
from collector.api.routes.metrics import metrics
from collector.ingest.counters import Counters
from collector.ledger import Ledger
from collector.ledger.measured import Measured
from collector.series import open_series
from collector.series.remote.lines import MEASUREMENT, line
from collector.series.remote.samples import VERDICTS
from collector.series.victoriametrics import VictoriaMetrics
from collector.settings import CollectorSettings, Series
from tests.collector.series.remote.victoria import Running

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
FILES = sorted((GRAFANA / "dashboards").glob("*.json"))
BOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
ASKED = [
    (name, panel["title"], target["expr"])
    for name, board in BOARDS.items()
    for panel in board["panels"]
    for target in panel["targets"]
    if "expr" in target
]
CHOSEN = {"__interval": "5m", "__rate_interval": "5m", "__range": "2h", "site": ".*", "gate": "e.*"}
FLUX = [target["query"] for panel in BOARDS["influxdb"]["panels"] for target in panel["targets"]]


@pytest.fixture(scope="module")
def filled(need, free_port, tmp_path_factory):
    """A server with an hour of screenings, as the office writes them, and the office's own figures, twice."""
    folder = tmp_path_factory.mktemp("grafana")
    server = Running(need("victoria-metrics"), folder / "vm", free_port()).start()
    now_ms, chance = time.time_ns() // 1_000_000, random.Random(1)
    store = VictoriaMetrics(server.url, "chuanchang")
    rows = [
        Measured(
            position=seq,
            gate=f"e0{seq % 3}",
            life=1,
            seq=seq,
            at_ms=now_ms - seq * 5_000 - 60_000,
            verdict=chance.choice(["pass", "pass", "recheck", "stop", "none"]),
            celsius=chance.choice([None, round(chance.gauss(36.5, 0.4), 2)]),
            kind="body_estimate",
            quality=chance.choice(["ok", "ok", "cold"]),
            surface=None,
            ambient=None,
        )
        for seq in range(1, 600)
    ]
    store.write([line("chuanchang", row._replace(quality=row.quality if row.celsius else None)) for row in rows])
    store.close()
    for ago, commits in (150, 4), (30, 9):
        text = metrics(_office(folder, now_ms, commits)).body
        httpx.post(f"{server.url}/api/v1/import/prometheus", params={"timestamp": now_ms - ago * 1000}, content=text)
    time.sleep(2)
    yield server.url
    server.end()


def _office(folder, now_ms, commits):
    ledger = Ledger.open(f"sqlite:///{folder}/kadian.db")
    settings = Series(backend="victoriametrics", url="http://127.0.0.1:1")
    stores = open_series(settings, ledger, "chuanchang", ZoneInfo("Asia/Shanghai"), lambda: now_ms)
    with ledger.begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO gates (gate, state, last_screening_ms) VALUES ('e01', 'online', 1790000000000)"
        )
    return Office(
        ledger=ledger,
        series=stores.charts,
        settings=CollectorSettings(site="chuanchang"),
        health=list,
        ingest_counts=Counters(stored=commits, rejected=1, commits=commits, commit_seconds=commits / 20),
        version="1",
        now_ms=lambda: now_ms,
        lags=lambda: {"rules": 1},
        stores=lambda: {"victoriametrics": True},
    )


@pytest.mark.parametrize(("board", "title", "question"), ASKED, ids=[f"{name}: {title}" for name, title, _ in ASKED])
def test_every_question_finds_what_kadian_writes(filled, board, title, question):
    for name, value in CHOSEN.items():
        question = question.replace(f"${name}", value)
    assert "$" not in question
    answer = httpx.get(f"{filled}/api/v1/query", params={"query": question, "time": time.time() - 25}).json()
    assert answer["status"] == "success", answer
    values = [float(found["value"][1]) for found in answer["data"]["result"]]
    assert values, f"nothing for {question}"
    if board == "victoriametrics":
        assert all(values), question
    if "celsius[" in question and "quantile" in question:
        assert all(35 < value < 39 for value in values)


def by_line(url, question):
    asked = {"query": question, "time": time.time() - 25, "nocache": 1}
    found = httpx.get(f"{url}/api/v1/query", params=asked).json()["data"]["result"]
    tags = [[one["metric"].get(name, "") for name in ("site", "kind", "lane")] for one in found]
    return {tuple(names): float(one["value"][1]) for names, one in zip(tags, found, strict=True)}


def test_medians_and_percentiles_are_those_of_each_line_and_no_largest_of_several(filled):
    """Two kinds of measurement, a second lane, and two sites with a gate of one name."""
    now = time.time_ns() // 1_000_000 - 60_000
    lines = {("nanjing", "body_estimate", ""): 36.0, ("nanjing", "contact", ""): 38.0, ("beijing", "contact", ""): 39.0}
    lines["nanjing", "body_estimate", "1"] = 37.0
    store = VictoriaMetrics(filled, "nanjing")
    for (site, kind, lane), base in lines.items():
        body = [(n, now - n * 1000, base + n / 100) for n in range(101)]
        rows = [Measured(n, "x09", 1, n, at, "pass", celsius, kind, "ok", None, None) for n, at, celsius in body]
        store.write([line(site, row, int(lane or 0)) for row in rows])
    store.close()
    for title, share in ("Median", 0.5), ("95th", 0.95):
        ((_, _, question),) = [one for one in ASKED if one[0] == "victoriametrics" and title in one[1]]
        question = question.replace("$site", ".*").replace("$gate", "x09").replace("$__interval", "5m")

        expected = {key: pytest.approx(base + share) for key, base in lines.items()}
        until = time.monotonic() + 20
        while (found := by_line(filled, question)) != expected and time.monotonic() < until:
            time.sleep(0.3)
        assert found == expected
        (flux,) = [panel["targets"][0]["query"] for panel in BOARDS["influxdb"]["panels"] if title in panel["title"]]
        assert 'group(columns: ["site", "gate", "kind"])' in flux
        assert f"quantile(q: {share}" in flux


def test_every_flux_question_names_what_kadian_writes():
    for question in FLUX:
        assert f'r._measurement == "{MEASUREMENT}"' in question
        fields = re.findall(r'r\._field == "(\w+)"', question)
        assert fields
        assert set(fields) <= set(VERDICTS)
        assert set(re.findall(r"r\.(\w+)", question)) <= {"_measurement", "_field", "site", "gate", "quality", "kind"}


def test_both_kinds_of_store_have_the_same_panels():
    titles = [[panel["title"] for panel in BOARDS[name]["panels"]] for name in ("victoriametrics", "influxdb")]
    assert titles[0] == titles[1]


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_whole(name):
    board = BOARDS[name]
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/kadian.yaml").read_text("utf-8"))["datasources"]
    known = {source["uid"]: source["type"] for source in sources}
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert re.search(r"[\u4e00-\u9fff].* · \w", panel["title"]), "Chinese first, English second"
        assert known[panel["datasource"]["uid"]] == panel["datasource"]["type"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {panel["datasource"]["uid"]}
    cells = [(x, y) for panel in panels for x, y in _cells(panel["gridPos"])]
    assert len(set(cells)) == len(cells), "two panels lie on each other"


def _cells(place):
    return [(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])]


def test_every_dashboard_and_source_has_an_identifier_of_its_own():
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS) == 3
    assert all(len(board["uid"]) <= 40 for board in BOARDS.values())


def test_the_files_are_what_the_script_makes():
    spec = importlib.util.spec_from_file_location("make", GRAFANA / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    made = {name: make.text(board) for name, board in make.dashboards().items()}
    assert {path.stem: path.read_text("utf-8") for path in FILES} == made, "run python deploy/grafana/make.py"
