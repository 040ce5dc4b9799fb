"""The uplink against a real mosquitto."""

import threading
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from agent.outbox import Outbox
from agent.parts import Crew
from agent.settings import Broker
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from kadian.identifiers import new_id
from kadian.messages import CameraHealth, Command, Telemetry, ThermometerHealth
from kadian.settings import Secret
from tests.agent.outbox.rows import fill, make


class Gate:
    def __init__(self, path, broker):
        self.outbox = Outbox(path)
        self.policies = []
        self.said = []
        self.state = "ok"
        self.uplink = Uplink(
            "here",
            "e01",
            broker,
            self.outbox,
            Hooks(self.telemetry, self.policies.append, self.said.append, lambda: self.said.append("identify")),
            now=lambda: datetime.now(UTC),
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.uplink.run, args=(self.stop,))

    def telemetry(self):
        now = datetime.now(UTC)
        return Telemetry(now, "0", "synced", ThermometerHealth(self.state), CameraHealth("none"), self.outbox.health())

    def record(self):
        screening = self.outbox.record(make)
        self.uplink.recorded(screening.seq)
        return screening

    def end(self):
        if not self.stop.is_set():
            self.stop.set()
            self.thread.join(15)
            assert not self.thread.is_alive()
            self.outbox.close()


@pytest.fixture
def start(tmp_path):
    gates = []

    def begin(url, before=0, **more):
        gate = Gate(tmp_path / "outbox.db", Broker(url=url, **more))
        fill(gate.outbox, before)
        gates.append(gate)
        gate.thread.start()
        return gate

    yield begin
    for gate in gates:
        gate.end()


def test_a_screening_arrives_and_is_receipted_within_moments(broker, office, start, wait_for):
    gate = start(broker.url)
    wait_for(lambda: gate.uplink.connected)
    took = []
    for number in range(1, 31):
        began = time.perf_counter()
        gate.record()
        while len(office.kept) < number:
            time.sleep(0.0005)
        took.append(time.perf_counter() - began)
        time.sleep(0.005)
    wait_for(lambda: gate.outbox.waiting == 0)
    assert sorted(took)[15] < 0.05
    assert office.arrivals == 30


def test_a_backlog_is_drained_without_sending_anything_twice(broker, office, start, wait_for):
    gate = start(broker.url, before=5_000)
    wait_for(lambda: gate.outbox.waiting == 0, 20)
    assert office.arrivals == len(office.kept) == 5_000


def test_online_is_retained_at_every_connect_and_stopped_at_a_clean_end(broker, office, start, wait_for):
    gate = start(broker.url)
    wait_for(lambda: office.heard("status"))
    gate.end()
    wait_for(lambda: len(office.heard("status")) == 2)
    assert [one["state"] for one in office.heard("status")] == ["online", "stopped"]


def test_after_a_kill_of_the_broker_everything_arrives(broker, office, start, wait_for):
    gate = start(broker.url)
    wait_for(lambda: gate.uplink.connected)
    for _ in range(20):
        gate.record()
    broker.stop(kill=True)
    for _ in range(50):
        gate.record()
    broker.start()
    wait_for(lambda: gate.outbox.waiting == 0, 15)
    assert {seq for _, seq in office.kept} == set(range(1, 71))


def test_what_a_deaf_office_did_not_receipt_is_sent_again_to_the_next_connection(broker, office, start, wait_for):
    office.silent = True
    gate = start(broker.url, before=3)
    wait_for(lambda: office.arrivals == 3)
    assert gate.outbox.waiting == 3
    office.silent = False
    broker.stop(kill=True)
    broker.start()
    wait_for(lambda: gate.outbox.waiting == 0, 15)
    assert (office.arrivals, len(office.kept)) == (6, 3)


def test_a_policy_is_taken_and_kept_and_rubbish_changes_nothing(broker, office, start, wait_for):
    gate = start(broker.url)
    office.say("e01", "policy", {"version": "2", "fever_celsius": 37.0}, retain=True)
    wait_for(lambda: gate.outbox.policy() is not None)
    for rubbish in (b"", b"no json", b'{"version": 1}', b"\xff\xfe"):
        office.say("e01", "policy", rubbish)
        office.say("e01", "receipt", rubbish)
    office.say("e01", "command", {"do": "identify"})
    wait_for(lambda: "identify" in gate.said)
    assert [policy.version for policy in gate.policies] == ["2"]
    assert gate.outbox.policy().fever_celsius == 37.0


