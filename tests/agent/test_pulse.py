"""The pulse of the gate's parts, the word to stop that carries it, and what systemd hears."""

import socket
import threading
import time

import numpy as np
import pytest

from agent.pulse import ASKED_EVERY, LIMITS, Pulse, Stop
from agent.scanner.source import Frame
from agent.sight import Sight
from agent.watchdog import Watchdog
from kadian.notify import Notify


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_part_is_late_beyond_its_limit_and_not_before_its_first_beat():
    clock = Time()
    pulse = Pulse({"camera": 10.0, "uplink": 20.0}, clock)
    pulse.beat("camera")
    pulse.beat("somebody")
    for _ in range(9):
        clock.now += 1
        assert pulse.late() == []
    clock.now += 1.5
    assert pulse.late() == ["camera"]
    pulse.beat("camera")
    assert pulse.late() == []


def test_while_the_whole_process_was_stopped_no_part_is_to_blame():
    clock = Time()
    pulse = Pulse({"camera": 10.0}, clock)
    pulse.beat("camera")
    pulse.late()
    clock.now += 300
    assert pulse.late() == []
    pulse.beat("camera")
    for _ in range(6):
        clock.now += ASKED_EVERY
        late = pulse.late()
    assert late == ["camera"]


def test_while_something_is_in_the_way_that_no_restart_cures_no_part_is_to_blame_and_afterwards_it_is():
    clock, hangs = Time(), [True]
    pulse = Pulse({"uplink": 10.0}, clock, lambda: hangs[0])
    pulse.beat("uplink")
    for _ in range(100):
        clock.now += 1
        assert pulse.late() == []
    hangs[0] = False
    for _ in range(10):
        clock.now += 1
        assert pulse.late() == []
    clock.now += 1
    assert pulse.late() == ["uplink"]


def test_who_asks_whether_to_stop_or_waits_for_a_time_shows_that_it_lives():
    beats = []
    stop = Stop(beats.append)

    def part():
        while not stop.is_set():
            stop.wait(1.5)

    thread = threading.Thread(target=part, name="camera")
    idle = threading.Thread(target=stop.wait, name="idle")
    thread.start()
    idle.start()
    time.sleep(0.2)
    stop.set()
    thread.join(5)
    idle.join(5)
    assert set(beats) == {"camera"}
    assert len(beats) >= 2


def test_every_part_that_the_gate_starts_has_a_limit_below_what_is_asked():
    assert set(LIMITS) == {"thermometer", "gun", "camera", "uplink"}
    assert LIMITS["thermometer"] < 30
    assert LIMITS["uplink"] < 30


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(0.2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        def heard():
            said = []
            try:
                while True:
                    said.append(listener.recv(300).decode())
            except TimeoutError:
                return said

        yield heard


def test_the_watchdog_is_fed_while_all_parts_turn_and_called_once_when_one_hangs(systemd, capsys):
    clock = Time()
    pulse = Pulse({"camera": 10.0}, clock)
    watchdog = Watchdog(Notify(), pulse, lambda: "outbox: 0 waiting")
    pulse.beat("camera")
    watchdog.feed()
    watchdog.feed()
    assert systemd() == ["WATCHDOG=1", "STATUS=outbox: 0 waiting", "WATCHDOG=1"]
    for _ in range(8):
        clock.now += ASKED_EVERY
        watchdog.feed()
    said = systemd()
    assert said.count("WATCHDOG=trigger") == 1
    assert [word for word in said if "camera" in word] == ["STATUS=Part of the gate's program hangs: camera."]
    assert said.index("WATCHDOG=trigger") == len(said) - 1, "not fed any more"
    assert capsys.readouterr().out.count("part_hangs") == 1


class Wedged:
    """A camera whose driver does not come back from the third frame."""

    name, count, state = "wedged", 0, "ok"

    def __init__(self):
        self.free = threading.Event()

    def frames(self, stop):
        while not stop.is_set():
            if self.count == 3:
                self.free.wait()
            self.count += 1
            yield Frame(np.zeros((4, 4), np.uint8), 0.0)
            stop.wait(0.3)


def test_a_camera_whose_driver_hangs_is_found(systemd):
    pulse = Pulse({"camera": 1.0})
    stop = Stop(pulse.beat)
    camera = Wedged()
    sight = Sight(camera, lambda image, at: [], lambda text: None, lambda code, at: None)
    thread = threading.Thread(target=sight.run, args=(stop,), name="camera", daemon=True)
    thread.start()
    watchdog = Watchdog(Notify(), pulse)
    before = []
    began = time.monotonic()
    while "WATCHDOG=trigger" not in (said := systemd()):
        before += said
        watchdog.feed()
        assert time.monotonic() - began < 6
    assert camera.count == 3
    assert "WATCHDOG=1" in before
    stop.set()
    camera.free.set()
    thread.join(5)
