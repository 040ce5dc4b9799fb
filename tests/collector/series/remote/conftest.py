"""A real VictoriaMetrics, and a real HTTP server that answers as InfluxDB's documentation says it does."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from collector.ledger import Ledger, screenings
from collector.series.victoriametrics import VictoriaMetrics
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature

BEGIN = datetime(2026, 11, 23, 7, 2, 11, 123_000, tzinfo=UTC)


class Running:
    """One VictoriaMetrics on a folder and a port of its own, which can be ended and started again."""

    def __init__(self, program, folder, port, *flags):
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            *(program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"),
            *("-loggerLevel=ERROR", "-memory.allowedBytes=64MB", *flags),
        ]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health").is_success:
                    return self
            except httpx.HTTPError:
                time.sleep(0.02)
        raise AssertionError("victoria-metrics does not start")

    def end(self, how=signal.SIGTERM):
        self._process.send_signal(how)
        self._process.wait(20)


@pytest.fixture(scope="session")
def victoria(need, free_port, tmp_path_factory):
    """Without deduplication, so that the tests see what was written how often."""
    running = Running(need("victoria-metrics"), tmp_path_factory.mktemp("vm"), free_port())
    yield running.start()
    running.end()


@pytest.fixture
def own_victoria(need, free_port, tmp_path):
    """One for a single test, to be ended and started by it; with deduplication, as the page on it advises."""
    running = Running(need("victoria-metrics"), tmp_path / "vm", free_port(), "-dedup.minScrapeInterval=1ms")
    yield running.start()
    running.end()


@pytest.fixture
def store(victoria, request):
    """A store for one site: each test is a site of its own on the shared server."""
    opened = VictoriaMetrics(victoria.url, site=f"s{abs(hash(request.node.name))}", read_seconds=10)
    yield opened
    opened.close()


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield opened
    opened.close()


@pytest.fixture
def screening() -> Callable[..., Screening]:
    def make(seq, seconds=None, celsius=36.54, quality="ok", kind="body_estimate", **fields):
        temperature = None
        if celsius is not None:
            temperature = Temperature(celsius=celsius, kind=kind, site="forehead", quality=quality)
        at = BEGIN + timedelta(seconds=seq if seconds is None else seconds)
        values = {"id": new_id(), "epoch": "e1", "seq": seq, "at": at, "clock": "synced", "verdict": "pass"}
        return Screening(**{**values, "temperature": temperature, **fields})

    return make


@pytest.fixture
def keep(ledger):
    """Stores screenings of a gate and gives back all that the ledger has."""

    def stored(batch, gate="e01"):
        with ledger.begin() as connection:
            screenings.store(connection, gate, batch, 1_790_000_000_000)
        with ledger.read() as connection:
            return screenings.after(connection, 0, 1_000_000)

    return stored


class Answering(ThreadingHTTPServer):
    """A small InfluxDB: `answer(lines)` says what to each write; what it took stands in `points`, by series and time."""

    daemon_threads = True

    def __init__(self, address=("127.0.0.1", 0)):
        super().__init__(address, _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answer = lambda _lines: (204, {}, b"")
        self.answer_query = lambda _body: (404, {}, b"")
        self.points = {}
        self.writes = []
        self.deletes = []
        self.headers = {}

    def take(self, lines):
        for text in lines:
            series, fields, at = text.rsplit(" ", 2)
            self.points[series, int(at)] = fields


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers = dict(self.headers)
        if self.path.startswith("/api/v2/write"):
            lines = body.decode().splitlines()
            self.server.writes.append((self.path, lines))
            status, headers, said = self.server.answer(lines)
            if status == 204:
                self.server.take(lines)
        elif self.path.startswith("/api/v2/delete"):
            self.server.deletes.append((self.path, body))
            status, headers, said = 204, {}, b""
        else:
            status, headers, said = self.server.answer_query(body)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_args):
        pass


@pytest.fixture
def influx():
    server = Answering()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def eventually():
    """Waits until what a store shows is what it is to show; points come into view some seconds after their write."""

    def wait(see, wanted, seconds=25):
        until = time.monotonic() + seconds
        while (seen := see()) != wanted and time.monotonic() < until:
            time.sleep(0.1)
        assert seen == wanted

    return wait
