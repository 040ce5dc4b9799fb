import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from collector.alerts import selftest
from collector.alerts.channel import Answer
from collector.alerts.courier import Courier
from collector.alerts.limits import Limit
from collector.alerts.selftest import SelfTests, due_day
from collector.ledger import channel_tests, queued
from collector.ledger.channel_tests import Trial
from kadian.text import say
from tests.collector.queued import due

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("robot", "calls")


def at(text):
    return round(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


class Robot:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.tested = []

    def test(self, message):
        self.tested.append(message)
        return self.answers.pop(0) if self.answers else Answer("accepted", "errcode 0")

    def send(self, message):
        raise AssertionError("a test rings nobody")


class Calls:
    def send(self, message):
        raise AssertionError("a test rings nobody")


@pytest.fixture
def morning(office):
    """A clock, the day's tests by it, and a step of the courier."""

    class Morning:
        now_ms = at("2026-11-25T06:44")

        def look(self, names=NAMES):
            tests = SelfTests(office.ledger, names, "06:45", SHANGHAI, lambda: self.now_ms)
            tests.step()
            return tests

        def carry(self, name, channel, limits=()):
            # Another one each time, as after a restart.
            return Courier(office.ledger, {}, lambda: self.now_ms, lambda: 0.5, limits={name: tuple(limits)}).step(
                name, channel
            )

        def results(self):
            with office.ledger.read() as connection:
                found = channel_tests.listing(connection).values()
            return {
                one.channel: (one.day, one.kind) for one in found if one.day and one.reason != say("selftest.first")
            }

        def waiting(self):
            with office.ledger.read() as connection:
                return [one.id for name in NAMES for one in due(connection, self.now_ms, name)]

    return Morning()


@pytest.mark.parametrize(
    ("now", "day"),
    [("06:44:59", None), ("06:45:00", "2026-11-25"), ("23:59:59", "2026-11-25"), ("00:00:00", None)],
)
def test_the_days_test_is_due_from_its_time_to_the_end_of_the_day(now, day):
    assert due_day(datetime.fromisoformat(f"2026-11-25T{now}"), "06:45") == day


def test_every_channel_is_tried_once_a_day_whatever_restarts(morning):
    robot = Robot()
    tests = morning.look()
    assert morning.waiting() == []
    morning.now_ms = at("2026-11-25T06:45")
    tests.step()
    ids = morning.waiting()
    for _ in range(3):
        morning.look()
        assert morning.waiting() == ids
    assert morning.carry("robot", robot) == 0
    assert morning.carry("calls", Calls()) == 0
    assert morning.results() == {"robot": ("2026-11-25", "accepted"), "calls": ("2026-11-25", "untested")}
    morning.now_ms = at("2026-11-25T23:59")
    morning.look()
    assert morning.waiting() == []
    morning.now_ms = at("2026-11-26T06:45")
    morning.look()
    assert len(morning.waiting()) == 2
    assert not set(morning.waiting()) & set(ids)
    (said,) = robot.tested
    assert (said.kind, said.severity) == ("test", "notice")
    assert "不用处理" in said.text[:20]


def test_a_new_office_begins_with_the_next_morning_and_one_that_was_off_makes_up_for_it(morning):
    morning.now_ms = at("2026-11-25T15:00")
    for _ in range(2):
        morning.look()
        assert morning.waiting() == []
    # It was off at night, too.
    morning.now_ms = at("2026-11-26T08:00")
    morning.look()
    assert len(morning.waiting()) == 2
    morning.carry("robot", Robot())
    morning.carry("calls", Calls())
    morning.now_ms = at("2026-11-27T15:00")
    morning.look()
    assert len(morning.waiting()) == 2


def test_a_channel_that_is_new_among_others_is_tried_at_once(office, morning):
    with office.ledger.begin() as connection:
        channel_tests.put(connection, Trial("robot", "2026-11-25", 1, "accepted", "errcode 0"))
    morning.now_ms = at("2026-11-25T15:00")
    morning.look()
    with office.ledger.read() as connection:
        assert [len(due(connection, morning.now_ms, name)) for name in NAMES] == [0, 1]


def test_a_service_that_does_not_answer_is_asked_for_a_quarter_of_an_hour(office, morning):
    silent = Robot(*[Answer("unknown", "ConnectError", retry=True)] * 99)
    tests = morning.look(["robot"])
    morning.now_ms = at("2026-11-25T06:45")
    tests.step()
    while not morning.results():
        morning.now_ms += round(max(morning.carry("robot", silent), 1) * 1000)
    assert morning.results() == {"robot": ("2026-11-25", "unknown")}
    assert selftest.LONGEST_MS <= morning.now_ms - at("2026-11-25T06:45") < selftest.LONGEST_MS + 120_000
    assert 10 < len(silent.tested) < 25
    assert len({message.id for message in silent.tested}) == 1
    with office.ledger.read() as connection:
        assert channel_tests.refused(connection, ["robot"]) == {"robot": "ConnectError"}
        assert channel_tests.refused(connection, ["another"]) == {}


def test_a_refusal_is_known_at_once_and_forgotten_when_a_later_test_is_taken(office, morning):
    tests = morning.look(["robot"])
    robot = Robot(Answer("refused", "token 不对"))
    for day, refused in (("25", {"robot": "token 不对"}), ("26", {})):
        morning.now_ms = at(f"2026-11-{day}T06:45")
        tests.step()
        morning.carry("robot", robot)
        with office.ledger.read() as connection:
            assert channel_tests.refused(connection, ["robot"]) == refused


def test_a_test_takes_a_place_of_the_services_limit_and_what_is_not_tried_takes_none(office, morning):
    tests = morning.look()
    morning.now_ms = at("2026-11-25T06:45")
    tests.step()
    morning.carry("robot", Robot(), [Limit(5, 60)])
    morning.carry("calls", Calls(), [Limit(5, 60)])
    with office.ledger.read() as connection:
        assert queued.tries(connection, "robot", 0) == [morning.now_ms]
        assert queued.tries(connection, "calls", 0) == []


KILLED = """
import os, signal, sys
from collector.alerts.channels.webhook import Webhook
from collector.alerts.courier import Courier
from collector.ledger import Ledger, channel_tests
if sys.argv[3] == "die":
    channel_tests.put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Courier(Ledger.open(sys.argv[1]), {}).step("phone", Webhook(sys.argv[2]))
"""


def test_a_kill_between_the_test_and_its_result_tests_again_under_the_same_id(office, morning, phone):
    tests = morning.look(["phone"])
    morning.now_ms = at("2026-11-25T06:45")
    tests.step()
    for how, code in (("die", -9), ("live", 0)):
        command = [sys.executable, "-c", KILLED, office.url, phone.url, how]
        assert subprocess.run(command, timeout=60, check=False).returncode == code
        assert bool(morning.results()) == (how == "live")
    assert len(phone.calls) == 2
    assert len(set(phone.ids())) == 1
    assert phone.calls[0][1]["kind"] == "test"


def test_the_message_says_what_it_is_in_both_languages():
    said = selftest.message("d1", "test:2026-11-25", datetime(2026, 11, 25, 6, 45, tzinfo=SHANGHAI))
    assert "06:45" in said.text
    assert "06:45" in said.text_en
    assert msgspec.json.decode(msgspec.json.encode(said), type=selftest.Message) == said