def test_commands_are_answered(broker, office, start, wait_for):
    gate = start(broker.url, before=5)
    wait_for(lambda: gate.outbox.waiting == 0)
    identity = str(new_id())
    epoch = gate.outbox.epoch
    for command in (
        {"do": "message", "text": "雨大，收帐篷", "id": identity, "seconds": 60},
        {"do": "resend", "epoch": epoch, "from": 4, "id": identity},
        {"do": "resend", "epoch": "another", "from": 1, "id": identity},
        {"do": "explode", "id": identity},
        {"do": "reload", "id": identity},
    ):
        office.say("e01", "command", command)
    replies = wait_for(lambda: len(found := office.heard("command/reply")) == 5 and found)
    assert [(one["do"], one["ok"]) for one in replies] == [
        ("message", True),
        ("resend", True),
        ("resend", False),
        ("explode", False),
        ("reload", False),
    ]
    assert all(one["id"] == identity for one in replies)
    assert all(one["why"] for one in replies[2:])
    assert [(one.get("epoch"), one.get("oldest")) for one in replies[1:3]] == [(epoch, 1), ("another", None)]
    assert gate.said == [Command("message", UUID(identity), text="雨大，收帐篷", seconds=60)]
    wait_for(lambda: office.arrivals == 7)
    wait_for(lambda: gate.outbox.waiting == 0)


def test_telemetry_comes_at_connect_and_when_a_device_changes(broker, office, start, wait_for):
    gate = start(broker.url)
    wait_for(lambda: len(office.heard("telemetry")) == 1)
    began = time.monotonic()
    gate.state = "lost"
    for _ in range(5):
        gate.uplink.changed()
    wait_for(lambda: len(office.heard("telemetry")) == 2)
    assert time.monotonic() - began < 3
    time.sleep(0.3)
    assert [one["thermometer"]["state"] for one in office.heard("telemetry")] == ["ok", "lost"]


def test_a_refusing_broker_is_said_once_in_a_sentence(make_broker, start, capsys, wait_for):
    refusing = make_broker("allow_anonymous false")
    gate = start(refusing.url, username="e01", password=Secret("wrong"))
    said = ""

    def heard():
        nonlocal said
        said += capsys.readouterr().out
        return "broker_refuses" in said

    wait_for(heard)
    time.sleep(2.5)
    heard()
    assert said.count("broker_refuses") == 1
    assert "wrong" not in said
    gate.record()
    assert gate.outbox.waiting == 1


def test_version_3_1_1_is_spoken_where_it_is_asked_for(broker, office, start, wait_for):
    gate = start(broker.url, before=2, protocol=4)
    wait_for(lambda: gate.outbox.waiting == 0)
    assert len(office.kept) == 2


def test_arrays_fit_the_largest_packet_that_the_broker_takes(make_broker, tmp_path, start, wait_for):
    small = make_broker("allow_anonymous true\nmax_packet_size 3000")
    gate = start(small.url, before=100)
    wait_for(lambda: gate.uplink._window.unreceipted == 100)
    time.sleep(0.3)
    assert gate.uplink.connected


def lines():
    return [thread for thread in threading.enumerate() if thread.name == "line"]


def test_an_uplink_that_fails_leaves_no_second_connection_under_its_name(broker, office, start, wait_for, capsys):
    gate = start(broker.url)
    wait_for(lambda: gate.uplink.connected)
    gate.stop.set()
    gate.thread.join(15)
    stop = threading.Event()
    crew = Crew({"uplink": gate.uplink})
    crew.start(stop)
    wait_for(lambda: gate.uplink.connected and len(lines()) == 1)
    turn = gate.uplink._turn

    def fails():
        gate.uplink._turn = turn
        raise TypeError("no part of the contract")

    gate.uplink._turn = fails
    gate.uplink.changed()
    wait_for(lambda: "part_failed" in capsys.readouterr().out)
    wait_for(lambda: gate.uplink.connected and len(lines()) == 1, 12)
    time.sleep(2)
    assert len(lines()) == 1
    assert [thread.name for thread in threading.enumerate()].count("uplink-stop") == 1
    assert gate.uplink.connected
    gate.record()
    wait_for(lambda: len(office.kept) == 1)
    stop.set()
    assert crew.join(10)
    assert lines() == []
    gate.outbox.close()


def test_a_connection_that_fails_in_an_unheard_of_way_is_told_and_made_anew(broker, office, start, wait_for, capsys):
    gate = start(broker.url)
    wait_for(lambda: gate.uplink.connected)
    line = gate.uplink._line
    take = line._on_message

    def fails(kind, payload):
        line._on_message = take
        raise TypeError("no part of the contract")

    line._on_message = fails
    office.say("e01", "command", {"do": "identify"})
    wait_for(lambda: line._on_message is take)
    wait_for(lambda: "line_failed" in capsys.readouterr().out)
    wait_for(lambda: gate.uplink.connected and line._client is not None)
    gate.record()
    wait_for(lambda: len(office.kept) == 1)
