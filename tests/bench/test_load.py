"""The load program: its packets, what it counts as lost, and a small town under it in real processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.uplink.window import QUIET
from bench.load import packets
from bench.load.gate import Gate
from bench.load.line import Line
from bench.town import town
from kadian.messages import Receipt, Screening, decode


class Paper(Line):
    """A line that keeps what would go out."""

    def __init__(self):
        super().__init__("paper", lambda _topic, _payload: None)
        self.sent = []

    def publish(self, topic, payload, retain=False):
        self.sent.append((topic.decode(), payload))


def measured(count):
    line = Paper()
    gate = Gate("chuanchang", "g00001", line)
    for second in range(count):
        gate.measure(float(second), 1_790_000_000.0 + second)
    return gate, line


@given(
    st.lists(st.tuples(st.text("abc/", min_size=1, max_size=200), st.integers(1, 65_535), st.binary(max_size=300))),
    st.integers(1, 50),
)
def test_packets_come_out_the_same_however_the_stream_is_cut(messages, piece):
    stream = b"".join(packets.publish(topic.encode(), number, payload) for topic, number, payload in messages)
    cutter = packets.Packets()
    found = [
        packets.published(flags, body)
        for start in range(0, len(stream), piece)
        for kind, flags, body in cutter.feed(stream[start : start + piece])
        if kind == packets.PUBLISH
    ]
    assert found == messages


def test_each_screening_is_one_of_the_contract_with_a_number_of_its_own():
    gate, line = measured(3)
    said = [decode(Screening, payload) for _, payload in line.sent]
    assert {topic for topic, _ in line.sent} == {"kadian/v1/chuanchang/g00001/screening"}
    assert [screening.seq for screening in said] == [1, 2, 3]
    assert {screening.epoch for screening in said} == {gate.epoch}
    assert len({screening.id for screening in said}) == 3
    assert {screening.id.version for screening in said} == {7}


def test_what_a_receipt_leaves_out_stays_missing():
    gate, _ = measured(3)
    delays = gate.receipted(Receipt(gate.epoch, 3, missing=(2,)), 10.0)
    assert sorted(delays) == [8.0, 10.0]
    assert gate.missing == 1
    assert gate.receipted(Receipt(gate.epoch, 3, missing=(2,)), 11.0) == []


def test_a_receipt_of_another_life_covers_nothing():
    gate, _ = measured(1)
    assert gate.receipted(Receipt("another", 1), 1.0) == []
    assert gate.missing == 1


def test_a_gate_sends_again_after_a_quiet_time_and_then_waits_longer():
    gate, line = measured(2)
    first = list(line.sent)
    gate.receipted(Receipt(gate.epoch, 1), now := 1000.0)
    gate.quiet(now + QUIET - 1)
    assert line.sent == first
    gate.quiet(now + QUIET + 1)
    assert line.sent == [*first, first[1]]
    gate.quiet(now + 2 * QUIET + 2)
    assert len(line.sent) == 3
    gate.quiet(now + 3 * QUIET + 2)
    assert gate.again == 2


@pytest.fixture
def place(need):
    need("mosquitto")
    with town() as place:
        yield place


@pytest.mark.system
def test_a_small_town_under_load_and_three_backlogs_are_whole_in_the_office(place):
    live = place.load("--gates", 40, "--connections", 8, "--rate", 120, "--warm", 0.5, "--seconds", 2)
    assert live["lost"] == 0
    assert live["total"] > 100
    assert live["p99_ms"] > 0
    backlog = place.load("--gates", 3, "--backlog", 1_200, "--patience", 60)
    assert backlog["lost"] == 0
    assert backlog["drain_s"] is not None
    assert place.ask("/api/v1/screenings/summary?since=0")["total"] == live["total"] + backlog["total"]
    assert place.caught_up(30) is not None
