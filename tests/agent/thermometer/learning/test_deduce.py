"""Unknown guns are learned from what their display showed, or honestly not."""

import os
import random
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from agent.thermometer.learned import driver
from agent.thermometer.learning import Capture, Deduced, Unsure, deduce
from agent.thermometer.learning.checks import CHECKS


def beside(name):
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


guns, invented = beside("guns"), beside("invented")

SHOWN = (36.5, 37.2, 35.8, 38.4, 22.3)
OTHERS = [20.4 + n / 10 for n in range(0, 390, 7)]
ALL = {**guns.PROVEN, **guns.UNPROVEN, **guns.TEXT}


def captures(gun, shown=SHOWN, repeat=1, unit="C", junk=b""):
    texts = [f"{t:.1f}" if unit == "C" else f"{guns.fahrenheit(t):.1f}" for t in shown]
    return [Capture(junk + gun(t) * repeat, text) for t, text in zip(shown, texts, strict=True)]


def read(learned, *frames):
    parser = driver(learned.profile).make_parser()
    return [one.surface for frame in frames for one in parser.feed(frame)] + [one.surface for one in parser.settle()]


def check(gun, learned, tolerance=0.06):
    assert isinstance(learned, Deduced), learned
    for t in OTHERS:
        found = read(learned, b"\x00\r\n", *[gun(t)] * (learned.profile.agree + 1))
        assert found, f"{t} is not read"
        assert all(abs(one - t) <= tolerance for one in found), (t, found)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("repeat", [1, 5])
def test_a_gun_never_seen_before_is_learned_and_read_right_at_every_other_temperature(name, repeat):
    gun = ALL[name]
    learned = deduce(captures(gun, repeat=repeat), "body_estimate", 9600)
    check(gun, learned)
    proven = learned.profile.frame is not None and learned.profile.frame.check != "none"
    assert proven == (name in guns.PROVEN)
    assert learned.profile.agree == (1 if proven else 2)


@pytest.mark.parametrize("name", guns.PROVEN)
def test_three_values_are_enough_where_a_sum_proves_the_frame(name):
    gun = guns.PROVEN[name]
    check(gun, deduce(captures(gun, (36.5, 24.1, 41.2)), "surface", 9600))


@pytest.mark.parametrize("name", ["FE FD", "a bare number", "little-endian tenths, xor"])
def test_a_display_in_fahrenheit_is_understood(name):
    gun = ALL[name]
    check(gun, deduce(captures(gun, unit="F"), "surface", 9600), tolerance=0.1)


def test_a_gun_whose_wire_and_display_are_fahrenheit_is_understood():
    def gun(t):
        return b"\xfe\xfd\x15\x01" + round(guns.fahrenheit(t) * 10).to_bytes(2, "big") + b"\r\n"

    check(gun, deduce(captures(gun, unit="F"), "surface", 9600))


@pytest.mark.parametrize("name", guns.PROVEN)
def test_a_stream_that_began_in_mid_frame_and_lost_bytes_is_learned(name):
    chance = random.Random(7)
    gun = guns.PROVEN[name]
    found = []
    for one in captures(gun, repeat=20):
        data = bytearray(one.data[chance.randrange(6) :])
        del data[chance.randrange(40, len(data) - 40)]
        found.append(Capture(bytes(data), one.shown))
    check(gun, deduce(found, "surface", 9600))


def test_fewer_than_three_different_values_are_not_enough():
    gun = ALL["FE FD"]
    for shown in ((36.5,), (36.5, 36.5, 36.5), (36.5, 37.0, 36.5)):
        assert deduce(captures(gun, shown), "surface", 9600) == Unsure("few")


def test_without_a_sum_a_fourth_value_is_asked_for():
    found = deduce(captures(ALL["FE FD"], SHOWN[:3]), "surface", 9600)
    assert (found.why, found.needed) == ("no_sum", 4)
    assert "FE FD 1A 01 vv vv 0D 0A" in found.rivals[0]


@pytest.mark.parametrize("name", ["FE FD", "5A 5A family, with an ambient that wanders", "a bare number"])
@pytest.mark.parametrize("wrong", range(5))
def test_one_wrongly_typed_value_is_found_out_and_nothing_is_learned(name, wrong):
    found = captures(ALL[name])
    found[wrong] = Capture(found[wrong].data, "39.9")
    assert deduce(found, "surface", 9600) == Unsure("nothing", wrong=wrong)


def test_two_wrongly_typed_values_are_refused():
    found = captures(ALL["FE FD"])
    found[1], found[3] = Capture(found[1].data, "36.9"), Capture(found[3].data, "36.1")
    assert deduce(found, "surface", 9600).why == "nothing"


