"""A real broker, and an office small enough to read: it keeps screenings by (epoch, seq) and sends receipts."""

import contextlib
import json
import socket
import subprocess
import threading
import time

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from agent.gate import Gate
from agent.settings import AgentSettings
from agent.wire.usb import Tree
from kadian.settings import load
from tests.agent.gates import Thermometer
from tests.hardware.usb import UsbBus


@pytest.fixture
def wait_for():
    def wait(condition, seconds=8.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, f"not within {seconds} s"
            time.sleep(0.01)
        return found

    return wait


class Broker:
    def __init__(self, program, port, folder, lines):
        self.port = port
        self._program = program
        self._config = folder / f"mosquitto-{port}.conf"
        self._config.write_text(f"listener {port} 127.0.0.1\n{lines}\n")
        self.process = None

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                time.sleep(0.01)
            else:
                return self
        raise AssertionError("mosquitto did not start")

    def stop(self, *, kill=False):
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(5)
            self.process = None


@pytest.fixture
def make_broker(need, free_port, tmp_path):
    started = []

    def make(lines="allow_anonymous true"):
        broker = Broker(need("mosquitto"), free_port(), tmp_path, lines)
        started.append(broker)
        return broker.start()

    yield make
    for broker in started:
        broker.stop()


@pytest.fixture
def broker(make_broker):
    return make_broker()


class Office:
    """Commits to memory; `silent` sends no receipts, `arrivals` counts every screening that came."""

    def __init__(self, port, site="here"):
        self.kept = {}
        self.ids = {}
        self.arrivals = 0
        self.messages = []
        self.silent = False
        self.lock = threading.Lock()
        self._site = site
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="office", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(f"kadian/v1/{site}/+/#", qos=1)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port, clean_start=True)
        self._client.loop_start()

    def _heard(self, client, _data, message):
        kind = message.topic.split("/", 4)[4]
        if kind != "screening":
            self.messages.append((kind, bytes(message.payload), message.retain))
            return
        found = json.loads(message.payload)
        gate = message.topic.split("/")[3]
        with self.lock:
            for one in found if isinstance(found, list) else [found]:
                self.arrivals += 1
                self.kept.setdefault((one["epoch"], one["seq"]), one)
                self.ids.setdefault(one["id"], (one["epoch"], one["seq"]))
        if not self.silent:
            self.receipt(gate, (found[0] if isinstance(found, list) else found)["epoch"])

    def receipt(self, gate, epoch):
        there = {seq for known, seq in self.kept if known == epoch}
        through = max(there, default=0)
        missing = sorted(set(range(1, through + 1)) - there)
        if len(missing) > 500:
            through, missing = missing[500] - 1, missing[:500]
        self.say(gate, "receipt", {"epoch": epoch, "through": through, "missing": missing})

    def say(self, gate, kind, what, *, retain=False):
        payload = what if isinstance(what, bytes) else json.dumps(what).encode()
        self._client.publish(f"kadian/v1/{self._site}/{gate}/{kind}", payload, qos=1, retain=retain)

    def heard(self, kind):
        return [json.loads(payload) for name, payload, _ in list(self.messages) if name == kind]

    def stop(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def make_office(broker):
    started = []

    def make():
        started.append(Office(broker.port))
        return started[-1]

    yield make
    for office in started:
        office.stop()


@pytest.fixture
def office(make_office):
    return make_office()


@pytest.fixture
def thermometer(tmp_path):
    device = Thermometer(tmp_path / "thermometer")
    yield device
    device.unplug()


@pytest.fixture
def config(tmp_path, thermometer):
    def write(url, more="", port=None):
        path = tmp_path / "agent.toml"
        path.write_text(
            f'site = "here"\ngate = "e01"\n[broker]\nurl = "{url}"\n'
            f'[thermometer]\ndriver = "gy614v3"\nport = "{port or thermometer.path}"\n'
            f'[outbox]\npath = "{tmp_path}/outbox.db"\n[screening]\nrecord_to = "{tmp_path}/recorded.jsonl"\n{more}',
            "utf-8",
        )
        return path

    return write


@pytest.fixture
def start():
    running = []

    def begin(path):
        gate, stop = Gate(load(path, AgentSettings, {})), threading.Event()
        thread = threading.Thread(target=gate.run, args=(stop,))
        thread.start()
        running.append((gate, stop, thread))
        return gate

    yield begin
    for _, stop, thread in running:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def bus(tmp_path):
    return UsbBus(tmp_path)


@pytest.fixture
def tree(bus):
    return Tree(bus.sys, bus.dev)


class SmallDisk:
    """A disk of 24 MiB, mounted at `place`, that others can fill."""

    def __init__(self, place):
        self.place = place

    def fill(self):
        for name, size in (("hog", 65536), ("hog2", 512)):
            with contextlib.suppress(OSError), (self.place / name).open("wb", buffering=0) as hog:
                while True:
                    hog.write(bytes(size))

    def free(self):
        for name in ("hog", "hog2"):
            (self.place / name).unlink()


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk: run the tests as root")
    yield SmallDisk(place)
    subprocess.run(["umount", "-l", str(place)], check=False)
