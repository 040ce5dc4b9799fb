"""A real VictoriaMetrics, and a real HTTP server that answers as InfluxDB's documentation says it does."""

import json
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest

from collector.ledger import measured
from collector.ledger.follower import NotNow
from collector.series.influxdb import InfluxDB
from collector.series.remote.series import RemoteSeries
from collector.series.victoriametrics import VictoriaMetrics
from tests.collector.series.remote.victoria import Running

SITE = "chuanchang"
SHANGHAI = ZoneInfo("Asia/Shanghai")


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
def vmauth(need, free_port, tmp_path, own_victoria, eventually):
    """The address of a vmauth that lets anybody with the right token through to the single test's server."""
    users = tmp_path / "users.yml"
    users.write_text(f"users:\n- bearer_token: let-me-in\n  url_prefix: {own_victoria.url}\n")
    url = f"127.0.0.1:{free_port()}"
    program = need("vmauth")
    running = subprocess.Popen(
        [program, f"-auth.config={users}", f"-httpListenAddr={url}", "-loggerLevel=ERROR"], stderr=subprocess.DEVNULL
    )
    eventually(lambda: answers(f"http://{url}/health"), wanted=True)
    yield f"http://{url}"
    running.terminate()
    running.wait(20)


def answers(url):
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def store(victoria, eventually):
    """The store on the shared server, empty."""
    opened = VictoriaMetrics(victoria.url, SITE, read_seconds=10)
    opened.clear()
    eventually(lambda: kept(opened), 0)
    yield opened
    opened.clear()
    opened.close()


def kept(store, gate="e01"):
    """How many points of screenings of a gate the server holds, each as often as it was written.

    Asked in other words each time: the server answers the same words for ten seconds without a look at new series.
    """
    names = '__name__=~"kadian_screening_(celsius|unmeasured)"'
    which = f'{{{names},site="{store._site}",gate="{gate}",nonce!="{time.monotonic_ns()}"}}'
    found = httpx.get(f"{store.url}/api/v1/export", params={"match[]": which})
    return sum(len(json.loads(line)["values"]) for line in found.text.splitlines())


@pytest.fixture(name="kept")
def kept_fixture():
    return kept


@pytest.fixture
def now():
    """The clocks of the office, to be moved by the test: `ms` of the wall, `seconds` of the monotonic one."""
    return SimpleNamespace(ms=1_790_000_000_000, seconds=1000.0)


@pytest.fixture
def remote(place, now):
    """Makes the office's view of a store."""

    def make(store, name="victoriametrics"):
        return RemoteSeries(
            name,
            store,
            ledger=place.ledger,
            site=SITE,
            zone=SHANGHAI,
            now_ms=lambda: now.ms,
            monotonic=lambda: now.seconds,
        )

    return make


@pytest.fixture
def series(influx, remote):
    store = InfluxDB(influx.url, "chuanchang", org="o", bucket="b", token="t", write_seconds=0.5)
    yield remote(store, "influxdb")
    store.close()


@pytest.fixture
def follow(place):
    """Has a store follow the ledger to its end, as a `Follower` does, but for the pauses."""

    def to_the_end(series, at_once=5000):
        while True:
            with place.ledger.read() as connection:
                batch = measured.after(connection, series.position(), at_once)
            if not batch:
                return
            try:
                series.write(batch)
            except NotNow as wait:
                if wait.seconds:
                    raise

    return to_the_end


class Answering(ThreadingHTTPServer):
    """A small InfluxDB: `answer(lines)` says what to a write; `points` holds what it took, by series and time."""

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
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers = dict(self.headers)
        if self.path.startswith("/api/v2/write"):
            lines = body.decode().splitlines()
            self.server.writes.append((self.path, lines))
            status, headers, said = self.server.answer(lines)
            if status == 204 and lines != ["x"]:
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


@pytest.fixture
def sleeping():
    """An answer that comes too late; it ends with the test."""
    over = threading.Event()

    def make(seconds):
        def answer(_asked):
            over.wait(seconds)
            return 204, {}, b""

        return answer

    yield make
    over.set()
