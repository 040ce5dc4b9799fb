"""A whole gate whose card takes seconds for each sync."""

import itertools
import json
import time

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
