"""`kadian thermometer` as a process of its own, on a pseudo-terminal."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
import serial

from kadian.demo.thermometers import PtyThermometer, gy614v3_frame, gy_mcu90614_frame

COMMAND = [sys.executable, "-m", "agent.command.thermometer"]
FRAME = gy614v3_frame(34.91, 21.30, 36.54)


def run(*arguments, seconds=20):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture
def device(tmp_path):
    with PtyThermometer(tmp_path / "thermometer") as made:
        yield made


@contextmanager
def sending(device, frame):
    """The frame twenty times a second, as long as the block lasts."""
    stop = threading.Event()

    def send():
        while not stop.wait(0.05):
            device.send(frame)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_json_is_one_line_a_sample_with_the_devices_body_value(device):
    with sending(device, FRAME):
        done = run("--port", str(device.path), "--driver", "gy614v3", "--json", "--count", "3")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    at = {line.pop("at") for line in lines}
    assert all(moment[10] == "T" and moment[-6] in "+-" for moment in at)
    wanted = {"celsius": 36.54, "ambient": 21.3, "quality": "ok", "kind": "body_estimate", "surface": 34.91}
    assert lines == [wanted] * 3
    assert done.stderr == ""


@pytest.mark.parametrize(("surface", "quality"), [(34.2, "ok"), (22.0, "cold"), (60.0, "hot")])
def test_a_surface_thermometer_gives_its_surface_and_whether_it_can_be_a_person(device, surface, quality):
    with sending(device, gy_mcu90614_frame(surface, 21.0)):
        done = run("--port", str(device.path), "--driver", "gy_mcu90614", "--json", "--count", "1")
    line = json.loads(done.stdout)
    assert (line["celsius"], line["surface"], line["kind"], line["quality"]) == (surface, surface, "surface", quality)


def test_without_json_a_person_can_read_it(device):
    with sending(device, FRAME):
        done = run("--port", str(device.path), "--driver", "gy614v3", "--seconds", "2")
    assert done.returncode == 0
    assert done.stdout.startswith("36.54 °C  体温估计 body  正常 ok  表面 surface 34.91  环境 ambient 21.30")


def test_a_missing_port_ends_it_at_once_in_plain_words(tmp_path):
    done = run("--port", str(tmp_path / "nowhere"), "--driver", "gy614v3", "--json", "--seconds", "60", seconds=10)
    assert done.returncode == 1
    assert done.stderr.startswith("K0200 ")
    assert str(tmp_path / "nowhere") in done.stderr
    assert done.stdout == ""


def test_a_busy_port_ends_it_in_plain_words(device):
    with serial.Serial(str(device.path), exclusive=True):
        done = run("--port", str(device.path), "--driver", "gy614v3")
    assert done.returncode == 1
    assert done.stderr.startswith("K0202 ")


def test_an_unknown_driver_is_a_usage_error_that_lists_the_drivers(device):
    done = run("--port", str(device.path), "--driver", "gy614")
    assert done.returncode == 2
    assert done.stderr.startswith("K0210 ")


@pytest.mark.parametrize(("sent", "code"), [(b"", "K0205"), (b"\x00\xf8\x80", "K0206")], ids=["silence", "noise"])
def test_nothing_heard_is_a_failure_that_tells_silence_from_a_wrong_speed(device, sent, code):
    with sending(device, sent):
        done = run("--port", str(device.path), "--driver", "gy614v3", "--json", "--seconds", "1.5")
    assert done.returncode == 1
    assert done.stderr.startswith(code)


def started(command):
    """A process that Ctrl-C reaches, also where the tests themselves were started with it ignored (`make test &`)."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call before exec
    )


def test_ctrl_c_ends_it_well(device):
    with sending(device, FRAME):
        command = [*COMMAND, "--port", str(device.path), "--driver", "gy614v3", "--json"]
        with started(command) as process:
            assert process.stdout is not None
            json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            _, wrong = process.communicate(timeout=10)
    assert process.returncode == 0, wrong


def test_ten_thousand_frames_with_noise_between_them_give_no_false_value(device):
    chance = random.Random(1741)
    frames = [gy_mcu90614_frame(30 + n % 1200 / 100, 15 + n % 977 / 100) for n in range(10_000)]
    true = {(30 + n % 1200 / 100, 15 + n % 977 / 100) for n in range(10_000)}
    dirt = [b"\x5a", b"\x5a\x5a", b"\x5a\x5a\x45", b"\x5a\x5a\x45\x04", b"\x00", b"\xff\xff", frames[3][:6]]
    command = [*COMMAND, "--port", str(device.path), "--driver", "gy_mcu90614", "--json", "--seconds", "30"]
    with started(command) as process:
        assert process.stdout is not None
        with sending(device, frames[0]):
            process.stdout.readline()
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()
        pause = threading.Event()
        for frame in frames:
            noise = chance.randbytes(chance.randrange(6)) + chance.choice(dirt)
            rest = noise + frame
            while rest:
                while device.waiting > 2000:
                    pause.wait(0.0005)
                rest = rest[device.send(rest) :]
        limit = 400
        while device.waiting and limit:
            limit -= 1
            pause.wait(0.01)
        pause.wait(0.5)
        process.send_signal(signal.SIGINT)
        process.wait(10)
        reader.join(10)
    got = [json.loads(line) for line in lines]
    assert {(line["surface"], line["ambient"]) for line in got} <= {(round(a, 2), round(b, 2)) for a, b in true}
    # A machine that stalls for a second drops what is old by then; all else arrives.
    assert len(got) > 9000
    assert process.returncode == 0, os.strerror(process.returncode)
