"""The broker's shipped configuration and rights, before a real mosquitto."""

import os
import re
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

DEPLOY = Path(__file__).parents[2] / "deploy/mosquitto"
KINDS = ("screening", "status", "telemetry", "command/reply", "receipt", "policy", "command")
GATES_OWN = {"screening", "status", "telemetry", "command/reply"}


@pytest.fixture
def broker(tmp_path, need, free_port):
    program, password = need("mosquitto"), need("mosquitto_passwd", "mosquitto")
    port = free_port()
    passwords = tmp_path / "passwd"
    passwords.touch(mode=0o600)
    for user in ("office", "e01", "e02"):
        subprocess.run([password, "-b", str(passwords), user, user], check=True, capture_output=True)
    text = (DEPLOY / "kadian.conf").read_text("utf-8")
    text = text.replace("listener 1883", f"listener {port}")
    text = re.sub(r"^password_file .*", f"password_file {passwords}", text, flags=re.MULTILINE)
    text = re.sub(r"^acl_file .*", f"acl_file {DEPLOY / 'kadian.acl'}", text, flags=re.MULTILINE)
    config = tmp_path / "kadian.conf"
    config.write_text(text + ("user root\n" if os.geteuid() == 0 else ""), "utf-8")
    process = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    assert process.poll() is None, "mosquitto refuses the shipped configuration"
    yield port
    process.terminate()
    process.wait(5)


def connect(port, user):
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    if user:
        client.username_pw_set(user, user)
    answered = threading.Event()
    reasons = []

    def on_connect(_client, _state, _flags, reason, _properties):
        reasons.append(reason)
        answered.set()

    client.on_connect = on_connect
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert answered.wait(5)
    return client, reasons[0]


def test_nobody_connects_without_a_password(broker):
    client, reason = connect(broker, None)
    assert reason.is_failure
    client.loop_stop()


def test_a_gate_may_write_its_own_topics_and_nothing_else(broker):
    client, reason = connect(broker, "e01")
    assert not reason.is_failure
    refused = {}
    client.on_publish = lambda _client, _state, mid, reason, _properties: refused.update({mid: reason.is_failure})
    sent = {}
    for gate in ("e01", "e02"):
        for kind in KINDS:
            sent[client.publish(f"kadian/v1/chuanchang/{gate}/{kind}", b"{}", qos=1).mid] = (gate, kind)
    deadline = time.monotonic() + 10
    while len(refused) < len(sent) and time.monotonic() < deadline:
        time.sleep(0.05)
    allowed = {sent[mid] for mid, failed in refused.items() if not failed}
    assert allowed == {("e01", kind) for kind in GATES_OWN}
    client.disconnect()
    client.loop_stop()


def test_collectors_that_share_are_let_in_and_hear_the_gates(broker):
    office, reason = connect(broker, "office")
    assert not reason.is_failure
    heard, ready = [], threading.Event()
    office.on_message = lambda _client, _state, message: heard.append(message.topic)
    office.on_subscribe = lambda *_: ready.set()
    office.subscribe("$share/kadian/kadian/v1/chuanchang/+/screening", qos=1)
    assert ready.wait(5)
    gate, _ = connect(broker, "e01")
    gate.publish("kadian/v1/chuanchang/e01/screening", b"{}", qos=1).wait_for_publish(5)
    deadline = time.monotonic() + 5
    while not heard and time.monotonic() < deadline:
        time.sleep(0.05)
    assert heard == ["kadian/v1/chuanchang/e01/screening"]
    for client in (office, gate):
        client.disconnect()
        client.loop_stop()
