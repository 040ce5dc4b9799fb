"""The office is away, and the broker keeps what a gate without a clock measured: nobody is rung for it as of now."""

import time
from datetime import UTC, datetime

import msgspec
import pytest

from collector.alerts.message import Message
from collector.alerts.watch import Watch
from collector.broker import start
from collector.ingest import Ingest
from collector.ingest.intake import KEPT_AFTER_SECONDS
from collector.ledger import Ledger, deliveries, incidents, screenings
from collector.rules.lateness import LATE_AFTER_MS
from collector.rules.rule import RuleSettings
from collector.settings import Broker
from kadian.identifiers import new_id
from kadian.messages import Screening
from tests.collector.ingest.conftest import eventually
from tests.collector.queued import telling, time_passes
from tests.system.deviceless import Gate, forehead
from tests.system.site import SITE

pytestmark = pytest.mark.system
NEVER_SET = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
AWAY_SECONDS = 2.5
SHORT = 1


def now_ms():
    return time.time_ns() // 1_000_000


def undated(epoch, seq):
    return Screening(new_id(), epoch, seq, NEVER_SET, "unsynced", "recheck", forehead(38.4))


class Office:
    """A collector's ledger, ingest and rules; `opened` and `closed` as often as one likes."""

    def __init__(self, folder, broker, kept_after):
        self.ledger = Ledger.open(f"sqlite:///{folder}/kadian.db")
        self._broker, self._kept_after = broker, kept_after
        self.ingest = None

    def open(self):
        self.ingest = Ingest(
            self.ledger, Broker(url=self._broker.url), SITE, now_ms, kept_after_seconds=self._kept_after
        )
        self.ingest.start()
        assert eventually(lambda: self.ingest.healthy() is None)

    def close(self):
        if self.ingest is not None:
            self.ingest.stop()
        self.ingest = None

    def kept(self):
        with self.ledger.read() as connection:
            return [one.screening.drained for one in screenings.after(connection, 0, 100)]

    def said(self):
        """What a phone would be told of all that is in the ledger, and how often each incident was met."""
        dispatch = telling("phone")
        watch = Watch(self.ledger, RuleSettings(), dispatch, now_ms)
        with self.ledger.read() as connection:
            batch = screenings.after(connection, watch.position(), 100)
        watch.handle(batch)
        time_passes(self.ledger, dispatch, now_ms(), 1.1)
        with self.ledger.read() as connection:
            met = incidents.listing(connection)
            each = [deliveries.of_incident(connection, one.id) for one in met]
        told = [msgspec.json.decode(one.body, type=Message) for several in each for one in several]
        return [(one.severity, one.late) for one in told], [one.count for one in met]


@pytest.fixture
def place(tmp_path, need):
    """An office with a gate that is connected; the broker is neither's own."""
    need("mosquitto")
    ending = []

    def make(kept_after=SHORT):
        broker = start("127.0.0.1:0", tmp_path / "broker", "mosquitto")
        office = Office(tmp_path, broker, kept_after)
        gate = Gate(tmp_path, "e01", int(broker.url.rpartition(":")[2]))
        ending.extend([gate.stop, office.close, office.ledger.close, broker.stop])
        office.open()
        gate.start()
        assert eventually(lambda: gate.uplink.connected)
        return office, gate

    yield make
    for end in ending:
        end()


def measure(gate, count):
    """Each alone, as a gate sends what it has just measured."""
    for _ in range(count):
        gate.add(undated)
        time.sleep(0.15)


def test_undated_fevers_that_waited_in_the_broker_are_one_notice_and_ring_nowhere(place):
    office, gate = place()
    office.close()
    measure(gate, 3)
    time.sleep(AWAY_SECONDS)
    office.open()
    assert eventually(lambda: len(office.kept()) == 3)
    assert office.kept() == [True] * 3
    assert office.said() == ([("notice", True)], [2])
    assert eventually(lambda: gate.outbox.waiting == 0)


def test_undated_fevers_ring_while_the_office_is_there(place):
    office, gate = place()
    measure(gate, 2)
    assert eventually(lambda: len(office.kept()) == 2)
    assert office.kept() == [False] * 2
    assert office.said()[0] == [("page", False)]


def test_who_may_still_be_at_the_gate_rings_though_the_broker_kept_the_readings(place):
    office, gate = place(KEPT_AFTER_SECONDS)
    office.close()
    measure(gate, 2)
    time.sleep(AWAY_SECONDS)
    office.open()
    assert eventually(lambda: len(office.kept()) == 2)
    assert office.said()[0] == [("page", False)]


def test_what_the_broker_kept_is_late_as_soon_as_what_has_a_date():
    assert KEPT_AFTER_SECONDS * 1000 == LATE_AFTER_MS
