"""Modbus transmitters on a pseudo-terminal that answers polls as a slave does."""

import struct

import pytest

from agent.thermometer.catalogue import find
from kadian.demo.thermometers import PtyThermometer
from tests.hardware.listening import Answering, Listening, until
from tests.hardware.modbus import Slave

FAST = {"seconds": 0.1}


@pytest.fixture
def pty(tmp_path):
    with PtyThermometer(tmp_path / "rs485") as made:
        yield made


def read(pty, slave, samples=1, **options):
    with Answering(pty, slave.answer), Listening(pty.path, find("modbus_rtu", {**FAST, **options})) as gate:
        return gate.hears(samples)


@pytest.mark.parametrize(
    ("options", "slave", "celsius"),
    [
        ({}, Slave(4, {1: 305}), 30.5),
        ({"preset": "xy_md02", "count": 2}, Slave(4, {1: 0xFF33, 2: 554}), -20.5),
        ({"preset": "shtc3", "address": 7}, Slave(3, {0: 611, 1: 224}, address=7), 22.4),
        ({"preset": "r4dcb08", "register": 5}, Slave(3, dict.fromkeys(range(8), 0x8000) | {5: 187}), 18.7),
        ({"preset": "trs_02a"}, Slave(3, {1: 193, 2: 0}), 19.3),
        ({"preset": "sm100"}, Slave(4, {0x7534: 251}), 25.1),
        (
            {"function": 3, "register": 10, "type": "f32", "scale": 1.0},
            Slave(3, dict(zip((10, 11), struct.unpack(">HH", struct.pack(">f", 23.75)), strict=True))),
            23.75,
        ),
        (
            {"function": 3, "register": 10, "type": "f32", "scale": 1.0, "low_word_first": True},
            Slave(3, dict(zip((11, 10), struct.unpack(">HH", struct.pack(">f", -7.5)), strict=True))),
            -7.5,
        ),
        ({"type": "u16", "scale": 0.01, "offset": -100.0}, Slave(4, {1: 12155}), 21.55),
    ],
)
def test_each_device_is_read_as_its_table_says(pty, options, slave, celsius):
    (sample,) = read(pty, slave, **options)
    assert sample.surface == sample.ambient == celsius


@pytest.mark.parametrize(
    "fault",
    [
        {"echo": True},
        {"before": b"\x00"},
        {"echo": True, "before": b"\x00"},
        {"before": b"\x01\x04"},
        {"before": b"\x01\x04\x02"},
        {"before": b"\xff\x55\x01"},
        {"pieces": 3},
        {"pieces": 7},
        {"delay": 0.25},
    ],
    ids=str,
)
def test_an_echo_garbage_pieces_or_slowness_change_no_value(pty, fault):
    samples = read(pty, Slave(4, {1: 305}, **fault), samples=3)
    assert {sample.surface for sample in samples} == {30.5}


def test_the_last_good_value_of_a_broken_probe_is_not_passed_on(pty):
    slave = Slave(3, {1: 197, 2: 0xA0})
    driver = find("modbus_rtu", {**FAST, "preset": "trs_02a"})
    with Answering(pty, slave.answer) as device, Listening(pty.path, driver) as gate:
        until(lambda: len(device.asked) > 5)
        assert gate.samples == []
        until(lambda: gate.link.counts.out_of_range >= 4)
        assert gate.samples == []
        slave.registers[2] = 0
        assert gate.hears()[0].surface == 19.7


def test_a_refusal_is_counted_and_is_no_value(pty):
    with (
        Answering(pty, Slave(3, {1: 305}).answer) as device,
        Listening(pty.path, find("modbus_rtu", FAST), silence_seconds=1.0) as gate,
    ):
        until(lambda: gate.codes)
        assert gate.codes == ["K0206"]
        assert gate.samples == []
        assert gate.link.counts.foreign >= 1
        assert set(device.asked) == {bytes.fromhex("010400010001600A")}


def test_a_device_that_falls_silent_and_one_unplugged_during_a_poll_come_back_by_themselves(pty):
    slave = Slave(4, {1: 305})
    with (
        Answering(pty, slave.answer) as device,
        Listening(pty.path, find("modbus_rtu", FAST), silence_seconds=0.6) as gate,
    ):
        gate.hears()
        slave.address = 9
        until(lambda: gate.states[-1] == "silent")
        slave.address, slave.delay = 1, 0.3
        assert gate.hears()[0].surface == 30.5
        asked = len(device.asked)
        until(lambda: len(device.asked) > asked)
        pty.unplug()
        until(lambda: gate.states[-1] == "lost")
        slave.registers[1] = 211
        pty.replug()
        assert gate.hears()[0].surface == 21.1
    assert gate.codes[:2] == ["K0205", "K0204"]
