import threading
import time
from datetime import UTC, datetime

import pytest
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from collector.broker import start
from collector.ingest import Ingest
from collector.ledger import Ledger, screenings
from collector.settings import Broker
from kadian.identifiers import new_id
from kadian.messages import Command, Receipt, Screening, Temperature, decode, encode

AT = datetime(2026, 11, 23, 7, 2, 11, tzinfo=UTC)


def make_screening(seq, epoch="e1", **fields):
    values = {"id": new_id(), "epoch": epoch, "seq": seq, "at": AT, "clock": "synced", "verdict": "pass"}
    return Screening(**{**values, "temperature": Temperature(36.5, "body_estimate"), **fields})


@pytest.fixture
def screening():
    return make_screening


def eventually(condition, seconds=15):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


@pytest.fixture(name="eventually")
def eventually_fixture():
    return eventually


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield opened
    opened.close()


@pytest.fixture(params=["mosquitto", "amqtt"])
def broker(request, tmp_path, need):
    if request.param == "mosquitto":
        need("mosquitto")
    running = start("127.0.0.1:0", tmp_path / "broker", request.param)
    yield running
    running.stop()


@pytest.fixture
def ingest(ledger, broker):
    running = Ingest(ledger, Broker(url=broker.url), "s", lambda: int(time.time() * 1000), broker.protocol)
    running.start()
    assert eventually(lambda: running.healthy() is None), running.healthy()
    yield running
    running.stop()


class Gate:
    """A gate as the broker sees it: publishes with QoS 1 and keeps the receipts and the policy that it is sent."""

    def __init__(self, broker, name="e01"):
        self.name = name
        self.receipts = []
        self.policies = []
        self.commands = []
        self._ready = threading.Event()
        self.client = Client(
            CallbackAPIVersion.VERSION2, f"gate-{name}", protocol=MQTTv5 if broker.protocol == 5 else MQTTv311
        )
        self.client.on_connect = lambda c, *_: c.subscribe([(f"kadian/v1/s/{name}/+", 1)])
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", int(broker.url.rpartition(":")[2]))
        self.client.loop_start()
        assert self._ready.wait(5)

    def _on_message(self, _client, _data, message):
        if message.topic.endswith("/receipt"):
            self.receipts.append(decode(Receipt, message.payload))
        elif message.topic.endswith("/policy"):
            self.policies.append(message.payload)
        elif message.topic.endswith("/command"):
            self.commands.append(decode(Command, message.payload))

    def say(self, kind, payload, retain=False):
        if not isinstance(payload, bytes):
            payload = encode(payload)
        self.client.publish(f"kadian/v1/s/{self.name}/{kind}", payload, qos=1, retain=retain)

    def through(self, epoch="e1"):
        return max((receipt.through for receipt in self.receipts if receipt.epoch == epoch), default=0)

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def gate(broker):
    made = []

    def make(name="e01"):
        made.append(Gate(broker, name))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def numbers(ledger):
    """The numbers that are in the ledger, of one gate and epoch, in the order of storing."""

    def read(gate="e01", epoch="e1"):
        with ledger.read() as connection:
            stored = screenings.after(connection, 0, 100_000)
        return [one.screening.seq for one in stored if (one.gate, one.screening.epoch) == (gate, epoch)]

    return read
