"""`kadian thermometer` with drivers that need options, as a process of its own."""

import json
import subprocess
import sys
import threading

import pytest

from kadian.demo.thermometers import PtyThermometer
from tests.hardware.listening import Answering
from tests.hardware.modbus import Slave
from tests.hardware.one_wire import Probe, scratchpad


def run(*arguments):
    command = [sys.executable, "-m", "agent.command.thermometer", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def line(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[0])


@pytest.fixture
def pty(tmp_path):
    with PtyThermometer(tmp_path / "device") as made:
        yield made


def test_modbus_is_asked_for_what_the_options_say(pty):
    options = ("preset=shtc3", "address=7", "register=3")
    with Answering(pty, Slave(3, {3: 0xFF9C}, address=7).answer):
        told = [part for option in options for part in ("--option", option)]
        done = run("--port", str(pty.path), "--driver", "modbus_rtu", *told, "--json", "--count", "1")
    found = line(done)
    assert (found["celsius"], found["kind"], found["quality"]) == (-10.0, "ambient", "cold")


def test_text_is_read_by_the_pattern_given(pty):
    stop = threading.Event()

    def speak():
        while not stop.wait(0.05):
            pty.send(b"RDing:#36.6!24.1*\r\n")

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        pattern = r"pattern=RDing:#(?P<surface>[0-9.]+)!(?P<ambient>[0-9.]+)\*"
        done = run("--port", str(pty.path), "--driver", "ascii_line", "--option", pattern, "--json", "--count", "1")
    finally:
        stop.set()
        thread.join()
    assert (line(done)["surface"], line(done)["ambient"]) == (36.6, 24.1)


def test_a_probe_is_read_on_an_adapter_and_by_the_kernels_file(pty, tmp_path):
    with Probe(pty, 19.5):
        assert line(run("--port", str(pty.path), "--driver", "ds18b20", "--json", "--count", "1"))["celsius"] == 19.5
    file = tmp_path / "w1_slave"
    pad = scratchpad(-4.5).hex(" ")
    file.write_text(f"{pad} : crc={pad[-2:]} YES\n{pad} t=-4500\n")
    assert line(run("--port", str(file), "--driver", "ds18b20", "--json", "--count", "1"))["celsius"] == -4.5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("modbus_rtu", "--option", "preset=xyz"), 2, "K0213"),
        (("modbus_rtu", "--option", "preset"), 2, "key=value"),
        (("ds18b20", "--option", "a=1"), 2, "K0212"),
        (("ble_1809",), 1, "K0224"),
        (("ds18b20",), 1, "K0200"),
        (("temper_hid",), 1, "K0200"),
        (("flir_lepton",), 1, "K0200"),
    ],
)
def test_what_cannot_be_is_said_at_once_in_plain_words(arguments, code, said):
    done = run("--port", "/nonexistent/device", "--driver", *arguments, "--seconds", "15")
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""
