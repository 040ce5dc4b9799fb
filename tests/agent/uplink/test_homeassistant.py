"""What Home Assistant is told, through the shipped rights of a real mosquitto."""

import json
import os
import re
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from agent.outbox import Outbox
from agent.settings import Broker, HomeAssistant
from agent.uplink import Uplink
from agent.uplink.homeassistant import discovery
from agent.uplink.uplink import Hooks
from kadian.messages import CameraHealth, Screening, Telemetry, ThermometerHealth, encode
from kadian.messages.telemetry import Today
from kadian.settings import Secret

ACL = Path(__file__).parents[3] / "deploy/mosquitto/kadian.acl"
ON = HomeAssistant(enabled=True)


def test_nothing_is_told_unless_it_is_enabled():
    assert discovery(HomeAssistant(), "chuanchang", "e01") == []


def test_a_prefix_that_is_no_topic_is_told():
    assert [problem[1] for problem in HomeAssistant(prefix="home/#").problems()] == ["K0483"]
    assert list(HomeAssistant(prefix="ha/discovery").problems()) == []


def test_each_entity_has_what_home_assistant_asks_for_and_none_is_a_persons():
    entities = {topic: json.loads(payload) for topic, payload in discovery(ON, "chuanchang", "e01")}
    assert len({one["unique_id"] for one in entities.values()}) == len(entities) == 6
    for topic, one in entities.items():
        assert re.fullmatch(r"homeassistant/(binary_)?sensor/kadian-chuanchang-e01/[a-z]+/config", topic)
        assert one["origin"]["name"] == "kadian"
        assert one["device"]["identifiers"] == ["kadian-chuanchang-e01"]
        if "/sensor/" in topic:
            assert one["availability_topic"] == "kadian/v1/chuanchang/e01/status"
            assert one["expire_after"] > 90
            assert one["state_topic"] == "kadian/v1/chuanchang/e01/telemetry"
    told = json.dumps(list(entities.values()))
    personal = {field.name for field in msgspec.structs.fields(Screening)} - {"code", "id", "at"}
    assert not [word for word in (*personal, "celsius", "holder", "/screening") if f"json.{word}" in told]


def test_every_template_points_at_a_field_of_the_reports(tmp_path):
    box = Outbox(tmp_path / "o.db")
    now = datetime.now(UTC)
    report = json.loads(
        encode(
            Telemetry(
                now, "0", "synced", ThermometerHealth("ok"), CameraHealth("ok"), box.health(), today=Today(1, 2, 3, 4)
            )
        )
    )
    box.close()
    for topic, payload in discovery(ON, "chuanchang", "e01"):
        if "/sensor/" in topic:
            found = report
            for name in re.search(r"value_json\.([a-z_.]+)", json.loads(payload)["value_template"])[1].split("."):
                found = found[name]


@pytest.fixture
def guarded(make_broker, need, tmp_path):
    """A broker with the shipped rights, with the line for Home Assistant opened or not."""
    password = need("mosquitto_passwd", "mosquitto")

    def make(*, opened):
        passwords, rights = tmp_path / "passwd", tmp_path / "acl"
        passwords.touch(mode=0o600)
        for user in ("office", "e01"):
            subprocess.run([password, "-b", str(passwords), user, user], check=True, capture_output=True)
        text = ACL.read_text("utf-8")
        opened_text = text.replace("# pattern write homeassistant", "pattern write homeassistant")
        assert opened_text != text
        rights.write_text((opened_text if opened else text) + "\nuser house\ntopic read homeassistant/#\n")
        subprocess.run([password, "-b", str(passwords), "house", "house"], check=True, capture_output=True)
        root = "\nuser root" if os.geteuid() == 0 else ""
        return make_broker(f"allow_anonymous false\npassword_file {passwords}\nacl_file {rights}{root}")

    return make


def announced(port, path, wait_for, expect):
    """What a Home Assistant that comes later finds retained."""
    box = Outbox(path)
    gate = Uplink(
        "chuanchang",
        "e01",
        Broker(f"mqtt://127.0.0.1:{port}", "e01", Secret("e01")),
        box,
        Hooks(
            lambda: Telemetry(
                datetime.now(UTC), "0", "synced", ThermometerHealth("ok"), CameraHealth("ok"), box.health()
            ),
            announce=lambda: [*discovery(ON, "chuanchang", "e01"), ("homeassistant/sensor/other/x/config", b"{}")],
        ),
        now=lambda: datetime.now(UTC),
    )
    stop = threading.Event()
    thread = threading.Thread(target=gate.run, args=(stop,))
    thread.start()
    wait_for(lambda: gate.connected)
    found = {}
    house = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    house.username_pw_set("house", "house")
    house.on_connect = lambda client, *_: client.subscribe("homeassistant/#")
    house.on_message = lambda _client, _data, message: found.update({message.topic: message.payload})
    house.connect("127.0.0.1", port)
    house.loop_start()
    try:
        if expect:
            wait_for(lambda: len(found) >= expect)
        else:
            threading.Event().wait(1)
    finally:
        house.disconnect()
        house.loop_stop()
        stop.set()
        thread.join(15)
        box.close()
    return found


def test_a_gate_describes_itself_and_no_other_where_the_rights_let_it(guarded, tmp_path, wait_for):
    found = announced(guarded(opened=True).port, tmp_path / "o.db", wait_for, 6)
    assert set(found) == {topic for topic, _ in discovery(ON, "chuanchang", "e01")}


def test_the_shipped_rights_refuse_it_until_their_line_is_opened(guarded, tmp_path, wait_for):
    assert announced(guarded(opened=False).port, tmp_path / "o.db", wait_for, 0) == {}
