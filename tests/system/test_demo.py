"""`kadian demo` as a newcomer starts it, with and without mosquitto; it ends what it started."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(220)]


def processes(folder):
    found = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout.split()
    return [pid for pid in found if int(pid) != os.getpid()]


def test_the_demo_counts_the_same_at_the_gates_and_in_the_office(tmp_path, free_port):
    command = [
        sys.executable,
        "-m",
        "kadian",
        "demo",
        "--gates",
        "3",
        "--port",
        str(free_port()),
        "--data",
        str(tmp_path),
    ]
    done = subprocess.run(
        [*command, "--seconds", "25", "--speed", "4"], capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"recorded (\d+); the office has (\d+)", done.stdout)
    assert counted, done.stdout
    assert int(counted[1]) == int(counted[2]) > 10
    assert processes(tmp_path) == []


def test_without_mosquitto_the_built_in_broker_serves(tmp_path, free_port, monkeypatch):
    monkeypatch.setenv("KADIAN__BROKER__PROGRAM", "amqtt")
    monkeypatch.setenv("KADIAN_LOG", "info")
    command = [
        sys.executable,
        "-m",
        "kadian",
        "demo",
        "--gates",
        "2",
        "--port",
        str(free_port()),
        "--data",
        str(tmp_path),
    ]
    done = subprocess.run(
        [*command, "--seconds", "20", "--speed", "4"], capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"recorded (\d+); the office has (\d+)", done.stdout)
    assert counted, done.stdout
    assert int(counted[1]) == int(counted[2]) > 3
    assert "3.1.1" in (tmp_path / "office.log").read_text("utf-8"), "mosquitto served after all"


def test_ctrl_c_stops_everything_and_a_killed_demo_leaves_nothing_behind(tmp_path, free_port):
    for end in (signal.SIGINT, signal.SIGKILL):
        port = free_port()
        folder = tmp_path / end.name
        command = [sys.executable, "-m", "kadian", "demo", "--gates", "2", "--port", str(port), "--data", str(folder)]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + 60
        gates = []
        while time.monotonic() < deadline and len(gates) < 23:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/gates", timeout=2) as answer:
                    gates = json.loads(answer.read())["gates"]
            except OSError:
                time.sleep(0.2)
        assert len(gates) == 23
        demo.send_signal(end)
        demo.communicate(timeout=30)
        if end is signal.SIGINT:
            assert demo.returncode == 0
        deadline = time.monotonic() + 15
        while processes(folder) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert processes(folder) == []


def test_a_taken_port_is_told_with_the_cure(tmp_path, free_port):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "kadian", "demo", "--port", str(port), "--data", str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
