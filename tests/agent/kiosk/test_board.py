import json
from uuid import UUID, uuid4

import pytest

from agent.kiosk.board import Board, Resting
from agent.kiosk.room import Flow, hours_left
from kadian.messages import Screening, Temperature


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(clock):
    return Board("e01", clock)


def shown(board):
    return json.loads(board.after(-1, 0)[1])


def show(board, verdict="pass"):
    board.show(
        Screening(
            id=uuid4(), epoch="e", seq=1, at="2026-11-23T07:02:11+08:00", clock="synced", verdict=verdict,
            temperature=Temperature(36.5, "body_estimate"),
        )
    )  # fmt: skip


def test_a_verdict_is_told_with_its_age_so_that_an_old_one_is_never_live(board, clock):
    show(board)
    assert shown(board)["screening"]["age"] == 0
    clock.now += 7.5
    assert shown(board)["screening"]["age"] == 7.5
    assert "since" not in shown(board)["screening"]


def test_a_verdict_that_came_to_nothing_is_taken_back_and_no_other(board):
    show(board)
    board.withdraw(uuid4())
    identity = shown(board)["screening"]["id"]
    board.withdraw(UUID(identity))
    assert shown(board)["screening"] is None


def test_each_life_of_the_gate_has_its_own_epoch_and_a_version_that_grows_only_with_a_change(board):
    assert shown(board)["epoch"] != shown(Board("e01"))["epoch"]
    before = board.after(-1, 0)[0]
    board.stage("hold_still")
    board.stage("hold_still")
    assert board.after(-1, 0)[0] == before + 1


def test_a_rest_told_every_half_second_is_no_news_and_counts_down(board, clock):
    who = uuid4()
    board.rests([Resting(who, 180.0, 38.2)])
    version = board.after(-1, 0)[0]
    for _ in range(20):
        clock.now += 0.5
        board.rests([Resting(who, round(180.0 - (clock.now - 1000.0)), 38.2)])
    assert board.after(-1, 0)[0] == version
    assert shown(board)["rests"] == [{"id": str(who), "celsius": 38.2, "chosen": False, "seconds_left": 170.0}]
    clock.now += 500
    board.rests([Resting(who, 0.0, 38.2)])
    assert board.after(-1, 0)[0] == version
    assert shown(board)["rests"][0]["seconds_left"] == 0
    board.rests([])
    assert shown(board)["rests"] == []


def test_a_note_stays_until_it_is_put_away_and_a_newer_one_is_not_put_away_with_it(board):
    board.message("带好雨衣")
    old = shown(board)["message"]["number"]
    board.message("带好雨衣")
    board.put_away(old)
    new = shown(board)["message"]
    assert new["text"] == "带好雨衣"
    board.put_away(new["number"])
    assert shown(board)["message"] is None


def test_identify_is_counted_so_that_a_screen_blinks_once_for_each(board):
    board.identify()
    board.identify()
    assert shown(board)["identify"] == 2


def every(seconds, count, until):
    return [until - seconds * index for index in reversed(range(count))]


@pytest.mark.parametrize(
    ("capacity", "moments", "hours"),
    [
        (None, [], None),
        (0, [], 0),
        (-5, [], 0),
        (150, [], 2.5),  # a quiet night is reckoned with one person a minute
        (930, every(60, 60, 7200.0), 15),  # 60 within the hour
        (1000, every(10, 360, 7200.0), 2.5),  # a queue of 360 an hour
        (100, every(10, 360, 7200.0), 0),  # 17 minutes: less than half an hour
        (900, [*every(1, 3000, 3000.0), 7100.0], 15),  # the rush of two hours ago is over
        (100, every(1, 10, 7200.0), 1.5),  # ten people in the first ten seconds are no 3,600 an hour
        (3_000_000, [], 99),
    ],
)
def test_the_hours_of_outbox_left_follow_from_its_capacity_and_the_last_hour(capacity, moments, hours):
    assert hours_left(capacity, moments, 7200.0) == hours


def test_the_board_tells_the_hours_at_the_pace_of_its_own_screenings(board, clock):
    for _ in range(120):
        clock.now += 30
        show(board)
    board.devices(troubles=[], waiting=120, online=False, capacity_left=620)
    assert shown(board)["hours_left"] == 5


def test_only_the_last_hour_is_kept():
    flow = Flow()
    for moment in range(0, 20_000, 2):
        flow.passed(float(moment))
    assert len(flow.moments) == 1801


def test_a_note_goes_away_when_its_time_has_passed(board, clock):
    board.message("书记已知道", seconds=600)
    board.devices(troubles=[], waiting=0, online=True)
    assert shown(board)["message"]["text"] == "书记已知道"
    clock.now += 601
    board.devices(troubles=[], waiting=0, online=True)
    assert shown(board)["message"] is None


def test_a_note_that_stays_is_not_taken_away_by_the_time_of_one_before_it(board, clock):
    board.message("书记已知道", seconds=600)
    board.message("带好雨衣")
    clock.now += 601
    board.devices(troubles=[], waiting=0, online=True)
    assert shown(board)["message"]["text"] == "带好雨衣"


def test_the_same_note_told_twice_is_one_and_is_taken_away_by_its_name_alone(board):
    mine, other = uuid4(), uuid4()
    board.message("书记已知道", seconds=600, name=mine)
    number = shown(board)["message"]["number"]
    board.message("书记已知道", seconds=600, name=mine)
    assert shown(board)["message"]["number"] == number
    board.message(None, name=other)
    assert shown(board)["message"] is not None
    board.message(None, name=mine)
    assert shown(board)["message"] is None
    board.message("书记已知道", seconds=600, name=mine)
    board.message(None)
    assert shown(board)["message"] is None


def test_a_note_that_ends_leaves_the_one_before_it_on_the_screen():
    clock = [0.0]
    board = Board("e01", lambda: clock[0])
    first, second = uuid4(), uuid4()
    board.message("带好雨衣")
    board.message("5 分钟到", seconds=60, name=first)
    board.message("10 分钟到", seconds=30, name=second)
    assert shown(board)["message"]["text"] == "10 分钟到"
    board.message(None, name=second)
    assert shown(board)["message"]["text"] == "5 分钟到"
    clock[0] = 61
    board.devices(troubles=[], waiting=0, online=True)
    assert shown(board)["message"]["text"] == "带好雨衣"
    board.put_away(shown(board)["message"]["number"])
    assert shown(board)["message"] is None