def test_noise_is_refused_however_it_is_cut():
    chance = random.Random(20260207)
    for size in (6, 9, 40, 200):
        for _ in range(8):
            noise = [Capture(chance.randbytes(size), f"{t:.1f}") for t in SHOWN]
            assert isinstance(deduce(noise, "surface", 9600), Unsure)
            letters = [Capture(bytes(chance.choices(b"0123456789.,AT=\r\n", k=size)), f"{t:.1f}") for t in SHOWN]
            assert isinstance(deduce(letters, "surface", 9600), Unsure)


def test_two_numbers_that_are_always_the_same_are_refused_until_they_differ():
    def gun(t, other=None):
        first, second = (round(x * 100).to_bytes(2, "big") for x in (t, t if other is None else other))
        return guns.summed(b"\xa4\x03" + first + b"\x11" + second)

    found = deduce(captures(gun), "surface", 9600)
    assert found.why == "rivals"
    assert len(found.rivals) == 2
    more = [*captures(gun), Capture(gun(36.1, 35.2), "36.1")]
    learned = deduce(more, "surface", 9600)
    assert isinstance(learned, Deduced)
    assert learned.profile.frame.picture == "A4 03 vv vv 11 .. .. ss"


def test_two_numbers_in_a_line_that_are_always_the_same_are_refused():
    found = deduce(captures(lambda t: f"{t:.1f},{t:.1f}\r\n".encode()), "surface", 9600)
    assert found.why == "rivals"


def test_a_high_byte_that_never_changed_and_could_be_either_neighbour_is_refused():
    def gun(t):
        return b"\xaa\x01" + round(t * 10).to_bytes(2, "little") + b"\x55"

    assert deduce(captures(gun, (36.5, 37.2, 35.8, 38.4)), "surface", 9600).why == "rivals"
    check(gun, deduce(captures(gun), "surface", 9600))


def test_a_counter_is_not_taken_for_a_temperature():
    rising = (36.0, 36.1, 36.2, 36.3, 36.4, 36.5)
    count = [Capture(b"\xaa\x55" + bytes([n, 7, 9]), f"{t:.1f}") for n, t in enumerate(rising)]
    assert deduce(count, "surface", 9600).why in {"free", "rivals"}


def test_a_zero_point_of_its_own_needs_five_values_in_no_order():
    def gun(t):
        return guns.summed(b"\xaa\x55" + bytes([round((t - 17.3) * 10) % 256]) + b"\x09")

    warm = (36.5, 25.1, 38.2, 29.4, 41.0)
    few = deduce(captures(gun, warm[:4]), "surface", 9600)
    assert (few.why, few.needed) == ("free", 5)
    assert deduce(captures(gun, tuple(sorted(warm))), "surface", 9600).why == "free"
    learned = deduce(captures(gun, warm), "surface", 9600)
    assert isinstance(learned, Deduced)
    assert read(learned, gun(39.9)) == [39.9]


def test_a_greeting_before_the_result_does_not_matter():
    gun = guns.PROVEN["FE and sum, big-endian hundredths"]
    check(gun, deduce(captures(gun, junk=b"HELLO\x00\x01"), "surface", 9600))


def test_a_measurement_in_which_nothing_came_is_nothing():
    found = [*captures(ALL["FE FD"]), Capture(b"", "36.6")]
    assert deduce(found, "surface", 9600).why == "nothing"


def test_the_sums_are_those_of_the_published_catalogue():
    nine = b"123456789"
    wanted = {"crc8": "f4", "crc8-maxim": "a1", "crc16-modbus-be": "4b37", "crc16-ccitt-be": "29b1"}
    wanted |= {"crc16-xmodem-be": "31c3", "sum8": "dd", "xor8": "31", "crc8-31-ff": "f7", "crc16-modbus-le": "374b"}
    assert {name: CHECKS[name].make(nine).hex() for name in wanted} == wanted


@pytest.mark.parametrize(("shown", "span"), [(3, 380), (5, 380), (6, 30)], ids=["three", "five", "six people"])
def test_guns_that_nobody_has_built_are_learned_or_refused_and_never_read_wrongly(shown, span):
    lowest = 20.4 if span > 100 else 35.5
    right = 0
    guns_tried = int(os.environ.get("KADIAN_INVENTED", "25"))
    for seed in range(guns_tried):
        chance = random.Random(seed)
        gun, proven = invented.gun(chance)
        values = [round(lowest + n / 10, 1) for n in chance.sample(range(span), shown)]
        learned = deduce(captures(gun, values, repeat=chance.choice((1, 1, 2, 5))), "surface", 9600)
        if isinstance(learned, Unsure):
            assert shown == 3, (seed, learned)
            continue
        right += 1
        check(gun, learned)
        assert (learned.profile.agree == 1) == proven
    assert right >= guns_tried * 0.6
