"""A whole gate on a pseudo-terminal and a real broker."""

import json
import signal
import socket
import time

import pytest

from agent.gate import Gate
from agent.settings import AgentSettings
from kadian.errors import KadianError
from kadian.settings import load
from tests.agent.gates import agent, ready


def test_a_person_is_screened_recorded_and_in_the_office(
    broker, office, config, thermometer, start, wait_for, tmp_path
):
    gate = start(config(broker.url))
    wait_for(lambda: gate._uplink.connected and ready(gate))
    thermometer.person(36.5)
    screening = wait_for(lambda: [*office.kept.values()])[0]
    wait_for(lambda: gate.outbox.waiting == 0)
    assert (screening["seq"], screening["verdict"], screening.get("reasons", [])) == (1, "pass", [])
    temperature = screening["temperature"]
    assert (temperature["celsius"], temperature["kind"], temperature["surface"]) == (36.5, "body_estimate", 34.9)
    assert (temperature["site"], temperature["device"], temperature["samples"]) == ("forehead", "gy614v3", 5)
    line = json.loads((tmp_path / "recorded.jsonl").read_text().splitlines()[0])
    assert set(line) == {"epoch", "seq", "id", "verdict", "at_monotonic", "frame_monotonic"}
    assert line["id"] == screening["id"]
    assert 0 <= line["at_monotonic"] - line["frame_monotonic"] < 1
    assert office.heard("telemetry")[0]["outbox"]["epoch"] == line["epoch"]


def test_a_high_reading_asks_again_and_the_second_confirms(broker, office, config, thermometer, start, wait_for):
    office.say("e01", "policy", {"version": "no rest", "rest_seconds": 0}, retain=True)
    gate = start(config(broker.url))
    wait_for(lambda: gate.policy.version == "no rest" and ready(gate))
    thermometer.person(38.2)
    wait_for(lambda: len(office.kept) == 1)
    thermometer.person(38.4)
    wait_for(lambda: len(office.kept) == 2)
    thermometer.person(36.4)
    wait_for(lambda: len(office.kept) == 3)
    thermometer.person(38.4, ambient=5.0)
    wait_for(lambda: len(office.kept) == 4)
    first, second, third, cold = (one for _, one in sorted(office.kept.items()))
    assert (first["verdict"], first["reasons"]) == ("recheck", ["temperature_high"])
    assert (second["verdict"], second["reasons"]) == ("stop", ["fever_confirmed"])
    assert second["remeasure_of"] == first["id"]
    assert (third["verdict"], third["reasons"], third["remeasure_of"]) == ("pass", ["cleared"], second["id"])
    assert (cold["verdict"], cold["reasons"], cold["temperature"]["quality"]) == ("none", ["too_cold"], "cold")


def test_the_offices_policy_decides_at_once(broker, office, config, thermometer, start, wait_for):
    office.say("e01", "policy", {"version": "strict", "fever_celsius": 36.0}, retain=True)
    gate = start(config(broker.url))
    wait_for(lambda: gate.policy.version == "strict" and ready(gate))
    thermometer.person(36.2)
    wait_for(lambda: office.kept)
    assert next(iter(office.kept.values()))["verdict"] == "recheck"


def test_without_a_broker_and_with_an_unplugged_thermometer_the_gate_lives(
    free_port, config, thermometer, start, wait_for, capsys
):
    thermometer.unplug()
    gate = start(config(f"mqtt://127.0.0.1:{free_port()}"))
    time.sleep(0.5)
    thermometer.plug()
    wait_for(lambda: ready(gate))
    thermometer.person(36.5)
    wait_for(lambda: gate.outbox.waiting == 1)
    time.sleep(2.5)
    said = capsys.readouterr().out
    assert said.count("broker_unreachable") == 1
    assert said.count("thermometer_lost") == 1


def test_a_full_outbox_is_refused_aloud_each_time_and_recovers(
    broker, office, config, thermometer, start, wait_for, capsys
):
    gate = start(config(broker.url))
    wait_for(lambda: gate._uplink.connected and ready(gate))
    true_free = gate.outbox.room._free
    gate.outbox.room._free = lambda folder: 0
    for number in range(1, 3):
        thermometer.person(36.5)
        wait_for(lambda number=number: gate.outbox.refused == number)
    gate.outbox.room._free = true_free
    thermometer.person(36.5)
    wait_for(lambda: office.kept)
    assert [seq for _, seq in office.kept] == [1]
    said = capsys.readouterr().out
    assert said.count("refused_aloud") == 2
    assert "recording_again" in said


