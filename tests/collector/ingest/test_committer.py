"""The committer alone: a real ledger, and lists in the place of the broker."""

import threading
import time

import msgspec
import pytest
from sqlalchemy import event

from collector.ingest.arrival import Arrival
from collector.ingest.committer import Answers, Committer
from collector.ingest.counters import Counters
from collector.ingest.waiting import Waiting
from collector.ledger import rejects
from kadian.messages import encode

TOPIC = "kadian/v1/s/e01/screening"
EVERYTHING = 1_073_741_823


class Desk:
    """A committer with what it said: `said` holds receipts and acknowledgements in their order."""

    def __init__(self, ledger, begin=True, waiting=None):
        self.ledger = ledger
        self.counters = Counters()
        self.said = []
        self.replies = []
        self.committer = Committer(
            ledger,
            "s",
            lambda: 1_000,
            Answers(
                lambda receipts: self.said.extend((gate, told) for (gate, _), told in receipts.items()) or True,
                lambda arrivals: self.said.extend(arrival.mid for arrival in arrivals),
                lambda intake, retained: self.replies.append((intake, retained)),
            ),
            self.counters,
            waiting,
        )
        if begin:
            self.committer.start()

    @property
    def acknowledged(self):
        return [one for one in self.said if isinstance(one, int)]

    @property
    def receipts(self):
        return [one for one in self.said if isinstance(one, tuple)]


@pytest.fixture
def desk(ledger):
    made = Desk(ledger)
    yield made
    made.committer.stop()


@pytest.fixture
def disk(ledger):
    """`disk["pages"]` is how large the ledger's file may grow; SQLite says "full" beyond, as on a full disk."""
    pages = {"pages": EVERYTHING}

    @event.listens_for(ledger._engine, "begin")
    def limit(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages['pages']}")

    return pages


def test_the_receipt_goes_out_after_the_commit_and_the_acknowledgement_after_the_receipt(ledger, screening, numbers):
    seen = []
    answers = Answers(
        lambda receipts: seen.extend(("receipt", numbers(), told.through) for told in receipts.values()) or True,
        lambda arrivals: seen.extend(("ack", arrival.mid) for arrival in arrivals),
        lambda *_: None,
    )
    counters = Counters()
    committer = Committer(ledger, "s", lambda: 1_000, answers, counters)
    committer.take([Arrival(TOPIC, encode(screening(seq)), seq, 1) for seq in (1, 2, 3)])
    committer.start()
    committer.stop()
    assert seen == [("receipt", [1, 2, 3], 3), ("ack", 1), ("ack", 2), ("ack", 3)]
    assert counters.commits == counters.receipts == 1


def test_on_a_full_disk_nothing_is_acknowledged_and_all_is_there_once_there_is_room(
    desk, disk, ledger, screening, numbers, eventually
):
    with ledger.read() as connection:
        disk["pages"] = connection.exec_driver_sql("PRAGMA page_count").scalar()
    for number in range(1, 41):
        batch = [screening(seq) for seq in range(100 * number - 99, 100 * number + 1)]
        desk.committer.take([Arrival(TOPIC, encode(batch), number, 1)])
    assert eventually(lambda: desk.committer.healthy() is not None)
    assert desk.committer.healthy().code == "K0301"
    stored = len(numbers())
    assert stored < 4_000
    assert len(desk.acknowledged) * 100 == stored, "only what is on disk may be acknowledged"
    assert max((receipt.through for _, receipt in desk.receipts), default=0) == stored
    disk["pages"] = EVERYTHING
    assert eventually(lambda: len(desk.acknowledged) == 40)
    assert numbers() == list(range(1, 4_001))
    assert desk.committer.healthy() is None
    assert desk.receipts[-1][1].through == 4_000


def test_a_screening_that_the_ledger_itself_refuses_goes_to_the_rejects_alone(
    desk, ledger, screening, numbers, eventually
):
    with ledger.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER poison BEFORE INSERT ON screenings WHEN NEW.operator = 'poison' "
            "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
        )
    batch = [screening(seq, operator="poison" if seq % 10 == 0 else "v-1") for seq in range(1, 101)]
    desk.committer.take([Arrival(TOPIC, encode(batch), 1, 1)])
    desk.committer.take([Arrival(TOPIC, encode(screening(101)), 2, 1)])
    assert eventually(lambda: desk.acknowledged == [1, 2])
    assert sorted(numbers()) == [seq for seq in range(1, 102) if seq % 10]
    assert desk.receipts[-1][1].through == 101
    with ledger.read() as connection:
        found = rejects.page(connection, 100)
    assert [one.seq for one in found] == list(range(100, 0, -10))
    assert "poisoned" in found[0].reason
    assert desk.counters.rejected == 10


def test_strange_but_valid_text_is_stored_or_refused_and_never_in_the_way(desk, screening, numbers, eventually):
    odd = encode(screening(1)).replace(b'"pass"', b'"pass","operator":"\\u0000\\ud83d\\ude00"', 1)
    half = encode(screening(2)).replace(b'"pass"', b'"pass","operator":"\\ud800"', 1)
    for mid, payload in enumerate((odd, half, encode(screening(3))), 1):
        desk.committer.take([Arrival(TOPIC, payload, mid, 1)])
    assert eventually(lambda: desk.acknowledged == [1, 2, 3])
    assert 3 in numbers()
    assert desk.committer.healthy() is None


