"""Golden frames and streams, for every driver: the encoders of kadian.demo are written apart from the parsers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.catalogue import find, names
from agent.thermometer.gy614v3 import DRIVER as GY614V3
from agent.thermometer.gy_mcu90614 import DRIVER as GY_MCU90614
from agent.thermometer.sample import Sample
from kadian.demo.thermometers import gy614v3_frame, gy_mcu90614_frame

GOLDEN = {
    "5A5A45040C780D19A7": Sample(raw=3192, surface=31.92, ambient=33.53),
    "5A5A45040E3809CE1A": Sample(raw=3640, surface=36.40, ambient=25.10),
    "A4030707610D1409F60DED30": Sample(raw=3348, surface=33.48, ambient=25.50, body=35.65),
    "A4030707610DA308520E4674": Sample(raw=3491, surface=34.91, ambient=21.30, body=36.54),
}
ENCODE = {
    "gy_mcu90614": lambda n: gy_mcu90614_frame(36 + n / 100, 25 - n / 100),
    "gy614v3": lambda n: gy614v3_frame(34 + n / 100, 22 - n / 100, 36.5 + n / 100),
}
FRAMED = sorted(ENCODE)


def read(driver, *chunks, settle=True):
    parser = driver.make_parser()
    samples = [sample for chunk in chunks for sample in parser.feed(chunk)]
    return samples + (parser.settle() if settle else [])


def stream(driver, count=20):
    return [ENCODE[driver.name](n) for n in range(count)]


@pytest.fixture(params=FRAMED)
def driver(request):
    return find(request.param)


@pytest.mark.parametrize("name", names())
def test_every_driver_has_captured_frames_and_each_is_one_sample(name):
    driver = find(name)
    assert driver.captured, f"{driver.name} has no captured frames"
    for frame in driver.captured:
        assert len(read(driver, *[frame] * driver.agree, settle=False)) == 1


def test_every_driver_is_named_like_its_file_and_has_a_stream_here(driver):
    assert driver.name in ENCODE
    assert find(driver.name) is driver


@pytest.mark.parametrize("frame", GOLDEN)
def test_golden_frames_decode_to_their_values(frame):
    driver = GY614V3 if frame.startswith("A4") else GY_MCU90614
    assert read(driver, bytes.fromhex(frame)) == [GOLDEN[frame]]


@pytest.mark.parametrize("driver", [GY614V3, GY_MCU90614], ids=lambda driver: driver.name)
def test_captured_frames_are_the_golden_ones(driver):
    assert {frame.hex().upper() for frame in driver.captured} <= set(GOLDEN)


def test_the_demo_encoders_agree_with_the_golden_frames():
    assert gy_mcu90614_frame(31.92, 33.53).hex().upper() == "5A5A45040C780D19A7"
    assert gy614v3_frame(34.91, 21.30, 36.54).hex().upper() == "A4030707610DA308520E4674"


def test_every_split_in_two_and_byte_by_byte_read_like_the_whole(driver):
    whole = b"".join(stream(driver, 4))
    wanted = read(driver, whole)
    assert len(wanted) == 4
    for cut in range(len(whole) + 1):
        assert read(driver, whole[:cut], whole[cut:]) == wanted
    assert read(driver, *(bytes([byte]) for byte in whole)) == wanted


def test_a_start_at_any_offset_loses_only_the_frame_it_cuts(driver):
    frames = stream(driver, 4)
    whole = b"".join(frames)
    for offset in range(len(frames[0]) + 1):
        wanted = read(driver, whole) if offset == 0 else read(driver, b"".join(frames[1:]))
        assert read(driver, whole[offset:]) == wanted


def test_garbage_before_between_and_after_changes_nothing(driver):
    frames = stream(driver)
    dirt = [b"", b"\x00", b"\xff" * 7, frames[0][:1], frames[0][:2], frames[0][:1] * 3, b"T=36.5\r\n"]
    whole = b"".join(dirt[n % len(dirt)] + frame for n, frame in enumerate(frames))
    assert read(driver, whole, dirt[2]) == read(driver, b"".join(frames))


def test_a_torn_frame_before_a_whole_one_gives_the_whole_one_alone(driver):
    frames = stream(driver)
    for length in range(1, len(frames[0])):
        for first in frames:
            got = read(driver, first[:length] + frames[7] + frames[8])
            # Only the sum is missing, and the next frame's first byte may stand for it: then the values are true ones.
            true = [read(driver, frame)[0] for frame in (first, frames[7], frames[8])]
            assert got in (true[1:], true)
            assert got == true[1:] or length == len(first) - 1


def test_the_other_families_bytes_are_no_frames(driver):
    for other in FRAMED:
        if other != driver.name:
            assert read(driver, b"".join(stream(find(other)))) == []


def test_two_families_on_one_line_are_told_apart():
    mixed = b"".join(a + b for a, b in zip(stream(GY614V3), stream(GY_MCU90614), strict=True))
    assert len(read(GY614V3, mixed)) == len(read(GY_MCU90614, mixed)) == 20


def test_the_head_inside_the_payload_is_payload():
    parser = GY_MCU90614.make_parser()
    # An ambient value of 5A45 is 231 °C: the sum is right, so the frame is refused by its range and nothing else.
    assert parser.feed(bytes.fromhex("5A5A45045A5A5A4550")) == []
    assert (parser.counts.out_of_range, parser.counts.bad_checksum) == (1, 0)
    frame = gy_mcu90614_frame(231.30, 25.10)
    assert frame[4:6] == b"\x5a\x5a"
    assert [sample.surface for sample in read(GY_MCU90614, frame, frame)] == [231.30, 231.30]


def test_a_sum_that_looks_like_the_next_head_waits_for_one_byte_or_a_quiet_line():
    frame = next(f for n in range(500) if (f := gy_mcu90614_frame(36.40, 20 + n / 100))[-1] == 0x5A)
    parser = GY_MCU90614.make_parser()
    assert parser.feed(frame) == []
    assert len(parser.settle()) == 1
    assert parser.settle() == []
    assert parser.feed(frame) == []
    assert len(parser.feed(frame[:4])) == 1
    assert parser.feed(frame[4:]) == []
    assert len(parser.feed(b"\x00")) == 1


def test_each_way_of_failing_has_its_own_count():
    parser = GY_MCU90614.make_parser()
    good = GY_MCU90614.captured[0]
    parser.feed(good + good[:-1] + b"\x00" + gy_mcu90614_frame(36.0, 200.0) + bytes.fromhex("5A5A2504") + b"\x01")
    counts = parser.counts
    assert (counts.good, counts.bad_checksum, counts.out_of_range, counts.foreign) == (1, 1, 1, 1)
    assert counts.skipped == 9 + 9 + 5
    assert counts.bad == 3


def test_reset_forgets_the_half_frame_and_keeps_the_counts(driver):
    first, second, *_ = stream(driver)
    parser = driver.make_parser()
    parser.feed(first + second[:5])
    parser.reset()
    assert parser.feed(second[5:]) == []
    assert parser.counts.good == 1


def test_unfinished_input_is_bounded(driver):
    parser = driver.make_parser()
    for _ in range(2000):
        parser.feed(driver.captured[0][:4])
        parser.feed(driver.captured[0][:1] * 50)
    assert len(parser._buffer) < 2 * len(driver.captured[0])


def test_emissivity_beyond_its_range_is_refused():
    frame = bytes.fromhex("A403070765") + GY614V3.captured[0][5:-1]
    parser = GY614V3.make_parser()
    assert parser.feed(frame + bytes([sum(frame) & 0xFF])) == []
    assert parser.counts.out_of_range == 1


@given(centi=st.integers(-7000, 32767), ambient=st.integers(-4000, 12500))
def test_any_object_value_in_range_is_given_as_decoded(centi, ambient):
    frame = gy_mcu90614_frame(centi / 100, ambient / 100)
    assert read(GY_MCU90614, frame) == [Sample(raw=centi, surface=centi / 100, ambient=ambient / 100)]


def test_every_sixteen_bit_object_value_is_given_as_decoded_or_refused_by_range():
    parser = GY_MCU90614.make_parser()
    got = []
    for number in range(0x10000):
        head = bytes.fromhex("5A5A4504") + number.to_bytes(2, "big") + bytes.fromhex("09CE")
        got += parser.feed(head + bytes([sum(head) & 0xFF]))
    got += parser.settle()
    assert [sample.raw for sample in got] == [*range(0x8000), *range(-7000, 0)]
    assert all(round(sample.surface * 100) == sample.raw for sample in got)


@given(chunks=st.lists(st.binary(max_size=40) | st.sampled_from([b"\x5a\x5a\x45\x04", b"\xa4\x03\x07\x07"])))
def test_no_bytes_make_a_parser_raise_and_pieces_do_not_matter(chunks):
    for name in FRAMED:
        driver = find(name)
        whole = read(driver, b"".join(chunks))
        assert read(driver, *chunks) == whole
        assert all(-70 <= sample.surface <= 327.67 and -40 <= sample.ambient <= 125 for sample in whole)


def test_four_megabytes_of_noise_hold_no_frame(driver):
    noise = random.Random(20260207)
    parser = driver.make_parser()
    assert [sample for _ in range(64) for sample in parser.feed(noise.randbytes(65536))] == []
    assert parser.counts.skipped >= 4_194_304 - len(driver.captured[0])
