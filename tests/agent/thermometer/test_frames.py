"""Streams of every device that speaks framed bytes: the emulators are written apart from the parsers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.agreement import Agreeing
from agent.thermometer.answers import Answers
from agent.thermometer.catalogue import find, names
from agent.thermometer.framing import Frames
from tests.hardware.framed import DEVICES
from tests.hardware.hearing import byte_by_byte, frame, hear, plateaus, value, values

SCANNING = [name for name, device in DEVICES.items() if not device.pauses]
BYTES = st.binary(max_size=40) | st.sampled_from([find(name).captured[0][:size] for name in DEVICES for size in (2, 4)])


@pytest.fixture(params=names())
def driver(request):
    return find(request.param)


@pytest.fixture(params=DEVICES)
def name(request):
    return request.param


def test_every_driver_has_captured_frames_and_each_is_one_sample(driver):
    assert driver.captured, f"{driver.name} has no captured frames"
    for captured in driver.captured:
        parser = driver.make_parser()
        heard = [parser.feed(captured) + parser.settle() for _ in range(driver.agree)]
        assert [len(samples) for samples in heard] == [0] * (driver.agree - 1) + [1]


def test_every_driver_is_named_like_its_file(driver):
    assert find(driver.name) is driver


def test_every_framed_driver_has_a_device_that_speaks_like_its_own():
    framed = {name for name in names() if isinstance(find(name).make_parser(), Frames | Answers)}
    assert framed <= set(DEVICES) <= set(names())


def test_what_a_device_says_is_what_its_driver_gives(name):
    assert values(hear(name, plateaus(name, 20))) == [value(name, n) for n in range(20)]


@pytest.mark.computing
def test_every_split_in_two_and_byte_by_byte_read_like_the_whole(name):
    stream = plateaus(name, 2)
    wanted = hear(name, stream)
    assert len(wanted) == 2
    for cut in range(len(stream[0]) + 1):
        assert hear(name, stream, lambda data, cut=cut: (data[:cut], data[cut:])) == wanted
    assert hear(name, stream, byte_by_byte) == wanted


@pytest.mark.computing
def test_a_start_at_any_offset_loses_only_the_frame_it_cuts(name):
    stream = plateaus(name, 2, find(name).agree + 1)
    for offset in range(1, len(stream[0]) + 1):
        cut = hear(name, [stream[0][offset:], *stream[1:]])
        assert cut == hear(name, stream[1:])


@pytest.mark.parametrize("name", SCANNING)
def test_garbage_before_between_and_after_changes_nothing(name):
    stream = plateaus(name, 20)
    dirt = [b"", b"\x00", b"\xff" * 7, stream[0][:1], stream[0][:2], stream[0][:1] * 3, b"T=36.5\r\n"]
    dirty = [dirt[n % len(dirt)] + data for n, data in enumerate(stream)]
    assert hear(name, [*dirty, dirt[2]]) == hear(name, stream)


@pytest.mark.computing
def test_a_torn_frame_before_whole_ones_gives_the_whole_ones_alone(name):
    need = find(name).agree
    after = [frame(name, 7)] * need + [frame(name, 8)] * need
    for n in range(20):
        first = frame(name, n)
        for length in range(1, len(first), 1 + len(first) // 100):
            got = values(hear(name, [first[:length], *after]))
            # What is missing may carry no value: a line's end, or a sum, for which the next first byte may stand.
            true = [value(name, 7), value(name, 8)]
            assert got == true or (got == [value(name, n), *true] and length >= len(first) - 4)


@pytest.mark.computing
def test_the_other_families_bytes_are_never_skin(name):
    for other in DEVICES:
        if other != name:
            streams = (plateaus(other, 20, 4), [b"".join(plateaus(other, 20, 4))])
            heard = [sample for stream in streams for sample in hear(name, stream)]
            assert not [sample for sample in heard if 28 <= sample.surface <= 43], other


@pytest.mark.parametrize("name", SCANNING)
@pytest.mark.parametrize("other", SCANNING)
def test_two_families_on_one_line_are_told_apart(name, other):
    if name != other:
        mixed = [part for pair in zip(plateaus(name, 8, 3), plateaus(other, 8, 3), strict=True) for part in pair]
        assert set(values(hear(name, mixed))) == {value(name, n) for n in range(8)}


def test_reset_forgets_the_half_frame_and_keeps_the_counts(name):
    first, second = frame(name, 0), frame(name, 1)
    parser = find(name).make_parser()
    hear(name, [first], parser=parser)
    parser.feed(second[:5])
    parser.reset()
    assert parser.feed(second[5:]) + parser.settle() == []
    assert parser.counts.good == 1


def test_a_driver_that_asks_for_agreement_gives_nothing_before_it(name):
    driver = find(name)
    parser = driver.make_parser()
    assert isinstance(parser, Agreeing) == (driver.agree > 1)
    assert hear(name, [frame(name, 3)] * (driver.agree - 1), parser=parser) == []
    assert parser.counts.good == driver.agree - 1
    parser.reset()
    assert hear(name, [frame(name, 3)] * (driver.agree - 1), parser=parser) == []


def test_unfinished_input_is_bounded(name):
    driver = find(name)
    parser = driver.make_parser()
    inner = parser._parser if driver.agree > 1 else parser
    for _ in range(2000):
        parser.feed(driver.captured[0][:4])
        parser.feed(driver.captured[0][:1] * 50)
        assert len(inner._buffer) < 2 * len(driver.captured[0]) + 16


@given(chunks=st.lists(BYTES))
def test_no_bytes_make_a_parser_raise_and_pieces_do_not_matter(chunks):
    for name in DEVICES:
        together = hear(name, [b"".join(chunks)])
        assert hear(name, [b"".join(chunks)], byte_by_byte) == together
        assert all(-70 <= sample.surface <= 327.67 for sample in together)
        assert all(-40 <= sample.ambient <= 125 for sample in together if sample.ambient is not None)
