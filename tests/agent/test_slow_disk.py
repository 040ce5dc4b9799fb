"""A whole gate whose card takes seconds for each sync."""

import itertools
import json
import threading
import time

from agent.acts import SignOff
from agent.gate import Gate
from agent.pulse import Pulse, Stop
from agent.settings import AgentSettings
from kadian.settings import load
from tests.agent.gates import ready


def test_a_slow_card_stalls_no_turn_and_everybody_is_answered_and_told_so(
    broker, office, config, thermometer, start, wait_for
):
    gate = start(config(broker.url))
    wait_for(lambda: ready(gate))
    beats = []
    gate._on_beat = lambda: beats.append(time.monotonic())
    record = gate.outbox.record

    def slowly(make, monotonic_ns=None):
        time.sleep(2.5)
        return record(make, monotonic_ns)

    def board():
        return json.loads(gate.board.after(-1, 0)[1])

    gate.outbox.record = slowly
    thermometer.person(36.5)
    shown = wait_for(lambda: board()["screening"])
    assert shown["verdict"] == "pass"
    assert gate.outbox.waiting == 0, "it is not on the card yet"
    wait_for(lambda: "outbox_slow" in board()["troubles"], 2)
    wait_for(lambda: office.kept, 10)
    assert [seq for _, seq in office.kept] == [1]
    assert next(iter(office.kept.values()))["id"] == shown["id"]
    wait_for(lambda: gate.telemetry().today.passes == 1)
    wait_for(lambda: "outbox_slow" not in board()["troubles"])
    assert max(later - before for before, later in itertools.pairwise(beats)) < 1.8


def test_a_card_that_hangs_holds_up_neither_the_gates_thread_nor_calls_the_watchdog(
    broker, office, config, thermometer, wait_for, tmp_path
):
    gate = Gate(load(config(broker.url), AgentSettings, {}))
    pulse = Pulse({"uplink": 6.5}, excused=lambda: gate.disk_hangs)
    stop, beats, late = Stop(pulse.beat), [], []

    def beat():
        beats.append(time.monotonic())
        late.extend(pulse.late())

    gate._on_beat = beat
    thread = threading.Thread(target=gate.run, args=(stop,))
    thread.start()
    wait_for(lambda: ready(gate) and gate._uplink.connected)
    with gate.outbox._store.lock:
        office.say("e01", "command", {"do": "resend", "epoch": gate.outbox.epoch, "from": 1})  # waits for the disk
        hung = time.monotonic()
        while time.monotonic() - hung < 11:
            assert gate.do(SignOff()).ok
            time.sleep(0.5)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert late == []
    assert max(later - before for before, later in itertools.pairwise(beats)) < 1.8
