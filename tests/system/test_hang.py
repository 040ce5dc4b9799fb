"""A gate that stands still is started again by its watchdog, and nothing that it said recorded is lost."""

import sqlite3
import time

import pytest

from tests.system.site import Feeder
from tests.system.supervisor import Supervisor

HANGS = 5
WATCHDOG = 2.0
"""Seconds, in place of the unit's 15."""


@pytest.mark.system
@pytest.mark.timeout(180)
def test_five_hangs_are_each_over_within_the_watchdogs_time_and_lose_nothing(site):
    place = site()
    part = place.gate("e01")
    feeder = Feeder(place.folder / "e01" / "port")
    supervisor = Supervisor(part.arguments, place.folder, watchdog=WATCHDOG, again=0.2)
    supervisor.start()
    took = []
    try:
        supervisor.until_ready(1, 20)
        feeder.start()
        place.until(lambda: place.recorded("e01"), 10, "the gate measures")
        for hang in range(HANGS):
            before = len(place.recorded("e01"))
            began = time.monotonic()
            supervisor.hang()
            took.append(supervisor.until_ready(hang + 2, 30) - began)
            place.until(lambda before=before: len(place.recorded("e01")) > before, 20, "it measures again")
        feeder.stop()
    finally:
        supervisor.stop()
        feeder.close()
    print(f"restarted after {', '.join(f'{one:.1f}' for one in took)} s")
    assert max(took) < WATCHDOG + 8
    assert supervisor.starts == HANGS + 1
    assert "Fatal Python error: Aborted" in supervisor.said(), "the log has every thread's place"
    said = {(line["epoch"], line["seq"]): line["id"] for line in place.recorded("e01")}
    with sqlite3.connect(place.folder / "e01" / "outbox.db") as outbox:
        seqs = [seq for (seq,) in outbox.execute("SELECT seq FROM screening ORDER BY seq")]
        assert outbox.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0] == next(iter(said))[0]
    assert seqs == list(range(1, len(seqs) + 1))
    assert {seq for _, seq in said} <= set(seqs)
    assert len(seqs) - len(said) <= HANGS


@pytest.mark.system
def test_systemd_hears_that_the_gate_is_ready_alive_how_it_is_and_that_it_stops(site):
    place = site()
    part = place.gate("e01")
    supervisor = Supervisor(part.arguments, place.folder)
    supervisor.start()
    supervisor.until_ready(1, 20)
    time.sleep(1.5)
    process = supervisor.process
    supervisor._again = 60
    process.terminate()
    process.wait(15)
    time.sleep(0.3)
    supervisor.stop()
    assert process.returncode == 0
    assert supervisor.heard[0] == "READY=1"
    assert supervisor.heard.count("WATCHDOG=1") >= 2
    assert "STATUS=outbox: 0 waiting" in supervisor.heard
    assert supervisor.heard[-1] == "STOPPING=1"
