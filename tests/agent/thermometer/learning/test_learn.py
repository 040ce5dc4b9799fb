"""`kadian thermometer --learn` as a person uses it: pull the trigger, type what the display shows."""

import json
import math
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from agent.command.learn import last_measurement, write
from agent.thermometer import find
from agent.thermometer.learning.profile import Frame, Number, Profile, parse
from kadian.demo.thermometers import PtyThermometer, gy_mcu90614_frame
from kadian.errors import KadianError

COMMAND = [sys.executable, "-m", "agent.command.thermometer"]


def gun(t):
    """No sum: FE FD, unit, kind, tenths, CR LF."""
    return b"\xfe\xfd\x1a\x01" + round(t * 10).to_bytes(2, "big") + b"\r\n"


@pytest.fixture
def device(tmp_path):
    with PtyThermometer(tmp_path / "port") as made:
        yield made


class Person:
    """Someone at the keyboard."""

    def __init__(self, device, path, *arguments):
        self.device = device
        command = [*COMMAND, "--learn", "--port", str(device.path), "--profile", str(path), *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said = ""
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    def hear(self):
        while letter := self.process.stdout.read(1):
            self.said += letter

    def until(self, words):
        limit = time.monotonic() + 15
        while words not in self.said:
            assert time.monotonic() < limit, self.said
            time.sleep(0.01)
        self.said = self.said.split(words, 1)[1]

    def measure(self, number, frame, typed):
        self.until(f"Measurement {number}, what the display shows")
        rest = frame
        while rest:
            rest = rest[self.device.send(rest) :]
        self.type(typed)

    def type(self, text):
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(15)
        self.thread.join()
        return code


@contextmanager
def talking(device, frame):
    stop = threading.Event()

    def talk():
        while not stop.wait(0.05):
            device.send(frame)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_a_gun_is_taught_and_then_read_with_its_profile(device, tmp_path):
    path = tmp_path / "gun.toml"
    person = Person(device, path)
    person.until("the air")
    person.type("body_estimate")
    for number, t in enumerate((36.5, 37.2, 22.3, 38.4), 1):
        person.measure(number, gun(t), f"{t}")
    person.until("Learned: FE FD 1A 01 vv vv 0D 0A")
    person.until('driver = "learned"')
    person.until("pull the trigger twice")
    assert person.end() == 0
    assert device.received() == b""
    made = find("learned", {"profile": str(path)})
    assert (made.kind, made.conversion, made.agree, made.baud) == ("body_estimate", "device", 2, 9600)
    assert made.captured[0] == gun(36.5)
    assert math.isinf(made.pause), "a pull of the trigger is a measurement"
    with talking(device, gun(36.9)):
        arguments = ["--driver", "learned", "--option", f"profile={path}", "--json", "--count", "2"]
        done = subprocess.run(
            [*COMMAND, "--port", str(device.path), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["celsius"] for line in done.stdout.splitlines()] == [36.9, 36.9]


def test_three_values_are_enough_for_a_frame_with_a_sum_and_a_silent_measurement_does_not_count(device, tmp_path):
    path = tmp_path / "module.toml"
    person = Person(device, path, "--kind", "surface", "--baud", "115200")
    person.measure(1, gy_mcu90614_frame(34.53, 22.1), "34,5")
    person.measure(2, b"", "35.0")
    person.until("Not one byte came")
    person.measure(2, gy_mcu90614_frame(24.18, 22.3), "24.2")
    person.measure(3, gy_mcu90614_frame(40.0, 22.2), "forty")
    person.until('"forty" is no number')
    person.type("40.0")
    person.until("Understood")
    with talking(device, gy_mcu90614_frame(22.0, 22.0)):
        person.until("Learned: 5A 5A 45 04 vv vv .. .. ss")
    person.until("It speaks all the time")
    assert person.end() == 0
    profile = parse(path.read_text("utf-8"))
    assert (profile.kind, profile.baud, profile.agree, profile.on_demand) == ("surface", 115200, 1, False)
    assert (profile.frame.check, profile.frame.encoding, profile.number.scale) == ("sum8", "s16be", 0.01)


def test_a_wrongly_typed_value_is_named_and_measured_again(device, tmp_path):
    path = tmp_path / "gun.toml"
    person = Person(device, path, "--kind", "surface")
    for number, (t, typed) in enumerate([(36.5, "36.5"), (37.2, "32.7"), (22.3, "22.3"), (38.4, "38.4")], 1):
        person.measure(number, gun(t), typed)
    person.until("Measurement 2 (32.7) does not fit")
    person.measure(4, gun(30.1), "30.1")
    person.until("Learned")
    assert person.end() == 0


def test_what_cannot_be_learned_is_said_and_nothing_is_written(device, tmp_path):
    path = tmp_path / "gun.toml"
    person = Person(device, path, "--kind", "surface")
    for number, t in enumerate((36.5, 37.2, 22.3), 1):
        person.measure(number, gun(t), f"{t}")
    person.until("4 different values are needed")
    person.type("")
    assert person.end() == 1
    assert "K0240" in person.said
    assert "FE FD 1A 01 vv vv 0D 0A" in person.said
    assert not path.exists()


def test_noise_is_refused(device, tmp_path):
    path = tmp_path / "gun.toml"
    person = Person(device, path, "--kind", "surface")
    noise = ["9f3c01", "e8d2b7aa", "0011f3", "77", "c0ffee12"]
    for number, (data, typed) in enumerate(zip(noise, ("36.5", "37.2", "22.3", "38.4", "35.0"), strict=True), 1):
        person.measure(number, bytes.fromhex(data), typed)
    person.until("Measurement 6")
    assert person.end() == 1
    assert not path.exists()


def test_a_file_that_is_there_is_never_written_over_and_a_missing_port_is_said(device, tmp_path):
    path = tmp_path / "gun.toml"
    path.write_text("mine")
    person = Person(device, path, "--kind", "surface")
    assert person.end() == 1
    assert "K0241" in person.said
    assert path.read_text() == "mine"
    device.unplug()
    person = Person(device, tmp_path / "other.toml", "--kind", "surface")
    assert person.end() == 1
    assert "K0200" in person.said


def test_a_driver_or_the_wish_to_learn_is_needed_and_not_both(tmp_path):
    for arguments in ([], ["--learn", "--driver", "gy614v3"]):
        command = [*COMMAND, "--port", str(tmp_path / "port"), *arguments]
        assert subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 2


def test_of_what_came_the_last_burst_counts_and_of_a_stream_its_last_moments():
    assert last_measurement([]) == b""
    assert last_measurement([(1.0, b"old"), (5.0, b"ne"), (5.1, b"w")]) == b"new"
    stream = [(n / 10, bytes([n])) for n in range(100)]
    assert last_measurement(stream) == bytes(range(84, 100))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("kind = 'fever'", "kind"),
        ("agree = 1", "agree"),
        ("frame = { picture = 'vv vv FE', encoding = 's16be' }", "begin"),
        ("frame = { picture = 'FE vv 00 vv', encoding = 's16be' }", "side by side"),
        ("frame = { picture = 'FE xx vv vv', encoding = 's16be' }", "neither"),
        ("frame = { picture = 'FE vv vv', encoding = 's16be', check = 'sum8' }", "ss"),
        ("frame = { picture = 'FE vv vv', encoding = 'pdp11' }", "pdp11"),
        ("line = 'T=(36'", "line"),
        ("line = 'T=36'", "value"),
        ("surprise = 1", "surprise"),
    ],
)
def test_a_profile_that_was_edited_wrongly_is_refused_with_the_reason(tmp_path, change, word):
    key = change.split(" ")[0]
    rows = {
        "kind": "kind = 'surface'",
        "baud": "baud = 9600",
        "number": "number = { scale = 0.1, low = 0.0, high = 60.0 }",
        "agree": "agree = 2",
        "frame": "frame = { picture = 'FE vv vv', encoding = 's16be' }",
    }
    if key == "line":
        del rows["frame"]
    path = tmp_path / "profile.toml"
    path.write_text("\n".join({**rows, key: change}.values()))
    with pytest.raises(KadianError) as error:
        find("learned", {"profile": str(path)})
    assert error.value.code == "K0213"
    assert word in error.value.values["reason"]


def test_the_driver_wants_its_profile_and_says_when_it_cannot_be_read(tmp_path):
    for options in (None, {}, {"profile": str(tmp_path / "nowhere.toml")}, {"profile": str(tmp_path)}):
        with pytest.raises(KadianError) as error:
            find("learned", options)
        assert error.value.code == "K0213"


def test_what_is_written_is_read_back_the_same(tmp_path):
    frame = Frame("FE FD vv vv ss ss", "u16le", "crc16-modbus-le", 1)
    profile = Profile("ambient", 19200, Number(1 / 16, -40, 85, -273.15, "F"), frame, agree=1, captured=("fefd",))
    write(tmp_path / "a.toml", profile)
    assert parse((tmp_path / "a.toml").read_text("utf-8")) == profile
    line = Profile("surface", 9600, Number(1.0, 0, 50), line=r'"T"=(?P<value>[-+]?\d+(?:\.\d+)?)\ °C', title="枪 \\ 1")
    write(tmp_path / "b.toml", line)
    assert parse((tmp_path / "b.toml").read_text("utf-8")) == line
