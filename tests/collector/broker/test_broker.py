import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from collector.broker import start
from kadian.errors import KadianError
from kadian.messages.wire import MOST_BYTES

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["mosquitto", "amqtt"])
def broker(request, tmp_path, need):
    if request.param == "mosquitto":
        need("mosquitto")
    running = start("127.0.0.1:0", tmp_path / "office", request.param)
    yield running
    running.stop()


def port_of(broker) -> int:
    return int(broker.url.rpartition(":")[2])


def there_and_back(broker, payload: bytes) -> bytes | None:
    """Publishes with QoS 1 and gives what the subscriber received within five seconds."""
    got: list[bytes] = []
    subscribed, arrived = threading.Event(), threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, "t", protocol=MQTTv5 if broker.protocol == 5 else MQTTv311)
    client.on_connect = lambda c, *_: c.subscribe("kadian/v1/s/e01/screening", 1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _c, _d, message: (got.append(message.payload), arrived.set())
    client.connect("127.0.0.1", port_of(broker))
    client.loop_start()
    try:
        assert subscribed.wait(5)
        client.publish("kadian/v1/s/e01/screening", payload, qos=1)
        arrived.wait(5)
    finally:
        client.disconnect()
        client.loop_stop()
    return got[0] if got else None


def wait_for(condition, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def test_it_carries_the_largest_message_of_the_contract(broker):
    assert broker.alive()
    payload = b"x" * MOST_BYTES
    assert there_and_back(broker, payload) == payload


def test_it_is_gone_after_stop_and_its_port_is_free(broker, tmp_path):
    port = port_of(broker)
    broker.stop()
    assert not broker.alive()
    again = start(f"127.0.0.1:{port}", tmp_path / "again", "amqtt")
    again.stop()


def test_an_address_that_others_could_reach_is_refused(tmp_path):
    for listen in ("0.0.0.0:1883", "192.168.1.2:1883", "[::]:1883"):
        with pytest.raises(KadianError) as caught:
            start(listen, tmp_path)
        assert caught.value.code == "K0320"


@pytest.mark.parametrize("listen", ["", "1883", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "a\nb:1", "::1:1883"])
def test_an_address_that_is_none_is_refused(listen, tmp_path):
    with pytest.raises(KadianError) as caught:
        start(listen, tmp_path)
    assert caught.value.code == "K0323"


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(KadianError) as caught:
            start(f"127.0.0.1:{port}", tmp_path)
    assert caught.value.code == "K0321"
    assert caught.value.values["port"] == port


def test_a_killed_mosquitto_comes_back_on_the_same_port(tmp_path, need):
    need("mosquitto")
    broker = start("127.0.0.1:0", tmp_path, "mosquitto")
    try:
        first = broker.pid
        os.kill(first, signal.SIGKILL)
        assert wait_for(lambda: broker.pid not in {None, first})
        assert wait_for(lambda: there_and_back_quietly(broker) == b"1")
    finally:
        broker.stop()


def there_and_back_quietly(broker) -> bytes | None:
    try:
        return there_and_back(broker, b"1")
    except OSError:
        return None


def test_mosquitto_dies_with_a_killed_office(tmp_path, need):
    need("mosquitto")
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom collector.broker import start\n"
        f"broker = start('127.0.0.1:0', Path({str(tmp_path)!r}), 'mosquitto')\n"
        "sys.stderr.write(f'{broker.pid} {broker.url}\\n'); sys.stderr.flush(); time.sleep(60)\n"
    )
    office = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    pid, url = office.stderr.readline().split()
    assert running(int(pid))
    office.kill()
    office.wait()
    office.stderr.close()
    assert wait_for(lambda: not running(int(pid)), 5), "an orphaned broker would keep the port"
    assert url.startswith("mqtt://127.0.0.1:")


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}  # dead, and waiting for someone to notice


def test_a_mosquitto_that_cannot_start_says_why(tmp_path, need):
    need("mosquitto")
    from collector.broker.mosquitto import Mosquitto

    with pytest.raises(KadianError) as caught:
        Mosquitto("/bin/false", "127.0.0.1", 1, tmp_path)
    assert caught.value.code == "K0322"
    with pytest.raises(KadianError) as caught:
        Mosquitto("/no/such/program", "127.0.0.1", 1, tmp_path)
    assert caught.value.code == "K0322"
