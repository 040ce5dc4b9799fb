"""Every device that speaks framed bytes, on a pseudo-terminal before the real link: asked, started and heard."""

import threading
import time

import pytest

from agent.thermometer import Link, find
from kadian.demo.thermometers import PtyThermometer
from tests.hardware.framed import DEVICES, Emulator
from tests.hardware.hearing import values


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_on_a_serial_port_is_heard(name, tmp_path):
    device, driver = DEVICES[name], find(name)
    assert (driver.start or b"", device.asked) == (device.started, driver.poll.data if device.asked else b"")
    got, enough, stop = [], threading.Event(), threading.Event()

    def keep(sample, at):
        got.append(sample)
        enough.set()

    with PtyThermometer(tmp_path / "port") as pty, Emulator(device, pty, (34.9, 21.3, 36.5)) as emulator:
        link = Link(str(pty.path), driver, keep, lambda _: None)
        thread = threading.Thread(target=link.run, args=(stop,), daemon=True)
        thread.start()
        heard = enough.wait(15)
        until = time.monotonic() + 5
        while driver.poll and driver.poll.data not in emulator.heard and time.monotonic() < until:
            time.sleep(0.01)
        stop.set()
        thread.join(5)
    assert heard, f"nothing in 15 s, {link.counts}"
    expected = (34.9, 21.3 if device.ambient else None, 36.5 if device.body else None)
    assert set(values(got)) == {expected}
    asked_or_told = {sent for sent in (driver.start, driver.poll and driver.poll.data) if sent}
    rest = emulator.heard
    for sent in asked_or_told:
        rest = rest.replace(sent, b"")
    assert rest == b"", "it sent what its driver does not name"
