"""A DS18B20 on a UART adapter that echoes, and behind a false kernel."""

import pytest
from msgspec.structs import replace

from agent.thermometer import ds18b20
from agent.thermometer.catalogue import find
from agent.thermometer.ds18b20 import open_probe
from agent.wire.one_wire import open_one_wire
from kadian.demo.thermometers import PtyThermometer
from kadian.errors import KadianError
from tests.hardware.listening import Listening, until
from tests.hardware.one_wire import Probe, scratchpad

DRIVER = find("ds18b20")


@pytest.fixture(autouse=True)
def at_nine_bits(monkeypatch):
    """A conversion takes 94 ms at 9 bits; at 12 bits, as the driver takes it to be, eight times as long."""
    monkeypatch.setattr(ds18b20, "CONVERT_SECONDS", 0.15)


@pytest.fixture
def pty(tmp_path):
    with PtyThermometer(tmp_path / "adapter") as made:
        yield made


@pytest.mark.parametrize("celsius", [21.0625, -10.125, 0.0, -0.0625, 125.0, -55.0])
def test_a_probe_is_read_slot_by_slot(pty, celsius):
    with Probe(pty, celsius), Listening(pty.path, DRIVER) as gate:
        (sample,) = gate.hears()
    assert (sample.surface, sample.ambient, sample.raw) == (celsius, celsius, celsius * 16)


def test_the_value_follows_the_probe_about_once_a_second(pty, monkeypatch):
    monkeypatch.undo()
    with Probe(pty, 20.0, seconds=0.7) as probe, Listening(pty.path, DRIVER) as gate:
        gate.hears()
        probe.celsius = 22.5
        assert gate.hears(2)[-1].surface == 22.5
    assert gate.codes == []


def test_a_conversion_without_power_is_no_85_degrees(pty):
    with Probe(pty) as probe, Listening(pty.path, DRIVER) as gate:
        probe.starved = True
        until(lambda: gate.link.counts.out_of_range >= 2)
        assert gate.samples == []
        probe.starved = False
        assert gate.hears()[0].surface == 21.0625


def test_a_conversion_that_takes_too_long_is_no_85_degrees(pty):
    with Probe(pty, seconds=5), Listening(pty.path, DRIVER) as gate:
        until(lambda: gate.link.counts.out_of_range >= 2)
    assert gate.samples == []


def test_a_bit_lost_on_the_bus_is_no_value(pty):
    with Probe(pty) as probe, Listening(pty.path, DRIVER) as gate:
        gate.hears()
        probe.flip = 7
        until(lambda: gate.link.counts.bad_checksum >= 2)
    assert {sample.surface for sample in gate.samples} == {21.0625}


@pytest.mark.parametrize("fault", ["absent", "shorted"])
def test_a_probe_pulled_out_or_a_shorted_line_is_silence_and_comes_back(pty, fault):
    with Probe(pty) as probe, Listening(pty.path, DRIVER, silence_seconds=0.8) as gate:
        gate.hears()
        setattr(probe, fault, True)
        until(lambda: gate.states[-1] == "silent")
        setattr(probe, fault, False)
        assert gate.hears()[0].surface == 21.0625
    assert gate.codes[0] == "K0205"


def test_a_port_that_echoes_nothing_is_no_adapter(pty):
    with Listening(pty.path, DRIVER) as gate:
        until(lambda: gate.codes)
    assert gate.codes[0] == "K0204"


def test_an_unplug_between_slots_is_lost_and_comes_back(pty):
    with Probe(pty), Listening(pty.path, DRIVER) as gate:
        gate.hears()
        pty.unplug()
        until(lambda: gate.states[-1] == "lost")
        pty.replug()
        gate.hears()


def test_a_missing_or_busy_adapter_is_told(pty, tmp_path):
    held = open_one_wire(str(pty.path))
    for port, code in ((pty.path, "K0202"), (tmp_path / "none", "K0200")):
        with pytest.raises(KadianError) as error:
            open_one_wire(str(port))
        assert error.value.code == code
    held.close()


class Kernel:
    """The kernel's 1-Wire folder under a root of its own."""

    def __init__(self, root):
        self.root = root
        self.folder = root / "sys/bus/w1/devices"
        self.folder.mkdir(parents=True)

    def says(self, celsius, name="28-0316a2795bff", verdict="YES"):
        pad = scratchpad(celsius).hex(" ")
        (self.folder / name).mkdir(exist_ok=True)
        fresh = self.folder / name / "new"
        fresh.write_text(f"{pad} : crc={pad[-2:]} {verdict}\n{pad} t={round(celsius * 1000)}\n")
        return fresh.replace(self.folder / name / "w1_slave")

    @property
    def driver(self):
        return replace(DRIVER, open=lambda port, baud: open_probe(port, baud, self.root))


@pytest.fixture
def kernel(tmp_path):
    return Kernel(tmp_path)


@pytest.mark.parametrize("port", ["w1", "28-0316a2795bff", "path"])
def test_the_kernels_probe_is_read_by_bus_by_name_or_by_file(kernel, port):
    path = kernel.says(-4.25)
    with Listening(path if port == "path" else port, kernel.driver) as gate:
        assert gate.hears()[0].surface == -4.25


def test_what_the_kernel_doubts_and_what_is_no_value_are_refused(kernel):
    kernel.says(21.5, verdict="NO")
    with Listening("w1", kernel.driver) as gate:
        until(lambda: gate.states == ["lost"])
        kernel.says(85.0)
        until(lambda: gate.link.counts.out_of_range)
        assert gate.samples == []
        kernel.says(19.5)
        assert gate.hears()[0].surface == 19.5


def test_a_probe_that_the_kernel_loses_is_lost(kernel):
    path = kernel.says(20.0)
    with Listening("w1", kernel.driver) as gate:
        gate.hears()
        path.unlink()
        until(lambda: gate.states[-1] == "lost")
        kernel.says(18.0)
        assert gate.hears()[0].surface == 18.0


def test_one_of_several_probes_must_be_named(kernel):
    kernel.says(20.0)
    kernel.says(25.0, "28-000004da2313")
    for port, code in (("w1", "K0221"), ("28-ffffffffffff", "K0200")):
        with pytest.raises(KadianError) as error:
            kernel.driver.open(port, 9600)
        assert error.value.code == code
    with Listening("28-000004da2313", kernel.driver) as gate:
        assert gate.hears()[0].surface == 25.0
