"""The link on real pseudo-terminals: unplugged, replugged, renumbered, silent, busy, stalled."""

import os
import threading
import time

import pytest
import serial

from agent.thermometer import Link, find
from agent.wire.port import open_port
from kadian.demo.thermometers import PtyThermometer, gy614v3_frame, gy_mcu90614_frame
from kadian.errors import KadianError

PATIENCE = 8.0
FRAMES = [gy_mcu90614_frame(30 + n / 100, 22.0) for n in range(1000)]


def until(condition):
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.005)


class Gate:
    """A link in its thread, with all that it says."""

    def __init__(self, port, driver="gy_mcu90614", **options):
        self.samples, self.states, self.troubles, self.at = [], [], [], []
        self.pause = 0.0
        self.stop = threading.Event()
        self.link = Link(
            str(port), find(driver), self.take, self.states.append, on_trouble=self.troubles.append, **options
        )
        self.thread = threading.Thread(target=self.link.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def take(self, sample, at):
        self.samples.append(sample)
        self.at.append(at)
        pause, self.pause = self.pause, 0.0
        time.sleep(pause)

    def codes(self):
        return [trouble.code for trouble in self.troubles]

    def close(self):
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the link did not stop"


@pytest.fixture
def device(tmp_path):
    with PtyThermometer(tmp_path / "thermometer") as made:
        yield made


@pytest.fixture
def start():
    gates = []

    def make(port, *args, **options):
        gates.append(Gate(port, *args, **options))
        return gates[-1]

    yield make
    for gate in gates:
        gate.close()


def opened(gate, device, first=FRAMES[0]):
    """Sends until the link hears: what comes before the port is open is thrown away."""
    heard = len(gate.samples)

    def hears():
        device.send(first)
        time.sleep(0.02)
        return len(gate.samples) > heard

    until(hears)
    until(lambda: device.waiting == 0)
    time.sleep(0.05)
    gate.samples.clear()


def test_samples_come_through_as_sent_with_the_time_of_reading(device, start):
    gate = start(device.path)
    opened(gate, device)
    before = time.monotonic()
    for frame in FRAMES[:50]:
        device.send(frame)
    until(lambda: len(gate.samples) == 50)
    assert [sample.raw for sample in gate.samples] == list(range(3000, 3050))
    assert all(before <= at <= time.monotonic() for at in gate.at[-50:])
    assert gate.states == ["lost", "ok"]
    assert gate.troubles == []


def test_the_start_command_is_sent_only_by_the_driver_that_has_one(device, start):
    gate = start(device.path)
    opened(gate, device)
    assert device.received() == bytes.fromhex("A545EA")
    gate.close()
    gate = start(device.path, "gy614v3")
    opened(gate, device, gy614v3_frame(34.0, 22.0, 36.5))
    assert device.received() == b""


@pytest.mark.parametrize("torn", [b"", FRAMES[1][:5]], ids=["idle", "mid frame"])
def test_an_unplug_is_lost_and_the_replug_is_heard_again(device, start, torn):
    gate = start(device.path)
    opened(gate, device)
    device.send(torn)
    device.unplug()
    until(lambda: gate.states[-1] == "lost")
    device.replug()
    opened(gate, device, FRAMES[7])
    device.send(FRAMES[8])
    until(lambda: gate.samples)
    assert [sample.raw for sample in gate.samples] == [3008]
    assert gate.states == ["lost", "ok", "lost", "ok"]
    assert gate.codes()[0] == "K0204"
    assert set(gate.codes()) <= {"K0204", "K0200"}


def test_a_replug_under_another_number_is_found_through_the_symlink(device, start):
    gate = start(device.path)
    opened(gate, device)
    number = device.path.resolve()
    device.unplug()
    until(lambda: gate.states[-1] == "lost")
    taken = [os.openpty()]
    while os.ttyname(taken[-1][1]) != str(number) and len(taken) < 64:
        taken.append(os.openpty())
    try:
        device.replug()
        assert device.path.resolve() != number
        opened(gate, device)
        assert gate.states[-1] == "ok"
    finally:
        for pair in taken:
            os.close(pair[0])
            os.close(pair[1])


def test_five_unplugs_in_a_row_give_no_wrong_value(device, start):
    gate = start(device.path)
    for _ in range(5):
        opened(gate, device)
        device.send(b"".join(FRAMES[:20]) + FRAMES[20][:6])
        device.unplug()
        until(lambda: gate.states[-1] == "lost")
        assert {sample.surface for sample in gate.samples} <= {30 + n / 100 for n in range(20)}
        device.replug()
    opened(gate, device)


def test_silence_is_told_from_a_loss_and_recovers(device, start):
    gate = start(device.path, silence_seconds=0.4)
    opened(gate, device)
    until(lambda: gate.states[-1] == "silent")
    time.sleep(1.0)
    assert gate.codes() == ["K0205"], "said once, however often the port is opened again"
    opened(gate, device)
    assert gate.states == ["lost", "ok", "silent", "ok"]


def test_bytes_that_are_no_frames_are_silence_with_another_cure(device, start):
    gate = start(device.path, silence_seconds=0.4)

    def noisy():
        device.send(b"\x80\x00\xf8" * 4)
        return gate.troubles

    until(noisy)
    assert gate.codes()[0] == "K0206"
    assert "silent" in gate.states
    assert gate.samples == []


def test_a_missing_port_is_said_once_and_waited_for(tmp_path, start):
    gate = start(tmp_path / "thermometer")
    until(lambda: gate.troubles)
    time.sleep(0.8)
    assert gate.codes() == ["K0200"]
    assert gate.states == ["lost"]
    with PtyThermometer(tmp_path / "thermometer") as device:
        opened(gate, device)
        assert gate.states == ["lost", "ok"]


def test_a_port_that_another_holds_is_busy_until_it_lets_go(device, start):
    with serial.Serial(str(device.path), exclusive=True):
        gate = start(device.path)
        until(lambda: gate.troubles)
        assert gate.codes() == ["K0202"]
    opened(gate, device)


def test_a_running_link_holds_its_port_alone(device, start):
    opened(start(device.path), device)
    with pytest.raises(KadianError) as error:
        open_port(str(device.path), 9600)
    assert error.value.code == "K0202"


def test_a_port_without_permission_says_so(device):
    if os.geteuid() == 0:
        pytest.skip("root may open everything")
    device.path.chmod(0)
    with pytest.raises(KadianError) as error:
        open_port(str(device.path), 9600)
    assert error.value.code == "K0201"


def test_what_is_no_serial_port_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(FRAMES[0])
    with pytest.raises(KadianError) as error:
        open_port(str(tmp_path / "file"), 9600)
    assert error.value.code == "K0203"


def test_after_a_stall_only_the_newest_sample_counts_as_fresh(device, start):
    gate = start(device.path)
    opened(gate, device)
    gate.pause = 1.6
    for frame in FRAMES[:31]:
        device.send(frame)
        time.sleep(0.01)
    until(lambda: gate.samples and gate.samples[-1].raw == 3030)
    assert len(gate.samples) < 31
    assert gate.link.dropped >= 25


def test_after_a_stall_a_buffer_that_was_full_is_thrown_away_whole(device, start):
    gate = start(device.path)
    opened(gate, device)
    gate.pause = 2.0
    device.send(FRAMES[0])
    until(lambda: gate.samples)
    while device.send(b"".join(FRAMES)):
        pass
    full = len(gate.samples)
    until(lambda: gate.link.dropped > 100)
    assert len(gate.samples) == full
    opened(gate, device, FRAMES[999])


def test_an_error_of_the_callback_is_not_taken_for_a_lost_port(device):
    def broken(_sample, _at):
        raise BrokenPipeError

    link = Link(str(device.path), find("gy_mcu90614"), broken, lambda _state: None)
    feeding = threading.Event()

    def feed():
        while not feeding.wait(0.02):
            device.send(FRAMES[0])

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        with pytest.raises(BrokenPipeError):
            link.run(threading.Event())
    finally:
        feeding.set()
        feeder.join()
    open_port(str(device.path), 9600).close()


def test_a_stop_ends_the_link_within_half_a_second(device, start):
    gate = start(device.path)
    opened(gate, device)
    asked = time.monotonic()
    gate.close()
    assert time.monotonic() - asked < 0.5
