"""The end of a gate: what was measured before it is written down, and nothing is shown that never will be."""

import json
import sqlite3
import threading
import time

import pytest

from agent.gate import Gate
from agent.settings import AgentSettings
from agent.thermometer.plateau import Measured
from kadian.messages import Policy
from kadian.settings import load
from tests.agent.gates import ready

HIGH = Measured(38.4, "body_estimate", 36.0, 22.0, "device", 5, 0.1, "ok")


@pytest.fixture
def running(config, free_port, tmp_path, wait_for):
    """`running(rule)`: a gate with a camera at work, its word to stop, and its thread."""
    began = []

    def begin(rule="optional"):
        (tmp_path / "camera").mkdir()
        path = config(f"mqtt://127.0.0.1:{free_port()}", f'[camera]\nsource = "{tmp_path}/camera"\n')
        gate, stop = Gate(load(path, AgentSettings, {})), threading.Event()
        gate.policy = Policy("t", code=rule)
        thread = threading.Thread(target=gate.run, args=(stop,))
        thread.start()
        began.append((stop, thread))
        wait_for(lambda: ready(gate))
        return gate, stop, thread

    yield begin
    for stop, thread in began:
        stop.set()
        thread.join(20)


def rows(tmp_path):
    with sqlite3.connect(tmp_path / "outbox.db") as kept:
        return kept.execute("SELECT count(*) FROM screening").fetchone()[0]


def end(stop, thread):
    began = time.monotonic()
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    return time.monotonic() - began


def test_a_reading_that_waits_for_its_code_is_written_down_at_a_stop(running, tmp_path, wait_for):
    gate, stop, thread = running("required")
    gate._inbox.put(HIGH, time.monotonic())
    wait_for(lambda: gate._screener.deadline)
    assert gate.outbox.last_seq == 0
    end(stop, thread)
    assert rows(tmp_path) == 1


def test_what_came_in_while_the_word_to_stop_was_given_is_written_down(running, tmp_path):
    gate, stop, thread = running("off")
    stop.set()
    gate._inbox.put(HIGH, time.monotonic())
    end(stop, thread)
    assert rows(tmp_path) == gate.outbox.last_seq == 1
    assert json.loads(gate.board.after(-1, 0)[1])["screening"]["verdict"] == "recheck"


def test_a_slow_card_is_waited_for_at_a_stop(running, tmp_path):
    gate, stop, thread = running("off")
    record = gate.outbox.record

    def slowly(make, monotonic_ns=None):
        time.sleep(2)
        return record(make, monotonic_ns)

    gate.outbox.record = slowly
    gate._inbox.put(HIGH, time.monotonic())
    time.sleep(0.1)
    assert end(stop, thread) < 10
    assert rows(tmp_path) == 1
    assert not gate._book.writing


def test_a_card_that_hangs_holds_up_a_stop_no_longer_than_systemd_waits(running, capsys):
    gate, stop, thread = running("off")
    free = threading.Event()
    gate.outbox.record = lambda make, monotonic_ns=None: free.wait()
    gate._inbox.put(HIGH, time.monotonic())
    time.sleep(0.1)
    try:
        assert end(stop, thread) < 10
    finally:
        free.set()
    assert "gate_stopped_while_writing" in capsys.readouterr().out
