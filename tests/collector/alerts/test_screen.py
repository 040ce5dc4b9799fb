"""Telling the gate that somebody comes: what is told, for how long, and until when it is tried."""

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from collector.alerts.screen import AGAIN_SECONDS, WORTH_MS, Screen, told
from collector.ledger import gates, incidents
from collector.rules.reason import Reason
from collector.rules.rule import Finding
from kadian.identifiers import new_id
from kadian.messages import Reply, Status

AT = datetime(2026, 11, 25, 7, tzinfo=UTC)


class Gates:
    """The screens of some gates, and an office that writes on them."""

    def __init__(self, office):
        self.office, self.sent, self.reached = office, [], True
        self.seconds = 0.0
        self.anew()

    def anew(self):
        self.screen = Screen(self.office.ledger, self.office.now_ms, self.send, lambda: self.seconds)

    def send(self, gate, command):
        if self.reached:
            self.sent.append((gate, command))
        return self.reached

    def online(self, gate, state="online"):
        with self.office.ledger.begin() as connection:
            gates.seen(connection, gate, Status(state, AT, "1"), self.office.now_ms())

    def alarm(self, gate="g1", severity="page", late=False):
        now_ms = self.office.now_ms()
        reason = next(iter(Reason))
        facts = {"gate": gate, "entrance": gate, "name": gate}
        finding = Finding("sealed_entrance", reason, str(new_id()), gate, str(new_id()), severity, late, now_ms, facts)
        with self.office.ledger.begin() as connection:
            return incidents.open_or_repeat(connection, finding, now_ms)[0].id

    def take(self, alarm, minutes=5):
        with self.office.ledger.begin() as connection:
            incidents.acknowledge(connection, alarm, "secretary", self.office.now_ms(), minutes=minutes)

    def resolve(self, alarm):
        with self.office.ledger.begin() as connection:
            incidents.resolve(connection, alarm, "secretary", self.office.now_ms())

    def answer(self, alarm, gate="g1", ok=True):
        self.screen.heard(gate, Reply("message", ok, UUID(alarm)))
        self.screen.pace()

    def find(self, alarm):
        with self.office.ledger.read() as connection:
            return incidents.find(connection, alarm)


@pytest.fixture
def site(office):
    site = Gates(office)
    site.online("g1")
    return site


def test_a_gate_is_told_that_somebody_comes_and_when(site):
    alarm = site.alarm()
    site.screen.pace()
    assert site.sent == []
    site.take(alarm)
    site.screen.pace()
    ((gate, command),) = site.sent
    assert (gate, command.do, command.id) == ("g1", "message", UUID(alarm))
    assert command.text == "书记已知道，约 5 分钟到 · the secretary knows, 5 minutes"
    assert command.seconds == 600


def test_it_is_told_again_until_the_gate_says_that_it_shows_it(site):
    alarm = site.alarm()
    site.take(alarm)
    for _ in range(3):
        site.screen.pace()
    assert len(site.sent) == 1
    site.seconds += AGAIN_SECONDS
    site.screen.pace()
    assert len(site.sent) == 2
    site.answer(alarm, ok=False)
    site.answer(alarm, gate="g2")
    assert site.find(alarm).screen_ms is None
    site.answer(alarm)
    assert site.find(alarm).screen_ms is not None
    site.seconds += AGAIN_SECONDS
    site.screen.pace()
    assert len(site.sent) == 2
    with site.office.ledger.read() as connection:
        assert [event.what for event in incidents.timeline(connection, alarm)].count("shown") == 1


def test_after_a_kill_before_the_answer_it_is_told_again_and_after_it_never(site):
    alarm = site.alarm()
    site.take(alarm)
    site.screen.pace()
    site.anew()
    site.screen.pace()
    assert len(site.sent) == 2
    assert site.sent[0][1].id == site.sent[1][1].id
    site.answer(alarm)
    site.anew()
    site.screen.pace()
    assert len(site.sent) == 2


def test_a_gate_without_a_network_is_told_when_it_is_back_but_not_an_hour_later(site):
    early, never = site.alarm(), site.alarm("g2")
    site.online("g1", "lost")
    site.take(early, minutes=10)
    site.take(never)
    site.screen.pace()
    assert site.sent == []
    site.office.ahead_ms += 3 * 60_000
    site.online("g1")
    site.screen.pace()
    assert [gate for gate, _ in site.sent] == ["g1"]
    assert "约 7 分钟到" in site.sent[0][1].text
    site.office.ahead_ms += WORTH_MS
    site.online("g2")
    site.seconds += AGAIN_SECONDS
    site.screen.pace()
    assert len(site.sent) == 1


def test_a_broker_that_takes_nothing_is_asked_again(site):
    alarm = site.alarm()
    site.take(alarm)
    site.reached = False
    site.screen.pace()
    site.reached = True
    site.screen.pace()
    assert len(site.sent) == 1


def test_once_it_is_over_the_note_is_taken_away(site):
    alarm = site.alarm()
    site.take(alarm)
    site.screen.pace()
    site.answer(alarm)
    site.resolve(alarm)
    site.screen.pace()
    assert site.sent[-1][1].text is None
    assert site.sent[-1][1].id == UUID(alarm)
    site.answer(alarm)
    site.seconds += AGAIN_SECONDS
    site.screen.pace()
    assert len(site.sent) == 2


def test_a_note_whose_showing_is_answered_after_the_end_is_taken_away_too(site):
    alarm = site.alarm()
    site.take(alarm)
    site.screen.pace()
    site.resolve(alarm)
    site.answer(alarm)
    assert site.sent[-1][1].text is None
    site.anew()
    site.screen.pace()
    assert len(site.sent) == 3, "nobody has answered to the end"
    site.answer(alarm)
    site.anew()
    site.screen.pace()
    assert len(site.sent) == 3


@pytest.mark.parametrize("more", [{"severity": "notice"}, {"severity": "hint"}, {"late": True}])
def test_what_did_not_ring_or_was_long_ago_is_not_shown_at_the_gate(site, more):
    site.take(site.alarm(**more))
    site.screen.pace()
    assert site.sent == []


def test_without_a_promise_nothing_is_promised(site):
    alarm = site.alarm()
    site.take(alarm, minutes=None)
    assert told(site.find(alarm), site.office.now_ms()).text == "书记已知道 · the secretary knows"


def test_its_thread_tells_within_a_moment_of_the_acknowledgement(site):
    alarm = site.alarm()
    site.screen.start()
    try:
        begun = time.monotonic()
        site.take(alarm)
        while not site.sent and time.monotonic() - begun < 3:
            time.sleep(0.01)
        assert [gate for gate, _ in site.sent] == ["g1"]
    finally:
        site.screen.stop()
