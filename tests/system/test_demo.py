"""`kadian demo` as a newcomer starts it, with and without mosquitto; it ends what it started."""

import contextlib
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


class Demo:
    """A demonstration that runs by itself for some seconds; its gates and the office count what passed."""

    def __init__(self, folder, port, gates, seconds, **environment):
        self.folder = folder
        self.gates, self.url = gates, f"http://127.0.0.1:{port}/api/v1/gates"
        self.said = folder.with_suffix(".said")
        command = [sys.executable, "-m", "kadian", "demo", "--gates", str(gates), "--port", str(port)]
        more = ["--data", str(folder), "--seconds", str(seconds), "--speed", "8"]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, *more], stdout=out, stderr=subprocess.STDOUT, env=os.environ | environment
            )

    def at_work(self):
        """Waits until its gates are online: another one sees from now on which ports their screens have."""
        until = time.monotonic() + 60
        online = 0
        while online < self.gates:
            assert time.monotonic() < until, self.said.read_text("utf-8")
            time.sleep(0.1)
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url, timeout=2) as answer:
                online = sum(gate["state"] == "online" for gate in json.loads(answer.read())["gates"])

    def counted(self):
        """What the gates recorded and what the office has, once it has ended well and left nothing behind."""
        self.process.wait(170)
        said = self.said.read_text("utf-8")
        assert self.process.returncode == 0, said
        found = re.search(r"recorded (\d+); the office has (\d+)", said)
        assert found, said
        assert processes(self.folder) == []
        return int(found[1]), int(found[2])


@pytest.fixture(scope="module")
def demos(tmp_path_factory, free_port):
    """One demonstration on mosquitto and one on the built-in broker, both at once: they mostly wait for people."""
    folder = tmp_path_factory.mktemp("demos")
    started = []
    try:
        started.append(Demo(folder / "mosquitto", free_port(), gates=4, seconds=16))
        started[0].at_work()
        amqtt = {"KADIAN__BROKER__PROGRAM": "amqtt", "KADIAN_LOG": "info"}
        started.append(Demo(folder / "builtin", free_port(), gates=3, seconds=16, **amqtt))
        yield started
    finally:
        for demo in started:
            if demo.process.poll() is None:
                demo.process.terminate()
                demo.process.wait(30)


def test_the_demo_counts_the_same_at_the_gates_and_in_the_office(demos):
    recorded, stored = demos[0].counted()
    assert recorded == stored > 10


def test_without_mosquitto_the_built_in_broker_serves(demos):
    recorded, stored = demos[1].counted()
    assert recorded == stored > 3
    assert "3.1.1" in (demos[1].folder / "office.log").read_text("utf-8"), "mosquitto served after all"


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
