"""One damaged byte in a stream of frames: what an 8-bit sum can promise, and what it cannot, counted exactly."""

import pytest

from agent.thermometer.catalogue import find
from kadian.demo.thermometers import gy614v3_frame, gy_mcu90614_frame

STREAMS = {
    "gy_mcu90614": [gy_mcu90614_frame(33 + n * 0.37, 21 + n * 0.23) for n in range(24)],
    "gy614v3": [gy614v3_frame(33 + n * 0.37, 21 + n * 0.23, 35.9 + n * 0.11) for n in range(24)],
}


def read(driver, data):
    parser = driver.make_parser()
    return [*parser.feed(data), *parser.settle()], parser.counts


@pytest.fixture(params=sorted(STREAMS))
def case(request):
    frames = STREAMS[request.param]
    driver = find(request.param)
    samples, _ = read(driver, b"".join(frames))
    assert len(samples) == len(frames)
    return driver, frames, samples


def damaged(frames, n, frame):
    return b"".join([*frames[:n], frame, *frames[n + 1 :]])


def test_one_flipped_bit_is_always_caught_and_costs_one_frame(case):
    driver, frames, samples = case
    for n in range(1, len(frames) - 1):
        for bit in range(len(frames[n]) * 8):
            wrong = bytearray(frames[n])
            wrong[bit // 8] ^= 1 << bit % 8
            got, _ = read(driver, damaged(frames, n, bytes(wrong)))
            assert got == samples[:n] + samples[n + 1 :]


def test_one_lost_byte_never_gives_a_false_value(case):
    driver, frames, samples = case
    for n in range(1, len(frames) - 1):
        for place in range(len(frames[n])):
            got, _ = read(driver, damaged(frames, n, frames[n][:place] + frames[n][place + 1 :]))
            # The lost byte may have been the sum itself, with the next frame's first byte in its place: true values.
            assert got in (samples[:n] + samples[n + 1 :], samples)


def test_a_lost_byte_whose_sum_fits_by_chance_is_refused_as_torn(case):
    driver, frames, _ = case
    follow = frames[0]
    torn = 0
    for centi in range(3000, 4200):
        for ambient in (20.0, 21.11, 9.72):
            frame = (
                gy_mcu90614_frame(centi / 100, ambient)
                if driver.name == "gy_mcu90614"
                else gy614v3_frame(centi / 100, ambient, 36.5)
            )
            true = read(driver, frame)[0]
            for place in range(4, len(frame) - 1):
                got, counts = read(driver, frame[:place] + frame[place + 1 :] + follow)
                torn += counts.torn
                assert got in (read(driver, follow)[0], true + read(driver, follow)[0])
    assert torn > 0, "the chance never came, so this test shows nothing"


def test_an_inserted_byte_deceives_only_where_it_makes_the_sum_fit(case):
    """Nothing behind such a frame tells it from a true one before a stray byte: at most one value of 256 a place."""
    driver, frames, samples = case
    length = len(frames[0])
    false = tried = 0
    for n in range(1, 6):
        for place in range(length + 1):
            deceived = 0
            for value in range(256):
                wrong = frames[n][:place] + bytes([value]) + frames[n][place:]
                got, _ = read(driver, damaged(frames, n, wrong))
                tried += 1
                if got not in (samples, samples[:n] + samples[n + 1 :]):
                    deceived += 1
                    assert 4 <= place < length
                    assert sum(wrong[: length - 1]) & 0xFF == wrong[length - 1]
                    assert len(got) == len(samples)
            assert deceived <= 1
            false += deceived
    assert false / tried < 1 / 256
