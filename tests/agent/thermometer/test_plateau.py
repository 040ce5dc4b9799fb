"""Persons before a thermometer, as timelines of ten samples a second."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.background import skin_from
from agent.thermometer.plateau import Plateau
from agent.thermometer.sample import Sample


class Gate:
    """A plateau with a clock: `see` shows one surface after the other."""

    def __init__(self, kind="surface", ambient=22.0, period=0.1, conversion=None):
        self.plateau = Plateau(kind, conversion)
        self.ambient = ambient
        self.period = period
        self.now = 100.0

    def see(self, *surfaces, bodies=None):
        readings = []
        for number, surface in enumerate(surfaces):
            self.now += self.period
            body = bodies[number] if bodies else None
            sample = Sample(raw=round(surface * 100), surface=surface, ambient=self.ambient, body=body)
            readings.append(self.plateau.feed(sample, self.now))
        return [reading for reading in readings if reading is not None]

    def nobody(self, count=5):
        return self.see(*[min(self.ambient, 43.0)] * count)


def test_five_samples_that_agree_make_one_reading_which_is_their_median():
    gate = Gate()
    gate.nobody()
    assert gate.see(34.1, 34.3, 34.2, 34.5) == []
    (reading,) = gate.see(34.4)
    assert (reading.celsius, reading.kind, reading.surface) == (34.3, "surface", 34.3)
    assert (reading.samples, reading.spread, reading.quality) == (5, 0.4, "ok")
    assert (reading.ambient, reading.conversion) == (22.0, None)


def test_one_person_is_one_reading_however_long_he_stands():
    gate = Gate()
    assert len(gate.see(*[34.2] * 250)) == 1


def test_the_next_person_is_a_new_reading_after_two_samples_of_nobody():
    gate = Gate()
    assert len(gate.see(*[34.2] * 8)) == 1
    gate.nobody(2)
    assert len(gate.see(*[35.0] * 8)) == 1


def test_one_sample_of_nobody_is_no_departure():
    gate = Gate()
    assert len(gate.see(*[34.2] * 8)) == 1
    gate.nobody(1)
    assert gate.see(*[34.2] * 8) == []


def test_a_sample_of_nobody_breaks_the_five_in_a_row():
    gate = Gate()
    assert gate.see(34.2, 34.2, 34.2, 34.2, 22.0, 34.2, 34.2, 34.2, 34.2) == []
    assert len(gate.see(34.2)) == 1


def test_a_gap_without_samples_ends_the_presence():
    gate = Gate()
    assert len(gate.see(*[34.2] * 6)) == 1
    gate.now += 1.6
    assert len(gate.see(*[34.2] * 6)) == 1


def test_samples_from_before_a_gap_do_not_count_with_those_behind_it():
    gate = Gate()
    gate.see(*[34.2] * 4)
    gate.now += 1.6
    assert gate.see(*[34.2] * 4) == []


def test_approach_is_waited_out():
    gate = Gate()
    assert gate.see(28.5, 30.0, 31.5, 33.0, 34.0, 34.6, 34.7, 34.7) == []
    (reading,) = gate.see(34.8, 34.7, 34.7)
    assert reading.celsius == 34.7


def test_nothing_that_stands_still_for_three_seconds_is_said_to_be_moving():
    gate = Gate()
    (reading,) = gate.see(*[33.0, 35.0] * 20)
    assert reading.quality == "moving"
    assert reading.spread == 2.0
    assert gate.now - 100 > 3


def test_a_device_of_one_frame_a_second_gets_its_five_samples():
    gate = Gate(period=1.0)
    (reading,) = gate.see(*[34.2] * 6)
    assert reading.quality == "ok"


def test_the_devices_body_value_is_passed_on_with_the_raw_surface_beside_it():
    gate = Gate("body_estimate", conversion="device")
    (reading,) = gate.see(*[34.9] * 6, bodies=[38.4] * 6)
    assert (reading.celsius, reading.surface, reading.kind, reading.conversion) == (
        38.4,
        34.9,
        "body_estimate",
        "device",
    )


def test_without_its_body_value_a_body_thermometer_reads_nobody():
    assert Gate("body_estimate").see(*[34.9] * 20) == []


def test_an_ambient_sensor_never_reads_a_person():
    assert Gate("ambient").see(*[36.5] * 100) == []


@pytest.mark.parametrize(
    ("ambient", "forehead"), [(-10, 29.5), (0, 31.0), (10, 33.0), (22, 34.5), (27.9, 34.5), (30, 35.0), (35, 36.2)]
)
def test_a_forehead_is_seen_and_the_wall_is_not_from_winter_to_summer(ambient, forehead):
    gate = Gate(ambient=ambient)
    wall = Random(7)
    assert gate.see(*[ambient + wall.uniform(-0.4, 0.4) for _ in range(200)]) == []
    assert len(gate.see(*[forehead] * 6)) == 1
    gate.nobody()
    assert len(gate.see(*[forehead] * 6)) == 1


def test_the_limit_for_skin_has_no_jump_at_28():
    assert skin_from(27.99) == pytest.approx(skin_from(28.0), abs=0.02)
    assert (skin_from(None), skin_from(5), skin_from(30), skin_from(35)) == (28.0, 28.0, 33.0, 35.5)


def test_an_oven_is_nobody():
    assert Gate().see(*[60.0] * 50) == []


def test_a_wall_in_the_sun_becomes_background_after_half_a_minute_and_persons_are_seen_before_it():
    gate = Gate(ambient=26.0)
    assert len(gate.see(*[38.0] * 320)) == 1
    assert gate.see(*[38.1] * 600) == []
    (reading,) = gate.see(*[35.0] * 6)
    assert reading.celsius == 35.0
    assert gate.see(*[26.0] * 10) == []
    assert len(gate.see(*[38.0] * 6)) == 1


@given(surfaces=st.lists(st.integers(2000, 4500), max_size=120))
def test_every_reading_is_a_value_that_the_device_gave(surfaces):
    gate = Gate()
    given = {value / 100 for value in surfaces}
    for reading in gate.see(*(value / 100 for value in surfaces)):
        assert reading.celsius in given
        assert reading.quality == "moving" or reading.spread <= 0.5
