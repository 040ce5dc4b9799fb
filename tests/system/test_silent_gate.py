"""A real gate behind a real broker is killed, and comes back; only the office's clock is quicker than ours."""

import time

import pytest

from collector.hearing import Ears
from collector.ingest import Ingest
from collector.ledger import Ledger
from collector.settings import Broker
from tests.collector.alerts import lookout
from tests.collector.alerts.lookout import Watched
from tests.system.site import SITE

pytestmark = [pytest.mark.system, pytest.mark.timeout(60)]


def test_a_killed_gate_is_an_incident_and_a_gate_that_is_back_ends_it(site):
    place = site()
    gate = place.gate("g1")
    place.broker.start()
    ledger = Ledger.open(f"sqlite:///{place.folder}/here/kadian.db")
    jumped = 0.0
    seen = Watched(ledger, Ears(lambda: time.monotonic() + jumped))
    seen.wall_ms = lookout.SEVEN_MS - round(time.monotonic() * 1000)

    def look():
        seen.seconds = time.monotonic() + jumped
        seen.lookout.step()
        return seen.stages()

    ingest = Ingest(ledger, Broker(url=f"mqtt://127.0.0.1:{place.broker_port}"), SITE, seen.now_ms)
    ingest.ears = seen.ears
    ingest.start()
    try:
        gate.start()
        place.until(lambda: "g1" in seen.ears.hearing().heard, 20, "the gate is heard")
        assert look() == []
        gate.process.kill()
        gate.process.wait()
        place.until(lambda: seen.ears.hearing().states.get("g1") == "lost", 10, "the broker says its last will")
        assert look() == []
        jumped += 95
        assert look() == [("silent:g1", "open", 0)]
        gate.start()
        before = seen.ears.hearing().heard["g1"]
        place.until(lambda: seen.ears.hearing().heard["g1"] > before, 20, "the gate is heard again")
        assert look() == [("silent:g1", "open", 0)]
        jumped += 31
        assert look() == [("silent:g1", "over", 0)]
    finally:
        ingest.stop()
        ledger.close()
