"""A Bluetooth thermometer, through bleak, to a BlueZ on a bus of its own."""

import struct
import sys

import pytest

from agent.thermometer.catalogue import find
from kadian.errors import KadianError
from tests.hardware.bluez import ADDRESS, BlueZ
from tests.hardware.listening import Listening, until

DRIVER = find("ble_1809")


def value(celsius, stamp=None):
    """A Temperature Measurement in °C, to the hundredth, with year, month, day, hour, minute, second."""
    number = struct.pack("<i", round(celsius * 100))[:3] + struct.pack("b", -2)
    return bytes([2 if stamp else 0]) + number + (struct.pack("<H5B", *stamp) if stamp else b"")


@pytest.fixture
def make_bluez(tmp_path, need, monkeypatch):
    made = []

    def make(**options):
        made.append(BlueZ(tmp_path, need("dbus-daemon", "dbus-daemon"), **options))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made[-1].address)
        return made[-1]

    yield make
    for bluez in made:
        bluez.stop()


@pytest.fixture
def bluez(make_bluez):
    return make_bluez()


def test_a_measurement_is_heard_as_it_was_indicated(bluez):
    with Listening(ADDRESS, DRIVER) as gate:
        until(lambda: bluez.notifying)
        bluez.indicate(value(36.92))
        (sample,) = gate.hears()
        assert (sample.body, sample.surface, sample.raw) == (36.92, 36.92, 3692)
        bluez.indicate(value(38.4))
        assert gate.hears()[0].body == 38.4
    until(lambda: not bluez.connected)


def test_of_a_burst_of_stored_measurements_the_last_alone_is_heard(bluez):
    with Listening(ADDRESS, DRIVER) as gate:
        until(lambda: bluez.notifying)
        for minute, celsius in enumerate([36.1, 38.9, 37.2, 36.6]):
            bluez.indicate(value(celsius, (2020, 2, 3, 8, minute, 0)))
        assert [sample.body for sample in gate.hears()] == [36.6]
        bluez.indicate(value(36.6, (2020, 2, 3, 8, 3, 0)))
        bluez.indicate(value(36.6, (2020, 2, 3, 8, 4, 0)))
        gate.hears()
    assert [sample.body for sample in gate.samples] == [36.6, 36.6]


def test_a_thermometer_that_sleeps_is_looked_for_and_heard_again(bluez):
    with Listening(ADDRESS, DRIVER, silence_seconds=0.5) as gate:
        until(lambda: bluez.notifying)
        bluez.indicate(value(36.5))
        gate.hears()
        bluez.leave()
        until(lambda: bluez.scanning)
        bluez.arrive()
        until(lambda: bluez.notifying)
        bluez.indicate(value(37.4))
        assert gate.hears()[0].body == 37.4
    assert gate.codes == []


def test_one_that_is_not_near_yet_is_waited_for(make_bluez):
    bluez = make_bluez()
    bluez.near = False
    with Listening(ADDRESS.lower(), DRIVER) as gate:
        until(lambda: bluez.scanning)
        bluez.arrive()
        until(lambda: bluez.notifying)
        bluez.indicate(value(35.9))
        gate.hears()


@pytest.mark.parametrize("there", [True, False], ids=["no adapter", "no bus"])
def test_a_computer_without_bluetooth_is_told(make_bluez, monkeypatch, there):
    make_bluez(adapter=False)
    if not there:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
    with Listening(ADDRESS, DRIVER) as gate:
        until(lambda: gate.codes)
    assert gate.codes[0] == "K0204"


def test_what_is_no_address_and_a_missing_package_are_told_at_once(monkeypatch):
    with pytest.raises(KadianError) as error:
        DRIVER.open("/dev/ttyUSB0", 9600)
    assert error.value.code == "K0224"
    monkeypatch.setitem(sys.modules, "bleak", None)
    with pytest.raises(KadianError) as error:
        DRIVER.open(ADDRESS, 9600)
    assert error.value.code == "K0223"