def test_a_refused_screening_is_covered_by_the_receipt(desk, screening, eventually):
    desk.committer.take([Arrival(TOPIC, encode(screening(1)).replace(b'"pass"', b'"?"'), 1, 1)])
    assert eventually(lambda: desk.acknowledged == [1])
    assert desk.receipts[0][1].through == 1


def test_a_lonely_huge_number_costs_nothing(desk, screening, eventually):
    begun = time.monotonic()
    desk.committer.take([Arrival(TOPIC, encode(screening(10**15)), 1, 1)])
    assert eventually(lambda: desk.acknowledged == [1])
    assert time.monotonic() - begun < 1
    assert (desk.receipts[0][1].through, desk.receipts[0][1].missing) == (0, ())


@pytest.mark.parametrize("bounds", [{"most_messages": 5}, {"most_bytes": 500}])
def test_what_is_too_much_for_memory_holds_the_broker_back_and_is_then_left_for_the_gate_to_send_again(ledger, bounds):
    desk = Desk(ledger, begin=False, waiting=Waiting(**bounds, patience=0.2))
    arrivals = [Arrival("x", b"1" * 100, mid, 1) for mid in range(9)]
    begun = time.monotonic()
    desk.committer.take(arrivals[:8])
    assert time.monotonic() - begun >= 0.2
    desk.committer.take(arrivals[8:])
    assert time.monotonic() - begun < 0.4, "once it has waited for nothing, it does not wait again"
    assert desk.counters.shed == 4
    assert desk.committer.waiting() == 5
    assert desk.said == [5, 6, 7, 8], "without this the broker would send less and less"
    desk.committer.start()
    desk.committer.stop()
    assert desk.said == [5, 6, 7, 8, 0, 1, 2, 3, 4]
    assert desk.counters.rejected == 5


def test_the_broker_is_held_back_no_longer_than_there_is_no_room(ledger, screening, eventually):
    desk = Desk(ledger, waiting=Waiting(most_messages=20))
    for begin in range(1, 1_001, 100):
        desk.committer.take([Arrival(TOPIC, encode(screening(seq)), seq, 1) for seq in range(begin, begin + 100)])
    assert eventually(lambda: desk.acknowledged == list(range(1, 1_001)))
    assert desk.counters.shed == 0
    assert desk.counters.stored == 1_000
    desk.committer.stop()


def test_a_reply_is_handed_on(desk, eventually):
    desk.committer.take([Arrival("kadian/v1/s/e01/command/reply", b'{"do":"resend","ok":false}', 1, 1)])
    assert eventually(lambda: len(desk.replies) == 1)
    intake, retained = desk.replies[0]
    assert (intake.gate, intake.reply.ok, retained) == ("e01", False, False)


def test_a_stop_during_a_failing_commit_is_quick_and_acknowledges_nothing(ledger, disk, screening, eventually):
    with ledger.read() as connection:
        disk["pages"] = connection.exec_driver_sql("PRAGMA page_count").scalar()
    desk = Desk(ledger)
    batch = [screening(seq) for seq in range(1, 501)]
    desk.committer.take([Arrival(TOPIC, encode(batch), 1, 1)])
    assert eventually(lambda: desk.committer.healthy() is not None)
    begun = time.monotonic()
    desk.committer.stop()
    assert time.monotonic() - begun < 1
    assert desk.said == []


def test_gates_that_go_on_sending_do_not_keep_it_from_ending(desk, screening):
    going_on = threading.Event()

    def send():
        for seq in range(1, 1_000_000):
            desk.committer.take([Arrival(TOPIC, encode(screening(seq)), seq, 1)])
            if going_on.wait(0.02):
                return

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(0.3)
    began = time.monotonic()
    desk.committer.stop()
    took = time.monotonic() - began
    going_on.set()
    sender.join()
    assert took < 3
    assert desk.acknowledged == list(range(1, len(desk.acknowledged) + 1))


@pytest.mark.parametrize("which", ["send_receipts", "acknowledge", "on_said"])
def test_a_fault_in_telling_ends_nothing(ledger, screening, eventually, which):
    """A socket that is closed while it is waited for is no OSError but a ValueError, and nobody knows what else."""
    desk = Desk(ledger, begin=False)
    answers = desk.committer._answers

    def fail(*_arguments):
        desk.committer._answers = answers
        raise ValueError("file descriptor cannot be a negative integer (-1)")

    desk.committer._answers = msgspec.structs.replace(answers, **{which: fail})
    desk.committer.start()
    reply = Arrival("kadian/v1/s/e01/command/reply", b'{"do":"resend","ok":true}', 1, 1)
    desk.committer.take([Arrival(TOPIC, encode(screening(1)), 2, 1), reply])
    assert eventually(lambda: desk.counters.stored == 1 and desk.committer._answers is answers)
    desk.committer.take([Arrival(TOPIC, encode(screening(2)), 3, 1)])
    assert eventually(lambda: 3 in desk.acknowledged)
    assert desk.receipts[-1][1].through == 2
    assert desk.committer.healthy() is None
    desk.committer.stop()
