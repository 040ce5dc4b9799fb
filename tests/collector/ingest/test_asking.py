from datetime import UTC, datetime
from itertools import pairwise

import pytest

from collector.ingest.asking import LONGEST, MOST_ANSWERED, MOST_ASKED, QUIET, Ask, Asking, GiveUp
from collector.ledger.lives import Life
from kadian.messages import CameraHealth, OutboxHealth, Reply, Telemetry, ThermometerHealth

HERE = ("e01", "a")


def telemetry(last_seq, waiting, epoch="a"):
    return Telemetry(
        at=datetime(2026, 11, 25, 7, tzinfo=UTC),
        version="1",
        clock="synced",
        thermometer=ThermometerHealth("none"),
        camera=CameraHealth("none"),
        outbox=OutboxHealth(epoch, last_seq, waiting),
    )


class Office:
    """One gate's life, as the office sees it; `at` in seconds."""

    def __init__(self):
        self.asking = Asking()
        self.have = []
        self.lost = []

    def at(self, second):
        """What is to be done then; requests leave at once, and what is given up is written down."""
        done = self.asking.decide({HERE: Life(tuple(self.have), tuple(self.lost))}, second)
        for one in done:
            if isinstance(one, Ask):
                self.asking.sent(one, second)
            else:
                self.lost += one.ranges
        return done

    def tell(self, second, last_seq, waiting, epoch="a"):
        self.asking.told("e01", telemetry(last_seq, waiting, epoch), second)

    def answer(self, oldest, *, ok=True):
        self.asking.answered("e01", Reply("resend", ok, epoch="a", oldest=oldest))


@pytest.fixture
def office():
    return Office()


def test_a_hole_that_closes_within_the_quiet_time_is_not_asked_for(office):
    office.have = [(1, 3), (5, 9)]
    assert office.at(0) == [] == office.at(QUIET - 1)
    office.have = [(1, 9)]
    assert office.at(QUIET + 1) == []


def test_a_hole_that_stays_is_asked_for_once_and_then_with_growing_pauses_and_then_no_more(office):
    office.have = [(1, 3), (5, 9)]
    asked = [second for second in range(20_000) if office.at(second)]
    assert asked[0] == QUIET
    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert pauses == [min(QUIET * 2**n, LONGEST) for n in range(1, MOST_ASKED)]


def test_each_hole_is_asked_for_by_its_own_numbers(office):
    office.have = [(2, 3), (5, 9), (12, 12)]
    office.at(0)
    assert office.at(QUIET) == [Ask("e01", "a", 1, 1), Ask("e01", "a", 4, 4), Ask("e01", "a", 10, 11)]


def test_what_waits_at_its_gate_is_not_asked_for_however_long_it_takes(office):
    office.have = [(1, 3), (1000, 1010)]
    for second in range(0, 600, 10):
        office.tell(second, 1010, 996)
        assert office.at(second) == []


def test_what_a_gate_believes_receipted_is_asked_for_at_once(office):
    office.have = [(1, 3600)]
    office.tell(0, 7200, 0)
    assert office.at(0.1) == [Ask("e01", "a", 3601, 7200)]
    assert office.at(0.2) == []


def test_a_life_that_the_restored_ledger_never_met_is_asked_for_whole(office):
    office.asking.told("e01", telemetry(50, 0, "b"), 0)
    assert office.asking.decide({HERE: Life(((1, 9),))}, 0.1) == [Ask("e01", "b", 1, 50)]


def test_a_silent_gate_is_asked_when_it_comes_back(office):
    office.have = [(1, 3), (5, 9)]
    office.asking.away("e01")
    assert [second for second in range(500) if office.at(second)] == []
    office.asking.online("e01", retained=False)
    assert [second for second in range(500, 500 + 20) if office.at(second)] == [500 + QUIET]


def test_a_gate_that_was_back_before_the_office_is_asked_at_once_for_what_is_on_its_way(office):
    office.have = [(1, 9)]
    office.asking.online("e01", retained=True)
    assert office.at(0) == [Ask("e01", "a", 10)]
    assert office.at(1) == []
    office.asking.online("e01", retained=False)  # it came while the office listened: nothing was spoken into the void
    assert office.at(2) == []


def test_what_a_gate_no_longer_has_is_given_up_and_the_rest_is_waited_for(office):
    office.have = [(1, 100), (201, 300)]
    office.tell(0, 300, 0)
    assert office.at(0) == [Ask("e01", "a", 101, 200)]
    office.answer(151, ok=False)
    assert office.at(1) == [GiveUp("e01", "a", ((101, 150),), "deleted")]
    office.have = [(1, 100), (151, 300)]
    assert [second for second in range(2, 5000) if office.at(second)] == []


def test_an_earlier_life_of_an_outbox_is_given_up_when_its_gate_says_so(office):
    office.have = [(1, 3), (5, 9)]
    office.at(0)
    assert office.at(QUIET)
    office.answer(None, ok=False)
    assert office.at(QUIET + 1) == [GiveUp("e01", "a", ((4, 4),), "other_life")]
    assert office.at(QUIET + 2) == []


def test_what_was_promised_and_never_comes_is_given_up(office):
    office.have = [(1, 3), (5, 9)]
    given_up = None
    for second in range(2000):
        for one in office.at(second):
            if isinstance(one, Ask):
                office.answer(1)
            else:
                given_up = one
    assert given_up == GiveUp("e01", "a", ((4, 4),), "never_came")
    assert office.asking._cases == {}
    assert MOST_ANSWERED < MOST_ASKED


def test_a_command_that_could_not_leave_is_tried_again(office):
    lives = {HERE: Life(((1, 3), (5, 9)))}
    office.asking.decide(lives, 0)
    assert office.asking.decide(lives, QUIET) == office.asking.decide(lives, QUIET + 1) == [Ask("e01", "a", 4, 4)]


def test_while_the_hole_fills_nothing_more_is_asked(office):
    office.have = [(1, 100)]
    office.tell(0, 1000, 0)
    assert office.at(0) == [Ask("e01", "a", 101, 1000)]
    for second in range(1, 90):
        office.have = [(1, 100 + 10 * second)]
        assert office.at(second) == []
