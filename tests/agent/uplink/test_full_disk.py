"""A disk that others fill while the gate works: refused aloud, drained meanwhile, normal again by itself."""

import threading
import time
from datetime import UTC, datetime

import pytest

from agent.clock import Clock
from agent.outbox import Clerk, Outbox
from agent.settings import Broker
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from kadian.errors import KadianError
from kadian.messages import CameraHealth, Telemetry, ThermometerHealth
from tests.agent.outbox.rows import make


def test_a_full_disk_refuses_within_a_second_drains_meanwhile_and_is_normal_within_ten(
    small_disk, broker, office, wait_for
):
    box = Outbox(small_disk.place / "o.db")
    clock = Clock("system")

    def telemetry():
        none = ThermometerHealth("none"), CameraHealth("none")
        return Telemetry(datetime.now(UTC), "0", "synced", *none, box.health())

    office.silent = True
    uplink = Uplink("here", "e01", Broker(broker.url), box, Hooks(telemetry), now=lambda: datetime.now(UTC))
    clerk = Clerk(box, clock, lambda screening: uplink.recorded(screening.seq))
    stop = threading.Event()
    threads = [threading.Thread(target=part.run, args=(stop,)) for part in (uplink, clerk)]
    for thread in threads:
        thread.start()
    for _ in range(3_000):
        clerk.record(make).outcome()
    small_disk.fill()
    refused = 0
    until = time.monotonic() + 4
    office.silent = False
    office.receipt("e01", box.epoch)
    while time.monotonic() < until:
        began = time.monotonic()
        with pytest.raises(KadianError, match="K0450"):
            clerk.record(make).outcome()
        refused += 1
        assert time.monotonic() - began < 1
        time.sleep(0.05)
    assert box.refused == refused
    wait_for(lambda: box.waiting == 0, 5)  # drained while full
    small_disk.free()
    free = time.monotonic()
    wait_for(lambda: box.trouble is None, 10)
    assert clerk.record(make).outcome().seq == 3_001
    assert time.monotonic() - free < 10
    wait_for(lambda: len(office.kept) == 3_001)
    stop.set()
    for thread in threads:
        thread.join(15)
    box.close()
    assert {seq for _, seq in office.kept} == set(range(1, 3_002))
