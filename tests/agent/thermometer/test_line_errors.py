"""One damaged byte in a stream of frames: no wrong value from any device, or what an 8-bit sum must let through."""

import random

import pytest

from agent.thermometer.catalogue import find
from kadian.demo.thermometers import gy614v3_frame, gy_mcu90614_frame
from tests.hardware.framed import DEVICES
from tests.hardware.hearing import frame, hear, plateaus, value, values

pytestmark = pytest.mark.computing
SUM8 = ("cjmcu90614", "gy614v3", "gy_mcu90614", "temp_sitter")
PLACES = 24


@pytest.fixture(params=DEVICES)
def name(request):
    return request.param


def places(length, seed):
    """All places of a short frame; of a long one both ends and some between."""
    if length <= 200:
        return range(length)
    between = random.Random(seed).sample(range(PLACES, length - 20), PLACES)
    return [*range(PLACES), *between, *range(length - 20, length)]


def with_one(stream, n, changed):
    return [*stream[:n], changed, *stream[n + 1 :]]


def heard_right(name, stream, n, changed):
    """What is heard besides true values, and whether the values around the damage are still heard."""
    got = values(hear(name, with_one(stream, n, changed)))
    assert {value(name, 0), value(name, 2)} <= set(got)
    return set(got) - {value(name, k) for k in range(3)}


def stream_of(name):
    """Three values, the second so often that it bears the loss of one frame; and where in it the damage is tried."""
    need = find(name).agree
    return plateaus(name, 3, need + 1), (need + 1, need + 1 + need // 2)


def test_one_flipped_bit_never_gives_a_wrong_value(name):
    stream, tried = stream_of(name)
    for n in tried:
        for place in places(len(stream[n]), 1):
            for bit in range(8):
                wrong = bytearray(stream[n])
                wrong[place] ^= 1 << bit
                assert heard_right(name, stream, n, bytes(wrong)) == set(), (place, bit)


def test_one_lost_byte_never_gives_a_wrong_value(name):
    stream, tried = stream_of(name)
    for n in tried:
        for place in places(len(stream[n]), 2):
            assert heard_right(name, stream, n, stream[n][:place] + stream[n][place + 1 :]) == set(), place


@pytest.mark.parametrize("name", sorted(set(DEVICES) - set(SUM8)))
def test_one_inserted_byte_never_gives_a_wrong_value(name):
    stream, tried = stream_of(name)
    byte = random.Random(3)
    for n in tried:
        for place in places(len(stream[n]), 3):
            for added in {0, 0x0D, 0x5A, 0xA5, 0xFF, stream[n][place], *byte.randbytes(6)}:
                changed = stream[n][:place] + bytes([added]) + stream[n][place:]
                assert heard_right(name, stream, n, changed) == set(), (place, added)


@pytest.mark.parametrize("name", SUM8)
def test_one_flipped_bit_costs_one_frame(name):
    stream = plateaus(name, 20)
    samples = hear(name, stream)
    for n in range(1, len(stream) - 1):
        for bit in range(len(stream[n]) * 8):
            wrong = bytearray(stream[n])
            wrong[bit // 8] ^= 1 << bit % 8
            assert hear(name, with_one(stream, n, bytes(wrong))) == samples[:n] + samples[n + 1 :]


@pytest.mark.parametrize("name", ["gy614v3", "gy_mcu90614"])
def test_a_lost_byte_whose_sum_fits_by_chance_is_refused_as_torn(name):
    follow = frame(name, 0)
    torn = 0
    for centi in range(3000, 4200):
        for ambient in (20.0, 21.11, 9.72):
            whole = (
                gy_mcu90614_frame(centi / 100, ambient)
                if name == "gy_mcu90614"
                else gy614v3_frame(centi / 100, ambient, 36.5)
            )
            true = hear(name, [whole])
            for place in range(4, len(whole) - 1):
                parser = find(name).make_parser()
                got = hear(name, [whole[:place] + whole[place + 1 :] + follow], parser=parser)
                torn += parser.counts.torn
                assert got in (hear(name, [follow]), true + hear(name, [follow]))
    assert torn > 0, "the chance never came, so this test shows nothing"


@pytest.mark.parametrize("name", SUM8)
def test_an_inserted_byte_deceives_an_8_bit_sum_only_where_it_makes_it_fit(name):
    """Nothing behind such a frame tells it from a true one before a stray byte: at most one value of 256 a place."""
    stream = plateaus(name, 20)
    samples = hear(name, stream)
    length = len(stream[0])
    false = tried = 0
    for n in range(1, 6):
        for place in range(length + 1):
            deceived = 0
            for added in range(256):
                wrong = stream[n][:place] + bytes([added]) + stream[n][place:]
                got = hear(name, with_one(stream, n, wrong))
                tried += 1
                if got not in (samples, samples[:n] + samples[n + 1 :]):
                    deceived += 1
                    assert 4 <= place < length
                    assert len(got) == len(samples)
            assert deceived <= 1
            false += deceived
    assert false / tried < 1 / 256
