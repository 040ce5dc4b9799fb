import pytest

from collector.rules import confirmed_fever, refused_code, sealed_entrance, two_gates
from collector.rules.lateness import is_late, moment_ms
from collector.rules.rule import RuleSettings

DAY = 24 * 60
SETTINGS = RuleSettings(sealed=frozenset({"g9"}))


def judged(rule, *stored):
    state = rule.State()
    return [finding for one in stored for finding in rule.judge(state, one, SETTINGS)]


@pytest.mark.parametrize(
    ("minute", "arrived", "more", "late"),
    [
        (0, 0, {}, False),
        (0, 14, {"drained": True}, False),  # two that were measured in one breath are no backlog
        (0, 16, {}, True),  # a backlog of one
        (0, 16, {"clock": "estimated", "drained": True}, True),
        (600, 0, {}, False),  # a clock ten hours ahead says nothing; it came alone, so it is of now
        (600, 0, {"drained": True}, True),
        (-40 * 365 * DAY, 0, {}, False),  # 1986
        (-40 * 365 * DAY, 0, {"drained": True}, True),
        (-300, 0, {"clock": "unsynced"}, False),
        (-300, 0, {"clock": "unsynced", "drained": True}, True),
        (0, 0, {"clock": "unsynced", "drained": True}, True),
    ],
)
def test_own_time_arrival_clock_and_company_say_together_what_is_old(at, minute, arrived, more, late):
    assert is_late(at(minute, received=arrived, **more)) is late


def test_a_time_in_the_future_is_not_when_it_happened(at):
    stored = at(600, received=0)
    assert moment_ms(stored) == stored.received_ms


def test_no_rule_takes_a_backlog_without_a_clock_for_now(at):
    kept = {"clock": "unsynced", "drained": True, "received": 0}
    found = [
        *judged(confirmed_fever, at(-300, 38.4, **kept), at(-298, 38.6, **kept)),
        *judged(refused_code, *(at(-300, status="expired", verdict="stop", **kept) for _ in range(2))),
        *judged(sealed_entrance, at(-300, 36.5, gate="g9", **kept)),
        *judged(two_gates, at(-300, holder="a", **kept), at(-300, holder="a", gate="g2", **kept)),
    ]
    assert [(one.rule, one.severity, one.late) for one in found] == [
        ("confirmed_fever", "notice", True),
        ("refused_code", "notice", True),
        ("sealed_entrance", "notice", True),
    ]


def test_two_high_readings_hours_apart_in_one_backlog_without_a_clock_do_not_confirm_each_other(at):
    kept = {"clock": "unsynced", "drained": True, "received": 0}
    assert judged(confirmed_fever, at(-600, 38.4, **kept), at(-300, 38.6, **kept)) == []


def test_a_fever_of_now_rings_though_its_gate_has_no_clock(at):
    found = judged(
        confirmed_fever, at(-300, 38.4, clock="unsynced", received=0), at(-298, 38.6, clock="unsynced", received=2)
    )
    assert [(one.severity, one.late) for one in found] == [("page", False)]
