"""A thermometer stuck at 39.5 for an hour: one phone, a handful of messages.

`KADIAN_STORM_A_MINUTE=100` is the full storm; its rules' memory of one gate makes that four times as long.
"""

import os
from datetime import UTC, datetime

import pytest

from collector.alerts.watch import Watch
from collector.ledger import Ledger, screenings
from collector.rules.rule import RuleSettings
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature
from tests.collector.alerts.timeline import NAMES, Timeline

A_MINUTE = int(os.environ.get("KADIAN_STORM_A_MINUTE", "32"))
REST = 180


@pytest.fixture
def timeline(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield Timeline(ledger)
    ledger.close()


class Stuck:
    """Each person shows a code, is told to rest, and is measured again after it."""

    def __init__(self, timeline):
        self.timeline = timeline
        self.watch = Watch(timeline.ledger, RuleSettings(names=NAMES), timeline.dispatch, timeline.now_ms)
        self.seq = 0
        self.first = []

    def measure(self, number, of=None):
        self.seq += 1
        at = datetime.fromtimestamp(self.timeline.now_ms() / 1000, UTC)
        made = Screening(
            id=new_id(),
            epoch="e",
            seq=self.seq,
            at=at,
            clock="synced",
            verdict="stop" if of else "recheck",
            reasons=("fever_confirmed",) if of else ("temperature_high",),
            temperature=Temperature(39.5, "body_estimate", device="gy614v3"),
            code=Code("pass", "valid", holder=f"h{number}"),
            remeasure_of=of,
        )
        self.first.append((self.timeline.now + REST, number, made.id)) if of is None else None
        return made

    def come(self, people):
        begin = len(self.first)
        again = [one for one in self.first if one[0] <= self.timeline.now]
        self.first = self.first[len(again) :]
        made = [self.measure(begin + self.seq + nth) for nth in range(people - len(again))]
        made += [self.measure(number, of=id_) for _, number, id_ in again[:people]]
        with self.timeline.ledger.begin() as connection:
            screenings.store(connection, "e05", made, self.timeline.now_ms())
        with self.timeline.ledger.read() as connection:
            batch = screenings.after(connection, self.watch.position(), 500)
        self.watch.handle(batch)


def test_a_stuck_thermometer_rings_within_five_seconds_and_at_most_twelve_times_in_its_hour(timeline):
    stuck = Stuck(timeline)
    for second in range(1, 11):
        timeline.at(second, stuck.come, 2)
    for second in range(15, 3600, 15):
        timeline.at(second, stuck.come, A_MINUTE // 4)
    timeline.run(3600)
    rang = timeline.phones["phone"].heard
    assert rang[0][0] <= 5
    assert rang[0][1].rule == "cluster"
    assert len(rang) <= 12
    assert [message.rule for _, message in rang].count("cluster") == 1
    timeline.run(2 * 3600)
    assert timeline.untold() == []
