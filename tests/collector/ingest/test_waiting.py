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


def test_what_is_committed_and_not_told_takes_room_still():
    waiting = Waiting(most_messages=3, patience=0.01)
    backlog, *live = arrivals = [arrival(0, LARGE), arrival(1), arrival(2)]
    assert not waiting.put(arrivals)
    assert [waiting.take() for _ in live] == live
    assert waiting.done(live) == []
    more = [arrival(3)]
    assert waiting.put(more) == more
    assert waiting.take() is backlog
    assert waiting.done([backlog]) == arrivals
    assert not waiting.put(more)


def test_bytes_that_are_not_told_take_room_still():
    waiting = Waiting(most_bytes=LARGE + 20, patience=0.01)
    backlog, *live = arrivals = [arrival(0, LARGE), arrival(1), arrival(2)]
    assert not waiting.put(arrivals)
    assert [waiting.take() for _ in live] == live
    waiting.done(live)
    more = [arrival(3)]
    assert waiting.put(more) == more
    assert waiting.take() is backlog
    waiting.done([backlog])
    assert not waiting.put(more)
