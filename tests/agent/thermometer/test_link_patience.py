"""Devices that restart when they are opened, are slow, speak only when used, or have frozen."""

import math
import random
import threading
import time

import pytest
from msgspec.structs import replace

from agent.settings import Thermometer
from agent.thermometer import Link, Poll, find
from agent.touch import Touch
from agent.wire.port import open_port
from kadian.demo.thermometers import PtyThermometer, gy_mcu90614_frame

PATIENCE = 8.0
DRIVER = find("gy_mcu90614")


def until(condition, seconds=PATIENCE):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.005)


class Restarting:
    """A module behind a boot loader: each opening resets it; garbage, then silence, then frames, the first one cut."""

    def __init__(self, device, boot_seconds):
        self.device = device
        self.boot = boot_seconds
        self.opened = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.talk, daemon=True)

    def open(self, port, baud):
        line = open_port(port, baud)
        self.device.send(random.Random(7).randbytes(40))
        self.opened.append(time.monotonic())
        return line

    def talk(self):
        cut = True
        while not self.stop.wait(0.05):
            if self.opened and time.monotonic() - self.opened[-1] > self.boot:
                self.device.send(gy_mcu90614_frame(34.5, 22.0)[5 if cut else 0 :])
                cut = False


@pytest.fixture
def device(tmp_path):
    with PtyThermometer(tmp_path / "thermometer") as made:
        yield made


@pytest.fixture
def run():
    started = []

    def start(link):
        stop = threading.Event()
        thread = threading.Thread(target=link.run, args=(stop,), daemon=True)
        started.append((stop, thread))
        thread.start()
        return link

    yield start
    for stop, thread in started:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize(("boot", "openings"), [(0.6, 1), (1.6, 3)], ids=["before the silence", "after the silence"])
def test_a_module_that_restarts_on_opening_is_waited_for_and_not_reset_for_ever(device, run, boot, openings):
    module = Restarting(device, boot)
    samples, codes = [], []
    link = Link(
        str(device.path),
        replace(DRIVER, open=module.open),
        lambda sample, _at: samples.append(sample.surface),
        lambda _state: None,
        silence_seconds=0.9,
        on_trouble=lambda trouble: codes.append(trouble.code),
    )
    module.thread.start()
    run(link)
    until(lambda: len(samples) >= 5)
    module.stop.set()
    module.thread.join()
    assert set(samples) == {34.5}
    assert len(module.opened) == openings
    assert codes == ([] if openings == 1 else ["K0206"])


def states_of(device, run, driver, **options):
    states = []
    link = Link(str(device.path), driver, lambda _sample, _at: None, states.append, silence_seconds=0.2, **options)
    run(link)
    return states


def test_a_slow_device_is_not_silent_between_its_frames(device, run):
    states = states_of(device, run, replace(DRIVER, pause=1.5))
    for _ in range(3):
        time.sleep(0.6)
        device.send(gy_mcu90614_frame(34.5, 22.0))
    until(lambda: "ok" in states)
    assert states == ["lost", "ok"]


def test_a_device_that_is_asked_slowly_is_not_silent_between_its_answers(device, run):
    states = states_of(device, run, replace(DRIVER, poll=Poll(b"\xa5\x15\xba", 1.2)))
    for _ in range(2):
        time.sleep(0.7)
        device.send(gy_mcu90614_frame(34.5, 22.0))
    until(lambda: "ok" in states)
    assert states == ["lost", "ok"]


def test_a_gun_that_speaks_only_when_used_is_well_while_its_port_is_open(device, run):
    states = states_of(device, run, replace(DRIVER, pause=math.inf))
    until(lambda: states[-1] == "ok")
    time.sleep(1.0)
    assert states == ["lost", "ok"]
    device.unplug()
    until(lambda: states[-1] == "lost")
    device.replug()
    until(lambda: states[-1] == "ok")


def test_the_reading_of_a_frozen_thermometer_is_stale(device, run):
    readings = []
    touch = Touch(Thermometer("gy_mcu90614", str(device.path)), lambda measured, _at: readings.append(measured.quality))
    run(touch)
    until(lambda: device.send(gy_mcu90614_frame(22.0, 22.0)) and touch.state == "ok")
    for visit in range(4):
        for surface in [34.5] * 7 + [22.01, 22.04, 22.02]:
            device.send(gy_mcu90614_frame(surface, 22.0))
            time.sleep(0.01)
        until(lambda visit=visit: len(readings) == visit + 1)
    assert readings == ["ok", "ok", "stale", "stale"]
    assert touch.health().stuck
    for surface in (34.61, 34.6, 34.62, 34.61, 34.6, 34.61):
        device.send(gy_mcu90614_frame(surface, 22.0))
    until(lambda: len(readings) == 5)
    assert readings[-1] == "ok"
    assert not touch.health().stuck
