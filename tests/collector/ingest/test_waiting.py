"""Single screenings overtake backlogs; what the broker is told overtakes nothing."""

from collector.ingest.arrival import Arrival
from collector.ingest.waiting import LARGE, Waiting


def arrival(number, size=10):
    return Arrival("t", b"x" * size, number, 1)


def test_what_is_measured_now_goes_before_a_backlog_and_each_keeps_its_order():
    waiting = Waiting()
    waiting.put([arrival(number, size) for number, size in enumerate([LARGE, LARGE, 10, LARGE, 10])])
    assert len(waiting) == 5
    assert [waiting.take().mid for _ in range(5)] == [2, 4, 0, 1, 3]
    assert waiting.take() is None


def test_the_broker_is_told_in_the_order_of_arrival():
    waiting = Waiting()
    backlog, first, second = arrivals = [arrival(0, LARGE), arrival(1), arrival(2)]
    waiting.put(arrivals)
    assert [waiting.take() for _ in range(3)] == [first, second, backlog]
    assert waiting.done([first, second]) == []
    assert waiting.done([backlog]) == [backlog, first, second]
    assert waiting.done([]) == []


def test_live_and_backlog_together_hold_no_more_than_they_may():
    waiting = Waiting(most_messages=2, patience=0.01)
    arrivals = [arrival(0), arrival(1, LARGE), arrival(2)]
    assert waiting.put(arrivals) == arrivals[2:]
