"""The same with clocks that are set, channels that are full, gates that flap, people who are not there."""

import pytest

from collector.alerts.channel import Answer
from collector.alerts.courier import Courier
from collector.alerts.limits import Limit
from collector.alerts.settings import Person, Shift
from tests.collector.alerts.timeline import DUTY, SECRETARY, THREE


@pytest.mark.parametrize("jump", [-5 * 3600, 5 * 3600])
def test_a_clock_that_is_set_delays_no_fever_and_rings_none_twice(morning, jump):
    one = morning()
    one.phones["phone"].answers = [Answer("unknown", "ConnectError", retry=True)] * 3
    one.at(10, one.find, "confirmed_fever", gate="e01")
    one.at(12, one.set_clock, jump)
    one.at(60, one.find, "confirmed_fever", gate="e02")
    one.run(600)
    rang = [(message.gate, round(at)) for at, message in one.phones["phone"].heard]
    assert sorted(gate for gate, _ in rang) == ["e01", "e02"]
    assert dict(rang)["e02"] == 60
    assert dict(rang)["e01"] <= 40


@pytest.mark.parametrize("jump", [-5 * 3600, 5 * 3600, 60 * 3600])
def test_a_clock_that_is_set_puts_off_no_escalation_and_ends_nothing(morning, jump):
    one = morning(**THREE)
    one.at(10, one.find, "confirmed_fever")
    one.at(60, one.set_clock, jump)
    one.run(700)
    assert [round(at) for at, _ in one.phones["duty"].heard] == [10]
    (told,) = [at for at, _ in one.phones["secretary"].heard]
    assert 180 <= told <= 260
    assert one.newest("confirmed_fever").state == "open"


def test_a_channel_at_its_limit_leaves_a_fever_to_the_next_way(morning):
    one = morning(channels=("robot", "sms"), people=(Person("secretary", channels=("robot", "sms")),))
    one.courier = Courier(one.ledger, one.phones, one.now_ms, lambda: 0.5, limits={"robot": (Limit(2, 86_400),)})
    for number in range(4):
        one.at(10 + number, one.find, "confirmed_fever", gate=f"e{number + 1:02}")
    one.run(120)
    gates = [message.gate for name in ("robot", "sms") for _, message in one.phones[name].heard]
    assert sorted(set(gates)) == ["e01", "e02", "e03", "e04"]


def test_a_flapping_gate_whose_first_ring_was_not_needed_rings_when_it_stays_away(morning):
    one = morning()
    one.phones["phone"].answers = [Answer("unknown", "ConnectError", retry=True)] * 6
    one.at(10, one.find, "gate_silent", cause="silent:e01")
    one.at(60, one.resolve, "gate_silent", "over")
    one.at(200, one.come_again, "gate_silent")
    one.run(600)
    assert one.phones["phone"].rules() == ["gate_silent"]


def test_a_refused_digest_is_told_again(morning):
    one = morning()
    one.phones["phone"].answers = [Answer("refused", "45009")]
    one.at(10, one.find, "queue_long", severity="notice")
    one.run(3 * 3600)
    assert one.phones["phone"].rules() == ["digest"]


def test_a_shift_that_ends_between_skips_nobody(morning):
    shift = Shift("v-12", ("e01",), "06:00", "07:02")
    one = morning(channels=THREE["channels"], people=THREE["people"], shifts=(shift,))
    one.at(10, one.find, "confirmed_fever")
    one.run(600)
    assert [round(at) for name in ("duty", "secretary", "deputy") for at, _ in one.phones[name].heard] == [10, 190, 370]


def test_twenty_pages_in_one_second_keep_to_the_budget(morning):
    one = morning()
    for number in range(20):
        one.at(10, one.find, "refused_code", gate=f"g{number:02}")
    one.run(60)
    assert len(one.phones["phone"].heard) == 3


def test_with_nobody_on_duty_and_no_secretary_somebody_is_rung_all_the_same(morning):
    one = morning(channels=("duty",), people=(DUTY,), shifts=())
    one.at(10, one.find, "confirmed_fever", gate="e09")
    one.run(60)
    assert len(one.phones["duty"].heard) == 1


def test_a_silent_gate_of_anothers_shift_is_not_told_to_the_wrong_person(morning):
    people = (Person("a", "duty", ("duty",)), Person("b", "duty", ("deputy",)), SECRETARY)
    shifts = tuple(Shift(who, (gate,), "06:00", "12:00") for who, gate in (("a", "e01"), ("b", "e02")))
    one = morning(channels=THREE["channels"], people=people, shifts=shifts)
    for gate in ("e01", "e02"):
        one.at(10, one.find, "gate_silent", gate=gate, cause=f"silent:{gate}")
    one.run(100)
    assert [[message.gate for _, message in one.phones[name].heard] for name in ("duty", "deputy")] == [
        ["e01"],
        ["e02"],
    ]


def test_a_lone_fever_hours_after_its_thermometer_was_doubted_rings_at_once(morning):
    one = morning()
    one.at(5, one.find, "cluster", facts={"kind": "device", "device": "gy614v3"})
    one.at(18_000, one.find, "confirmed_fever")
    one.run(18_010)
    assert [message.rule for _, message in one.phones["phone"].heard][-1] == "confirmed_fever"
