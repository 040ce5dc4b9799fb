"""What holds for every parser behind another wire, and for every driver of ambient air."""

import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from agent.thermometer.catalogue import find, names
from agent.thermometer.plateau import Plateau
from agent.thermometer.sample import Sample
from tests.agent.thermometer.wires import ENCODE, FIRST, read, stream

INPUTS = int(os.environ.get("KADIAN_FUZZ", "1500"))
"""Fuzzed inputs a parser; a million by KADIAN_FUZZ=1000000."""

LOWEST, HIGHEST = -273.15, 400.0
LARGEST = 2 * 640 * 512 + 8


@pytest.fixture(params=sorted(ENCODE))
def driver(request):
    return find(request.param)


def test_every_split_in_two_and_byte_by_byte_read_like_the_whole(driver):
    whole = stream(driver.name, 4)
    wanted = read(driver, whole)
    assert len(wanted) == 4 - (driver.agree - 1)
    for cut in range(0, len(whole) + 1, max(1, len(whole) // 150)):
        assert read(driver, whole[:cut], whole[cut:]) == wanted
    step = max(1, len(whole) // 2000)
    assert read(driver, *(whole[at : at + step] for at in range(0, len(whole), step))) == wanted


def test_a_reset_in_the_middle_of_something_makes_no_value_of_its_halves(driver):
    one, two = ENCODE[driver.name](1), ENCODE[driver.name](2)
    true = read(driver, stream(driver.name, 1) + one + two + two)
    for cut in range(1, len(one), max(1, len(one) // 50)):
        parser = driver.make_parser()
        parser.feed(FIRST.get(driver.name, b""))
        assert parser.feed(one[:cut]) == []
        parser.reset()
        samples = parser.feed(two + two + two + two)
        assert samples
        assert samples[-1] == true[-1]
        assert {sample.raw for sample in samples} == {true[-1].raw}


@given(chunks=st.lists(st.binary(max_size=60) | st.sampled_from([b"Y16 ", b"\r\n", b"T:", b"\x01\x04\x02", b"36.5"])))
def test_no_bytes_make_a_parser_raise_and_pieces_do_not_matter(chunks):
    for name in ENCODE:
        assert read(find(name), *chunks) == read(find(name), b"".join(chunks))


def test_unfinished_input_is_bounded(driver):
    parser = driver.make_parser()
    start = ENCODE[driver.name](1)[:4]
    for _ in range(3000):
        parser.feed(start)
        parser.feed(b"\x01" * 50)
    inner = getattr(parser, "_parser", parser)
    assert len(inner._buffer) <= LARGEST
    assert parser.settle() == []


def mutated(chance, whole):
    """Some bytes of a stream cut, turned, doubled or mixed with noise."""
    found = bytearray(whole)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(found) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del found[at : at + chance.randrange(1, 9)]
        elif kind == 1 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            found[at:at] = chance.randbytes(chance.randrange(1, 9))
        else:
            found[at:at] = found[at : at + chance.randrange(1, 20)]
    return bytes(found)


def test_fuzzed_inputs_never_crash_or_hang_a_parser_and_give_no_impossible_value(driver):
    chance = random.Random(20260207)
    parser = driver.make_parser()
    whole = stream(driver.name, 3)
    # A picture takes 1 ms to judge, so it is mostly the heads that are fuzzed.
    part = whole if len(whole) < 1000 else whole[:400]
    slowest = 0.0
    for n in range(INPUTS):
        data = mutated(chance, whole if n % 100 == 1 else part) if n % 4 else chance.randbytes(chance.randrange(80))
        before = time.thread_time()
        samples = parser.feed(data)
        samples += parser.settle() if n % 3 else []
        slowest = max(slowest, time.thread_time() - before)
        assert all(LOWEST <= sample.surface <= HIGHEST for sample in samples)
        if n % 7 == 0:
            parser.reset()
    assert slowest < 1.0
    print(f"{driver.name}: {INPUTS} inputs, slowest {slowest * 1000:.1f} ms, {asdict(parser.counts)}")


@pytest.mark.parametrize("name", sorted(name for name in names() if find(name).kind == "ambient"))
@given(values=st.lists(st.floats(-60, 130), min_size=5, max_size=40), steady=st.booleans(), air=st.booleans())
def test_no_ambient_driver_ever_makes_a_person(name, values, steady, air):
    driver = find(name)
    plateau = Plateau(driver.kind, driver.conversion)
    now = 0.0
    for value in values:
        now += 0.1
        celsius = values[0] if steady else value
        sample = Sample(raw=round(celsius * 100), surface=celsius, ambient=celsius if air else None, body=celsius)
        assert plateau.feed(sample, now) is None
        assert plateau.stage in ("warming_up", "step_closer")


def test_the_sticks_and_probes_are_ambient_and_cannot_be_set_to_anything_else():
    for name in ("temper_hid", "temper_serial", "ds18b20"):
        driver = find(name)
        assert driver.kind == "ambient"
        for sample in read(driver, stream(name, 6)):
            assert sample.ambient == sample.surface
            assert sample.body is None
        module = __import__(f"agent.thermometer.{name}", fromlist=["Options"])
        assert "kind" not in getattr(getattr(module, "Options", None), "__struct_fields__", ())
    assert find("modbus_rtu").kind == "ambient"
