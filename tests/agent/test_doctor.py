"""`kadian doctor`: what is plugged in, and what a port says, without a byte sent to it."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from agent.command import listening
from agent.command.listening import plausible
from agent.command.plugged import findings
from agent.thermometer import find, names
from agent.thermometer.hearing import Listener
from agent.wire.holders import holders
from kadian.demo.thermometers import PtyThermometer, gy614v3_frame, gy_mcu90614_frame

KEYBOARD = {"device/capabilities/key": "7 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"}


@pytest.fixture
def device(tmp_path):
    with PtyThermometer(tmp_path / "thermometer") as made:
        yield made


@contextmanager
def sending(device, *frames):
    stop = threading.Event()

    def send():
        number = 0
        while not stop.wait(0.02):
            device.send(frames[number % len(frames)])
            number += 1

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def doctor(*arguments):
    command = [sys.executable, "-m", "kadian", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_everything_that_is_plugged_in_is_listed_with_id_place_link_and_what_it_may_be(bus, tree, tmp_path):
    (tmp_path / "a").touch()
    bus.plug("1-1.3", "1a86:7523", "ttyUSB0", tmp_path / "a", product="USB Serial")
    bus.plug("1-1.4", "ffff:0001", "ttyACM0", "/dev/null", product="Some thing")
    bus.plug("1-1.5", "413d:2107", "hidraw0", "/dev/null", kind="hidraw")
    bus.plug("1-1.6", "1e4e:0100", "video0", "/dev/null", kind="video4linux")
    bus.plug("1-1.7", "1eab:8306", "input/event4", "/dev/null", kind="input", files=KEYBOARD)
    folder = bus.dev / "serial/by-path"
    folder.mkdir(parents=True)
    (folder / "pci-usb-0:1.3:1.0-port0").symlink_to(tmp_path / "a")
    found = {one.more.get("usb"): one for one in findings(tree, tmp_path)}
    bridge = found["1a86:7523"]
    for part in ("ttyUSB0", "usb:1a86:7523@1-1.3", "CH340", "by-path/pci-usb-0:1.3:1.0-port0"):
        assert part in bridge.detail
    assert bridge.more["known"] == {"title": "CH340", "what": "bridge"}
    assert "Some thing" in found["ffff:0001"].detail
    subjects = [found[usb].subject for usb in ("413d:2107", "1e4e:0100", "1eab:8306")]
    assert subjects == ["hid", "camera", "keyboard"]
    for one in found.values():
        assert one.advice is None or all(text != one.advice for text in one.advised().values())


def test_an_empty_machine_says_how_to_get_what_is_missing(tree, tmp_path):
    assert {one.advice for one in findings(tree, tmp_path)} == {"doctor.no_serial", "doctor.no_camera"}


def test_programs_that_take_ports_away_are_warned_of_until_they_are_told_not_to(tree, tmp_path):
    def rivals():
        return [one.detail for one in findings(tree, tmp_path) if one.subject == "rival"]

    for path in ("usr/lib/udev/rules.d/85-brltty.rules", "usr/sbin/ModemManager"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    assert rivals() == ["brltty", "ModemManager"]
    (tmp_path / "etc/udev/rules.d").mkdir(parents=True)
    (tmp_path / "etc/udev/rules.d/85-brltty.rules").symlink_to("/dev/null")
    (tmp_path / "etc/udev/rules.d/99-kadian.rules").touch()
    assert rivals() == []


@pytest.mark.parametrize(
    ("driver", "frames"),
    [
        ("gy614v3", [gy614v3_frame(34 + n / 100, 22, 36.5) for n in range(20)]),
        ("gy_mcu90614", [gy_mcu90614_frame(34 + n / 100, 22) for n in range(20)]),
    ],
)
def test_a_talking_thermometer_is_understood_and_not_one_byte_is_sent_to_it(device, driver, frames):
    with sending(device, *frames):
        done = doctor("--listen", "2", "--port", str(device.path), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["subject"], told["verdict"]) == ("listen", "one")
    assert told["drivers"][0]["driver"] == driver
    assert told["drivers"][0]["share"] > 0.9
    assert driver in told["advice"]["zh"]
    assert driver in told["advice"]["en"]
    assert device.received() == b""


def test_a_quiet_port_is_quiet_and_a_missing_one_is_missing(device, tmp_path):
    quiet = doctor("--listen", "0.3", "--port", str(device.path), "--json")
    assert (quiet.returncode, json.loads(quiet.stdout)["verdict"]) == (1, "quiet")
    missing = doctor("--listen", "0.3", "--port", str(tmp_path / "nowhere"))
    assert missing.returncode == 1
    assert "K0200" in missing.stdout
    assert doctor("--listen", "soon").returncode == 2


def test_text_that_nobody_understands_is_shown_by_its_shape_alone(device):
    with sending(device, "姓名=Wang,x=36.5;;\r\n".encode()):
        done = doctor("--listen", "0.5", "--port", str(device.path))
    assert done.returncode == 1
    assert "中中=AAAA,A=99.9;;" in done.stdout
    assert "Wang" not in done.stdout


def test_bytes_that_nobody_understands_are_counted(device):
    with sending(device, bytes.fromhex("9080F7F8")):
        done = doctor("--listen", "0.5", "--port", str(device.path), "--json")
    told = json.loads(done.stdout)
    assert (told["verdict"], told["looks"], done.returncode) == ("none", "binary", 1)
    assert told["bytes"] > 20
    assert str(told["bytes"]) in told["advice"]["en"]


def test_a_port_that_another_process_holds_is_never_opened(device, monkeypatch):
    hold = "import serial, sys; p = serial.Serial(sys.argv[1], exclusive=True); print(1, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(device.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        def opened(*_arguments, **_named):
            raise AssertionError("it was opened")

        monkeypatch.setattr(listening, "open_port", opened)
        (told,) = listening.findings(0.3, str(device.path))
        assert told.more["code"] == "K0202"
        assert [one.process for one in holders(str(device.path))] == [holder.pid]
        holder.communicate("")
    assert holders(str(device.path)) == []


def test_the_machines_console_is_left_alone_unless_it_is_named(bus, tree):
    (bus.sys / "class/tty/ttyS0/device").mkdir(parents=True)
    (bus.sys / "class/tty/console").mkdir()
    (bus.sys / "class/tty/console/active").write_text("tty0 ttyS0\n")
    assert [one.advice for one in listening.findings(0.3, tree=tree)] == ["doctor.no_serial"]


def hear(*pieces, drivers=()):
    listener = Listener(drivers or [find(name) for name in names()])
    for piece in pieces:
        listener.feed(piece)
    return listener.heard()


@pytest.mark.parametrize("name", names())
def test_each_thermometer_that_happens_to_talk_is_understood_by_its_own_driver(name):
    if find(name).open is not None:
        pytest.skip("its wire is no serial port")
    frames = find(name).captured
    heard = hear(*(piece for n in range(12) for piece in (frames[n % len(frames)], b"")))
    assert heard.verdict in {"one", "several"}, heard
    fitting = [one.driver for one in heard.understood if one.share >= 0.8 * heard.best.share]
    assert name in fitting
    assert len(fitting) <= 3


def test_drivers_that_fit_equally_well_are_all_named():
    known = find("gy614v3")
    heard = hear(gy614v3_frame(34.5, 22.0, 36.5) * 20, drivers=[known, replace(known, name="twin")])
    assert heard.verdict == "several"
    told = listening.told("/dev/ttyUSB0", 9600, heard).advised()
    assert "twin" in told["zh"]
    assert "gy614v3" in told["en"]


def test_a_frame_by_chance_is_not_understanding():
    heard = hear(gy614v3_frame(34.5, 22.0, 36.5), b"\x90\xff" * 500)
    assert heard.verdict == "none"
    assert heard.understood[0].frames == 1


def test_the_rates_of_the_most_drivers_come_first_and_each_once():
    rates = plausible([find(name) for name in names()])
    assert set(rates[:2]) == {9600, 115200}
    assert len(rates) == len(set(rates))
    assert {find(name).baud for name in names() if find(name).open is None} <= set(rates)
