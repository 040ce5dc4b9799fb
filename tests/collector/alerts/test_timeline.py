"""In the manner of Alertmanager's acceptance tests: this is found at t0, that rings at this phone between t1 and t2."""

from collector.alerts.channel import Answer
from collector.alerts.settings import Person
from tests.collector.alerts.timeline import SEVEN, THREE, Timeline


def test_a_confirmed_fever_rings_at_once_and_once(morning):
    one = morning()
    one.at(10, one.find, "confirmed_fever", cause="fever:a", once=True)
    one.at(40, one.find, "confirmed_fever", cause="fever:a", once=True)
    one.run(900)
    assert len(one.phones["phone"].between(10, 11)) == 1
    assert len(one.phones["phone"].heard) == 1
    assert one.timeline(one.newest("confirmed_fever").id)[:3] == ["opened", "always", "notified"]


def test_a_fever_that_nobody_takes_rings_everybody_again_four_times(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.run(4 * 3600)
    assert [round(at) for at, _ in one.phones["secretary"].heard] == [190, 1270, 2170, 3070, 3970]
    assert [round(at) for at, _ in one.phones["duty"].heard] == [10, 1270, 2170, 3070, 3970]
    assert one.newest("confirmed_fever").because == "nobody_left"


def test_who_is_on_duty_is_told_then_the_secretary_then_the_deputy(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.run(1200)
    assert {name: [round(at) for at, _ in phone.heard] for name, phone in one.phones.items()} == {
        "duty": [10],
        "secretary": [190],
        "deputy": [370],
    }
    assert "还没有人接" in one.phones["secretary"].heard[0][1].text
    assert one.newest("confirmed_fever").because == "nobody_answered"


def test_where_nobody_is_on_duty_the_secretary_is_told_at_once(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever", gate="e09")
    one.run(60)
    assert [round(at) for at, _ in one.phones["secretary"].heard] == [10]


def test_what_somebody_took_climbs_no_further(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.at(100, one.acknowledge, "confirmed_fever", "v-12")
    one.at(800, one.resolve, "confirmed_fever")
    one.run(7200)
    assert [len(one.phones[name].heard) for name in ("duty", "secretary", "deputy")] == [1, 0, 0]


def test_who_took_it_and_says_nothing_more_is_asked_again_then_the_secretary(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.at(60, one.acknowledge, "confirmed_fever", "v-12", minutes=5)
    one.run(3 * 3600)
    assert [(round(at), message.kind) for at, message in one.phones["duty"].heard] == [(10, "alarm"), (960, "again")]
    assert [(round(at), message.kind) for at, message in one.phones["secretary"].heard] == [(1860, "again")]


def test_who_promised_to_be_there_in_twenty_minutes_is_given_the_time(morning):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.at(60, one.acknowledge, "confirmed_fever", "v-12", minutes=20)
    one.run(1600)
    assert [round(at) for at, _ in one.phones["duty"].heard] == [10, 1560]


def test_nine_silent_gates_are_one_message(morning):
    one = morning()
    for number in range(1, 10):
        one.at(90 + 3 * number, one.find, "gate_silent", gate=f"e{number:02}", cause=f"gate_silent:e{number:02}")
    one.run(900)
    (message,) = one.phones["phone"].between(93, 125)
    assert len(one.phones["phone"].heard) == 1
    assert message.count == 9


def test_an_offline_office_mutes_the_gates_that_it_cannot_hear_and_the_digest_tells_of_them(morning):
    one = morning()
    one.at(30, one.find, "office_offline", gate="")
    for number in range(1, 10):
        one.at(90 + number, one.find, "gate_silent", gate=f"e{number:02}", cause=f"gate_silent:e{number:02}")
    one.at(1200, one.resolve, "office_offline", ending="over")
    for number in range(1, 10):
        one.at(1203, one.resolve, "gate_silent", "over", f"e{number:02}")
    one.run(3600)
    rules = one.phones["phone"].rules()
    assert rules == ["office_offline", "digest"]
    digest = one.phones["phone"].heard[1][1]
    assert digest.count == 9
    assert "muted" in one.timeline(one.newest("gate_silent").id)


def test_a_gate_that_stays_silent_after_the_office_is_back_rings_a_minute_later(morning):
    one = morning()
    one.at(30, one.find, "office_offline", gate="")
    one.at(90, one.find, "gate_silent", gate="e03")
    one.at(600, one.resolve, "office_offline", ending="over")
    one.run(1200)
    assert [(message.rule, 640 <= at <= 780) for at, message in one.phones["phone"].heard[1:]] == [
        ("gate_silent", True)
    ]


def test_the_same_cause_does_not_ring_again_within_five_minutes(morning):
    one = morning()
    one.at(10, one.find, "sealed_entrance", gate="e12", cause="sealed:e12")
    one.at(60, one.resolve, "sealed_entrance")
    one.at(70, one.find, "sealed_entrance", gate="e12", cause="sealed:e12")
    one.run(900)
    assert [round(at) for at, _ in one.phones["phone"].heard] == [12, 312]


def test_what_was_filtered_out_starts_no_cool_down(morning):
    one = morning()
    one.at(5, one.find, "office_offline", gate="")
    one.at(10, one.find, "gate_silent", gate="e03", cause="gate_silent:e03")
    one.at(20, one.resolve, "gate_silent", ending="over")
    one.at(25, one.resolve, "office_offline", ending="over")
    one.at(30, one.find, "gate_silent", gate="e03", cause="gate_silent:e03")
    one.run(120)
    assert [(round(at), message.rule) for at, message in one.phones["phone"].heard][1:] == [(60, "gate_silent")]


def test_beyond_the_hours_budget_all_but_a_fever_goes_into_the_digest(morning):
    one = morning(people=(Person("secretary", channels=("phone",), pushes_per_hour=6),))
    for number in range(8):
        one.at(60 * number, one.find, "refused_code", gate=f"e{number + 1:02}")
    one.at(500, one.find, "confirmed_fever", gate="e09")
    one.at(560, one.acknowledge, "confirmed_fever", "secretary")
    one.at(900, one.resolve, "confirmed_fever")
    one.run(3600)
    rules = one.phones["phone"].rules()
    assert rules.count("refused_code") == 3
    assert rules.count("confirmed_fever") == 1
    assert len(one.phones["phone"].between(500, 501)) == 1
    assert [message.count for _, message in one.phones["phone"].heard if message.rule == "digest"] == [5]


def test_what_can_wait_is_one_digest_in_half_an_hour(morning):
    one = morning()
    for number in range(12):
        one.at(10 + 200 * number, one.find, "queue_long", severity="notice", gate=f"e{number % 3 + 1:02}")
    one.run(2 * 3600)
    assert [round(at) for at, _ in one.phones["phone"].heard] == [1810, 3810]
    assert set(one.phones["phone"].rules()) == {"digest"}
    assert sum(message.count for _, message in one.phones["phone"].heard) == 12


def test_late_fevers_of_nine_gates_are_one_notice_and_nothing_live(morning):
    one = morning()
    for number in range(1, 10):
        cause = f"late-fever:e{number:02}:2026-11-25"
        one.at(10 + number, one.find, "confirmed_fever", f"e{number:02}", "notice", cause, late=True)
    one.run(3600)
    assert [(message.late, message.count) for _, message in one.phones["phone"].heard] == [(True, 9)]


def test_at_night_a_fever_rings_and_a_silent_gate_waits_for_the_morning(morning):
    night = SEVEN.replace(hour=23)
    one = morning(people=(Person("secretary", channels=("phone",), quiet="22:00-06:30"),), begin=night)
    one.at(10, one.find, "gate_silent", gate="e02")
    one.at(20, one.find, "confirmed_fever", gate="e01")
    one.at(300, one.resolve, "confirmed_fever")
    one.run(9 * 3600)
    assert [(round(at), message.rule) for at, message in one.phones["phone"].heard] == [
        (20, "confirmed_fever"),
        (7.5 * 3600, "digest"),
    ]


def test_fevers_before_a_suspect_thermometer_are_one_line_in_ten_minutes(morning):
    one = morning()
    one.at(2, one.find, "confirmed_fever")
    one.at(5, one.find, "cluster", facts={"kind": "device", "device": "gy614v3"})
    for seconds in range(10, 3600, 20):
        one.at(seconds, one.find, "confirmed_fever")
    one.run(2 * 3600)
    within_the_hour = one.phones["phone"].between(0, 3600)
    assert one.phones["phone"].between(0, 3)
    assert [message.rule for message in within_the_hour].count("cluster") == 1
    assert len(within_the_hour) <= 7  # six of the budget, and the digest that is never kept back
    assert one.untold() == []


def test_a_refusal_goes_the_persons_next_way_at_once(morning):
    one = morning(channels=("robot", "sms"), people=(Person("secretary", channels=("robot", "sms")),))
    one.phones["robot"].answers = [Answer("refused", "93000")]
    one.at(10, one.find, "confirmed_fever")
    one.run(60)
    assert [round(at) for at, _ in one.phones["sms"].heard] == [10]
    assert one.phones["sms"].heard[0][1].id != ""


def test_a_service_that_does_not_answer_is_left_for_the_next_way_after_twenty_seconds(morning):
    one = morning(channels=("robot", "sms"), people=(Person("secretary", channels=("robot", "sms")),))
    one.phones["robot"].answers = [Answer("unknown", "ConnectError", retry=True)] * 1000
    one.at(10, one.find, "confirmed_fever")
    one.run(120)
    assert [30 <= at <= 50 for at, _ in one.phones["sms"].heard] == [True]


def test_somebody_who_cannot_be_reached_at_all_is_not_waited_for(morning):
    one = morning(**THREE)
    one.phones["duty"].answers = [Answer("refused", "no such key")]
    one.at(10, one.find, "confirmed_fever")
    one.run(60)
    assert [round(at) for at, _ in one.phones["secretary"].heard] == [10]


def test_what_nobody_came_for_expires(morning):
    one = morning(expire_hours=2)
    one.at(10, one.find, "sealed_entrance", gate="e12", cause="sealed:e12")
    one.run(3 * 3600)
    assert one.newest("sealed_entrance").stage == "expired"


def test_kills_between_any_two_steps_ring_each_fever_once_under_one_id_on_either_database(office):
    one = Timeline(office.ledger, **THREE)
    for number in range(20):
        one.at(10 + 20 * number, one.find, "confirmed_fever", gate=f"e{number % 9 + 1:02}")
    for second in range(0, 900, 7):
        one.at(second, one.start)
    one.run(1800)
    ids = [message.id for phone in one.phones.values() for _, message in phone.heard]
    assert len(ids) == len(set(ids))
    secretary = [message.incident for _, message in one.phones["secretary"].heard]
    assert len(set(secretary)) == 20
