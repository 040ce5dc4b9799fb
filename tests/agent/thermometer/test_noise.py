"""Bad lines and strangers' bytes, for every device, with and without the plateau behind it."""

import math
import os
import random

import pytest

from agent.thermometer import Plateau, find
from tests.hardware.framed import DEVICES
from tests.hardware.hearing import Value, frame, hear, value, values
from tests.hardware.noise import damaged, feed_fuzzed

pytestmark = pytest.mark.computing
FUZZ = int(os.environ.get("KADIAN_FUZZ", "50000"))
SUM8 = ("cjmcu90614", "gy614v3", "gy_mcu90614", "temp_sitter")
LONG = 200


@pytest.fixture(params=DEVICES)
def name(request):
    return request.param


def test_four_megabytes_of_noise_hold_no_value(name):
    noise = random.Random(20260207)
    parser = find(name).make_parser()
    assert [sample for _ in range(64) for sample in parser.feed(noise.randbytes(65536))] == []
    assert parser.settle() == []
    # Head and tail may fit by chance; what they hold then agrees with nothing.
    assert parser.counts.skipped > 4_190_000


@pytest.mark.parametrize("name", [name for name, device in DEVICES.items() if device.pauses])
def test_a_megabyte_of_noise_in_bursts_holds_no_value(name):
    noise = random.Random(5)
    parser = find(name).make_parser()
    assert hear(name, (noise.randbytes(noise.randrange(1, 64)) for _ in range(32768)), parser=parser) == []


def test_fuzzed_inputs_neither_break_a_parser_nor_hang_it(name):
    driver = find(name)
    strangers = [captured for other in DEVICES if other != name for captured in find(other).captured]
    parser = driver.make_parser()
    feed_fuzzed(parser, driver.captured, strangers, FUZZ // len(DEVICES), random.Random(name))
    hear(name, [frame(name, 3)] * 4, parser=parser)
    assert values(hear(name, [frame(name, 3)] * 4, parser=parser))[-1] == value(name, 3)


@pytest.mark.parametrize("name", SUM8)
def test_one_per_cent_of_noise_passes_an_8_bit_sum_as_seldom_as_it_must(name):
    chance = random.Random(11)
    frames = [frame(name, n) for n in range(20_000)]
    noisy = [damaged(data, chance, lost=0.01, flipped=0.01, added=0.01) for data in frames]
    hurt = sum(before != after for before, after in zip(frames, noisy, strict=True))
    wrong = [got for got in values(hear(name, noisy)) if got not in {value(name, n) for n in range(20)}]
    assert hurt > 3000
    assert len(wrong) <= hurt / 256


def people(name, count, chance, rate):
    """Readings of people before a bad line: (true value, what was measured)."""
    driver = find(name)
    parser = driver.make_parser()
    plateau = Plateau(driver.kind, driver.conversion, finished=math.isinf(driver.pause))
    at = 0.0
    for n in range(count):
        true = round(32 + n * 7 % 50 * 0.1, 1)
        for _ in range(40):
            sent = damaged(DEVICES[name].frame(true, 21.3, true), chance, lost=rate, flipped=rate, added=rate)
            at += 0.1
            for sample in hear(name, [sent], parser=parser):
                measured = plateau.feed(sample, at)
                if measured is not None:
                    yield true, measured
        at += 3.0


def test_no_reading_is_wrong_under_one_per_cent_of_noise_once_frames_agree(name):
    # 1 % spoils every long frame, and nothing would be shown: such a line is given one error in most frames.
    length = len(frame(name, 0))
    got = list(people(name, 40 if length > LONG else 200, random.Random(17), min(0.01, 0.4 / length)))
    wrong = [(true, measured) for true, measured in got if measured.celsius != true]
    assert wrong == []
    assert len(got) >= 20
    assert all(measured.quality == "ok" for _, measured in got)


def test_two_errors_in_a_row_are_not_agreement(name):
    need = find(name).agree
    if need > 1:
        low, high = frame(name, 2), frame(name, 9)
        got = values(hear(name, [low] * need + [high, low] * 20 + [low] * need))
        assert set(got) == {Value(*value(name, 2))}
