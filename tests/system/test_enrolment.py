"""A new gate before the office's code: real office, real broker with client certificates, the camera's picture."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kadian.demo.thermometers import PtyThermometer, gy614v3_frame
from tests.system.site import SITE, Part, Site

pytestmark = pytest.mark.system
ACL = Path(__file__).parents[2] / "deploy/mosquitto/kadian.acl"


@pytest.fixture
def place(tmp_path, need, free_port):
    """A site whose broker has a second door: TLS, a certificate a gate, rights by its name."""
    enrol, tls = free_port(), free_port()
    more = (
        f'[enrolment]\nlisten = "127.0.0.1:{enrol}"\naddress = "127.0.0.1:{enrol}"\n'
        f'broker_url = "mqtts://127.0.0.1:{tls}"\n'
    )
    made = Site(tmp_path, need("mosquitto"), free_port, office_more=more)
    made.tls = tls
    done = kadian(
        "gate", "broker", "--config", tmp_path / "office.toml", "--out", tmp_path / "tls", "--port", tls, "127.0.0.1"
    )
    assert done.returncode == 0, done.stderr
    assert f'broker_url = "mqtts://127.0.0.1:{tls}"' in done.stdout
    user = "user root\n" if os.geteuid() == 0 else ""
    listener = (tmp_path / "tls/kadian-gates.conf").read_text("utf-8")
    (tmp_path / "broker.conf").write_text(
        f"per_listener_settings true\npersistence false\n{user}"
        f"listener {made.broker_port} 127.0.0.1\nallow_anonymous true\n{listener}acl_file {ACL}\n"
    )
    made.start()
    yield made
    made.stop()


def kadian(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "kadian", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def invite(place, name, picture, *more):
    done = kadian("gate", "add", name, "--config", place.folder / "office.toml", "--png", picture, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def newcomer(place, name):
    """A gate that has a camera and no configuration."""
    folder = place.folder / name
    (folder / "camera").mkdir(parents=True)
    arguments = [
        "agent",
        "--enrol",
        "--config",
        folder / "agent.toml",
        "--camera",
        folder / "camera",
        "--screen",
        "none",
    ]
    # Another program of this machine may have the screen's usual port.
    own = ["env", "KADIAN__KIOSK__PORT=0", sys.executable, "-m", "kadian"]
    part = Part(name, [*own, *map(str, arguments)], place.folder)
    place.gates[name] = part
    return folder, part


def test_a_new_gate_sees_the_offices_code_and_screens_a_minute_later(place, tmp_path):
    folder, gate = newcomer(place, "e01")
    device = PtyThermometer(folder / "port")
    gate.start()
    code = tmp_path / "code.png"
    told = invite(place, "e01", code, "--driver", "gy614v3", "--port", folder / "port", "--camera", folder / "camera")
    assert "e01" in told
    assert "█" in told or "▀" in told
    shutil.copy(code, folder / "camera/.half.png")
    (folder / "camera/.half.png").rename(folder / "camera/code.png")
    place.until((folder / "agent.toml").exists, 20, f"the gate has its configuration: {gate.said()}")
    (folder / "camera/code.png").unlink()
    place.until(
        lambda: any(g["state"] == "online" for g in place.ask("/api/v1/gates")["gates"] if g["gate"] == "e01"),
        20,
        f"the gate is online: {gate.said()}",
    )
    end = time.monotonic() + 20
    while place.ask("/api/v1/screenings/summary?since=0")["total"] < 1:
        assert time.monotonic() < end, gate.said()
        device.send(gy614v3_frame(34.2, 22.0, 36.5) * 8)
        time.sleep(0.3)
        device.send(gy614v3_frame(22.3, 22.0, 22.3) * 3)
        time.sleep(0.1)
    device.close()
    log = gate.said() + place.office.said()
    secret = (folder / "secrets/gate.key").read_text()
    assert secret.splitlines()[1] not in log
    assert not re.search(r"KADIAN-ENROL:1:[0-9A-Z]", log)


def test_an_enrolled_gate_may_speak_for_itself_alone_and_nobody_without_a_certificate(place, tmp_path):
    folder, gate = newcomer(place, "e02")
    invite(place, "e02", folder / "camera/code.png", "--camera", folder / "camera")
    gate.start()
    place.until((folder / "agent.toml").exists, 20, f"the gate has its configuration: {gate.said()}")
    gate.stop()

    def client(certificate):
        made = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        trust = ssl.create_default_context(cafile=str(folder / "secrets/authority.pem"))
        if certificate:
            trust.load_cert_chain(folder / "secrets/gate.pem", folder / "secrets/gate.key")
        made.tls_set_context(trust)
        return made

    reasons = {}
    own = client(certificate=True)
    own.on_publish = lambda _c, _d, number, reason, _p: reasons.__setitem__(number, str(reason))
    own.connect("127.0.0.1", place.tls)
    own.loop_start()
    topics = [f"kadian/v1/{SITE}/{name}/status" for name in ("e02", "e01")] + [f"kadian/v1/{SITE}/e02/policy"]
    for topic in topics:
        info = own.publish(topic, b"{}", qos=1)
        info.wait_for_publish(5)
    assert [reasons[number] for number in sorted(reasons)] == ["Success"] + ["Not authorized"] * 2
    own.disconnect()
    own.loop_stop()
    stranger = client(certificate=False)
    with pytest.raises((ssl.SSLError, OSError)):
        stranger.connect("127.0.0.1", place.tls)
        stranger.loop(2)
        raise ConnectionError if not stranger.is_connected() else AssertionError("a stranger got in")


def test_a_gate_is_not_added_without_knowing_how_it_finds_the_office(tmp_path):
    config = tmp_path / "office.toml"
    config.write_text(f'site = "here"\n[ledger]\nurl = "sqlite:///{tmp_path}/kadian.db"\n')
    done = kadian("gate", "add", "e01", "--config", config)
    assert done.returncode == 1
    assert "K0509" in done.stderr
    assert kadian("gate", "add", "E 01", "--config", config).returncode == 1
    assert kadian("gate", "add", "e01", "--config", config, "--driver", "gy614v3").returncode == 2
