from datetime import datetime

import pytest

from collector.alerts.dispatch.roster import covers, people_of, quiet_until, rungs
from collector.alerts.settings import Channel, Person, Shift

MONDAY = datetime(2026, 11, 23, 8)
MORNING = Shift("li", ("e01",), "07:00", "12:00")
NIGHT = Shift("li", ("e01",), "22:00", "06:00", ("mon",))


@pytest.mark.parametrize(
    ("shift", "day", "time", "on"),
    [
        (MORNING, 23, "06:59", False),
        (MORNING, 23, "07:00", True),
        (MORNING, 23, "11:59", True),
        (MORNING, 23, "12:00", False),
        (NIGHT, 23, "22:00", True),
        (NIGHT, 24, "05:59", True),
        (NIGHT, 24, "06:00", False),
        (NIGHT, 24, "23:00", False),
        (NIGHT, 23, "05:00", False),
    ],
)
def test_a_shift_covers_its_hours_over_midnight_too(shift, day, time, on):
    assert covers(shift, datetime.fromisoformat(f"2026-11-{day}T{time}")) is on


def test_on_duty_at_the_gate_comes_first_then_secretaries_then_deputies_and_nobody_twice():
    li = Person("li", "duty", ("a",))
    boss = Person("boss", "secretary", ("b",))
    wang = Person("wang", "deputy", ("c",))
    silent = Person("silent", "deputy")
    people = (wang, boss, li, silent)
    assert rungs(people, (MORNING,), "e01", MONDAY) == ((li,), (boss,), (wang,))
    assert rungs(people, (MORNING,), "e02", MONDAY) == ((boss,), (wang,))
    assert rungs(people, (Shift("boss", ("e01",), "07:00", "12:00"),), "e01", MONDAY) == ((boss,), (wang,))


def test_without_people_each_channel_is_somebody_and_all_are_told():
    people = people_of((), [Channel("a", "bark+https://h"), Channel("b", "bark+https://h")])
    assert [[person.id for person in rung] for rung in rungs(people, (), "e01", MONDAY)] == [["a", "b"]]


@pytest.mark.parametrize(
    ("time", "until"),
    [("21:59", None), ("22:00", "24T06:30"), ("06:29", "23T06:30"), ("06:30", None)],
)
def test_quiet_hours_end_in_the_morning(time, until):
    person = Person("li", quiet="22:00-06:30")
    ends = quiet_until(person, datetime.fromisoformat(f"2026-11-23T{time}"))
    assert (ends and f"{ends:%dT%H:%M}") == until
