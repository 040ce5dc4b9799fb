"""What a gate knows again after it was killed: who rests, and who is on duty."""

import pytest

from agent.acts import Typed, WaitForDuty
from kadian.messages import Policy
from tests.agent.screeners import EIGHT, OPERATORS, Gate

HOUR = 3600 * 10**9


@pytest.fixture
def lives(tmp_path):
    running = []

    def begin(**more):
        if running:
            running[-1].outbox.close()
        running.append(Gate(tmp_path / "outbox.db", policy=Policy("1", operators=OPERATORS), **more))
        return running[-1]

    yield begin
    running[-1].outbox.close()


def test_within_one_boot_a_rest_goes_on_to_the_second(lives):
    gate = lives()
    gate.code("h")
    gate.person(38.0)
    first = gate.last.id
    gate = lives(start=1060.0)
    gate.pass_time(0)
    assert [(rest["id"], rest["seconds_left"]) for rest in gate.shown["rests"]] == [(str(first), 120)]
    gate.pass_time(120)
    gate.code("h")
    gate.person(38.0)
    assert (gate.last.verdict, gate.last.remeasure_of) == ("stop", first)


def test_what_was_cleared_before_stays_cleared(lives):
    gate = lives()
    gate.code("h")
    gate.person(38.0)
    gate.pass_time(200)
    gate.code("h")
    gate.person(36.5)
    gate = lives(start=1300.0)
    gate.pass_time(0)
    assert gate.shown["rests"] == []


def test_over_a_boot_right_clocks_say_how_long_ago_it_was(lives):
    gate = lives()
    gate.person(38.0)
    gate = lives(boot="two", start=5.0, wall=EIGHT + 100 * 10**9)
    gate.pass_time(0)
    assert gate.shown["rests"][0]["seconds_left"] == 80
    gate = lives(boot="three", start=5.0, wall=EIGHT + 2 * HOUR)
    gate.pass_time(0)
    assert gate.shown["rests"] == []


@pytest.mark.parametrize("wall", [0, EIGHT - 720 * HOUR, EIGHT + 2 * HOUR])
def test_over_a_boot_without_a_right_clock_the_rest_begins_anew_rather_than_end_too_early(lives, wall):
    gate = lives()
    gate.person(38.0)
    gate = lives(boot="two", start=5.0, wall=wall, synced=False)
    gate.pass_time(0)
    assert gate.shown["rests"][0]["seconds_left"] == 180


@pytest.mark.parametrize("minutes", [3, 4, 5])
def test_over_a_boot_without_a_right_clock_nobody_without_a_code_inherits_yesterdays_last_rest(lives, minutes):
    gate = lives()
    gate.person(38.0)
    first = gate.last.id
    gate = lives(boot="two", start=5.0, wall=EIGHT + 14 * HOUR, synced=False)
    gate.pass_time(minutes * 60)
    gate.person(37.6)
    assert (gate.last.verdict, gate.last.reasons, gate.last.remeasure_of) == ("recheck", ("temperature_high",), None)
    gate.act(Typed(38.0, "contact", "armpit", first))
    assert gate.last.remeasure_of == first, "the volunteer may still say whose it is"


def test_over_a_boot_without_a_right_clock_a_rest_is_still_found_by_its_code(lives):
    gate = lives()
    gate.code("h")
    gate.person(38.0)
    first = gate.last.id
    gate = lives(boot="two", start=5.0, wall=0, synced=False)
    gate.pass_time(200)
    gate.code("h")
    gate.person(38.0)
    assert (gate.last.verdict, gate.last.remeasure_of) == ("stop", first)


def on(gate):
    gate.act(WaitForDuty())
    gate.code("card-a")


def test_who_is_on_duty_stays_on_over_a_restart_and_is_let_go_after_sixteen_hours(lives):
    on(lives())
    gate = lives(start=1000.0 + 15 * 3600)
    gate.person(36.5)
    assert gate.last.operator == "v-12"
    gate.pass_time(3600)
    gate.person(36.5)
    assert (gate.last.operator, gate.last.unattended) == (None, True)
    gate = lives(start=1000.0 + 17 * 3600)
    gate.person(36.5)
    assert gate.last.unattended


def test_over_a_boot_a_sign_on_holds_only_when_the_clock_says_that_it_may(lives):
    on(lives())
    gate = lives(boot="two", start=5.0, wall=EIGHT + 2 * HOUR, synced=False)
    gate.person(36.5)
    assert gate.last.unattended
    gate = lives(boot="three", start=5.0, wall=EIGHT + 2 * HOUR)
    gate.person(36.5)
    assert gate.last.operator == "v-12"
    gate = lives(boot="four", start=5.0, wall=EIGHT + 17 * HOUR)
    gate.person(36.5)
    assert gate.last.unattended
