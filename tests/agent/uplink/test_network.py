"""Bad networks: half open, flapping, lossy, cut off; found in time, nothing lost, nothing doubled, quickly back."""

import random
import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from agent.outbox import Outbox
from agent.settings import Broker
from agent.uplink import Uplink
from agent.uplink.mqtt import KEEPALIVE, SILENCE, TURN_SECONDS
from agent.uplink.pause import LONG_GONE, LONGEST, SHORTEST, SOON, pause
from agent.uplink.uplink import Hooks
from kadian.messages import CameraHealth, Telemetry, ThermometerHealth
from kadian.silence import silent_for
from tests.agent.outbox.rows import make
from tests.agent.uplink.proxy import Proxy


class Gate:
    def __init__(self, path, url):
        self.outbox = Outbox(path)
        self.uplink = Uplink(
            "here", "e01", Broker(url=url), self.outbox, Hooks(self.telemetry), now=lambda: datetime.now(UTC)
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.uplink.run, args=(self.stop,))
        self.thread.start()

    def telemetry(self):
        none = ThermometerHealth("none"), CameraHealth("none")
        return Telemetry(datetime.now(UTC), "0", "synced", *none, self.outbox.health())

    def record(self):
        self.uplink.recorded(self.outbox.record(make).seq)

    def end(self):
        self.stop.set()
        self.thread.join(15)
        assert not self.thread.is_alive()
        self.outbox.close()


@pytest.fixture
def proxy(broker):
    made = Proxy(broker.port)
    yield made
    made.close()


@pytest.fixture
def gate(proxy, tmp_path, office):
    made = Gate(tmp_path / "o.db", proxy.url)
    yield made
    made.end()


def test_a_short_pause_first_and_a_long_one_only_when_the_broker_is_long_gone():
    assert pause(0, 0) == pause(200, 0) == SHORTEST
    assert pause(0, 1) == pause(LONG_GONE - 1, 1) == SOON
    assert pause(86_400, 1) == LONGEST
    nine = sorted(pause(10, random.random()) for _ in range(900))
    assert nine[450] == pytest.approx(SOON / 2, abs=0.5), "spread, not all at once"


def test_silence_is_what_the_kernel_measured():
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    other, _ = server.accept()
    other.sendall(b"x")
    time.sleep(0.1)
    assert silent_for(client) < 1
    time.sleep(1.2)
    client.sendall(b"y")
    assert 1.2 <= silent_for(client) < 3
    assert silent_for(None) == 0
    for one in (client, other, server):
        one.close()


def test_a_line_that_swallows_everything_is_found_within_one_and_a_half_keepalives(
    proxy, gate, office, wait_for, monkeypatch
):
    """With a keepalive of 2 s in place of 15 s, all else in proportion."""
    assert SILENCE + TURN_SECONDS <= 1.5 * KEEPALIVE
    wait_for(lambda: gate.uplink.connected)
    monkeypatch.setattr("agent.uplink.mqtt.KEEPALIVE", 2)
    monkeypatch.setattr("agent.uplink.mqtt.SILENCE", 1.4 * 2)
    monkeypatch.setattr("agent.uplink.mqtt.TURN_SECONDS", 0.2)
    proxy.cut()
    wait_for(lambda: not gate.uplink.connected)
    wait_for(lambda: gate.uplink.connected, 10)
    time.sleep(4.5)
    assert len(proxy.accepted) == 2, "an idle line that answers is left alone"
    began = time.monotonic()
    proxy.mode = "swallow"
    gate.record()
    wait_for(lambda: not gate.uplink.connected, 10)
    assert time.monotonic() - began <= 1.5 * 2
    proxy.mode = "pass"
    proxy.cut()
    wait_for(lambda: gate.outbox.waiting == 0, 10)
    assert len(office.kept) == 1


def test_after_cuts_of_any_length_everything_is_there_within_ten_seconds(proxy, gate, office, wait_for):
    wait_for(lambda: gate.uplink.connected)
    worst = 0.0
    for length in (0.2, 3.0):
        proxy.mode = "refuse"
        proxy.cut()
        until = time.monotonic() + length
        while time.monotonic() < until:
            gate.record()
            time.sleep(0.1)
        proxy.mode = "pass"
        back = time.monotonic()
        wait_for(lambda: gate.outbox.waiting == 0, 10)
        worst = max(worst, time.monotonic() - back)
    print(f"back within {worst:.1f} s")
    assert {seq for _, seq in office.kept} == set(range(1, gate.outbox.last_seq + 1))


def test_a_flapping_and_a_lossy_line_lose_and_double_nothing(proxy, gate, office, wait_for):
    wait_for(lambda: gate.uplink.connected)
    proxy.hiccup = 0.2
    for number in range(120):
        gate.record()
        time.sleep(0.05)
        if number % 30 == 29:
            proxy.cut()
    proxy.hiccup = 0.0
    wait_for(lambda: gate.outbox.waiting == 0, 20)
    assert {seq for _, seq in office.kept} == set(range(1, 121))
    assert len(office.ids) == len(office.kept) == 120
    assert len(proxy.accepted) <= 8, "no storm of connections"
