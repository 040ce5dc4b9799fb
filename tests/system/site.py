"""A whole site in real processes, for the system tests: mosquitto, the office, gates on pseudo-terminals."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kadian.demo.thermometers import DEVICES, PtyThermometer

SITE = "chuanchang"
ENCODE = dict(DEVICES)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def module(name: str, *arguments: object) -> list[str]:
    """How a module is started as a program of its own."""
    return [sys.executable, "-m", name, *map(str, arguments)]


class Part:
    """One process that is started again after it was killed, as systemd would."""

    def __init__(self, name: str, arguments: list[str], folder: Path) -> None:
        self.name = name
        self.arguments = arguments
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0
        self.environment: dict[str, str] = {}

    def start(self) -> None:
        """Nothing where it runs already: a second one would outlive the test."""
        if self.process is not None and self.process.poll() is None:
            return
        with self.log.open("ab") as out:
            environment = os.environ | {"KADIAN_LOG": "info"} | self.environment
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=environment,
            )

    def kill(self) -> None:
        """kill -9, then start again."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.start()

    def stand_still(self, seconds: float) -> None:
        """SIGSTOP for so long; what is asked of it meanwhile waits in the kernel."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


class Feeder:
    """People before one gate's thermometer as fast as it can take them: five frames of a forehead, three of nobody."""

    def __init__(self, port: Path, driver: str = "gy614v3", pause: float = 0.004) -> None:
        self.pty = PtyThermometer(port)
        self._encode = ENCODE[driver]
        self._pause = pause
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.people = 0

    def person(self, body: float, frames: int = 6) -> None:
        for _ in range(frames):
            self.pty.send(self._encode(body - 2.4, 22.4, body))
            self._stop.wait(self._pause)
        for _ in range(3):
            self.pty.send(self._encode(23.0, 22.4, 23.0))
            self._stop.wait(self._pause)
        self.people += 1

    def start(self) -> None:
        def run() -> None:
            while not self._stop.is_set():
                self.person(36.2 + (self.people % 60) / 100)

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def close(self) -> None:
        self.stop()
        self.pty.close()


class Site:
    """Configurations and processes of one site in one folder."""

    def __init__(
        self,
        folder: Path,
        mosquitto: str,
        free_port: Callable[[], int],
        channel: str | None = None,
        office_more: str = "",
    ) -> None:
        self.folder = Path(folder)
        self._mosquitto = mosquitto
        self.broker_port, self.http_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.broker = self.broker_at("broker", self.broker_port)
        self.gates: dict[str, Part] = {}
        channel = f'[[channels]]\nname = "secretary"\nurl = "webhook+{channel}"\n' if channel else ""
        self._office_more = channel + office_more
        self._config = self.folder / "office.toml"
        self.office_through(self.broker_port)
        self.office = Part("office", module("kadian", "collector", "--config", self._config), self.folder)

    def broker_at(self, name: str, port: int) -> Part:
        """A mosquitto (not started)."""
        config = self.folder / f"{name}.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n{user}")
        return Part(name, [self._mosquitto, "-c", str(config)], self.folder)

    def office_through(self, port: int) -> None:
        """The office's way to the broker from its next start on: the broker's port, or that of what lies between."""
        self._config.write_text(
            f'site = "{SITE}"\n[broker]\nurl = "mqtt://127.0.0.1:{port}"\n'
            f'[ledger]\nurl = "sqlite:///{self.folder}/office/kadian.db"\n'
            f"[http]\nport = {self.http_port}\n[screening]\nrest_seconds = 0\n{self._office_more}",
            "utf-8",
        )

    def gate(
        self,
        name: str,
        *,
        driver: str = "gy614v3",
        camera: Path | None = None,
        broker_port: int | None = None,
        more: str = "",
    ) -> Part:
        """Adds a gate (not started): its process, and where its pseudo-terminal and record are."""
        folder = self.folder / name
        folder.mkdir()
        config = folder / "agent.toml"
        lens = f'[camera]\nsource = "{camera}"\n' if camera else ""
        config.write_text(
            f'site = "{SITE}"\ngate = "{name}"\n[broker]\nurl = "mqtt://127.0.0.1:{broker_port or self.broker_port}"\n'
            f'[thermometer]\ndriver = "{driver}"\nport = "{folder}/port"\n{lens}'
            f'[outbox]\npath = "{folder}/outbox.db"\n[screening]\nrecord_to = "{folder}/recorded.jsonl"\n'
            f'[clock]\ntrust = "system"\n{more}',
            "utf-8",
        )
        part = Part(name, module("kadian", "agent", "--config", config), self.folder)
        self.gates[name] = part
        return part

    def recorded(self, name: str) -> list[dict[str, Any]]:
        """What the gate said that it recorded; a last line cut by a kill is none."""
        path = self.folder / name / "recorded.jsonl"
        lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

    def text(self, path: str, timeout: float = 5) -> str:
        with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
            body: bytes = answer.read()
            return body.decode()

    def ask(self, path: str, timeout: float = 5) -> Any:
        return json.loads(self.text(path, timeout))

    def health(self) -> tuple[int, str]:
        """What /healthz says: 200 and nothing, or 503 and the reason."""
        try:
            self.ask("/healthz")
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, str(json.loads(refused.read())["detail"])
        return 200, ""

    def until(self, question: Callable[[], Any], seconds: float, what: str) -> Any:
        """Waits until `question()` is true; an office that does not answer yet is no answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError):
                answer = question()
                if answer:
                    return answer
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {what}\n--- office:\n{self.office.said()[-3000:]}")

    def start(self) -> None:
        self.broker.start()
        self.office.start()
        self.until(lambda: self.ask("/healthz"), 30, "the office is healthy")
        for gate in self.gates.values():
            gate.start()

    def watched(self, name: str, feeder: Feeder, times: int = 1) -> None:
        """Waits until a gate has the office's rules and hears its thermometer, before which nobody stands.

        Args:
            name: of the gate.
            feeder: of its thermometer.
            times: how often it has begun to hear it, where it lost it.
        """

        def hears() -> bool:
            feeder.person(36.5, frames=0)
            said = self.gates[name].said()
            return "policy_taken" in said and said.count("thermometer_ok") >= times

        self.until(hears, 20, f"{name} measures")

    def stop_gates(self) -> None:
        for gate in self.gates.values():
            gate.ask_to_stop()
        for gate in self.gates.values():
            gate.stop()

    def stop(self) -> None:
        self.stop_gates()
        for part in (self.office, self.broker):
            part.stop()
