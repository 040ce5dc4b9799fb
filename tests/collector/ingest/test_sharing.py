"""What a real mosquitto does with the messages of a shared subscription when a member goes."""

import subprocess
import time

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector.broker import start
from collector.ingest.mqtt import OfficeLink
from collector.ingest.sharing import client_id, filters, session_seconds
from collector.settings import Broker


@pytest.fixture
def mosquitto(tmp_path, need):
    need("mosquitto")
    running = start("127.0.0.1:0", tmp_path / "broker", "mosquitto")
    yield running
    running.stop()


def port(broker):
    return int(broker.url.rpartition(":")[2])


class Member:
    """One of those who share, that acknowledges nothing."""

    def __init__(self, broker, name, session, group="$share/g/t"):
        self.got = []
        self.client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5, manual_ack=True)
        self.client.on_message = lambda _c, _d, message: self.got.append(message.payload)
        self.client.on_connect = lambda client, *_: client.subscribe(group, 1)
        self.ready = False
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = session
        self.client.connect("127.0.0.1", port(broker), clean_start=True, properties=properties)
        self.client.loop_start()

    def vanish(self):
        """As after kill -9: the connection ends without a word."""
        self.client.loop_stop()
        self.client._sock.close()


def publish(broker, many):
    sender = Client(CallbackAPIVersion.VERSION2, "sender", protocol=MQTTv5)
    sender.connect("127.0.0.1", port(broker))
    sender.loop_start()
    for number in range(many):
        sender.publish("t", str(number), qos=1).wait_for_publish(5)
    sender.disconnect()
    sender.loop_stop()


def test_a_member_that_is_gone_still_gets_its_turn_as_long_as_its_session_lives(mosquitto, eventually):
    gone, here = Member(mosquitto, "gone", 60), Member(mosquitto, "here", 60)
    assert eventually(lambda: gone.ready and here.ready)
    gone.vanish()
    time.sleep(0.2)
    publish(mosquitto, 20)
    time.sleep(0.3)
    assert len(here.got) == 10, "why a sharing collector's session must end with its connection"
    here.client.loop_stop()


def test_with_a_session_that_ends_at_once_the_others_get_all(mosquitto, eventually):
    gone, here = Member(mosquitto, "gone", 0), Member(mosquitto, "here", 0)
    assert eventually(lambda: gone.ready and here.ready)
    publish(mosquitto, 10)
    assert eventually(lambda: len(gone.got) + len(here.got) == 10)
    gone.vanish()
    time.sleep(0.2)
    publish(mosquitto, 20)
    assert eventually(lambda: len(here.got) >= 25)
    time.sleep(0.3)
    assert len(here.got) == 25, "what was under way to the dead one is given to nobody: its gates send it again"
    here.client.loop_stop()


def test_two_collectors_share_the_screenings_and_both_hear_what_gates_say_of_themselves(mosquitto, eventually):
    say = ["mosquitto_pub", "-p", str(port(mosquitto)), "-q", "1"]
    subprocess.run([*say, "-t", "kadian/v1/s/e01/status", "-m", "online", "-r"], check=True)
    heard = {"a": [], "b": []}
    links = [
        OfficeLink(Broker(url=mosquitto.url, share="kadian"), "s", into.extend, lambda _: None, 5, name)
        for name, into in heard.items()
    ]
    for link in links:
        link.start()
    assert eventually(lambda: all(len(got) == 1 for got in heard.values())), "each has the retained state"
    for _ in range(4):
        subprocess.run([*say, "-t", "kadian/v1/s/e01/screening", "-m", "{}"], check=True)
    assert eventually(lambda: sum(map(len, heard.values())) == 6)
    assert {name: len(got) for name, got in heard.items()} == {"a": 3, "b": 3}
    for kind in ("telemetry", "command/reply"):
        subprocess.run([*say, "-t", f"kadian/v1/s/e01/{kind}", "-m", "{}"], check=True)
    assert eventually(lambda: all(len(got) == 5 for got in heard.values())), "whoever leads hears all that gates say"
    for link in links:
        link.stop()


def test_the_only_collector_is_known_by_its_site_and_its_messages_are_kept_for_a_day():
    assert client_id("s", None, "host-8080") == "kadian-office-s"
    assert client_id("s", "kadian", "host-8080") == "kadian-office-s-host-8080"
    assert (session_seconds(None), session_seconds("kadian")) == (86_400, 0)
    assert all(not topic.startswith("$share") for topic, _ in filters("s", None))