def test_a_code_before_the_camera_joins_the_reading_and_nothing_of_its_text_leaves(
    broker, office, config, thermometer, start, wait_for, tmp_path, capsys
):
    from kadian.demo.pictures import qr_png

    (tmp_path / "camera").mkdir()
    gate = start(config(broker.url, f'[camera]\nsource = "{tmp_path}/camera"\n'))
    wait_for(lambda: gate._uplink.connected and ready(gate))
    qr_png("Zhang San 13812345678", tmp_path / "camera" / "phone.png")
    wait_for(lambda: gate._sight._codes)
    thermometer.person(36.5)
    wait_for(lambda: office.kept)
    screening = next(iter(office.kept.values()))
    assert (screening["code"]["format"], screening["code"]["status"]) == ("text", "unverified")
    assert len(screening["code"]["holder"]) == 22
    wait_for(lambda: office.heard("telemetry")[-1]["camera"]["state"] == "ok")
    gate.outbox._store.do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    everything = capsys.readouterr().out + json.dumps(screening) + str(office.messages)
    assert "13812345678" not in everything
    assert b"13812345678" not in (tmp_path / "outbox.db").read_bytes()


def test_a_gate_with_a_camera_alone_screens_by_code(broker, office, config, start, wait_for, tmp_path):
    from kadian.demo.pictures import qr_png

    (tmp_path / "camera").mkdir()
    path = config(broker.url, f'[camera]\nsource = "{tmp_path}/camera"\n')
    text = path.read_text().split("[thermometer]")
    path.write_text(text[0] + "[outbox]" + text[1].split("[outbox]")[1])
    gate = start(path)
    wait_for(lambda: gate._uplink.connected)
    qr_png("KD1:rubbish", tmp_path / "camera" / "phone.png")
    screening = wait_for(lambda: [*office.kept.values()])[0]
    assert "temperature" not in screening
    time.sleep(0.5)
    assert len(office.kept) == 1
    assert office.heard("telemetry")[0]["thermometer"]["state"] == "none"


def test_an_unknown_driver_is_told_before_anything_starts(config, broker, tmp_path):
    path = config(broker.url)
    path.write_text(path.read_text().replace("gy614v3", "gy614v4"))
    with pytest.raises(KadianError):
        Gate(load(path, AgentSettings, {}))


@pytest.mark.system
def test_the_command_tells_systemd_and_ends_cleanly(broker, office, config, wait_for, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(10)
        process = agent(config(broker.url), NOTIFY_SOCKET=str(tmp_path / "notify"))
        said = [listener.recv(100) for _ in range(4)]
        wait_for(lambda: office.heard("status"))
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=15)
    assert said == [b"READY=1", b"WATCHDOG=1", b"STATUS=outbox: 0 waiting", b"WATCHDOG=1"]
    assert process.returncode == 0
    assert b'"event": "gate_stopped"' in log
    wait_for(lambda: [one["state"] for one in office.heard("status")] == ["online", "stopped"])


@pytest.mark.system
def test_a_killed_gate_is_lost_to_the_office_and_loses_nothing_it_said_recorded(
    broker, office, config, thermometer, wait_for, tmp_path
):
    recorded = tmp_path / "recorded.jsonl"
    for _ in range(3):
        before = len(office.heard("telemetry"))
        process = agent(config(broker.url))
        # An earlier life's last word may be that all is well.
        wait_for(
            lambda told=before: any(one["thermometer"]["state"] == "ok" for one in office.heard("telemetry")[told:]), 20
        )
        lines = len(recorded.read_text().splitlines()) if recorded.exists() else 0
        for _ in range(4):
            thermometer.person(36.6)
        wait_for(lambda lines=lines: len(recorded.read_text().splitlines()) > lines)
        process.kill()
        process.communicate(timeout=10)
    wait_for(lambda: office.heard("status")[-1]["state"] == "lost")
    process = agent(config(broker.url))
    promised = {(line["epoch"], line["seq"]) for line in map(json.loads, recorded.read_text().splitlines())}
    wait_for(lambda: promised <= set(office.kept), 20)
    process.terminate()
    process.communicate(timeout=15)
    assert len(promised) >= 3
    assert len({epoch for epoch, _ in office.kept}) == 1
