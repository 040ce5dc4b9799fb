"""Charts are the remote store's while it answers in time, and the embedded one's otherwise."""

import time

import pytest

from collector.ledger import Follower, cursors, measured
from collector.series import Bucket, Charts
from collector.series import charts as rules
from collector.series.open import cursor_of, follower_of

NOON = 1_790_000_000_000 // 3_600_000 * 3_600_000
THEIRS = [Bucket(NOON, 77, 0, 0, 0, 36.0, 36.0, 36.0, 36.0)]


class Elsewhere:
    """A store beyond a network, which may hang, refuse, fall behind, or have begun late."""

    begins = 0

    def __init__(self, ledger):
        self.ledger, self.hangs, self.refuses, self.asked = ledger, 0.0, False, 0

    def write(self, batch):
        if self.refuses:
            raise ConnectionError("refused")
        with self.ledger.begin() as connection:
            cursors.move(connection, cursor_of("elsewhere"), batch.behind, batch.last)

    def position(self):
        with self.ledger.read() as connection:
            return cursors.get(connection, cursor_of("elsewhere"))

    def begins_ms(self):
        return self.begins

    def chart(self, *_window):
        self.asked += 1
        time.sleep(self.hangs)
        if self.refuses:
            raise ConnectionError("refused")
        return THEIRS

    def clear(self):
        raise AssertionError("whoever draws a chart empties no store")

    def close(self):
        pass


@pytest.fixture
def elsewhere(place):
    store = Elsewhere(place.ledger)
    place.see(NOON)
    with place.ledger.read() as connection:
        store.write(measured.after(connection, 0, 10))
    return store


@pytest.fixture
def charts(place, elsewhere):
    opened = Charts(place.ledger, place.series, elsewhere, lambda: place.now_ms)
    yield opened
    opened.close()


def one(charts):
    (bucket,) = charts.chart("e01", NOON, NOON + 60_000, 1)
    return bucket.count


def test_the_remote_store_draws_while_it_answers(charts):
    assert one(charts) == 77


def test_one_that_hangs_is_waited_for_two_seconds_and_then_left_alone_for_a_while(charts, elsewhere):
    elsewhere.hangs = 3
    begun = time.monotonic()
    assert one(charts) == 1
    assert rules.PATIENCE_SECONDS <= time.monotonic() - begun < 2.9
    assert [one(charts) for _ in range(3)] == [1, 1, 1]
    assert elsewhere.asked == 1


def test_one_that_refuses_is_asked_again_later(charts, elsewhere, monkeypatch):
    elsewhere.refuses = True
    assert one(charts) == 1
    elsewhere.refuses = False
    assert one(charts) == 1
    monkeypatch.setattr(charts, "_ask_again_at", 0.0)
    assert one(charts) == 77


def test_one_that_is_a_minute_behind_draws_nothing(charts, place):
    place.see(NOON + 1)
    assert one(charts) == 77
    place.now_ms += 60_001
    assert one(charts) == 2


def test_one_that_began_later_than_the_window_draws_nothing(charts, elsewhere):
    elsewhere.begins = NOON - rules.BORDER_MS
    assert one(charts) == 77
    elsewhere.begins += 1
    assert one(charts) == 1


def test_one_that_is_down_never_holds_the_embedded_store_up(place, elsewhere):
    elsewhere.refuses = True
    followers = [
        follower_of(place.ledger, name, store) for name, store in (("embedded", place.series), ("elsewhere", elsewhere))
    ]
    for follower in followers:
        follower.start()
    place.store([place.screen(NOON + n) for n in range(50)])
    deadline = time.monotonic() + 10
    while followers[0].lag() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [follower.lag() for follower in followers] == [0, 50]
    elsewhere.refuses = False
    while followers[1].lag() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert followers[1].lag() == 0
    for follower in followers:
        follower.stop()


def test_under_load_a_follower_takes_more_at_once_and_less_often(place):
    taken, position = [], 0

    def take(batch):
        nonlocal position
        taken.append(len(batch))
        position = batch.last

    follower = Follower(
        place.ledger,
        "test",
        take,
        lambda: position,
        read=measured.after,
        most=1000,
        rest=lambda rows: min(0.4, rows / 10),
    )
    follower.start()
    for n in range(100):
        place.store([place.screen(NOON + n)])
    deadline = time.monotonic() + 10
    while sum(taken) < 100 and time.monotonic() < deadline:
        time.sleep(0.02)
    follower.stop()
    assert sum(taken) == 100
    assert len(taken) < 30
