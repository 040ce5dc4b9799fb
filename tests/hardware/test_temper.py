"""TEMPer sticks below a false /sys: hidraw nodes and a serial port, each a pseudo-terminal that answers."""

import os
from functools import partial

import pytest
from msgspec.structs import replace

from agent.thermometer.catalogue import find
from agent.thermometer.temper_hid import open_stick
from agent.wire.hidraw import open_hidraw
from agent.wire.usb import Tree
from kadian.demo.thermometers import PtyThermometer
from kadian.errors import KadianError
from tests.hardware.listening import Answering, Listening, until
from tests.hardware.temper import FIRMWARE, Stick
from tests.hardware.usb import UsbBus


class Bus(UsbBus):
    """A USB bus with a stick in it: a keyboard's node first, the answering one behind it."""

    def __init__(self, folder):
        super().__init__(folder)
        self.tree = Tree(self.sys, self.dev)
        self.pty = PtyThermometer(folder / "stick")

    def insert(self, usb="413d:2107", place="1-1.3", first=0):
        for interface in (0, 1):
            target = self.pty.path if interface else os.devnull
            self.plug(place, usb, f"hidraw{first + interface}", target, kind="hidraw", interface=interface)

    def driver(self, **options):
        opener = partial(open_hidraw, tree=self.tree)
        return replace(find("temper_hid", options), open=partial(open_stick, opener=opener))


@pytest.fixture
def bus(tmp_path):
    made = Bus(tmp_path)
    yield made
    made.pty.close()


@pytest.mark.parametrize("usb", find("temper_hid").usb)
def test_a_stick_of_each_id_is_found_by_it_on_its_last_node(bus, usb):
    bus.insert(usb, first=3)
    with Answering(bus.pty, Stick().answer), Listening(f"usb:{usb}", bus.driver()) as gate:
        (sample,) = gate.hears()
    assert (sample.surface, sample.ambient, sample.raw) == (24.5, 24.5, 2450)


@pytest.mark.parametrize(
    ("stick", "options", "celsius"),
    [
        (Stick("TEMPerF1.4", 26.125, steps=256), {}, 26.125),
        (Stick("TEMPer1F1.2", -3.5, steps=256), {}, -3.5),
        (Stick("TEMPerGold_V3.1", -12.34), {}, -12.34),
        (Stick("TEMPer2_V3.7", 34.12, 28.0), {}, 34.12),
        (Stick("TEMPer2_V3.7", 34.12, 28.0), {"sensor": "outer"}, 28.0),
        (Stick("TEMPer2_V4.1", 34.12, -0.01), {"sensor": "outer"}, -0.01),
    ],
)
def test_each_family_has_its_own_steps_and_sensors(bus, stick, options, celsius):
    bus.insert()
    with Answering(bus.pty, stick.answer), Listening("usb:413d:2107", bus.driver(**options)) as gate:
        assert gate.hears()[0].surface == celsius


def test_half_a_firmware_answer_is_asked_for_again(bus):
    bus.insert()
    with (
        Answering(bus.pty, Stick(short=3).answer) as device,
        Listening("usb:413d:2107", bus.driver()) as gate,
    ):
        gate.hears()
    assert device.asked[:4] == [FIRMWARE] * 4
    assert gate.codes == []


def test_an_unknown_family_is_refused_with_what_it_said(bus):
    bus.insert()
    with Answering(bus.pty, Stick("TEMPerZ_V1.0").answer), pytest.raises(KadianError) as error:
        bus.driver().open("usb:413d:2107", 9600)
    assert error.value.code == "K0222"
    assert error.value.values["firmware"] == "TEMPerZ_V1.0"


def test_a_probe_that_is_not_there_is_no_temperature(bus):
    bus.insert()
    with (
        Answering(bus.pty, Stick().answer) as device,
        Listening("usb:413d:2107", bus.driver(sensor="outer")) as gate,
    ):
        until(lambda: len(device.asked) >= 3)
        until(lambda: gate.link.counts.out_of_range)
    assert gate.samples == []


def test_an_unplug_is_heard_and_the_stick_is_found_again_under_another_number(bus):
    bus.insert()
    with Answering(bus.pty, Stick(inner=20.5).answer), Listening("usb:413d:2107", bus.driver()) as gate:
        gate.hears()
        bus.pty.unplug()
        bus.unplug("1-1.3")
        until(lambda: gate.states[-1] == "lost")
        bus.pty.replug()
        bus.insert(first=5)
        assert gate.hears()[0].surface == 20.5
    assert gate.codes[0] == "K0204"


@pytest.mark.parametrize(
    ("port", "code"),
    [
        ("usb:0c45:7401", "K0230"),
        ("usb:413d:2107", "K0231"),
        ("usb:413d", "K0232"),
        ("usb:046d:c31c", "K0220"),
        ("hidraw4", "K0220"),
        ("hidraw9", "K0200"),
    ],
)
def test_a_port_that_is_not_this_stick_is_refused_before_anything_is_sent(bus, port, code):
    bus.insert()
    bus.insert(place="1-1.4", first=2)
    bus.plug("1-1.5", "046d:c31c", "hidraw4", os.devnull, kind="hidraw")
    with Answering(bus.pty, Stick().answer) as device:
        with pytest.raises(KadianError) as error:
            bus.driver().open(port if port.startswith("usb") else str(bus.dev / port), 9600)
        assert error.value.code == code
        assert device.asked == []


def test_two_equal_sticks_are_told_apart_by_their_socket(bus):
    bus.insert()
    bus.plug("1-1.4", "413d:2107", "hidraw7", os.devnull, kind="hidraw")
    with Answering(bus.pty, Stick().answer), Listening("usb:413d:2107@1-1.3", bus.driver()) as gate:
        gate.hears()


def test_a_stick_has_one_reader(bus):
    bus.insert()
    port = str(bus.dev / "hidraw1")
    with Answering(bus.pty, Stick().answer):
        line = bus.driver().open(port, 9600)
        with pytest.raises(KadianError) as error:
            bus.driver().open(port, 9600)
        line.close()
    assert error.value.code == "K0202"


@pytest.mark.parametrize(("sensor", "celsius"), [("inner", 30.53), ("outer", -2.5)])
def test_the_serial_stick_is_asked_without_a_line_end_and_read_by_sensor(tmp_path, sensor, celsius):
    def answer(heard):
        assert set(heard.split(b"ReadTemp")) == {b""}
        yield b"Temp-Inner:30.53 [C],39.92"
        yield 0.05
        yield b" [%RH]<\r\nTemp-Outer:-2.50 [C],39.92 [%RH]<\r\n"

    driver = find("temper_serial", {"sensor": sensor})
    with PtyThermometer(tmp_path / "temper") as pty, Answering(pty, answer), Listening(pty.path, driver) as gate:
        (sample,) = gate.hears()
    assert (sample.surface, sample.ambient) == (celsius, celsius)
    assert gate.link.counts.bad == 0
