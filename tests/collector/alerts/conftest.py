"""A phone's service that answers as it is told, and an office's ledger with screenings in it."""

import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from collector.alerts.channel import open_channel
from collector.alerts.modem import dialogue, port
from collector.ledger import Ledger, screenings
from collector.settings import Channel
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature
from kadian.settings import Secret
from tests.collector.alerts.message import MESSAGE
from tests.collector.alerts.timeline import Timeline
from tests.hardware.gsm import Modem


class Phone:
    """Answers each POST or GET with the next of `answers` (status, body[, seconds of silence]); the last one holds on.

    Status 0 hangs up without an answer; `cut` does after so many bytes of one.
    """

    def __init__(self, port=0):
        self.answers = [(200, b"{}")]
        self.calls = []
        self.paths = []
        self.cut = None
        self.retry_after = None
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                self.answer(body.decode() if form else json.loads(body or b"null"))

            def do_GET(self):
                self.answer(None)

            def answer(self, body):
                phone.calls.append((time.time(), body, dict(self.headers)))
                phone.paths.append(self.path)
                status, answer, *silence = phone.answers.pop(0) if len(phone.answers) > 1 else phone.answers[0]
                time.sleep(sum(silence))
                if not status:
                    self.connection.close()
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                if phone.retry_after:
                    self.send_header("Retry-After", phone.retry_after)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer[: phone.cut])

            def handle(self):
                try:
                    super().handle()
                except (OSError, ValueError):
                    return

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.005,), daemon=True).start()

    def ids(self):
        return [body["id"] for _, body, _ in self.calls]

    def wait(self, calls, seconds=8):
        return until(lambda: len(self.calls) >= calls, seconds)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def until(true, seconds=8):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Office:
    """A ledger that screenings can be stored in; its clock is the real one, moved by `ahead_ms`."""

    def __init__(self, url):
        self.url = url
        self.ledger = Ledger.open(self.url)
        self.ahead_ms = 0
        self.seq = 0

    def now_ms(self):
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def screen(self, celsius=38.4, gate="g1", holder=None, of=None, ago_ms=0):
        self.seq += 1
        screening = Screening(
            id=new_id(),
            epoch="e",
            seq=self.seq,
            at=datetime.fromtimestamp((self.now_ms() - ago_ms) / 1000, UTC),
            clock="synced",
            verdict="recheck",
            temperature=Temperature(celsius=celsius, kind="body_estimate"),
            code=Code(format="pass", status="valid", holder=holder) if holder else None,
            remeasure_of=of,
        )
        with self.ledger.begin() as connection:
            screenings.store(connection, gate, [screening], self.now_ms())
        return screening.id


@pytest.fixture
def office(ledger_url):
    office = Office(ledger_url)
    yield office
    office.ledger.close()


@pytest.fixture
def phone():
    phone = Phone()
    yield phone
    phone.close()


@pytest.fixture
def page():
    return msgspec.structs.replace(MESSAGE, what_to_do="请复核后记录")


@pytest.fixture
def opened(phone):
    """A channel, by its word, that speaks to the phone."""

    def at(word, to=("13800000000",), key="k/y", rest=""):
        return open_channel(Channel("duty", f"{word}+{phone.url}{rest}", Secret(key), Secret("SEC1"), to))

    return at


@pytest.fixture
def modem(monkeypatch):
    """An emulated modem, and an office that waits less for it than for a real one."""
    monkeypatch.setattr(port, "READ_SECONDS", 0.01)
    monkeypatch.setattr(dialogue, "QUIET_SECONDS", 0.02)
    modem = Modem()
    yield modem
    modem.unplug()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(dialogue, "WAKE_SECONDS", 0.1)
    monkeypatch.setattr(dialogue, "NETWORK_SECONDS", 0.1)


@pytest.fixture
def morning(tmp_path):
    """Makes a timeline over a ledger of its own."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield lambda **more: Timeline(ledger, **more)
    ledger.close()
