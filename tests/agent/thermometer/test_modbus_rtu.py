"""Modbus answers: golden frames, every number, and what a line can do to them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.catalogue import find
from agent.thermometer.modbus_rtu import PRESETS, summed
from agent.thermometer.sample import Sample
from kadian.errors import KadianError
from tests.hardware.modbus import crc16, frame

DRIVER = find("modbus_rtu")


def read(driver, data):
    parser = driver.make_parser()
    return parser.feed(data), parser.counts


def answer(*words, address=1, function=4):
    return frame(struct.pack(f">BBB{len(words)}H", address, function, 2 * len(words), *words))


@pytest.mark.parametrize(
    ("options", "question", "reply", "celsius"),
    [
        ({}, "010400010001600A", "01040201317974", 30.5),
        ({}, "010400010001600A", "0104020107F962", 26.3),
        ({"count": 2}, "010400010002200B", "0104040131 02222ACE", 30.5),
        ({"preset": "trs_02a"}, "01030001000295CB", "01030400C10000ABCF", 19.3),
        ({"preset": "trs_02a"}, "01030001000295CB", "01030400C500A0EA76", None),
    ],
)
def test_golden_frames(options, question, reply, celsius):
    driver = find("modbus_rtu", options)
    assert driver.poll.data == bytes.fromhex(question)
    samples, counts = read(driver, bytes.fromhex(reply))
    assert [sample.surface for sample in samples] == ([] if celsius is None else [celsius])
    assert counts.out_of_range == (celsius is None)


@given(data=st.binary(max_size=64))
def test_the_sum_is_the_standards(data):
    assert summed(data) == data + crc16(data)


def test_every_sixteen_bit_number_is_given_as_decoded_or_refused():
    parser = DRIVER.make_parser()
    for number in range(0x10000):
        signed = number - 0x10000 if number >= 0x8000 else number
        wanted = [Sample(signed, signed / 10, signed / 10)] if -600 <= signed <= 1250 else []
        assert parser.feed(answer(number)) == wanted


def test_no_single_error_makes_a_value_and_the_next_answer_is_heard():
    good = answer(0x0131)
    true = read(DRIVER, good)[0]
    damaged = [good[:at] + good[at + 1 :] for at in range(len(good))]
    damaged += [good[:at] + bytes([byte]) + good[at + 1 :] for at in range(len(good)) for byte in range(256)]
    damaged += [good[:at] + bytes([byte]) + good[at:] for at in range(len(good)) for byte in range(256)]
    for wrong in damaged:
        samples, _ = read(DRIVER, wrong + good + good)
        assert {sample.surface for sample in samples} == {30.5}
        assert len(samples) >= 2
        assert samples == true * len(samples)


@pytest.mark.parametrize(
    "echo", [DRIVER.poll.data, DRIVER.poll.data * 3, b"\x00", b"\x00\xff\x00", b"\x01", b"\x01\x04"]
)
def test_an_echo_or_garbage_before_the_answer_changes_nothing(echo):
    assert [sample.surface for sample in read(DRIVER, echo + answer(305))[0]] == [30.5]


def test_echoes_of_registers_that_look_like_a_length_are_no_answers():
    driver = find("modbus_rtu", {"register": 0x0201})
    assert read(driver, driver.poll.data * 20 + answer(305))[0] == read(driver, answer(305))[0]


def test_a_refusal_another_slave_and_another_function_are_no_values():
    refusal = frame(b"\x01\x84\x02")
    other = answer(305, address=2) + answer(305, function=3)
    samples, counts = read(DRIVER, refusal + other + answer(200))
    assert [sample.surface for sample in samples] == [20.0]
    assert counts.foreign == 1


def test_a_tenfold_scale_and_marked_numbers_are_refused():
    driver = find("modbus_rtu", {"scale": 1.0, "invalid": [21]})
    assert read(driver, answer(263))[0] == []
    assert read(driver, answer(21))[0] == []
    assert read(driver, answer(22))[0] == [Sample(22, 22.0, 22.0)]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), 1e30, -61.0])
def test_a_float_that_is_no_temperature_is_refused(bad):
    driver = find("modbus_rtu", {"type": "f32", "scale": 1.0})
    pair = struct.pack(">f", bad)
    samples, counts = read(driver, frame(b"\x01\x04\x04" + pair))
    assert samples == []
    assert counts.out_of_range == 1


@given(value=st.floats(-60, 125, width=32), low_first=st.booleans())
def test_any_float_is_read_in_either_order(value, low_first):
    driver = find("modbus_rtu", {"type": "f32", "scale": 1.0, "low_word_first": low_first})
    pair = struct.pack(">f", value)
    (sample,), _ = read(driver, frame(b"\x01\x04\x04" + (pair[2:] + pair[:2] if low_first else pair)))
    assert sample.surface == round(value, 4)


@pytest.mark.parametrize("status", [0, 1, 3, 9])
def test_a_status_register_before_or_behind_the_value_is_asked_with_it(status):
    driver = find("modbus_rtu", {"register": 2, "status": status, "status_good": 7})
    first, words = min(2, status), abs(2 - status) + 1
    assert driver.poll.data == frame(struct.pack(">BBHH", 1, 4, first, words))
    registers = {2: 250, status: 7}
    reply = answer(*(registers.get(first + n, 0) for n in range(words)))
    assert [sample.surface for sample in read(driver, reply)[0]] == [25.0]
    registers[status] = 8
    reply = answer(*(registers.get(first + n, 0) for n in range(words)))
    assert read(driver, reply)[0] == []


def test_a_transmitter_can_be_told_to_be_a_contact_thermometer_and_nothing_is_by_itself():
    assert {register.kind for register in PRESETS.values()} == {"ambient"}
    driver = find("modbus_rtu", {"kind": "contact"})
    assert (driver.kind, read(driver, answer(365))[0]) == ("contact", [Sample(365, 36.5)])


@pytest.mark.parametrize(
    "options",
    [
        {"preset": "xy"},
        {"address": 0},
        {"function": 6},
        {"status": 200},
        {"type": "s32"},
        {"seconds": 9},
        {"count": 126},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(KadianError) as error:
        find("modbus_rtu", options)
    assert error.value.code == "K0213"
