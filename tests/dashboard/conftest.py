"""A small office that answers like the real one, over real HTTP, with the built pages and a strict content policy."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

PAGES = Path(__file__).parents[2] / "collector" / "api" / "pages"
POLICY = "default-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def moment(seconds_ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()


def screening(number: int, gate: str, celsius: float | None, verdict: str, ago: float = 0, **more: object) -> dict:
    body = {
        "position": number,
        "gate": gate,
        "id": f"0197a3c2-0000-7000-8000-{number:012d}",
        "epoch": "01HZX",
        "seq": number,
        "at": moment(ago),
        "received_at": moment(ago),
        "clock": "synced",
        "verdict": verdict,
        "reasons": ["temperature_normal" if verdict == "pass" else "temperature_high"],
    }
    if celsius is not None:
        body["temperature"] = {"celsius": celsius, "kind": "body_estimate", "quality": "ok"}
    return body | more


def gate(name: str, title: str, state: str = "online", age: float | None = 5, **more: object) -> dict:
    return {
        "gate": name,
        "entrance": name,
        "name": title,
        "entrance_state": "open",
        "zone": "a",
        "x": 0.1,
        "y": 0.2,
        "state": state,
        "state_at": moment(3600),
        "version": "0.1.0",
        "last_screening_at": None if age is None else moment(age),
        "age_seconds": age,
        "contact_age_seconds": None if age is None else min(age, 20),
        "telemetry": None,
        "today": {"total": 0, "pass": 0, "recheck": 0, "stop": 0, "none": 0},
        "last": None,
    } | more


def alert(number: int, gate_name: str, zh: str, en: str, **more: object) -> dict:
    return {
        "id": f"alert-{number}",
        "rule": "confirmed_fever",
        "gate": gate_name,
        "entrance": gate_name,
        "state": "open",
        "severity": "page",
        "late": False,
        "opened_at": moment(40),
        "happened_at": moment(45),
        "last_at": moment(40),
        "count": 1,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "resolved_at": None,
        "text": {"zh": zh, "en": en},
        "what_to_do": {"zh": "请到现场", "en": "Go there"},
        "deliveries": [],
    } | more


@dataclass
class Office:
    """What the office answers with; `push` speaks on the stream."""

    gates: list[dict] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    alerts: list[dict] = field(default_factory=list)
    screenings: list[dict] = field(default_factory=list)
    gaps: dict = field(default_factory=dict)
    series: dict[str, list[dict]] = field(default_factory=dict)
    events: list[tuple[str, dict]] = field(default_factory=list)
    acknowledged: list[dict] = field(default_factory=list)
    unshown: int = 0
    ledger: bool = True
    streaming: bool = True
    url: str = ""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def push(self, name: str, value: dict) -> None:
        with self.changed:
            self.events.append((name, value))
            if name == "screening":
                self.screenings.insert(0, value)
            self.changed.notify_all()

    def lose_stream(self) -> None:
        with self.changed:
            self.streaming = False
            self.changed.notify_all()

    def answer(self, path: str, query: str) -> dict | None:
        if path == "/api/v1/gates":
            told = {"total": len(self.gates) + self.unshown, "gates": self.gates, "next_cursor": None}
            told["troubles"] = self.troubles
            return {"site": "chuanchang", "timezone": "Asia/Shanghai", "now": moment()} | told
        if path == "/api/v1/screenings/summary":
            by_verdict: dict[str, int] = {}
            for one in self.gates:
                for verdict in ("pass", "recheck", "stop", "none"):
                    by_verdict[verdict] = by_verdict.get(verdict, 0) + one["today"][verdict]
            for _, one in [event for event in self.events if event[0] == "screening"]:
                by_verdict[one["verdict"]] = by_verdict.get(one["verdict"], 0) + 1
            return {"total": sum(by_verdict.values()), "by_gate": {}, "by_verdict": by_verdict, "gaps": self.gaps}
        if path == "/api/v1/screenings":
            return {"items": self.screenings[:200], "next_cursor": None}
        if path == "/api/v1/alerts":
            state = parse_qs(query)["state"][0]
            return {"items": [one for one in self.alerts if one["state"] == state], "next_cursor": None}
        if path.endswith("/series"):
            name = path.split("/")[4]
            return {"gate": name, "start": moment(7200), "end": moment(), "step_seconds": 120.0} | {
                "buckets": self.series.get(name, [])
            }
        return None


class Answers(BaseHTTPRequestHandler):
    office: Office
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        url = urlparse(self.path)
        if url.path == "/api/v1/stream":
            self.stream()
            return
        if not self.office.ledger and url.path.startswith("/api/"):
            self.problem(500, "Internal Server Error")
            return
        answer = self.office.answer(url.path, url.query)
        if answer is not None:
            self.send(200, "application/json", json.dumps(answer).encode())
            return
        file = PAGES / (url.path.lstrip("/") or "index.html")
        if file.is_file():
            self.send(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
        else:
            self.problem(404, "Not found")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        _, _, _, _, alert_id, what = urlparse(self.path).path.split("/")
        if self.headers.get("Origin", "") + "/" != self.office.url:
            self.problem(403, "From elsewhere")
            return
        found = next((one for one in self.office.alerts if one["id"] == alert_id), None)
        if found is None:
            self.problem(404, "No such alert")
            return
        self.office.acknowledged.append({"id": alert_id, "what": what, **body})
        if what == "acknowledge":
            found |= {"state": "acknowledged", "acknowledged_at": moment(), "acknowledged_by": body.get("by")}
        else:
            found |= {"state": "resolved", "resolved_at": moment()}
        self.send(200, "application/json", json.dumps(found).encode())

    def problem(self, status: int, title: str) -> None:
        body = {"type": "about:blank", "title": title, "status": status, "detail": "K5404", "instance": self.path}
        self.send(status, "application/problem+json", json.dumps(body).encode())

    def stream(self) -> None:
        if not self.office.streaming:
            self.problem(503, "Stopping")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        seen = len(self.office.events)
        try:
            self.wfile.write(b": hello\n\n")
            while self.office.streaming:
                with self.office.changed:
                    if len(self.office.events) == seen:
                        self.office.changed.wait(1)
                for name, value in self.office.events[seen:]:
                    seen += 1
                    self.wfile.write(f"id: {seen}-0\nevent: {name}\ndata: {json.dumps(value)}\n\n".encode())
                self.wfile.write(b": still here\n\n")
        except OSError:
            return


@pytest.fixture
def office() -> Iterator[Office]:
    """An office with one gate and one sealed entrance, listening on a free port."""
    office = Office(gates=[gate("e01", "正门"), gate("e02", "河边小门", "unknown", None, entrance_state="sealed")])
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Answers,), {"office": office})) as server:
        server.daemon_threads = True
        office.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield office
        office.lose_stream()
        server.shutdown()
        thread.join(5)
