"""A real kiosk on a free port, a gate that writes down what it is asked to do, and a real Chromium before it."""

import base64
import os
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from playwright.sync_api import expect, sync_playwright

from agent.acts import Answer
from agent.kiosk import Board, Kiosk
from agent.settings import KioskSettings
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature

SCREENSHOTS = Path(os.environ.get("KADIAN_SCREENSHOTS", Path(__file__).parents[3] / "test-screenshots")) / "kiosk"
SIZES = {"phone": (480, 800), "pi": (800, 480), "wide": (1280, 800)}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]


def screening(verdict="pass", celsius=36.5, reasons=(), **more):
    return Screening(
        id=new_id(), epoch="e", seq=1, at=datetime.now(UTC), clock="synced", verdict=verdict, reasons=tuple(reasons),
        temperature=None if celsius is None else Temperature(celsius, "body_estimate", "forehead"), **more,
    )  # fmt: skip


class Gate:
    """A kiosk with its board; `acts` is what it was asked to do, `answer` what it says to that."""

    def __init__(self, settings=None, *, office_key=True):
        self.office = PrivateKey.generate()
        self.key = base64.b64encode(bytes(self.office.public_key)).decode() if office_key else None
        self.settings = settings or KioskSettings(port=0, sounds=("pass", "attention", "stop"), night_volume=1.0)
        self.acts = []
        self.answer = Answer(ok=True)
        self.slow = 0.0
        self.lock = threading.Lock()
        self.host = "127.0.0.1"
        self.port = self.settings.port
        self.start()

    def start(self):
        self.board = Board("e01")
        settings = KioskSettings(
            **{name: getattr(self.settings, name) for name in self.settings.__struct_fields__} | {"port": self.port}
        )
        self.kiosk = Kiosk(self.board, settings, self.do, office_key=lambda: self.key)
        self.port = self.kiosk.port
        self.kiosk.start()
        self.board.duty("v-12", unattended=False)
        self.board.devices(troubles=[], waiting=0, online=True)
        self.board.stage("step_closer")

    def do(self, act):
        time.sleep(self.slow)
        with self.lock:
            self.acts.append(act)
        return self.answer

    @property
    def url(self):
        return f"http://{self.host}:{self.port}/"

    def show(self, *args, **more):
        shown = screening(*args, **more)
        self.board.show(shown)
        return shown

    def stop(self):
        self.kiosk.stop()


@pytest.fixture
def make_gate():
    started = []

    def make(settings=None, **more):
        started.append(Gate(settings, **more))
        return started[-1]

    yield make
    for gate in started:
        threading.Thread(target=gate.stop, daemon=True).start()  # it takes half a second, which no test waits for


@pytest.fixture
def gate(make_gate):
    return make_gate()


@pytest.fixture(scope="module")
def chromium(need):
    """`chromium.launch(args=…)` starts the Chromium of this machine.

    A module's, not the session's: while it runs, no other test of this process could run an event loop.
    """
    program = need("chromium")
    with sync_playwright() as playwright:
        yield Chromium(playwright.chromium, program)


class Chromium:
    def __init__(self, kind, program):
        self._kind = kind
        self._program = program

    def launch(self, flags=FLAGS):
        return self._kind.launch(executable_path=self._program, args=flags)

    def with_profile(self, folder, **options):
        return self._kind.launch_persistent_context(folder, executable_path=self._program, args=FLAGS, **options)


@pytest.fixture(scope="module")
def browser(chromium):
    browser = chromium.launch()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def own_address():
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


@pytest.fixture
def open_page(browser):
    """`open_page(gate, "pi")` opens the screen; an error in the page, a dialog or an outside request fails the test."""
    contexts, wrong = [], []

    def open_page(gate, size="pi", *, wait=True, **options):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda line: wrong.append(line.text) if "Security Policy" in line.text else None)
        page.on("request", lambda request: None if request.url.startswith(gate.url) else wrong.append(request.url))
        page.goto(gate.url)
        if wait:
            expect(page.locator("#gate")).not_to_be_empty()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def picture():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page, name, size):
        page.screenshot(path=SCREENSHOTS / f"{size}-{name}.png")

    return take
