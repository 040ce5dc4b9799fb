import time

from collector.ingest.arrival import Arrival
from collector.ingest.committer import PRESSED, Answers, Committer
from collector.ingest.counters import Counters
from collector.ledger.follower import GIVE_WAY_SECONDS, Follower
from kadian.messages import encode

TOPIC = "kadian/v1/s/e01/screening"


def test_followers_give_way_to_large_commits_and_go_on_after_them(ledger, screening):
    answers = Answers(lambda receipts: True, lambda arrivals: None, lambda gate, reply: None)
    committer = Committer(ledger, "s", lambda: 1, answers, Counters())
    committer.take(
        [
            Arrival(TOPIC, encode([screening(seq) for seq in range(begin, begin + 500)]), 1, 1)
            for begin in range(1, PRESSED + 1, 500)
        ]
    )
    assert ledger.calm.is_set()
    committer._gather()
    assert not ledger.calm.is_set()
    committer.take([Arrival(TOPIC, encode(screening(1)), 1, 1)])
    committer._gather()
    assert ledger.calm.is_set()


def test_a_pressed_ledger_slows_a_follower_and_never_stops_it(ledger, screening):
    from collector.ledger import screenings

    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(seq) for seq in range(1, 4)], 1)
    ledger.calm.clear()
    at, place = [], [0]

    def handle(batch):
        at.append(time.monotonic())
        place[0] = batch[-1].position

    follower = Follower(ledger, "test", handle, lambda: place[0], most=1)
    follower.start()
    until = time.monotonic() + 10
    while len(at) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    follower.stop()
    assert len(at) == 3
    assert at[2] - at[0] >= 1.8 * GIVE_WAY_SECONDS
